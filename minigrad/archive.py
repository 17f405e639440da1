"""Arrays in a zip, such as an .npz file: found by name, and read without trusting what the file says about itself.

A file may come from anywhere. Before memory is used for it, the sizes that it states are compared with each other and
with the size of the file:

* A member is stored as it is or deflated; no two have the same name or bytes, and a name is not a path out of a folder.
* An array's shape and dtype must account for its member to the byte. Python objects are refused: only pickle could read
  them, and pickle runs code.
* The whole must not be a zip bomb: see `minigrad.packed`.
"""

import io
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy

from minigrad.disk import FilePath, reading
from minigrad.errors import FileError, MinigradError
from minigrad.packed import DEFLATE, expands

_HEADER = 10_000  # bytes, as in NumPy


class Archive:
    """The arrays of an open zip by `stem`, each read on demand.

    `stems` lists them, and `rest` has the sizes of the other members.
    """

    def __init__(self, file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        count, listed = _end(file, size)
        if listed < 0xFFFF_FFFF and 2 * listed > size:  # that number means that the real one is stored elsewhere
            raise FileError(f"the list of its members takes {listed} of its {size} bytes")
        self._zip = zipfile.ZipFile(file)
        if len(self._zip.infolist()) != count < 0xFFFF:  # zipfile does not compare them
            raise FileError(f"it states {count} members, but lists {len(self._zip.infolist())}")
        members = [member for member in self._zip.infolist() if not (member.is_dir() and member.file_size == 0)]
        stated = [member.file_size for member in members]
        if sum(member.compress_size for member in members) > size:
            raise FileError(f"its members state more bytes than the {size} of the file")
        if expands(sum(stated), size):
            raise FileError(f"its {size} bytes state that they unpack to {sum(stated)}; if so, write it uncompressed")
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            self._check(member)
            self._members[member.filename] = member
        self.stems = [name.removesuffix(".npy") for name in self._members if name.endswith(".npy")]
        self.rest = {name: m.file_size for name, m in self._members.items() if not name.endswith(".npy")}

    def _check(self, member: zipfile.ZipInfo) -> None:
        name = member.filename
        if name in self._members:
            raise FileError(f"it has two members {name!r}")
        if not plain(member.orig_filename):  # zipfile changes some names
            raise FileError(f"the name of its member {member.orig_filename!r:.100} is a path or not text")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileError(f"its member {name!r} is packed by method {member.compress_type}, which is not supported")
        most = member.compress_size * (1 if member.compress_type == zipfile.ZIP_STORED else DEFLATE)
        if member.file_size > most:
            raise FileError(f"its member {name!r} states {member.file_size} bytes, but can hold {most} at most")

    def text(self, name: str) -> bytes:
        """The bytes of a member that is not an array."""
        return self._zip.read(self._members[name])

    def __getitem__(self, stem: str) -> numpy.ndarray[Any, Any]:
        """The array, in this machine's byte order."""
        member = self._members[f"{stem}.npy"]
        with self._zip.open(member) as file:
            _check_header(file, stem, member.file_size)
        with self._zip.open(member) as file:
            array = numpy.asarray(numpy.lib.format.read_array(file, allow_pickle=False))
            file.read()  # to the end, where zip compares the checksum
        return array.astype(array.dtype.newbyteorder("="), copy=False)


@contextmanager
def archive(path: FilePath, sentence: str) -> Iterator[Archive]:
    """The file as an archive; any error inside becomes a FileError, `sentence` with {path} and {reason} filled in."""
    with reading(path) as file:
        try:
            yield Archive(file)
        except Exception as error:  # zipfile, zlib, json and numpy raise a dozen kinds of error on a damaged file
            reason = str(error) if isinstance(error, MinigradError) else f"{type(error).__name__}: {error}"
            raise FileError(sentence.format(path=repr(str(path)), reason=reason[:300])) from None


def write_arrays(file: BinaryIO, arrays: Mapping[str, numpy.ndarray[Any, Any]], texts: Mapping[str, str]) -> None:
    """Write texts by name and arrays by `stem`, uncompressed, so that NumPy reads them too."""
    with zipfile.ZipFile(file, "w") as target:
        for name, text in texts.items():
            target.writestr(name, text)
        for name, array in arrays.items():
            with target.open(f"{name}.npy", "w", force_zip64=True) as member:
                numpy.lib.format.write_array(member, array, allow_pickle=False)


def stem(name: str) -> str:
    """The name of an array's member without its .npy: the array's own, if every zip program leaves it as it is.

    A name that is a path out of a folder, or that a zip cannot hold, is percent-encoded as in URLs.

    >>> [stem(name) for name in ("0.weight", "dense/0", "../up", "a\\\\b")]
    ['0.weight', 'dense/0', '%2E%2E%2Fup', 'a%5Cb']
    """
    if plain(name):
        return name
    from urllib.parse import quote

    return quote(name, safe="", errors="surrogatepass").replace(".", "%2E")


def plain(name: str) -> bool:
    """Whether every zip program leaves this name as it is, and unpacks it inside the target folder."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return not {"\0", "\\"} & set(name) and not name.startswith("/") and ".." not in name.split("/")


def _end(file: BinaryIO, size: int) -> tuple[int, int]:
    """What the record at the end of a zip states: the number of members, and the size of their list in bytes."""
    file.seek(-min(size, 22 + 0xFFFF), os.SEEK_END)  # the record, and a comment after it
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise FileError("it is not a zip file")
    return int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")


def _check_header(file: Any, name: str, size: int) -> None:
    """Check that the header of an .npy file of this size describes numbers that fill exactly the rest of it."""
    start = file.read(8)
    long = start[6:7] != b"\1"
    length = file.read(4 if long else 2)
    count = int.from_bytes(length, "little")
    if start[:6] != b"\x93NUMPY" or start[6:] not in (b"\1\0", b"\2\0", b"\3\0") or count > _HEADER:
        raise FileError(f"its array {name!r} does not have the header of an .npy file")
    header = io.BytesIO(length + file.read(count))
    read = numpy.lib.format.read_array_header_2_0 if long else numpy.lib.format.read_array_header_1_0
    shape, _, dtype = read(header)
    if dtype.hasobject:
        raise FileError(f"its array {name!r} holds Python objects, which only pickle could read, and pickle runs code")
    if dtype.kind not in "biufc":
        raise FileError(f"its array {name!r} has dtype {dtype}; expected numbers")
    data = size - len(start) - len(length) - count
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != data:
        raise FileError(f"its array {name!r} states shape {shape} of {dtype}, but has {data} bytes")
