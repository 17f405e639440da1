"""Choosing, masking and reshaping in Gluon's way."""

import builtins
import math
from typing import Any

import numpy

from minigrad import ops
from minigrad.arguments import lengths, number, one_of, whole
from minigrad.axes import axis_in
from minigrad.codes import NUMPY, coded_shape
from minigrad.composed import as_tensor, composed
from minigrad.create import arange, full_like
from minigrad.device import xp_of
from minigrad.dtypes import as_dtype, result_dtype
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.ops.index import whole_numbers

__all__ = [
    "arange_like", "batch_dot", "batch_flatten", "cast", "gather_nd", "index_add", "index_update", "reshape",
    "reshape_like", "sequence_mask", "shape_array", "slice", "stop_gradient", "topk",
]  # fmt: skip


@composed("a")
def reshape(a: Any, newshape: Any, reverse: bool = False, order: str = "C") -> Tensor:
    """The same values in another shape, in which a length may also be a code.

    -1 is what remains; -2 copies the length at this place; -3 skips an axis of length 1; -4 copies all remaining
    lengths; -5 is the product of two; -6, followed by two numbers, splits one. With `reverse` everything is read from
    the right.

    >>> from minigrad import np, npx
    >>> npx.reshape(np.zeros((2, 3, 8)), (-2, -2, -6, 2, -1)).shape
    (2, 3, 2, 4)
    """
    one_of("order", order, "C")
    return ops.reshape(a, coded_shape(a.shape, newshape, NUMPY, reverse))


@composed("lhs", "rhs")
def reshape_like(lhs: Any, rhs: Any) -> Tensor:
    """`lhs` in the shape of `rhs`. Gradient: g in the shape of `lhs`; none for `rhs`.

    >>> from minigrad import np, npx
    >>> npx.reshape_like(np.arange(4), np.zeros((2, 2)))
    array([[0., 1.],
           [2., 3.]])
    """
    return ops.reshape(lhs, rhs.shape)


@composed("data")
def batch_flatten(data: Any) -> Tensor:
    """The array with all axes but the first joined: shape (n, the product of the others). Gradient: g in the old shape.

    >>> from minigrad import np, npx
    >>> npx.batch_flatten(np.zeros((2, 3, 4))).shape
    (2, 12)
    """
    return ops.reshape(data, (data.shape[0], math.prod(data.shape[1:])))


@composed("data")
def shape_array(data: Any) -> Tensor:
    """The shape as an array of int64. No derivative: the result is a constant.

    >>> from minigrad import np, npx
    >>> npx.shape_array(np.zeros((2, 3))).tolist()
    [2, 3]
    """
    return Tensor(xp_of(data.data).asarray(data.shape, dtype="int64"), data.ctx)


@composed("data")
def cast(data: Any, dtype: Any) -> Tensor:
    """The values converted to `dtype`. Gradient: g converted back.

    >>> from minigrad import np, npx
    >>> npx.cast(np.array([1.5]), "int32")
    array([1], dtype=int32)
    """
    return ops.astype(data, dtype)


@composed("data")
def stop_gradient(data: Tensor) -> Tensor:
    """The same values as a constant. Gradient: none passes.

    >>> from minigrad import np, npx
    >>> npx.stop_gradient(np.array([1, 2]))
    array([1., 2.])
    """
    return data.detach()


