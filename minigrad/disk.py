"""Files on a disk: opened, with a clear sentence if that fails, and written whole or not at all.

Every file that minigrad reads is opened by `reading`, and every file that it writes by `replacing`.
"""

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, TypeAlias

from minigrad.errors import AccessError, ArgumentError, FileError, KeywordError, MissingFileError

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed; a browser, where nobody else writes
    fcntl = None  # type: ignore[assignment]

FilePath: TypeAlias = str | os.PathLike[str]
_TEMPORARY = re.compile(r"\.minigrad-[0-9a-f]{16}\.tmp")
OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ESTALE}
"""The errors of a disk that fails or is full."""


def checked(path: FilePath) -> str:
    """A path as text; KeywordError or ArgumentError if it cannot be one."""
    try:
        text = os.fspath(path)
    except TypeError:
        text = b""  # type: ignore[assignment]
    if not isinstance(text, str):
        raise KeywordError(f"A file is given by its path, a str or a pathlib.Path, not by {path!r:.60}.")
    try:
        os.fsencode(text)
    except UnicodeError:
        raise ArgumentError(f"The path {text!r} has a character that no file name can have.") from None
    if not text or "\0" in text:
        raise ArgumentError(f"The path {text!r} {'has a NUL character' if text else 'is empty'}; give a file's name.")
    return text


def at_home(path: FilePath) -> Path:
    """A path with ~ expanded to the home folder."""
    text = checked(path)
    try:
        path = Path(text).expanduser()
        ask(path)
    except RuntimeError:
        raise ArgumentError(f"The path {text!r} begins with an unknown home folder; write it out.") from None
    except OSError as error:
        raise _refused(text, "read", error) from None
    return path


def ask(path: Path) -> None:
    """Ask the disk whether such a name is possible; OSError if not. (Python 3.14's `Path.exists` no longer says so.)"""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()


@contextmanager
def reading(path: FilePath, what: str = "file") -> Iterator[BufferedReader]:
    """The file, open for reading. MissingFileError if there is none.

    AccessError, which is an OSError too, if it may not be read or is not a plain file: a folder, a device, a pipe.
    """
    text = checked(path)
    with contextlib.ExitStack() as stack:
        try:
            _refuse_unless_a_file(text, "read", Path(text).stat().st_mode)
            file = stack.enter_context(Path(text).open("rb"))
        except (FileNotFoundError, NotADirectoryError):
            raise MissingFileError(f"There is no {what} {text!r}{_looked_in(text)}; check the path.") from None
        except FileError:
            raise
        except OSError as error:
            raise _refused(text, "read", error) from None
        with _of_the_disk(text, "read"):
            yield file


@contextmanager
def replacing(path: FilePath) -> Iterator[BinaryIO]:
    """A new file to write to, which replaces `path` in one step once it is complete and on the disk.

    After an error, or if the process is killed, `path` is as it was before. Temporary files left by killed processes
    are removed. The new file has the mode of the old one; if `path` is a link, the file it points to is replaced.

    MissingFileError if there is no such folder. AccessError, which is an OSError too, if the folder or the file may
    not be written, if the disk is full, or if `path` is a folder, a device, a pipe or a socket.
    """
    text = checked(path)
    with _temporary(text) as (file, temporary, target, mode):
        with _of_the_disk(text, "written"):
            yield file
        try:
            file.flush()
            if mode is not None:
                with contextlib.suppress(OSError):  # not every disk has modes
                    temporary.chmod(mode)
            os.fsync(file.fileno())
            if sys.platform == "win32":
                file.close()
            temporary.replace(target)
        except OSError as error:
            raise _refused(text, "written", error) from None
    with contextlib.suppress(OSError):  # the new name reaches the disk too, if folders can be opened
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def check_writable(path: FilePath, room: int = 1 << 20) -> None:
    """Raise now what `replacing` would raise later, after the work: the disk must have `room` more bytes."""
    text = checked(path)
    with _temporary(text) as (file, *_):
        try:
            file.write(bytes(room))
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise _refused(text, "written", error) from None


