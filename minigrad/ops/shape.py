"""Operations that move values without changing them: shapes, axes, joining, repeating."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy

from minigrad.arguments import lengths, whole
from minigrad.axes import axes_in, axis_in
from minigrad.engine.accepts import shape_of
from minigrad.engine.operation import op, register, view
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.ops.variadic import Variadic


@view
def reshape(xp, x, shape):
    """The same values in another shape; one length may be -1, for what remains, and 0 repeats the length at its place.

    Gradient: g in the shape of x.

    >>> from minigrad import np
    >>> np.reshape(np.arange(6), (2, -1))
    array([[0., 1., 2.],
           [3., 4., 5.]])
    """
    shape = lengths("shape", shape, -1)
    if 0 in shape and x.size:
        shape = tuple(x.shape[axis_in(x.shape, i)] if n == 0 else n for i, n in enumerate(shape))
    return xp.reshape(x, shape)


reshape.vjp(x=lambda F, g, target: F.reshape(g, target.shape))


@view
def transpose(xp, x, axes=None):
    """The axes in the order `axes` (reversed if None).

    Gradient: g with its axes put back.

    >>> from minigrad import np
    >>> np.transpose(np.array([[1, 2], [3, 4]]))
    array([[1., 3.],
           [2., 4.]])
    """
    return xp.transpose(x, axes if axes is None else axes_in(x.shape, axes, "axes"))


def _transpose_back(F, g, axes):
    if axes is None:
        return F.transpose(g)
    axes = [a % g.ndim for a in axes]
    return F.transpose(g, tuple(axes.index(i) for i in range(g.ndim)))


transpose.vjp(x=_transpose_back)


@view
def swapaxes(xp, x, axis1, axis2):
    """x with two of its axes exchanged.

    Gradient: g with the same axes exchanged.

    >>> from minigrad import np
    >>> np.swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    return xp.swapaxes(x, axis_in(x.shape, axis1, "axis1"), axis_in(x.shape, axis2, "axis2"))


swapaxes.vjp(x=lambda F, g, axis1, axis2: F.swapaxes(g, axis1, axis2))


