"""The functions used in the texts of exercises and of their neighbours.

They take arrays and numbers. A number stays a Python float, which never widens an array, and is NaN where NumPy's
would be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy


def number_or_array(function: Callable[..., Any]) -> Callable[..., Any]:
    """A NumPy function that returns Python numbers for Python numbers."""

    def applied(*args: Any) -> Any:
        found = function(*args)
        return found if any(hasattr(x, "dtype") for x in args) else float(found)

    return applied


def over(function: Callable[..., Any]) -> Callable[[Any, int | None], Any]:
    """A reduction over everything, or over an axis that is kept with length 1."""

    def reduced(x: Any, axis: int | None) -> Any:
        return function(x) if axis is None else function(x, axis=axis, keepdims=True)

    return reduced


def norm_of(x: Any, **kwargs: Any) -> Any:
    return numpy.sqrt(numpy.sum(numpy.square(x), **kwargs))


def chosen(condition: Any, x: Any, y: Any) -> Any:
    return numpy.where(condition, x, y) if hasattr(condition, "dtype") else x if condition else y


def blank(x: Any, index: int, axis: int, others: bool = False) -> Any:
    """The array with zeros at an index along an axis or, if `others`, everywhere else."""
    there = numpy.arange(x.shape[axis]) == index % x.shape[axis]
    shape = [1] * x.ndim
    shape[axis] = -1
    return x * (there == others).reshape(shape)


ELEMENTWISE = (
    "sqrt", "absolute", "sign", "square", "exp", "log", "log2", "log10", "sin", "cos", "maximum", "minimum",
)  # fmt: skip
WORDS: dict[str, Any] = {
    **{name: number_or_array(getattr(numpy, name)) for name in ELEMENTWISE}, "where": chosen,
    "mean_over": over(numpy.mean), "sum_over": over(numpy.sum), "max_over": over(numpy.max), "norm_over": over(norm_of),
    "first_over": lambda x, axis: numpy.ravel(x)[0], "all_over": numpy.all, "any_over": numpy.any,
    "total": lambda x: float(numpy.sum(x, dtype=float)), "average": lambda x: float(numpy.mean(x, dtype=float)),
    "largest": lambda x: float(numpy.max(x)), "first_row": lambda x: float(numpy.sum(x[0], dtype=float)),
    "spectral": lambda x: float(numpy.linalg.norm(x, 2)),
    "without_index": numpy.delete, "only_index": lambda x, index, axis: numpy.take(x, [index], axis),
    "sums_of_pairs": lambda x, y: numpy.sum(x[:, :, None] + y, axis=1), "how_many": numpy.size, "blank_index": blank,
    "blank_others": lambda x, index, axis: blank(x, index, axis, others=True),
    "all_but_last": lambda x: float(numpy.sum(numpy.ravel(x)[:-1], dtype=float)),
    "all_but_first": lambda x: float(numpy.sum(numpy.ravel(x)[1:], dtype=float)),
}  # fmt: skip
"""Name -> function. Only edits use `mean_over(x, axis)` and the like."""

sqrt, absolute, sign, square = (WORDS[name] for name in ("sqrt", "absolute", "sign", "square"))
cos, sin, maximum, where, total = (WORDS[name] for name in ("cos", "sin", "maximum", "where", "total"))
