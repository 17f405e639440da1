"""NDArrays in files, with MXNet's argument names. See `minigrad.npx.files`."""

from typing import Any

from minigrad import npx
from minigrad.disk import FilePath
from minigrad.nd.ndarray import as_ndarrays


def save(fname: FilePath, data: Any) -> None:
    """Write an array, a list of arrays, or a dictionary of arrays by name, to a file."""
    npx.save(fname, data)


def load(fname: FilePath) -> Any:
    """What `save` wrote: a list (of one, if it was an array) or a dictionary."""
    return as_ndarrays(npx.load(fname))
