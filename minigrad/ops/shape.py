"""Operations that move values without changing them: shapes and axes."""

from minigrad.arguments import lengths
from minigrad.axes import axes_in, axis_in
from minigrad.engine.operation import view


@view
def reshape(xp, x, shape):
    """The same values in another shape; one length may be -1, for what remains, and 0 keeps the length at its place.

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


expand_dims.find_options(new=True).vjp(x=lambda F, g, target: F.reshape(g, target.shape))


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