@contextmanager
def _temporary(text: str) -> Iterator[tuple[BinaryIO, Path, Path, int | None]]:
    """A new file in the folder of `text`: open, locked, and removed at the end unless it was moved.

    Yields it with its path, the file that it is to replace, and the mode of that file, if it exists.
    """
    try:
        target = Path(os.path.realpath(text))  # a link stays a link
        if not target.parent.is_dir():
            folder = target.parent if Path(text).is_symlink() else Path(text).parent
            raise MissingFileError(
                f"{text!r} cannot be written: there is no folder {str(folder)!r} to write {target.name!r} to; "
                "create it first."
            )
        if target.is_symlink():
            raise AccessError(f"{text!r} cannot be written: it is a link to itself.")
        mode = None
        if text.endswith((os.sep, "/")):
            raise AccessError(f"{text!r} is the name of a folder and cannot be written; give the name of a file.")
        with contextlib.suppress(FileNotFoundError):
            mode = target.stat().st_mode
        if mode is not None:
            _refuse_unless_a_file(text, "written", mode)
            mode = stat.S_IMODE(mode)
            if not os.access(target, os.W_OK):
                raise AccessError(f"{text!r} cannot be written: it is write-protected.")
            if _is_protected(target):
                raise AccessError(f"{text!r} cannot be written: only its owner, another user, may replace it.")
        _remove_stale(target.parent)
        file, temporary = _new_file(target.parent, mode)
    except FileError:
        raise
    except OSError as error:
        raise _refused(text, "written", error) from None
    try:
        yield file, temporary, target, mode
    finally:
        with contextlib.suppress(OSError):  # closing writes the rest, and can fail as writing did
            file.close()
        with contextlib.suppress(OSError):
            temporary.unlink()


def _is_protected(file: Path) -> bool:
    """Whether we may not replace the file: in a folder like /tmp only its owner and the folder's may."""
    folder = file.parent.stat()
    owners = (0, folder.st_uid, file.stat().st_uid)
    return bool(folder.st_mode & stat.S_ISVTX) and hasattr(os, "geteuid") and os.geteuid() not in owners


def _new_file(folder: Path, mode: int | None) -> tuple[BinaryIO, Path]:
    """A locked file with a new name. It has the mode that `open` gives or, until `mode` is set, is its owner's only."""
    while True:
        temporary = folder / f".minigrad-{os.urandom(8).hex()}.tmp"
        new = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        file = os.fdopen(os.open(temporary, new, 0o666 if mode is None else 0o600), "r+b")
        if fcntl:
            with contextlib.suppress(OSError):  # this disk has no locks: then nobody removes it
                fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file, temporary
        file.close()  # another process took it for a stale one before it was locked, and removed it


def _remove_stale(folder: Path) -> None:
    """Remove the temporary files whose writers are gone. A live writer holds a lock, which ends with its process."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
                    if fcntl:
                        file = stack.enter_context(Path(entry.path).open("rb"))
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    Path(entry.path).unlink()


@contextmanager
def _of_the_disk(text: str, done: str) -> Iterator[None]:
    """Turn errors of the disk, while a file is read or written, into sentences. Others, of a network say, pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in OF_THE_DISK or isinstance(error, FileError):
            raise
        raise _refused(text, done, error) from None


def _refuse_unless_a_file(text: str, done: str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise AccessError(f"{text!r} is a folder and cannot be {done}; give the name of a file in it.")
    if not stat.S_ISREG(mode):
        raise AccessError(f"{text!r} is a device, a pipe or a socket and cannot be {done}; give the name of a file.")


def _refused(text: str, done: str, error: OSError) -> AccessError:
    """The system's error, as a sentence about the path that the user gave."""
    reason = error.strerror or str(error)
    unchanged = " The old file, if any, is unchanged." if done == "written" else ""
    refusal = AccessError(f"{text!r} cannot be {done}: {reason[:1].lower()}{reason[1:]}.{unchanged}")
    refusal.errno = error.errno
    return refusal


def _looked_in(text: str) -> str:
    """Where a relative path was looked for."""
    if Path(text).is_absolute():
        return ""
    try:
        return f" (looked in {str(Path.cwd())!r})"
    except OSError:
        return " (the current folder is gone)"
