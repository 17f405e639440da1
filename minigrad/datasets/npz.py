"""Classified samples from a user's .npz file, looked over before anything is trained on them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy

from minigrad.datasets.split import HostArray, Split, split
from minigrad.errors import FileError, MissingFileError


def from_npz(path: str | os.PathLike[str], test_fraction: float = 0.2, seed: int = 0) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)` from arrays `x` (n, ...) of numbers and `y` (n,) of class numbers from 0.

    `x` becomes float32. Raises MissingFileError, or FileError saying what is wrong: no .npz file, arrays missing or of
    different lengths, values that are NaN or infinite, labels that are not whole numbers from 0, or too few samples.
    """
    x, y = _read(path)
    where = f"The file {str(path)!r}"
    if y.ndim != 1 or x.ndim < 2 or len(x) != len(y):
        raise FileError(f"{where} has x of shape {x.shape} and y of shape {y.shape}; expected (n, features) and (n,).")
    if x.dtype.kind not in "fiub" or y.dtype.kind not in "fiu":
        raise FileError(f"{where} has x of dtype {x.dtype} and y of dtype {y.dtype}; expected numbers.")
    bad = ~numpy.isfinite(x)
    if bad.any():
        row = int(bad.any(axis=tuple(range(1, x.ndim))).argmax())
        raise FileError(
            f"{where} has {bad.sum()} values in x that are NaN or infinite, the first in row {row}; "
            "drop those rows or fill the values in."
        )
    wrong = y[~((y >= 0) & (y == numpy.floor(y)))]
    if wrong.size:
        raise FileError(f"{where} has the label {wrong[0]} in y; classes are whole numbers from 0.")
    parts = split(x.astype("float32"), y.astype("int64"), test_fraction, seed)
    if not all(len(labels) for _, labels in parts):
        raise FileError(f"{where} has {len(y)} samples, too few to train on one part and test on the other.")
    return parts


def _read(path: str | os.PathLike[str]) -> tuple[HostArray, HostArray]:
    try:
        with Path(path).open("rb") as file, numpy.load(file, allow_pickle=False) as data:
            return data["x"], data["y"]
    except FileNotFoundError:
        raise MissingFileError(f"There is no file {str(path)!r}; check the path.") from None
    except KeyError as missing:
        raise FileError(f"The file {str(path)!r} has no such array: {missing}. Expected x and y.") from None
    except Exception as error:  # zipfile, zlib and numpy raise many kinds on a damaged or foreign file
        raise FileError(
            f"The file {str(path)!r} cannot be read as .npz ({error}); write it with numpy.savez."
        ) from error
