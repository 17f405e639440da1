"""Arrays in files: one array, a list, or a dictionary by name. See `minigrad.serialization`; no pickles."""

from collections.abc import Mapping
from typing import Any

from minigrad.disk import FilePath
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, FileError, KeywordError
from minigrad.explain import described
from minigrad.serialization import load_any, save_arrays, save_npz
from minigrad.values import array, asarray


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
    if not hasattr(arr, "__iter__") or (not isinstance(arr, Tensor) and getattr(arr, "ndim", 1) == 0):
        raise KeywordError(f"save() got {described(arr)}; it writes an array, a list or a dictionary of arrays.")
    arrays = arr if isinstance(arr, Mapping) else dict(enumerate([arr] if isinstance(arr, Tensor) else arr))
    for name, value in arrays.items():
        if not isinstance(value, Tensor):
            raise KeywordError(f"save() got {described(value)} at {name!r}; it writes arrays only: np.array(...).")
    as_text = {str(name): value.data for name, value in arrays.items()}
    if len(as_text) < len(arrays):
        raise ArgumentError(f"save() got two names that are the same as text, among {list(arrays)!r:.200}.")
    save_arrays(file, as_text, {"named": named})


def savez(file: FilePath, *args: Any, **kwds: Any) -> None:
    """Write arrays to an .npz file: as `arr_0`, `arr_1`, ..., or under the names given."""
    numbered = {f"arr_{i}": value for i, value in enumerate(args)}
    if twice := numbered.keys() & kwds:
        raise ArgumentError(f"savez() got {min(twice)!r} twice: by position and by name.")
    save_npz(file, {name: asarray(value).data for name, value in (numbered | kwds).items()})


def load(file: FilePath) -> Any:
    """What `save` wrote: a list (of one, if it was an array) or a dictionary. NumPy's .npz files give a dictionary.

    MissingFileError if there is no such file, AccessError if it cannot be read, and FileError if it is damaged or is
    neither. See `minigrad.archive` for what is refused.
    """
    arrays, note = load_any(file)
    named = True if note is None else note.get("named", True)
    if not isinstance(named, bool):
        raise FileError(f"The file {str(file)!r} is damaged: its note says named={named!r:.60}, and not true or false.")
    tensors = {name: array(value) for name, value in arrays.items()}
    return tensors if named else list(tensors.values())
