"""Files of named arrays: one zip of .npy members and a JSON note, never a pickle, and never half written.

`nd.save`, the parameters of a Block and the states of a Trainer all pass through `save_arrays` and `load_arrays`. The
file is an ordinary `.npz`, so that `numpy.load` opens it too; its member `minigrad.json` holds the format version, the
names in order, and whatever the caller wants to note.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy

from minigrad.device import Array, to_host
from minigrad.errors import ArgumentError, DTypeError, FileError, MissingFileError

if TYPE_CHECKING:
    import zipfile

FilePath: TypeAlias = str | os.PathLike[str]
FORMAT = "minigrad arrays"
VERSION = 1
NOTE = "minigrad.json"
_MXNET_MAGIC = (0x112).to_bytes(8, "little")


def save_arrays(path: FilePath, arrays: Mapping[str, Array], meta: Mapping[str, Any] | None = None) -> None:
    """Write named arrays, and a note that JSON can hold, to `path`, used exactly as given.

    Every array keeps its dtype (bool, integer, float or complex) and shape, 0-d and empty included; arrays on a GPU are
    fetched. The old file, if any, stays whole until the new one has reached the disk.

    >>> import tempfile, numpy
    >>> folder = tempfile.mkdtemp()
    >>> save_arrays(folder + "/net.params", {"0.weight": numpy.eye(2)}, meta={"steps": 3})
    >>> load_arrays(folder + "/net.params")
    ({'0.weight': array([[1., 0.],
           [0., 1.]])}, {'steps': 3})
    """
    host = {name: _on_host(name, array) for name, array in arrays.items()}
    try:
        note = json.dumps({"format": FORMAT, "version": VERSION, "names": list(host), "meta": dict(meta or {})})
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"The note for {str(path)!r} does not fit into JSON: {error}.") from None
    import zipfile  # reads slowly, and only files need it

    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(NOTE, note)
        for name, array in host.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                numpy.lib.format.write_array(member, array, allow_pickle=False)


def load_arrays(path: FilePath) -> tuple[dict[str, numpy.ndarray[Any, Any]], dict[str, Any]]:
    """Read what `save_arrays` wrote: the arrays by name, in their order and on the host, and the note.

    Raises MissingFileError if there is no such file, and FileError if it is not a file of `save_arrays` or is damaged.
    """
    if not Path(path).is_file():
        raise MissingFileError(f"There is no file {str(path)!r} (looked in {str(Path.cwd())!r}); check the path.")
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            note = _read_note(path, archive)
            members = [member for member in archive.infolist() if member.filename != NOTE]
            # By position, because zip changes some names (a backslash on Windows).
            arrays = {name: _read_member(archive, member) for name, member in zip(note["names"], members, strict=True)}
    except FileError:
        raise
    except Exception as error:  # zipfile, zlib, json and numpy raise nine kinds of error on a damaged file
        raise FileError(_not_ours(path, f"{type(error).__name__}: {error}")) from error
    return arrays, note["meta"]


@contextmanager
def replacing(path: FilePath) -> Iterator[BinaryIO]:
    """A new file to write to, which takes the place of `path` in one step once it is complete and on the disk.

    After an error, or if the process is killed, `path` is as it was before.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    if not target.parent.is_dir():
        folder = str(target.parent)
        raise MissingFileError(f"Cannot write {str(path)!r}: there is no folder {folder!r}; create it first.")
    temporary = target.with_name(f".minigrad-{os.urandom(8).hex()}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _on_host(name: str, array: Array) -> numpy.ndarray[Any, Any]:
    if not isinstance(name, str):
        raise ArgumentError(f"Arrays in a file are named by strings, not by {name!r}.")
    host = to_host(array)
    if host.dtype.kind not in "biufc":
        raise DTypeError(f"Cannot save array {name!r} of dtype {host.dtype}; only numbers and bools can be saved.")
    return host


def _read_note(path: FilePath, archive: zipfile.ZipFile) -> dict[str, Any]:
    if NOTE not in archive.namelist():
        raise FileError(_not_ours(path, f"it has no {NOTE}"))
    note = json.loads(archive.read(NOTE))
    if note["format"] != FORMAT:
        raise FileError(_not_ours(path, f"its format is {note['format']!r}"))
    if note["version"] > VERSION:
        raise FileError(
            f"{str(path)!r} has format version {note['version']}, but this minigrad reads versions up to {VERSION}; "
            "update minigrad."
        )
    return dict(note)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> numpy.ndarray[Any, Any]:
    with archive.open(member) as file:
        array = numpy.lib.format.read_array(file, allow_pickle=False)
        file.read()  # to the end, where zip compares the checksum
    return numpy.asarray(array)


def _not_ours(path: FilePath, reason: str) -> str:
    with Path(path).open("rb") as file:
        start = file.read(8)
    if start == _MXNET_MAGIC:
        return (
            f"{str(path)!r} is a file of MXNet, whose binary format minigrad does not read. In MXNet, write its arrays "
            "with numpy.savez(file, **{name: array.asnumpy()}), and read those with numpy.load."
        )
    return (
        f"{str(path)!r} is not a file of minigrad, or is damaged ({reason}). Expected a file written by a save "
        "function of minigrad; nothing was loaded."
    )
