"""Joining, splitting and turning arrays, in terms of concatenation, indexing and reshaping."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.arguments import lengths, whole
from minigrad.axes import axes_in, axis_in
from minigrad.composed import as_tensor, composed
from minigrad.create import asarray
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, PositionError
from minigrad.ops import broadcast_to, concatenate, flip, getitem, moveaxis, raw_key, reshape, swapaxes


def _of_each(one: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """`one` of an array, or of each of several as a tuple."""

    @functools.wraps(one)
    def function(*arrays: Any) -> Any:
        done = tuple(one(as_tensor(a, where=f"{one.__name__}()")) for a in arrays)
        return done[0] if len(done) == 1 else done

    return function


@composed()
@_of_each
def atleast_1d(a: Tensor) -> Tensor:
    """With at least one axis; of several arrays, a tuple."""
    return a if a.ndim else reshape(a, (1,))


@composed()
@_of_each
def atleast_2d(a: Tensor) -> Tensor:
    """With at least two axes, the new ones in front; of several arrays, a tuple."""
    return a if a.ndim >= 2 else reshape(a, (1, -1))


@composed()
@_of_each
def atleast_3d(a: Tensor) -> Tensor:
    """With at least three axes: a vector becomes (1, n, 1), a matrix (m, n, 1); of several arrays, a tuple."""
    if a.ndim >= 3:
        return a
    return reshape(a, (*a.shape, 1) if a.ndim == 2 else (1, -1, 1))


@composed()
def vstack(arrays: Any) -> Tensor:
    """Rows on top of each other."""
    return concatenate([atleast_2d(a) for a in arrays], 0)


@composed()
def hstack(arrays: Any) -> Tensor:
    """Columns side by side (vectors end to end)."""
    arrays = [atleast_1d(a) for a in arrays]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1)


@composed()
def dstack(arrays: Any) -> Tensor:
    """Joined along the third axis."""
    return concatenate([atleast_3d(a) for a in arrays], 2)


@composed()
def column_stack(arrays: Any) -> Tensor:
    """Vectors as the columns of a matrix."""
    return concatenate([reshape(a, (-1, 1)) if a.ndim < 2 else a for a in map(asarray, arrays)], 1)


@composed("arr", "values")
def append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    """`values` after `arr` (both flattened if `axis` is None)."""
    return concatenate((arr, values), axis)


@composed("arr")
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Tensor:
    """`arr` (flattened if `axis` is None) with `values` before the position `obj`, or before several positions."""
    arr, axis = (reshape(arr, (-1,)), 0) if axis is None else (arr, axis_in(arr.shape, axis))
    n = arr.shape[axis]
    one = not getattr(obj, "ndim", hasattr(obj, "__len__"))
    places = _places(obj, n + 1, n)
    new = asarray(values, arr.dtype, arr.ctx)
    if one:  # one place may take several rows: they are the first axis of `values`
        new = moveaxis(reshape(new, (*(1,) * (arr.ndim - new.ndim), *new.shape)), 0, axis)
        places *= new.shape[axis]
    shape = tuple(len(places) if i == axis else m for i, m in enumerate(arr.shape))
    joined = concatenate((arr, broadcast_to(new, shape)), axis)
    order = numpy.argsort([*range(n), *(p - 0.5 for p in places)], kind="stable")
    return getitem(joined, (slice(None),) * axis + (arr.ctx.put(order),))


@composed("arr")
def delete(arr: Any, obj: Any, axis: Any = None) -> Tensor:
    """`arr` without the position, slice or positions `obj` (of the flattened array if `axis` is None)."""
    arr, axis = (reshape(arr, (-1,)), 0) if axis is None else (arr, axis_in(arr.shape, axis))
    n = arr.shape[axis]
    kept = numpy.delete(numpy.arange(n), _places(obj, n, n))
    return getitem(arr, (slice(None),) * axis + (arr.ctx.put(kept),))


def _places(obj: Any, n: int, count: int) -> list[int]:
    """Positions from 0 to n - 1, from whole numbers that may count from the end of `count`, a slice or a mask."""
    if isinstance(obj, slice):
        return list(range(count)[obj])
    given = numpy.atleast_1d(obj.asnumpy() if isinstance(obj, Tensor) else obj)
    numbers = numpy.flatnonzero(given) if given.dtype == bool else given
    for i in numbers:
        if i != int(i) or not -count <= i < n:
            raise PositionError(
                f"There is no position {i} along an axis of length {count}; positions are whole numbers from {-count} "
                f"to {n - 1}."
            )
    return [int(i) + count if i < 0 else int(i) for i in numbers]


@composed("ary")
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Pieces along an axis: a number of equal pieces, or the places to cut at.

    >>> from minigrad import np
    >>> np.split(np.arange(5), [2])
    [array([0., 1.]), array([2., 3., 4.])]
    """
    axis = axis_in(ary.shape, axis)
    n = ary.shape[axis]
    if not hasattr(indices_or_sections, "__len__"):
        indices_or_sections = whole("indices_or_sections", indices_or_sections, 1)
        if n % indices_or_sections:
            raise ArgumentError(
                f"split() cannot cut an axis of length {n} into {indices_or_sections} equal pieces; use array_split()."
            )
        indices_or_sections = range(0, n, n // indices_or_sections or 1)[1:] if n else [0] * (indices_or_sections - 1)
    cuts = [0, *(whole("indices_or_sections", i) for i in raw_key(indices_or_sections)), n]
    return [ary[(slice(None),) * axis + (slice(a, b),)] for a, b in itertools.pairwise(cuts)]


@composed("ary")
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """`split`, with pieces that may differ by one."""
    if not hasattr(indices_or_sections, "__len__"):
        indices_or_sections = whole("indices_or_sections", indices_or_sections, 1)
        size, rest = divmod(ary.shape[axis_in(ary.shape, axis)], indices_or_sections)
        indices_or_sections = [k * size + min(k, rest) for k in range(1, indices_or_sections)]
    return split(ary, indices_or_sections, axis)


@composed("ary")
def hsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """Pieces side by side (of a vector, along its axis)."""
    return split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1)


