"""Reading values by position, and putting gradients back at those positions.

Every operation here that reads has a partner that adds: each is the VJP of the other.
"""

import math
from typing import Any

import numpy

from minigrad.arguments import one_of, whole
from minigrad.axes import axis_in
from minigrad.composed import composed
from minigrad.device import on_host, xp_of
from minigrad.engine.graph import Piece
from minigrad.engine.modes import read
from minigrad.engine.operation import op, view
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.ops.accumulate import added_at
from minigrad.ops.choose import clip
from minigrad.ops.elementwise import astype, mod
from minigrad.ops.shape import expand_dims, squeeze


def raw_key(key: Any) -> Any:
    """An index with raw arrays in place of Tensors; whole-number floats, which Gluon allows, become integers."""
    if isinstance(key, tuple):
        return tuple(raw_key(k) for k in key)
    if isinstance(key, list):
        return [raw_key(k) for k in key]
    if isinstance(key, Tensor):
        raw = read(key)
        if raw.dtype.kind != "f":
            return raw
        with key.ctx:
            return whole_numbers(xp_of(raw), raw)
    return key


def _is_basic(key: Any) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    return all(k is None or k is Ellipsis or isinstance(k, (int, slice, numpy.integer)) for k in parts)


@view
def getitem(xp, x, key):
    """x[key]: a view for slices and numbers, a copy for index arrays and masks.

    Gradient: zeros in the shape of x with g added at `key`.

    >>> from minigrad import np, ops
    >>> ops.getitem(np.array([1, 2, 3]), slice(1, None))
    array([2., 3.])
    """
    return x[key]


def _put_piece(F, g, target, key):
    """Zeros around g; or for a slice a `Piece`, which the backward pass adds in place, unless it is recorded."""
    if type(g) is Tensor or not _is_basic(key):
        return F.put_back(g, key, target.shape)
    return Piece(g, key, target.shape)


getitem.vjp(x=_put_piece)


@op
def put_back(xp, g, key, shape):
    """Zeros of `shape` with g added at `key`; a position named twice gets both values. It is the gradient of `getitem`.

    Gradient: the values at `key` of the gradient that it receives.

    >>> from minigrad import np, ops
    >>> ops.put_back(np.array([1, 2, 3]), [0, 2, 2], (3,))
    array([1., 0., 5.])
    """
    if not _is_basic(key):
        return added_at(xp, g, key, shape)
    out = xp.zeros(shape, g.dtype) if type(g) is xp.ndarray else xp.zeros_like(g, shape=shape)  # which a tape records
    out[key] = g
    return out


put_back.vjp(g=lambda F, g, key: F.getitem(g, key))


@op
def take(xp, x, indices, axis=None, mode="raise"):
    """The values at `indices` along `axis` (of the flattened array if None); negative ones count from the end.

    Positions outside raise an error; with mode 'clip' they become the nearest inside, with 'wrap' they wrap around.

    Gradient: zeros in the shape of x with g added at the positions. None for `indices`.

    >>> from minigrad import np
    >>> np.take(np.array([10, 20, 30]), [2, 0, 2])
    array([30., 10., 30.])
    """
    return xp.take(x, _inside(xp, indices, x.shape, axis, mode), axis=axis)


def _inside(xp, indices, shape, axis, mode):
    """The positions as whole numbers, brought inside as `mode` says."""
    n = math.prod(shape) if axis is None else shape[axis]
    indices = whole_numbers(xp, indices)
    if one_of("mode", mode, "raise", "clip", "wrap") == "clip":
        return xp.clip(indices, 0, n - 1)
    return indices % n if mode == "wrap" else indices


def _put_rows(F, g, target, indices, axis, mode):
    indices = raw_key(indices)
    indices = _inside(xp_of(indices), indices, target.shape, axis, mode)
    if axis is None:
        return F.reshape(F.put_back(F.reshape(g, (-1,)), indices.reshape(-1), (math.prod(target.shape),)), target.shape)
    return F.put_back(g, (slice(None),) * (axis % len(target.shape)) + (indices,), target.shape)


take.vjp(x=_put_rows)


