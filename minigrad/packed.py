"""Packed data that is not trusted: how much a file may unpack to, whatever it says.

A few thousand bytes can unpack to gigabytes. What stays below `FREE` bytes is read in any case. Beyond that, data that
expands more than `FOLD` times is taken for a bomb and refused. Deflate reaches 1032 times, with nothing but zeros;
arrays and pictures that are worth reading rarely come near `FOLD`, and one that does can be stored unpacked.
"""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO

from minigrad.errors import FileError

FREE = 1 << 26
FOLD = 200
DEFLATE = 1032
"""How many bytes one byte of zip, gzip or PNG can stand for."""


def expands(stated: int, held: int) -> bool:
    """Whether so many bytes are too many to be in so many packed ones.

    >>> expands(10**9, 10**6), expands(10**9, 10**8), expands(10**6, 10**3)
    (True, False, False)
    """
    return stated > max(FREE, FOLD * held)


def gunzipped(file: BinaryIO) -> tuple[io.BufferedReader, int]:
    """What is in a gzip file as a stream, and its size, which is what the last four bytes state.

    FileError, at once or while it is read, if that is a bomb's size or is not true. So is a file of several parts, and
    one of more than four gigabytes.
    """
    import gzip  # only files need it

    stated, held = _stated(file)
    if expands(stated, held):
        raise FileError(f"its {held} bytes state that they unpack to {stated}")
    return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=file), stated)), stated


def unpacked(file: BinaryIO, packing: Any, cost: int) -> io.BufferedReader:
    """What text is packed in the file by the module `packing` (gzip, bz2 or lzma), as a stream.

    FileError if that is a bomb: at once if a gzip file states it, else while it is read. A byte of text takes up to
    `cost` bytes while it becomes an array, so less of it is taken for a bomb.
    """
    stated, held = _stated(file)
    most = max(FREE // cost, FOLD // 4 * held)
    if stated > most:
        raise FileError(f"its {held} bytes state that they unpack to {stated}; if so, unpack it first")
    return io.BufferedReader(_Bounded(packing.open(file, "rb"), most))


def _stated(file: BinaryIO) -> tuple[int, int]:
    """The size of what is unpacked, which a gzip file states at its end (others: 0), and the size of the file."""
    if file.read(2) != b"\x1f\x8b":
        return file.seek(0), os.fstat(file.fileno()).st_size
    held = file.seek(0, os.SEEK_END)
    file.seek(-min(4, held), os.SEEK_END)
    stated = int.from_bytes(file.read(4), "little")
    file.seek(0)
    return stated, held


class _Bounded(io.RawIOBase):
    """A stream that is refused when it goes on after `most` bytes."""

    def __init__(self, inner: Any, most: int) -> None:
        self._inner, self._most, self._read = inner, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        if self._read > self._most:
            raise FileError(f"it unpacks to more than {self._most} bytes, which is more than it states or may")
        return len(data)