@composed("ary")
def vsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """Pieces on top of each other."""
    return split(ary, indices_or_sections, 0)


@composed("ary")
def dsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """Pieces along the third axis."""
    return split(ary, indices_or_sections, 2)


@composed("a")
def ravel(a: Any) -> Tensor:
    """On one axis."""
    return reshape(a, (-1,))


@composed("a")
def resize(a: Any, new_shape: Any) -> Tensor:
    """The values in another shape, repeated from the start if there are too few."""
    shape = lengths("new_shape", new_shape)
    flat = ravel(a)
    size = int(numpy.prod(shape))
    with flat.ctx:
        return reshape(getitem(flat, flat.ctx.xp.arange(size) % flat.size), shape)


@composed()
def broadcast_arrays(*args: Any) -> list[Tensor]:
    """Arrays repeated to their common shape."""
    arrays = [asarray(a) for a in args]
    shape = numpy.broadcast_shapes(*(a.shape for a in arrays))
    return [broadcast_to(a, shape) for a in arrays]


@composed("m")
def fliplr(m: Any) -> Tensor:
    """The order of the columns reversed."""
    return flip(m, 1)


@composed("m")
def flipud(m: Any) -> Tensor:
    """The order of the rows reversed."""
    return flip(m, 0)


@composed("m")
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """Turned by k quarters, from the first of `axes` towards the second."""
    first, second = axes_in(m.shape, axes, "axes")
    for _ in range(whole("k", k) % 4):
        m = swapaxes(flip(m, second), first, second)
    return m  # type: ignore[no-any-return]


@composed("a")
def rollaxis(a: Any, axis: int, start: int = 0) -> Tensor:
    """The axis moved back until it lies before the position `start`."""
    axis, start = axis_in(a.shape, axis), axis_in((*a.shape, 1), start - (start < 0), "start")
    return moveaxis(a, axis, start - 1 if axis < start else start)
