"""Files of named arrays: one zip of .npy members and a JSON note, never a pickle, and never half written.

`nd.save`, the parameters of a Block and the states of a Trainer all pass through `save_arrays` and `load_arrays`. The
file is an ordinary `.npz`, so that `numpy.load` opens it too; its member `minigrad.json` holds the format version, the
names in order, and whatever the caller wants to note. Array `name` is the member `name.npy`, in any order: a file may
be unpacked and packed again.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy

from minigrad.device import Array, to_host
from minigrad.disk import FilePath, reading, replacing
from minigrad.errors import ArgumentError, DTypeError, FileError

FORMAT = "minigrad arrays"
VERSION = 1
NOTE = "minigrad.json"
Arrays = dict[str, numpy.ndarray[Any, Any]]
_LONGEST_NAME = 60_000  # bytes; zip stores the length in two of them
_MXNET_MAGIC = (0x112).to_bytes(8, "little")
_NOT_OURS = (
    "{path} is not a file of minigrad, or is damaged ({reason}). Expected a file written by a save function of "
    "minigrad; nothing was loaded."
)


def save_arrays(path: FilePath, arrays: Mapping[str, Array], meta: Mapping[str, Any] | None = None) -> None:
    """Write named arrays, and a note that JSON can hold, to `path`, which is used exactly as given.

    Every array keeps its dtype (bool, integer, float or complex) and shape, 0-d and empty included; arrays on a GPU are
    fetched. The old file, if any, stays whole until the new one has reached the disk, and the new one gets its mode.
    ArgumentError if the note is longer than a million characters plus a thousand for each array; AccessError or
    MissingFileError if the file cannot be written.

    >>> import tempfile, numpy
    >>> folder = tempfile.mkdtemp()
    >>> save_arrays(folder + "/net.params", {"0.weight": numpy.eye(2)}, meta={"steps": 3})
    >>> load_arrays(folder + "/net.params")
    ({'0.weight': array([[1., 0.],
           [0., 1.]])}, {'steps': 3})
    """
    host = _on_host(arrays)
    try:
        note = json.dumps({"format": FORMAT, "version": VERSION, "names": list(arrays), "meta": dict(meta or {})})
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(f"The note for {str(path)!r} is not valid JSON: {error}.") from None
    if len(note) > _longest(len(host)):
        raise ArgumentError(f"The note for {str(path)!r} has {len(note)} characters; only {_longest(len(host))} fit.")
    from minigrad.archive import write_arrays  # slow to import, and only files need it

    with replacing(path) as file:
        write_arrays(file, host, {NOTE: note})


def load_arrays(path: FilePath) -> tuple[Arrays, dict[str, Any]]:
    """Read what `save_arrays` wrote: the arrays by name, in their order and on the host, and the note.

    Raises MissingFileError if there is no such file, AccessError if it cannot be read, and FileError if it is not a
    file of `save_arrays` or is damaged: names in the note that do not match the members, members that appear twice,
    names that are paths, impossible sizes (see `minigrad.archive`).
    """
    arrays, meta = load_any(path)
    if meta is None:
        raise FileError(_NOT_OURS.format(path=repr(str(path)), reason=f"it has no {NOTE}"))
    return arrays, meta


def load_any(path: FilePath) -> tuple[Arrays, dict[str, Any] | None]:
    """As `load_arrays`; for an .npz file without our note, the arrays and None."""
    from minigrad.archive import archive, stem

    with reading(path) as file:
        if file.read(8) == _MXNET_MAGIC:
            raise FileError(
                f"{str(path)!r} is a file of MXNet, whose binary format minigrad does not read. In MXNet, write its "
                "arrays with numpy.savez('arrays.npz', **{name: array.asnumpy() for name, array in "
                "mx.nd.load(file).items()}); here, npx.save(file, npx.load('arrays.npz')) makes a file for "
                "load_parameters."
            )
    with archive(path, _NOT_OURS) as members:
        others = [name for name in members.rest if name != NOTE]
        if others:
            raise FileError(f"its member {others[0]!r} is not an array")
        if NOTE not in members.rest:
            return {name: members[name] for name in members.stems}, None
        if members.rest[NOTE] > _longest(len(members.stems)):
            raise FileError(f"its note of {members.rest[NOTE]} bytes is too long for {len(members.stems)} arrays")
        names, meta = _read_note(members.text(NOTE))
        stems = [stem(name) for name in names]
        _compare(stems, members.stems)
        return {name: members[where] for name, where in zip(names, stems)}, meta


def save_npz(path: FilePath, arrays: Mapping[str, Array]) -> None:
    """Write named arrays to one of NumPy's .npz files: as `save_arrays`, but without a note.

    ArgumentError if a name is a path out of a folder, which only a note could record.
    """
    from minigrad.archive import plain, write_arrays

    host = _on_host(arrays)
    for name in arrays:
        if not plain(name):
            raise ArgumentError(f"The name {name!r:.100} is a path, or has a character that .npz files cannot hold.")
    with replacing(path) as file:
        write_arrays(file, host, {})


def _read_note(text: bytes) -> tuple[list[str], dict[str, Any]]:
    """The names and the caller's note."""
    note = json.loads(text)
    if not isinstance(note, dict) or note.get("format") != FORMAT:
        raise FileError(f"its {NOTE} does not say {FORMAT!r}")
    version, names, meta = (note.get(key) for key in ("version", "names", "meta"))
    if type(version) is not int or version < 1:
        raise FileError(f"its version is {version!r}")
    if version > VERSION:
        raise FileError(
            f"it has format version {version}, but this minigrad reads versions up to {VERSION}: update minigrad"
        )
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise FileError(f"its {NOTE} has no list of names")
    if not isinstance(meta, dict):
        raise FileError(f"its {NOTE} has no dictionary 'meta'")
    return names, meta


def _compare(noted: list[str], found: list[str]) -> None:
    """Refuse members that are not exactly those that the note names."""
    if len(set(noted)) < len(noted):
        raise FileError(f"its {NOTE} names an array twice")
    for missing in set(noted) - set(found):
        raise FileError(f"its {NOTE} names an array {missing!r:.100}, which it does not have")
    for extra in set(found) - set(noted):
        raise FileError(f"it has an array {extra!r:.100}, which its {NOTE} does not name")


def _longest(arrays: int) -> int:
    """How long a note may be: the objects that JSON becomes take up to 30 times as much memory."""
    return (1 << 20) + 1000 * arrays


def _on_host(arrays: Mapping[str, Array]) -> Arrays:
    """The arrays as NumPy arrays, by the names of their members."""
    from minigrad.archive import stem

    host: Arrays = {}
    for name, array in arrays.items():
        if not isinstance(name, str):
            raise ArgumentError(f"Arrays in a file are named by strings, not by {name!r}.")
        where = stem(name)
        if where in host or len(where.encode()) > _LONGEST_NAME:
            why = "is stored in the same place as another" if where in host else "is too long"
            raise ArgumentError(f"The name {name!r:.100} of an array {why}; choose another.")
        host[where] = to_host(array)
        if host[where].dtype.kind not in "biufc":
            raise DTypeError(
                f"Cannot save array {name!r} of dtype {host[where].dtype}; only numbers and bools can be saved."
            )
    return host