@op
def embedding(xp, weight, indices):
    """Row i of `weight` (n, d) for every index i: shape indices.shape + (d,). ArgumentError if there is no such row.

    Gradient: zeros in the shape of `weight` with each row of g added at its index.

    >>> from minigrad import np, ops
    >>> ops.embedding(np.array([[1, 2], [3, 4]]), [1, 1, 0])
    array([[3., 4.],
           [3., 4.],
           [1., 2.]])
    """
    indices = whole_numbers(xp, indices)
    if on_host(xp) and indices.size and (indices.min() < 0 or indices.max() >= len(weight)):
        raise ArgumentError(
            f"Embedding indices go from {int(indices.min())} to {int(indices.max())} but the table has rows 0 to "
            f"{len(weight) - 1}; enlarge input_dim or check the vocabulary."
        )
    return weight[indices]


embedding.vjp(weight=lambda F, g, target, indices: F.put_back(g, raw_key(F.astype(indices, "int64")), target.shape))


@op
def take_along_axis(xp, x, indices, axis):
    """For each place along the other axes, the values at `indices` along `axis`.

    Gradient: zeros in the shape of x with g added at `indices`.

    >>> from minigrad import np
    >>> np.take_along_axis(np.array([[3, 1], [2, 4]]), np.array([[1], [0]]), 1)
    array([[1.],
           [2.]])
    """
    return xp.take_along_axis(x, whole_numbers(xp, indices), axis)


take_along_axis.vjp(x=lambda F, g, target, indices, axis: F.put_along_axis(g, indices, axis, target.shape))


@op
def put_along_axis(xp, g, indices, axis, shape):
    """Zeros of `shape` with g added at `indices` along `axis`. It is the gradient of `take_along_axis`.

    Gradient: the values at `indices` of the gradient that it receives.

    >>> from minigrad import np, ops
    >>> ops.put_along_axis(np.array([[5], [6]]), np.array([[1], [0]]), 1, (2, 2))
    array([[0., 5.],
           [6., 0.]])
    """
    indices = whole_numbers(xp, indices)
    grid = [xp.arange(n).reshape((-1,) + (1,) * (g.ndim - 1 - i)) for i, n in enumerate(g.shape)]
    grid = [0 * places if n == 1 else places for places, n in zip(grid, shape)]  # what was broadcast is summed
    grid[axis % g.ndim] = indices
    return added_at(xp, g, tuple(grid), shape)


put_along_axis.vjp(g=lambda F, g, indices, axis: F.take_along_axis(g, indices, axis))


@composed("x")
def pick(x: Any, index: Any, axis: int = -1, keepdims: bool = False, mode: str = "clip") -> Tensor:
    """The value at `index` along `axis` for each place along the other axes; an index outside is clipped, or wraps.

    Gradient: zeros in the shape of x with g at the values picked.

    >>> from minigrad import np, npx
    >>> npx.pick(np.array([[1, 2], [3, 4]]), [0, 1])
    array([1., 4.])
    """
    axis = axis_in(x.shape, axis)
    n = x.shape[axis]
    index = astype(index, "int64")
    index = clip(index, 0, n - 1) if one_of("mode", mode, "clip", "wrap") == "clip" else mod(index, n)
    if index.ndim < x.ndim:
        index = expand_dims(index, axis)
    if index.shape != (*x.shape[:axis], 1, *x.shape[axis + 1 :]):
        raise ShapeError(f"pick() needs an index for each place of {x.shape} but axis {axis}, and got {index.shape}.")
    out = take_along_axis(x, index, axis)
    return out if keepdims else squeeze(out, axis)


@op
def one_hot(xp, indices, depth, on_value=1.0, off_value=0.0, dtype="float32"):
    """A new last axis of length `depth`: on_value at the index, off_value elsewhere (everywhere for an index outside).

    No derivative: the result is a constant.

    >>> from minigrad import np, npx
    >>> npx.one_hot(np.array([0, 2]), 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    hit = whole_numbers(xp, indices)[..., None] == xp.arange(whole("depth", depth, 0))
    return xp.where(hit, on_value, off_value).astype(dtype)


def whole_numbers(xp: Any, indices: Any, what: str = "position") -> Any:
    """Positions as integers wide enough for any: Gluon's are often float32, and bytes end at 255.

    (On a GPU, checking for fractions would wait for the device.)
    """
    indices = xp.asarray(indices)
    if indices.dtype.kind == "i" and indices.dtype.itemsize >= 4:
        return indices
    places = indices.astype("int64")
    if on_host(xp) and (places != indices).any():
        raise ArgumentError(f"{indices[places != indices].flat[0]} is not a {what}; expected whole numbers.")
    return places
