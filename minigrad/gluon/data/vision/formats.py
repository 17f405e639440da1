"""The formats of the image datasets: gzipped arrays (IDX), and files in a gzipped archive.

The sizes that a file states are compared with its own size before memory is allocated: see `minigrad.packed`.
"""

import math
import os
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy

from minigrad.disk import FilePath, reading
from minigrad.errors import FileError
from minigrad.packed import gunzipped

Raw = numpy.ndarray[Any, Any]


def read_idx(path: FilePath, ndim: int) -> Raw:
    """Read a uint8 array with `ndim` axes from an IDX file, gzipped or not.

    IDX: two zero bytes, the type (8 is uint8), the number of axes, the length of each as four bytes (highest first),
    then the values. FileError if the file deviates from this by a single byte, or is a gzip bomb.
    """
    with reading(path) as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            stream, size = gunzipped(file) if packed else (file, os.fstat(file.fileno()).st_size)
            header = stream.read(4 + 4 * ndim)
            shape = tuple(int.from_bytes(header[k : k + 4], "big") for k in range(4, len(header), 4))
            if header[:4] != bytes([0, 0, 8, ndim]) or len(header) + math.prod(shape) != size:
                raise FileError(f"it starts with {header[:4]!r} and has {size} bytes")
            data = stream.read(size - len(header))
            stream.read(1)  # the end, where gzip compares the checksum
            return numpy.frombuffer(data, dtype="uint8").reshape(shape)
        except (FileError, OSError, EOFError, ValueError, zlib.error) as error:
            kind = "a damaged gzip file" if packed else f"not a whole IDX file of bytes with {ndim} axes"
            raise FileError(f"{str(path)!r} is {kind}: {error}. Fetch it again.") from None


def read_members(path: FilePath, names: list[str]) -> dict[str, bytes]:
    """The files with these names, in any folder of a .tar.gz archive. FileError if it is damaged or lacks one."""
    with reading(path) as file:
        try:
            stream, _ = gunzipped(file)
            found: dict[str, bytes] = {}
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    name = Path(member.name).name
                    content = archive.extractfile(member) if name in names and not member.issparse() else None
                    if content is not None:
                        if name in found:
                            raise FileError(f"it has two files {name!r}")
                        found[name] = content.read()
            while stream.read(1 << 20):  # to the end, where gzip compares the checksum
                pass
        except Exception as error:  # tarfile and gzip raise many kinds of error on a damaged file
            raise FileError(f"{str(error)[:300].rstrip('.')}.") from None
    for name in names:
        if name not in found:
            raise FileError(f"it has no file {name!r}.")
    return found
