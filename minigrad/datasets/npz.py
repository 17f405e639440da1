"""Classified samples from a user's .npz file, checked before anything is trained on them."""

import numpy

from minigrad.archive import archive
from minigrad.datasets.split import Split, split
from minigrad.disk import FilePath
from minigrad.errors import FileError

LAST_CLASS = 999_999
MOST_NAMED = 8


def from_npz(path: FilePath, test_fraction: float = 0.2, seed: int = 0) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)` from arrays `x` (n, ...) of numbers and `y` (n,) of class numbers from 0.

    `x` becomes float32. Raises MissingFileError, AccessError, or FileError saying what is wrong: not an .npz file,
    impossible sizes (see `minigrad.archive`), Python objects in it, arrays missing or of different lengths, values that
    are NaN or infinite in float32, labels that are not whole numbers from 0 to 999,999, no features, only one class, or
    too few samples.
    """
    with archive(
        path, "The file {path} cannot be read as .npz ({reason}); write it with numpy.savez(path, x=x, y=y)."
    ) as arrays:
        for name in ("x", "y"):
            if name not in arrays.stems:
                names = ", ".join(repr(stem) for stem in arrays.stems[:MOST_NAMED])
                raise FileError(f"it has no array {name!r}, only {names or 'other files'}")
        x, y = arrays["x"], arrays["y"]
    where = f"The file {str(path)!r}"
    if y.ndim != 1 or x.ndim < 2 or len(x) != len(y) or (len(x) and not x[0].size):
        raise FileError(
            f"{where} has x of shape {x.shape} and y of shape {y.shape}; expected (n, features) and (n,): "
            "a row of x and a class number for each sample."
        )
    if x.dtype.kind not in "fiub" or y.dtype.kind not in "fiub":
        raise FileError(f"{where} has x of dtype {x.dtype} and y of dtype {y.dtype}; expected real numbers in both.")
    with numpy.errstate(over="ignore"):
        x = x.astype("float32")
    bad = ~numpy.isfinite(x)
    if bad.any():
        row = int(bad.any(axis=tuple(range(1, x.ndim))).argmax())
        raise FileError(
            f"{where} has values in x that are NaN or infinite in float32, {bad.sum()} of {bad.size}, the first in row "
            f"{row}; drop those rows or fill the values in."
        )
    wrong = ~((y >= 0) & (y <= LAST_CLASS) & (y == numpy.floor(y)))
    if wrong.any():
        row = int(wrong.argmax())
        raise FileError(
            f"{where} has the label {y[row]} in row {row} of y; expected class numbers, whole and from 0 to "
            f"{LAST_CLASS:,}. Number the classes from 0: numpy.unique(y, return_inverse=True)[1]."
        )
    parts = split(x, y.astype("int64"), test_fraction, seed)
    if not all(len(labels) for _, labels in parts):
        raise FileError(
            f"{where} has {len(y)} sample{'' if len(y) == 1 else 's'}, too few to train on one part and test on the "
            "other; expected several of each class, five or more."
        )
    if (y == y[0]).all():
        raise FileError(f"{where} has only one class in y, {int(y[0])}; expected at least two to tell apart.")
    return parts
