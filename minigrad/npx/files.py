"""Arrays in files: one array, a list, or a dictionary by name. See `minigrad.serialization`; no pickles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from minigrad.create import array, asarray
from minigrad.errors import KeywordError
from minigrad.serialization import NOTE, FilePath, load_arrays, replacing, save_arrays
from minigrad.tensor import Tensor


def save(file: FilePath, arr: Any) -> None:
    """Write an array, a list of arrays, or a dictionary of arrays by name, to `file`, used exactly as given.

    >>> import tempfile
    >>> from minigrad import np, npx
    >>> path = tempfile.mkdtemp() + "/x"
    >>> npx.save(path, {"x": np.ones(2)})
    >>> npx.load(path)
    {'x': array([1., 1.])}
    """
    named = isinstance(arr, Mapping)
    arrays = arr if isinstance(arr, Mapping) else dict(enumerate([arr] if isinstance(arr, Tensor) else arr))
    for name, value in arrays.items():
        if not isinstance(value, Tensor):
            raise KeywordError(
                f"save() got a {type(value).__name__} at {name!r}; it writes arrays only: np.array(...)."
            )
    save_arrays(file, {str(name): value.data for name, value in arrays.items()}, {"named": named})


def savez(file: FilePath, *args: Any, **kwds: Any) -> None:
    """Write arrays to one of NumPy's .npz files: `arr_0`, `arr_1`, ... and those given by name."""
    host = {f"arr_{i}": value for i, value in enumerate(args)} | kwds
    with replacing(file) as target:
        numpy.savez(target, **{name: asarray(value).asnumpy() for name, value in host.items()})  # type: ignore[arg-type]


def load(file: FilePath) -> Any:
    """What `save` wrote: a list (of one, if it was an array) or a dictionary. NumPy's .npz files give a dictionary."""
    if _is_plain_npz(file):
        with numpy.load(file, allow_pickle=False) as arrays:
            return {name: array(value) for name, value in arrays.items()}
    arrays, note = load_arrays(file)
    tensors = {name: array(value) for name, value in arrays.items()}
    return tensors if note.get("named", True) else list(tensors.values())


def _is_plain_npz(file: FilePath) -> bool:
    """Whether the file is a zip of arrays without the note of `save_arrays`."""
    import zipfile

    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    return NOTE not in names and all(name.endswith(".npy") for name in names)