@composed("data")
def topk(
    data: Any,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: Any = "float32",
) -> Any:
    """The k largest values along `axis` (of all if None), or the smallest with `is_ascend`, in that order.

    `ret_typ`: their 'indices' (as `dtype`), 'value', 'both' (values, indices), or a 'mask' of 1 at the k, 0 elsewhere.
    NaN is larger than any number, as when sorting.

    >>> from minigrad import np, npx
    >>> npx.topk(np.array([3, 1, 4]), k=2, ret_typ="both")
    (array([4., 3.]), array([2., 0.]))
    """
    shape = data.shape
    if axis is None:
        data, axis = ops.reshape(data, (-1,)), 0
    one_of("ret_typ", ret_typ, "indices", "value", "both", "mask")
    axis = axis_in(data.shape, axis)
    if whole("k", k, 1) > data.shape[axis]:
        raise ArgumentError(f"topk() got k={k}, but axis {axis} of shape {data.shape} is shorter.")
    last = numpy.array([-2, -1]) + data.shape[axis]  # a float that holds both holds all before
    with numpy.errstate(over="ignore"):
        held = last.astype(as_dtype(dtype)) == last.astype("float64")
    if ret_typ in ("indices", "both") and not held[last >= 0].all():
        raise ArgumentError(f"topk() got dtype={dtype!r}, which cannot hold position {last[-1]}; use 'int64'.")
    first = (builtins.slice(None),) * axis + (builtins.slice(k),)
    with data.ctx:
        xp = xp_of(data.data)
        if is_ascend:
            order = xp.argsort(data.data, axis=axis, kind="stable")
        else:  # read backwards twice: equal values keep their order, and NaN, which sorts last, comes first
            order = data.shape[axis] - 1 - xp.flip(xp.argsort(xp.flip(data.data, axis), axis=axis, kind="stable"), axis)
        places = Tensor(order[first], data.ctx)
    if ret_typ == "indices":
        return places.astype(dtype)
    if ret_typ == "mask":
        return ops.reshape(ops.put_along_axis(ops.astype(places >= 0, data.dtype), places, axis, data.shape), shape)
    values = ops.take_along_axis(data, places, axis)
    return values if ret_typ == "value" else (values, places.astype(dtype))


@composed("data")
def arange_like(data: Any, start: float = 0.0, step: float = 1.0, axis: int | None = None) -> Tensor:
    """start, start + step, ...: one for each value of `data`, in its shape, or one for each place along `axis`.

    No derivative: the result is a constant.

    >>> from minigrad import np, npx
    >>> npx.arange_like(np.zeros((2, 2)))
    array([[0., 1.],
           [2., 3.]])
    """
    n = data.size if axis is None else data.shape[axis_in(data.shape, axis)]
    numbers = ops.astype(
        number("start", start) + number("step", step) * arange(n, dtype="float64", ctx=data.ctx),
        result_dtype(data.dtype),
    )
    return ops.reshape(numbers, data.shape) if axis is None else numbers


