"""Packed data that is not trusted: how much a file may unpack to, whatever it says.

A few thousand bytes can unpack to gigabytes. Up to `FREE` bytes are read in any case. Beyond that, data that expands
more than `FOLD` times is taken for a bomb and refused. Deflate reaches 1032 times, for nothing but zeros; real arrays
and pictures rarely come near `FOLD`, and one that does can be stored unpacked.
"""

import io
import os
from typing import Any, BinaryIO

from minigrad.errors import FileError

FREE = 1 << 26
FOLD = 200
DEFLATE = 1032
"""How many bytes one byte of zip, gzip or PNG can stand for."""


def expands(stated: int, held: int) -> bool:
    """Whether `stated` bytes are too many for `held` packed ones.

    >>> expands(10**9, 10**6), expands(10**9, 10**8), expands(10**6, 10**3)
    (True, False, False)
    """
    return stated > max(FREE, FOLD * held)


def gunzipped(file: BinaryIO) -> tuple[io.BufferedReader, int]:
    """The contents of a gzip file as a stream, and their size, which its last four bytes state.

    FileError, at once or while it is read, if that size is a bomb's or is not true, as for a file of several parts or
    of more than four gigabytes.
    """
    import gzip  # only files need it

    stated, held = _stated(file)
    if expands(stated, held):
        raise FileError(f"its {held} bytes state that they unpack to {stated}")
    return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=file), stated)), stated


def unpacked(file: BinaryIO, packing: Any, cost: int) -> io.BufferedReader:
    """The text that the module `packing` (gzip, bz2 or lzma) has packed in the file, as a stream.

    FileError if it is a bomb: at once if a gzip file states it, else while it is read. A byte of text takes up to
    `cost` bytes while it becomes an array, so the limit is lower by that factor.
    """
    stated, held = _stated(file)
    most = max(FREE // cost, FOLD // 4 * held)
    if stated > most:
        raise FileError(f"its {held} bytes state that they unpack to {stated}; if so, unpack it first")
    return io.BufferedReader(_Bounded(packing.open(file, "rb"), most))


def _stated(file: BinaryIO) -> tuple[int, int]:
    """The unpacked size, which a gzip file states at its end (0 for other files), and the size of the file."""
    if file.read(2) != b"\x1f\x8b":
        return file.seek(0), os.fstat(file.fileno()).st_size
    held = file.seek(0, os.SEEK_END)
    file.seek(-min(4, held), os.SEEK_END)
    stated = int.from_bytes(file.read(4), "little")
    file.seek(0)
    return stated, held


class _Bounded(io.RawIOBase):
    """A stream that raises FileError once it exceeds `most` bytes."""

    def __init__(self, inner: Any, most: int) -> None:
        self._inner, self._most, self._read = inner, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        if self._read > self._most:
            raise FileError(f"it unpacks to more than {self._most} bytes, which is more than it states or is allowed")
        return len(data)
