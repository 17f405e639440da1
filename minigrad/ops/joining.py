"""Several arrays joined into one: end to end, or along a new axis."""

import inspect
import math
from typing import Any

import numpy

from minigrad.axes import axis_in
from minigrad.engine.accepts import shape_of
from minigrad.engine.operation import register
from minigrad.engine.tensor import Tensor
from minigrad.ops.variadic import Variadic


def _concatenate(xp, arrays, axis=0, shapes=None):
    """Arrays joined along an existing axis (flattened first if None).

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

    __signature__ = inspect.signature(lambda arrays, axis=0, out=None: None)  # callers pass no shapes

    def __call__(self, arrays: Any = (), axis: Any = 0, out: Any = None, **others: Any) -> Tensor:
        arrays = self.several(arrays, () if axis is None else (axis,), others)
        shapes = tuple(a.shape if hasattr(a, "shape") else numpy.shape(a) for a in arrays)
        return super().__call__(arrays, axis, shapes, out=out)


def _stack(xp, arrays, axis=0):
    """Arrays of the same shape joined along a new axis.

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