@composed("a", "b")
def batch_dot(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Tensor:
    """The matrix product of each pair: a (n, i, j), b (n, j, k), each transposed first if requested.

    Gradient: see `np.matmul`.

    >>> from minigrad import np, npx
    >>> npx.batch_dot(np.ones((1, 1, 2)), np.ones((1, 2, 1)))
    array([[[2.]]])
    """
    if a.shape[:-2] != b.shape[:-2]:
        raise ShapeError(f"batch_dot() needs as many matrices on either side, but got {a.shape} and {b.shape}.")
    a = ops.swapaxes(a, -1, -2) if transpose_a else a
    return ops.matmul(a, ops.swapaxes(b, -1, -2) if transpose_b else b)


@composed("data", "sequence_length")
def sequence_mask(
    data: Any, sequence_length: Any = None, use_sequence_length: bool = False, value: float = 0.0, axis: int = 0
) -> Tensor:
    """Sequences of different lengths, with everything beyond their ends set to `value`.

    Time runs along `axis`, 0 or 1; the other of the two counts the sequences, whose lengths are `sequence_length`.

    Gradient: g within the sequences, 0 beyond.

    >>> from minigrad import np, npx
    >>> npx.sequence_mask(np.ones((2, 3)), np.array([1, 3]), True, axis=1)
    array([[1., 0., 0.],
           [1., 1., 1.]])
    """
    one_of("axis", axis, 0, 1)
    if sequence_length is None:
        if use_sequence_length:
            raise ArgumentError("sequence_mask() got use_sequence_length=True but no sequence_length.")
        return ops.positive(data)
    if sequence_length.shape != data.shape[1 - axis : 2 - axis]:
        raise ShapeError(
            f"sequence_mask() got lengths of shape {sequence_length.shape} for data of shape {data.shape}, in which "
            f"time runs along axis {axis}; give one for each place along the other."
        )
    time, lengths = arange(data.shape[axis], dtype="int64", ctx=data.ctx), whole_lengths(sequence_length)
    inside = ops.less(time[:, None], lengths) if axis == 0 else ops.less(time, lengths[:, None])
    value = data.dtype.type(value) if data.dtype.kind in "iub" else value  # tokens stay whole numbers
    return ops.where(ops.reshape(inside, (*inside.shape, *(1,) * (data.ndim - 2))), data, value)


def whole_lengths(given: Any) -> Tensor:
    """The lengths of sequences as integers. On a CPU, a fraction or NaN is an ArgumentError."""
    lengths = as_tensor(given)
    with lengths.ctx:
        return Tensor(whole_numbers(xp_of(lengths.data), lengths.data, "length"), lengths.ctx)


@composed("data", "indices")
def gather_nd(data: Any, indices: Any) -> Tensor:
    """The values at positions whose coordinates are the rows of `indices`: shape indices.shape[1:] and the other axes.

    Gradient: zeros in the shape of `data` with g added at the positions.

    >>> from minigrad import np, npx
    >>> npx.gather_nd(np.array([[1, 2], [3, 4]]), np.array([[0, 1], [1, 0]]))
    array([2., 3.])
    """
    return ops.getitem(data, _rows(indices, data))


@composed("a", "ind", "val")
def index_add(a: Any, ind: Any, val: Any) -> Tensor:
    """A copy of `a` with `val` added at positions whose coordinates are the rows of `ind`.

    Gradient: g for `a`; for `val` the values of g at the positions.

    >>> from minigrad import np, npx
    >>> npx.index_add(np.zeros(3), np.array([[0, 2]]), np.array([5, 6]))
    array([5., 0., 6.])
    """
    key = _rows(ind, a)
    with a.ctx:
        return ops.add(a, ops.put_back(ops.broadcast_to(val, a.data[key].shape), key, a.shape))


@composed("a", "ind", "val")
def index_update(a: Any, ind: Any, val: Any) -> Tensor:
    """A copy of `a` with `val` at positions whose coordinates are the rows of `ind`; of several values, the last.

    Gradient: for `a`, g with 0 at the positions; for `val`, the values of g there.

    >>> from minigrad import np, npx
    >>> npx.index_update(np.ones(3), np.array([[0, 2]]), np.array([5, 6]))
    array([5., 1., 6.])
    """
    old = gather_nd(a, ind)
    source = full_like(a, -1, "int64")  # which of the values comes to each place
    source[_rows(ind, a)] = ops.reshape(arange(old.size, dtype="int64", ctx=a.ctx), old.shape)
    new = ops.take(ops.broadcast_to(val, old.shape), ops.maximum(source, 0)) if old.size else a
    return ops.where(source >= 0, new, a)


def _rows(indices: Any, data: Any) -> tuple[Any, ...]:
    if indices.ndim == 1 and data.ndim > 1:  # one place, or several rows?
        raise ShapeError(
            f"Coordinates in {data.shape} are the rows of a matrix, but got indices of shape {indices.shape}; write "
            "indices[None] for rows, indices[:, None] for one place."
        )
    return tuple(ops.raw_key(row) for row in (indices if indices.ndim > 1 else [indices]))


@composed("data")
def slice(data: Any, begin: Any, end: Any, step: Any = None) -> Tensor:
    """data[begin:end:step], with a number or None for each of the first axes.

    Gradient: zeros in the shape of `data` with g in the slice.

    >>> from minigrad import np, npx
    >>> npx.slice(np.array([[1, 2], [3, 4]]), (0, 1), (2, 2))
    array([[2.],
           [4.]])
    """
    begin, end = (v if hasattr(v, "__len__") else (v,) for v in (begin, end))
    step = () if step is None else step if hasattr(step, "__len__") else (step,)
    step = step if len(step) else (None,) * len(begin)
    for name, given in (("begin", begin), ("end", end), ("step", step)):
        lengths(name, [n for n in given if n is not None], -math.inf)
    if 0 in step or not len(begin) == len(end) == len(step) <= data.ndim:
        raise ArgumentError(
            f"slice() got begin={begin!r}, end={end!r} and step={step!r} for shape {data.shape}; give a number or None "
            "for each of the first axes in all three, and no step of 0."
        )
    return ops.getitem(data, tuple(builtins.slice(a, b, s) for a, b, s in zip(begin, end, step)))
