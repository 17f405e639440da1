"""Positions, counts, sets and comparisons: what has no derivative. None loses one while recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from minigrad import ops, protocols
from minigrad.arguments import whole
from minigrad.create import asarray
from minigrad.ops.accumulate import unhalved
from minigrad.tensor import Tensor


def constant(name: str) -> Callable[..., Any]:
    """The function `name` of the array module, on constants."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return protocols.on_constants(name, args, kwargs)

    function.__name__ = function.__qualname__ = name.split(".")[-1]
    function.__doc__ = f"`numpy.{name}`, which has no derivative."
    return function


argwhere, flatnonzero, nonzero = constant("argwhere"), constant("flatnonzero"), constant("nonzero")
digitize = constant("digitize")
searchsorted, lexsort, unravel_index = constant("searchsorted"), constant("lexsort"), constant("unravel_index")
unique, isin, intersect1d = constant("unique"), constant("isin"), constant("intersect1d")
setdiff1d, union1d, isclose = constant("setdiff1d"), constant("union1d"), constant("isclose")


def histogram(a: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.histogram`: how many values lie in each bin, and the edges of the bins (float32 ones for float16)."""
    return constant("histogram")(unhalved(asarray(a)), *args, **kwargs)


def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    """How many values are not 0."""
    return ops.sum(asarray(a) != 0, axis, dtype="int64", keepdims=keepdims)


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    """How often each whole number from 0 up occurs, or the sum of its weights."""
    x = asarray(x)
    counted = Tensor(ops.raw_key(x), x.ctx)
    found: Tensor = constant("bincount")(counted, weights, whole("minlength", minlength, 0))
    return found


def array_equal(a: Any, b: Any) -> Any:
    """Whether shapes and values are equal."""
    a, b = asarray(a), asarray(b)
    return a.shape == b.shape and (a == b).all().item()


def array_equiv(a: Any, b: Any) -> Any:
    """Whether values are equal after broadcasting."""
    a, b = asarray(a), asarray(b)
    try:
        numpy.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return (a == b).all().item()


def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether all values agree within atol + rtol |b|."""
    return isclose(asarray(a).detach(), asarray(b).detach(), rtol, atol, equal_nan).all().item()


def may_share_memory(a: Tensor, b: Tensor) -> Any:
    """Whether two arrays may lie in the same memory."""
    return a.ctx is b.ctx and a.ctx.xp.may_share_memory(a.data, b.data)


shares_memory = may_share_memory


def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return asarray(a).shape


def ndim(a: Any) -> int:
    """The number of axes."""
    return int(asarray(a).ndim)


def size(a: Any) -> int:
    """The number of values."""
    return int(asarray(a).size)
