"""Operations that shift or repeat values, or put a border around them."""

import math
from typing import Any

import numpy

from minigrad.arguments import lengths, whole
from minigrad.device import on_host, to_host, xp_of
from minigrad.engine.operation import op
from minigrad.errors import ArgumentError
from minigrad.ops.index import whole_numbers

COPIES = ("edge", "reflect", "symmetric", "wrap")
"""The modes of `pad` whose borders consist of values of x."""


@op
def roll(xp, x, shift, axis=None):
    """Values shifted along `axis` (in the flattened array if None); what falls off one end comes in at the other.

    Gradient: g shifted back.

    >>> from minigrad import np
    >>> np.roll(np.array([1, 2, 3]), 1)
    array([3., 1., 2.])
    """
    return xp.roll(x, _counts("shift", shift), axis)


def _rolled_back(F, g, shift, axis):
    shift = _counts("shift", shift)  # as Python's numbers: a byte has no negative
    return F.roll(g, tuple(-s for s in shift) if isinstance(shift, tuple) else -shift, axis)


roll.vjp(x=_rolled_back)


@op
def repeat(xp, x, repeats, axis=None):
    """Each value `repeats` times in a row along `axis` (of the flattened array if None): one number, or one for each.

    Gradient: the sum of g over the repetitions of each value.

    >>> from minigrad import np
    >>> np.repeat(np.array([1, 2]), 2), np.repeat(np.array([1, 2]), [3, 1])
    (array([1., 1., 2., 2.]), array([1., 1., 1., 2.]))
    """
    return xp.repeat(x, _counts("repeats", repeats, 0), axis)


def _counts(name: str, value: Any, low: float = -math.inf) -> Any:
    """One whole number, or several."""
    value = _listed(value)
    return lengths(name, value, low) if hasattr(value, "__len__") else whole(name, value, low)


def _listed(value: Any) -> Any:
    """Numbers in an array as lists: shapes and counts are the host's. Gluon's whole numbers are often floats."""
    return to_host(whole_numbers(xp_of(value), value)).tolist() if hasattr(value, "dtype") else value


def _sum_of_runs(F, g, target, repeats, axis):
    repeats = _listed(repeats)
    flat = axis is None or not target.shape
    shape, axis = ((math.prod(target.shape),), 0) if flat else (target.shape, axis % len(target.shape))
    if isinstance(repeats, int):
        runs = F.sum(F.reshape(g, (*shape[: axis + 1], repeats, *shape[axis + 1 :])), axis + 1)
    else:
        source = target.ctx.put(numpy.repeat(numpy.arange(shape[axis]), repeats))  # from which place each value comes
        runs = F.put_back(g, (slice(None),) * axis + (source,), shape)
    return F.reshape(runs, target.shape)


repeat.vjp(x=_sum_of_runs)


@op
def tile(xp, x, reps):
    """The whole array repeated `reps` times along each axis.

    Gradient: the sum of g over the repetitions of each value.

    >>> from minigrad import np
    >>> np.tile(np.array([1, 2]), 2)
    array([1., 2., 1., 2.])
    """
    return xp.tile(x, _listed(reps))


def _sum_of_tiles(F, g, target, reps):
    reps = _listed(reps)
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

    Gradient: for x, g without the border, and in the modes 'edge', 'reflect', 'symmetric' and 'wrap' the border's g is
    added where its values come from; for a single `constant_values`, the sum of g over the border. ArgumentError for
    other modes.

    >>> from minigrad import np
    >>> np.pad(np.array([1, 2]), 1)
    array([0., 1., 2., 0.])
    """
    pad_width = _listed(pad_width)
    if mode != "constant":
        return xp.pad(x, pad_width, mode)
    if on_host(xp) or not hasattr(constant_values, "dtype"):
        return xp.pad(x, pad_width, mode, constant_values=constant_values)
    if constant_values.ndim:
        return xp.pad(x, pad_width, mode, constant_values=to_host(constant_values).tolist())
    inside = xp.pad(xp.ones(x.shape, bool), pad_width)  # CuPy wants constants on the host: do not wait for one
    return xp.where(inside, xp.pad(x, pad_width), constant_values.astype(x.dtype))


def _inside(F, g, target, pad_width, mode):
    widths = numpy.broadcast_to(_listed(pad_width), (len(target.shape), 2)).tolist()
    if mode == "constant":
        return g[tuple(slice(p, p + n) for (p, _), n in zip(widths, target.shape))]
    if mode not in COPIES:
        raise ArgumentError(
            f"pad() has a gradient for the modes 'constant', {', '.join(map(repr, COPIES))}, not for '{mode}'; build "
            "the border with concatenate()."
        )
    for axis, (width, n) in enumerate(zip(widths, target.shape)):
        source = target.ctx.put(numpy.pad(numpy.arange(n), width, mode))  # from which place each value comes
        g = F.put_back(g, (slice(None),) * axis + (source,), (*g.shape[:axis], n, *g.shape[axis + 1 :]))
    return g


def _border(F, g, x, pad_width, mode, constant_values):
    if len(constant_values.shape):
        raise ArgumentError(
            f"pad() has a gradient for one constant value, not for {constant_values.shape}; use concatenate()."
        )
    inside = _inside(F, g, x, pad_width, mode)
    return F.sum(g, None, "float64") - F.sum(inside, None, "float64")  # two large sums may be nearly equal


pad.vjp(x=_inside, constant_values=_border)