@view
def moveaxis(xp, x, source, destination):
    """x with the axes `source` moved to the positions `destination`; the others stay in order.

    Gradient: g with these axes moved back.

    >>> from minigrad import np
    >>> np.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return xp.moveaxis(x, axes_in(x.shape, source, "source"), axes_in(x.shape, destination, "destination"))


moveaxis.vjp(x=lambda F, g, source, destination: F.moveaxis(g, destination, source))


@view
def expand_dims(xp, x, axis):
    """x with a new axis of length 1, or several, at the positions `axis` of the result.

    Gradient: g in the shape of x.

    >>> from minigrad import np
    >>> np.expand_dims(np.zeros((2, 3)), 1).shape
    (2, 1, 3)
    """
    several = len(axis) if isinstance(axis, (tuple, list)) else 1
    return xp.expand_dims(x, axes_in(x.shape + (1,) * several, axis))


expand_dims.find_axis(new=True).vjp(x=lambda F, g, target: F.reshape(g, target.shape))


@view
def squeeze(xp, x, axis=None):
    """x without its axes of length 1, or only without those in `axis`.

    Gradient: g in the shape of x.

    >>> from minigrad import np
    >>> np.squeeze(np.zeros((1, 2, 1))).shape
    (2,)
    """
    return xp.squeeze(x, axis)


squeeze.vjp(x=lambda F, g, target: F.reshape(g, target.shape))


@view
def broadcast_to(xp, x, shape):
    """The values repeated to `shape`, without a copy.

    Gradient: the sum of g over the repetitions of each value.

    >>> from minigrad import np
    >>> np.broadcast_to(np.array([1, 2]), (2, 2))
    array([[1., 2.],
           [1., 2.]])
    """
    return xp.broadcast_to(x, shape)


broadcast_to.vjp(x=lambda F, g: g)  # the backward pass sums what was repeated


@view
def flip(xp, x, axis=None):
    """x in reverse order along `axis` (along all axes if None).

    Gradient: g reversed in the same way.

    >>> from minigrad import np
    >>> np.flip(np.array([1, 2, 3]))
    array([3., 2., 1.])
    """
    return xp.flip(x, axis)


flip.vjp(x=lambda F, g, axis: F.flip(g, axis))


@op
def roll(xp, x, shift, axis=None):
    """Values shifted along `axis` (in the flattened array if None); what falls off one end comes in at the other.

    Gradient: g shifted back.

    >>> from minigrad import np
    >>> np.roll(np.array([1, 2, 3]), 1)
    array([3., 1., 2.])
    """
    return xp.roll(x, _counts("shift", shift), axis)


roll.vjp(
    x=lambda F, g, shift, axis: F.roll(
        g, tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift, axis
    )
)


@op
def repeat(xp, x, repeats, axis=None):
    """Each value `repeats` times in a row along `axis` (of the flattened array if None).

    Gradient: the sum of g over the repetitions of each value. ArgumentError where `repeats` is several numbers.

    >>> from minigrad import np
    >>> np.repeat(np.array([1, 2]), 2)
    array([1., 1., 2., 2.])
    """
    return xp.repeat(x, repeats if hasattr(repeats, "dtype") else _counts("repeats", repeats, 0), axis)


def _counts(name: str, value: Any, low: float = -math.inf) -> Any:
    """One whole number, or several."""
    return lengths(name, value, low) if hasattr(value, "__len__") else whole(name, value, low)


def _sum_of_runs(F, g, target, repeats, axis):
    if not isinstance(repeats, int):
        raise ArgumentError(
            f"repeat() has a gradient only for one number of repeats, not {repeats!r}; use take() with an index."
        )
    shape = target.shape
    if axis is None:
        return F.reshape(F.sum(F.reshape(g, (math.prod(shape), repeats)), 1), shape)
    axis = axis % len(shape)
    return F.sum(F.reshape(g, (*shape[: axis + 1], repeats, *shape[axis + 1 :])), axis + 1)


repeat.vjp(x=_sum_of_runs)


@op
def tile(xp, x, reps):
    """The whole array repeated `reps` times along each axis.

    Gradient: the sum of g over the repetitions of each value.

    >>> from minigrad import np
    >>> np.tile(np.array([1, 2]), 2)
    array([1., 2., 1., 2.])
    """
    return xp.tile(x, reps)


def _sum_of_tiles(F, g, target, reps):
    reps = (reps,) if isinstance(reps, int) else tuple(reps)
    ndim = max(len(reps), len(target.shape))
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - len(target.shape)) + target.shape
    split = tuple(n for pair in zip(reps, shape) for n in pair)
    return F.reshape(F.sum(F.reshape(g, split), tuple(range(0, 2 * ndim, 2))), target.shape)


tile.vjp(x=_sum_of_tiles)


@op
def pad(xp, x, pad_width, mode="constant", constant_values=0):
    """x with a border: `pad_width` is one number, (before, after), or such a pair for each axis.

    Gradient: by x it is g without the border, by one `constant_values` the sum of g over the border. ArgumentError for
    modes other than 'constant'.

    >>> from minigrad import np
    >>> np.pad(np.array([1, 2]), 1)
    array([0., 1., 2., 0.])
    """
    if mode == "constant":
        return xp.pad(x, pad_width, mode, constant_values=constant_values)
    return xp.pad(x, pad_width, mode)


def _inside(F, g, target, pad_width, mode):
    if mode != "constant":
        raise ArgumentError(
            f"pad() has a gradient for mode 'constant', not for '{mode}'; build the border with concatenate()."
        )
    before = numpy.broadcast_to(pad_width, (len(target.shape), 2))[:, 0].tolist()
    return g[tuple(slice(p, p + n) for p, n in zip(before, target.shape))]


def _border(F, g, x, pad_width, mode, constant_values):
    if len(constant_values.shape):
        raise ArgumentError(
            f"pad() has a gradient for one constant value, not for {constant_values.shape}; use concatenate()."
        )
    inside = _inside(F, g, x, pad_width, mode)
    return F.sum(g, None, "float64") - F.sum(inside, None, "float64")  # two large sums may be nearly equal


pad.vjp(x=_inside, constant_values=_border)


def _concatenate(xp, arrays, axis=0, shapes=None):
    """Arrays joined along an axis that they have (flattened first if None).

    Gradient: each array gets its own stretch of g.

    >>> from minigrad import np
    >>> np.concatenate((np.array([1, 2]), np.array([3])))
    array([1., 2., 3.])
    """
    return xp.concatenate(arrays, axis)


def _my_stretch(F, g, i, target, axis, shapes):
    """The piece of `g` that came from array `i`."""
    if axis is None:
        start = sum(math.prod(shape) for shape in shapes[:i])
        return F.reshape(g[start : start + math.prod(target.shape)], target.shape)
    axis = axis % len(target.shape)
    start = sum(shape[axis] for shape in shapes[:i])
    return g[(slice(None),) * axis + (slice(start, start + target.shape[axis]),)]


class Joining(Variadic):
    """Its VJP asks for the shapes of the arrays, so that the arrays themselves need not be saved."""

    __signature__ = inspect.signature(lambda arrays, axis=0, out=None: None)  # shapes are not the caller's

    def __call__(self, arrays: Any, axis: Any = 0, out: Any = None, **others: Any) -> Tensor:
        arrays = self.several(arrays)
        shapes = tuple(a.shape if hasattr(a, "shape") else numpy.shape(a) for a in arrays)
        return super().__call__(arrays, axis, shapes, out=out, **others)


def _stack(xp, arrays, axis=0):
    """Arrays of one shape joined along a new axis.

    Gradient: each array gets its own slice of g.

    >>> from minigrad import np
    >>> np.stack((np.array([1, 2]), np.array([3, 4])), axis=1)
    array([[1., 3.],
           [2., 4.]])
    """
    return xp.stack(arrays, axis_in((1, *shape_of(arrays[0])), axis) if arrays else axis)


def _my_slice(F, g, i, axis):
    return g[(slice(None),) * (axis % g.ndim) + (i,)]


concatenate = register(Joining(_concatenate, _my_stretch))
stack = register(Variadic(_stack, _my_slice, new_axis=True))
