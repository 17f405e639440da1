"""Arrays as text, by NumPy's own readers and writer; files ending in .gz, .bz2 and .xz are compressed."""

import importlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from minigrad.disk import FilePath, reading, replacing
from minigrad.engine.tensor import Tensor
from minigrad.errors import FileError
from minigrad.guarded import guarded
from minigrad.packed import unpacked
from minigrad.values import array

PACKINGS = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}
COSTS = {"loadtxt": 16, "genfromtxt": 256}
"""How many bytes NumPy's readers take for a byte of text: the most for one short number after the other."""


@guarded
def loadtxt(fname: Any, dtype: Any = "float32", **kwargs: Any) -> Tensor:
    """Numbers read from a text file by `numpy.loadtxt`, which takes all other arguments; float32 by default.

    FileError if it does not hold such numbers, MissingFileError if it is not there, AccessError if it cannot be read.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from minigrad import np
    >>> path = Path(tempfile.mkdtemp(), "x.txt")
    >>> np.savetxt(path, np.array([[1, 2], [3, 4]]))
    >>> np.loadtxt(path)
    array([[1., 2.],
           [3., 4.]])
    """
    return array(_read(numpy.loadtxt, fname, dtype, kwargs))


@guarded
def genfromtxt(fname: Any, dtype: Any = "float32", **kwargs: Any) -> Tensor:
    """Numbers read from a text file by `numpy.genfromtxt`, which takes all other arguments; float32 by default.

    The errors are those of `loadtxt`.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from minigrad import np
    >>> path = Path(tempfile.mkdtemp(), "x.txt")
    >>> _ = path.write_text("1,2\\n3,")
    >>> np.genfromtxt(path, delimiter=",")
    array([[ 1.,  2.],
           [ 3., nan]])
    """
    return array(_read(numpy.genfromtxt, fname, dtype, kwargs))


@guarded
def savetxt(fname: Any, X: Any, **kwargs: Any) -> None:
    """Write a vector or matrix as text by `numpy.savetxt`, which takes all other arguments.

    The file appears once it is complete; until then, and after an error, an old one stays as it was. AccessError or
    MissingFileError if it cannot be written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from minigrad import np
    >>> path = Path(tempfile.mkdtemp(), "x.txt")
    >>> np.savetxt(path, np.array([1, 2]), fmt="%d")
    >>> path.read_text().split()
    ['1', '2']
    """
    host = X.asnumpy() if isinstance(X, Tensor) else X
    if hasattr(fname, "write"):
        numpy.savetxt(fname, host, **kwargs)
        return
    with replacing(fname) as file:
        packing = _packing(fname)
        binary = file if packing is None else packing.open(file, "wb")
        text = io.TextIOWrapper(binary, _encoding(kwargs))
        numpy.savetxt(text, host, **kwargs)
        text.flush()
        text.detach()
        if packing is not None:
            binary.close()


def _read(reader: Callable[..., Any], fname: Any, dtype: Any, kwargs: dict[str, Any]) -> Any:
    if hasattr(fname, "__iter__") and not isinstance(fname, str | bytes):  # lines, or a file that is open
        return reader(fname, dtype, **kwargs)
    with reading(fname) as file:
        try:
            packing = _packing(fname)
            binary = file if packing is None else unpacked(file, packing, COSTS[reader.__name__])
            with io.TextIOWrapper(binary, _encoding(kwargs)) as lines:
                return reader(lines, dtype, **kwargs)
        except TypeError:  # an argument that NumPy does not know
            raise
        except Exception as error:  # gzip, bz2, lzma and numpy raise many kinds on a damaged or foreign file
            said = str(error).rstrip(".")[:300]
            raise FileError(f"{reader.__name__}() cannot read {os.fspath(fname)!r}: {said}.") from None


def _packing(fname: FilePath) -> Any:
    """The module that compresses files of this name, or None."""
    name = PACKINGS.get(Path(fname).suffix)
    return None if name is None else importlib.import_module(name)


def _encoding(kwargs: dict[str, Any]) -> str | None:
    """The encoding as NumPy reads it: 'bytes' stands for what its older versions did."""
    encoding: str | None = kwargs.get("encoding")
    return None if encoding == "bytes" else encoding
