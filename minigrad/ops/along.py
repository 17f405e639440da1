"""Along one axis, without reducing it: running sums, values in order, and the positions that these had."""

import numpy

from minigrad.dtypes import FLOAT64, single
from minigrad.engine.operation import op
from minigrad.ops.accumulate import LONG, count


@op
def cumsum(xp, x, axis=None, dtype=None):
    """Running sums along `axis` (of the flattened array if None), as `dtype`; long ones are added up in float64.

    Gradient: every value gets the sum of g from its place to the end.

    >>> from minigrad import np
    >>> np.cumsum(np.array([1, 2, 3]))
    array([1., 3., 6.])
    """
    given = x.dtype if dtype is None else numpy.dtype(dtype)
    if given.kind != "f":
        return xp.cumsum(x, axis=axis, dtype=dtype)
    added = FLOAT64 if count(x, axis) > LONG else single(given)
    return xp.cumsum(x, axis=axis, dtype=added).astype(given, copy=False)


def _sums_of_what_follows(F, g, target, axis):
    along = 0 if axis is None else axis
    return F.reshape(F.flip(F.cumsum(F.flip(g, along), along), along), target.shape)


cumsum.vjp(x=_sums_of_what_follows)


@op
def argsort(xp, x, axis=-1):
    """The positions of the values along `axis` in increasing order of the values.

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.argsort(np.array([3, 1, 2]))
    array([1, 2, 0])
    """
    return xp.argsort(x, axis=axis)


@op
def sort(xp, x, axis=-1):
    """The values in increasing order along `axis` (of the flattened array if None), NaN last.

    Gradient: g put back in the places that the values came from.

    >>> from minigrad import np
    >>> np.sort(np.array([3, 1, 2]))
    array([1., 2., 3.])
    """
    return xp.sort(x, axis=axis)


def _unsorted(F, g, target, x, axis):
    if axis is None:
        x, axis = F.reshape(x, (-1,)), 0
    return F.reshape(F.put_along_axis(g, F.argsort(x, axis), axis, x.shape), target.shape)


sort.vjp(x=_unsorted)
