"""Joining, splitting and rotating arrays, in terms of concatenation, indexing and reshaping."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.arguments import MANY, lengths, whole
from minigrad.axes import axes_in, axis_in
from minigrad.composed import as_tensor, composed
from minigrad.create import zeros
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, PositionError
from minigrad.ops import broadcast_to, concatenate, flip, getitem, moveaxis, raw_key, reshape, swapaxes
from minigrad.values import asarray


def _of_each(one: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """A function that applies `one` to an array, or to each of several, which gives a tuple."""

    @functools.wraps(one)
    def function(*arrays: Any) -> Any:
        done = tuple(one(as_tensor(a, where=f"{one.__name__}()")) for a in arrays)
        return done[0] if len(done) == 1 else done

    return function


@composed()
@_of_each
def atleast_1d(a: Tensor) -> Tensor:
    """The array with at least one axis; for several arrays, a tuple. Gradient: g in the shape of the array.

    >>> from minigrad import np
    >>> np.atleast_1d(np.array(3))
    array([3.])
    """
    return a if a.ndim else reshape(a, (1,))


@composed()
@_of_each
def atleast_2d(a: Tensor) -> Tensor:
    """The array with at least two axes, new ones in front; for several arrays, a tuple.

    Gradient: g in the shape of the array.

    >>> from minigrad import np
    >>> np.atleast_2d(np.array([1, 2])).shape
    (1, 2)
    """
    return a if a.ndim >= 2 else reshape(a, (1, -1))


@composed()
@_of_each
def atleast_3d(a: Tensor) -> Tensor:
    """The array with at least three axes: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1); a tuple for several.

    Gradient: g in the shape of the array.

    >>> from minigrad import np
    >>> np.atleast_3d(np.array([1, 2])).shape
    (1, 2, 1)
    """
    if a.ndim >= 3:
        return a
    return reshape(a, (*a.shape, 1) if a.ndim == 2 else (1, -1, 1))


@composed()
def vstack(arrays: Any) -> Tensor:
    """Arrays on top of each other, along the first axis; vectors are rows. Gradient: each gets its own rows of g.

    >>> from minigrad import np
    >>> np.vstack((np.array([1, 2]), np.array([3, 4])))
    array([[1., 2.],
           [3., 4.]])
    """
    return concatenate([atleast_2d(a) for a in arrays], 0)


@composed()
def hstack(arrays: Any) -> Tensor:
    """Arrays side by side, along the second axis (vectors end to end). Gradient: each gets its own columns of g.

    >>> from minigrad import np
    >>> np.hstack((np.array([1, 2]), np.array([3])))
    array([1., 2., 3.])
    """
    arrays = [atleast_1d(a) for a in arrays]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1)


@composed()
def dstack(arrays: Any) -> Tensor:
    """Arrays joined along the third axis, which is added if they have none. Gradient: each gets its own part of g.

    >>> from minigrad import np
    >>> np.dstack((np.array([1, 2]), np.array([3, 4]))).shape
    (1, 2, 2)
    """
    return concatenate([atleast_3d(a) for a in arrays], 2)


@composed()
def column_stack(arrays: Any) -> Tensor:
    """Vectors as the columns of a matrix, or matrices side by side. Gradient: each gets its own columns of g.

    >>> from minigrad import np
    >>> np.column_stack((np.array([1, 2]), np.array([3, 4])))
    array([[1., 3.],
           [2., 4.]])
    """
    return concatenate([reshape(a, (-1, 1)) if a.ndim < 2 else a for a in map(asarray, arrays)], 1)


@composed("arr", "values")
def append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    """`arr` followed by `values` along `axis` (both flattened if None). Gradient: each gets its own part of g.

    >>> from minigrad import np
    >>> np.append(np.array([1, 2]), np.array([3]))
    array([1., 2., 3.])
    """
    return concatenate((arr, values), axis)


@composed("arr")
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Tensor:
    """`arr` (flattened if `axis` is None) with `values` before the position `obj`, or before several positions.

    Gradient: each value of both gets the g at its new place. PositionError for a position outside.

    >>> from minigrad import np
    >>> np.insert(np.array([1, 2]), 1, 9)
    array([1., 9., 2.])
    """
    arr, axis = (reshape(arr, (-1,)), 0) if axis is None else (arr, axis_in(arr.shape, axis))
    n = arr.shape[axis]
    one = not isinstance(obj, slice) and not getattr(obj, "ndim", hasattr(obj, "__len__"))
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
    """`arr` without the position, slice or positions `obj` (of the flattened array if `axis` is None).

    Gradient: g, and 0 for what was left out. PositionError for a position outside.

    >>> from minigrad import np
    >>> np.delete(np.array([1, 2, 3]), 1)
    array([1., 3.])
    """
    arr, axis = (reshape(arr, (-1,)), 0) if axis is None else (arr, axis_in(arr.shape, axis))
    n = arr.shape[axis]
    left = numpy.delete(numpy.arange(n), _places(obj, n, n))
    return getitem(arr, (slice(None),) * axis + (arr.ctx.put(left),))


def _places(obj: Any, n: int, count: int) -> list[int]:
    """Positions from 0 to n - 1, from whole numbers that may count from the end of `count`, a slice or a mask."""
    if isinstance(obj, slice):
        return list(range(count)[obj])
    given = numpy.atleast_1d(obj.asnumpy() if isinstance(obj, Tensor) else obj)
    if given.dtype == bool and given.shape != (count,):
        raise PositionError(f"A mask of shape {given.shape} cannot choose from the {count} places along an axis.")
    numbers = numpy.flatnonzero(given) if given.dtype == bool else given
    for i in numbers:
        if i != int(i) or not -count <= i < n:
            raise PositionError(
                f"There is no position {i} along an axis of length {count}; positions are whole numbers from "
                f"{-count} to {n - 1}."
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
    """The array cut along `axis` as by `split`, but the pieces need not be equal: their lengths may differ by one.

    Gradient: each stretch gets the g of its piece.

    >>> from minigrad import np
    >>> np.array_split(np.arange(3), 2)
    [array([0., 1.]), array([2.])]
    """
    if not hasattr(indices_or_sections, "__len__"):
        indices_or_sections = whole("indices_or_sections", indices_or_sections, 1, MANY)
        size, rest = divmod(ary.shape[axis_in(ary.shape, axis)], indices_or_sections)
        indices_or_sections = [k * size + min(k, rest) for k in range(1, indices_or_sections)]
    return split(ary, indices_or_sections, axis)


@composed("ary")
def hsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """The array cut along its second axis (a vector along its only one): see `split`.

    >>> from minigrad import np
    >>> np.hsplit(np.arange(4), 2)
    [array([0., 1.]), array([2., 3.])]
    """
    return split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1)


@composed("ary")
def vsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """The array cut along its first axis: see `split`.

    >>> from minigrad import np
    >>> np.vsplit(np.array([[1, 2], [3, 4]]), 2)
    [array([[1., 2.]]), array([[3., 4.]])]
    """
    return split(ary, indices_or_sections, 0)


@composed("ary")
def dsplit(ary: Any, indices_or_sections: Any) -> list[Tensor]:
    """The array cut along its third axis: see `split`.

    >>> from minigrad import np
    >>> len(np.dsplit(np.ones((1, 1, 4)), 2))
    2
    """
    return split(ary, indices_or_sections, 2)


@composed("a")
def ravel(a: Any) -> Tensor:
    """The values on one axis. Gradient: g in the shape of the array.

    >>> from minigrad import np
    >>> np.ravel(np.array([[1, 2], [3, 4]]))
    array([1., 2., 3., 4.])
    """
    return reshape(a, (-1,))


@composed("a")
def resize(a: Any, new_shape: Any) -> Tensor:
    """The values in another shape, repeated from the start if there are too few.

    Gradient: each value gets the sum of g over its repetitions.

    >>> from minigrad import np
    >>> np.resize(np.array([1, 2]), 5)
    array([1., 2., 1., 2., 1.])
    """
    shape = lengths("new_shape", new_shape)
    flat = ravel(a)
    size = int(numpy.prod(shape))
    if not flat.size:
        return zeros(shape, flat.dtype, ctx=flat.ctx)
    with flat.ctx:
        return reshape(getitem(flat, flat.ctx.xp.arange(size) % flat.size), shape)


@composed()
def broadcast_arrays(*args: Any) -> list[Tensor]:
    """A list of the arrays repeated to their common shape. Gradient: each value gets the sum of g over its repetitions.

    >>> from minigrad import np
    >>> np.broadcast_arrays(np.array([1, 2]), 3)
    [array([1., 2.]), array([3., 3.])]
    """
    arrays = [asarray(a) for a in args]
    shape = numpy.broadcast_shapes(*(a.shape for a in arrays))
    return [broadcast_to(a, shape) for a in arrays]


@composed("m")
def fliplr(m: Any) -> Tensor:
    """The columns (axis 1) in reverse order. Gradient: g with its columns reversed.

    >>> from minigrad import np
    >>> np.fliplr(np.array([[1, 2], [3, 4]]))
    array([[2., 1.],
           [4., 3.]])
    """
    return flip(m, 1)


@composed("m")
def flipud(m: Any) -> Tensor:
    """The rows (axis 0) in reverse order. Gradient: g with its rows reversed.

    >>> from minigrad import np
    >>> np.flipud(np.array([[1, 2], [3, 4]]))
    array([[3., 4.],
           [1., 2.]])
    """
    return flip(m, 0)


@composed("m")
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """The array rotated k times by 90 degrees, from the first of `axes` towards the second. Gradient: g rotated back.

    >>> from minigrad import np
    >>> np.rot90(np.array([[1, 2], [3, 4]]))
    array([[2., 4.],
           [1., 3.]])
    """
    first, second = axes_in(m.shape, axes, "axes")
    for _ in range(whole("k", k) % 4):
        m = swapaxes(flip(m, second), first, second)
    return m  # type: ignore[no-any-return]


@composed("a")
def rollaxis(a: Any, axis: int, start: int = 0) -> Tensor:
    """The array with `axis` moved back until it lies before the position `start`. Gradient: g with the axis moved back.

    >>> from minigrad import np
    >>> np.rollaxis(np.zeros((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    axis, start = axis_in(a.shape, axis), axis_in((*a.shape, 1), start - (start < 0), "start")
    return moveaxis(a, axis, start - 1 if axis < start else start)
