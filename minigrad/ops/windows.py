"""Windows: an array seen through all placements of a kernel at once, and its partner, which adds values back there.

`windows` copies nothing. `overlap_add` adds values where the windows lay: each is the VJP of the other.

Arrays are (N, C, *space): samples, channels, and one or more spatial axes. Internally the samples come last, (C,
*space, N): what a kernel sees then lies in long runs of memory, and a column of a matrix product is one place of one
sample. The results are views with the samples in front again, and whatever is computed from them element by element
keeps their order in memory.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from minigrad.arguments import lengths
from minigrad.dtypes import single
from minigrad.engine.operation import op, view
from minigrad.errors import ArgumentError, ShapeError


@view
def windows(xp, x, kernel, stride, dilate):
    """Every placement of a kernel: of x (C, *space, N) a view (C, *kernel, *places, N).

    ArgumentError for a length below 1: a negative dilation would read memory outside of x.

    Gradient: `overlap_add` of g, since a value that many windows see gets the gradient of each.

    >>> from minigrad import np, ops
    >>> ops.windows(np.array([[[1], [2], [3]]]), (2,), (1,), (1,))[0, :, :, 0]
    array([[1., 2.],
           [2., 3.]])
    """
    if min(*kernel, *stride, *dilate) < 1:
        raise ArgumentError(f"windows() got kernel={kernel}, stride={stride} and dilate={dilate}; 1 is the least.")
    x = xp.ascontiguousarray(x)
    channel, *step, sample = x.strides
    places = ((m - d * (k - 1) - 1) // s + 1 for m, k, s, d in zip(x.shape[1:-1], kernel, stride, dilate))
    strides = (channel, *(a * d for a, d in zip(step, dilate)), *(a * s for a, s in zip(step, stride)), sample)
    return xp.lib.stride_tricks.as_strided(x, (x.shape[0], *kernel, *places, x.shape[-1]), strides)


windows.vjp(x=lambda F, g, target, stride, dilate: F.overlap_add(g, target.shape, stride, dilate))


@op
def overlap_add(xp, seen, shape, stride, dilate):
    """Zeros of `shape` (C, *space, N), and what every placement saw, (C, *kernel, *places, N), added where it lay.

    Gradient: the `windows` of g.

    >>> from minigrad import np, ops
    >>> ops.overlap_add(np.ones((1, 2, 2, 1)), (1, 3, 1), (1,), (1,))[0, :, 0]
    array([1., 2., 1.])
    """
    out = xp.zeros(shape, single(seen.dtype))
    add_back(out, seen, stride, dilate)
    return out


overlap_add.vjp(seen=lambda F, g, seen, stride, dilate: F.windows(g, seen.shape[1 : len(stride) + 1], stride, dilate))


def add_back(out: Any, seen: Any, stride: Any, dilate: Any) -> None:
    """Add what every placement saw to `out` (C, *space, N)."""
    n = len(stride)
    for offset, at in positions(seen.shape[1 : n + 1], seen.shape[n + 1 : -1], stride, dilate):
        out[at] += seen[(slice(None), *offset)]


def positions(kernel: Any, places: Any, stride: Any, dilate: Any) -> Iterator[tuple[Any, Any]]:
    """Every position within the kernel, and where in (C, *space, N) it lies, at all places at once."""
    for offset in itertools.product(*map(range, kernel)):
        starts = (o * d for o, d in zip(offset, dilate))
        yield offset, (slice(None), *(slice(a, a + s * (m - 1) + 1, s) for a, s, m in zip(starts, stride, places)))


def bordered(xp, x, border, fill=0.0):
    """x (N, C, *space) with a border of `fill`, the samples last: (C, *space, N)."""
    x = xp.moveaxis(x, 0, -1)
    if not any(a or b for a, b in border):
        return xp.ascontiguousarray(x)
    space = x.shape[1:-1]
    out = xp.full((x.shape[0], *(m + a + b for m, (a, b) in zip(space, border)), x.shape[-1]), fill, x.dtype)
    out[inside(border, space)] = x
    return out


def inside(border: Any, space: Any) -> tuple[slice, ...]:
    """Where in an array with a border, (C, *space, N), the array itself lies."""
    return (slice(None), *(slice(a, a + m) for (a, _), m in zip(border, space)))


def each(name: str, value: Any, n: int, low: int = 1) -> tuple[int, ...]:
    """A whole number of at least `low` for each of n spatial axes: `value` itself, or the same number for all."""
    given = lengths(name, value, low)
    if len(given) != n and hasattr(value, "__len__"):
        raise ArgumentError(f"{name}={value!r} cannot be used; expected one number, or {n}: one for each spatial axis")
    return given if len(given) == n else given * n


def check_fit(shape: Any, kernel: Any, stride: Any, border: Any, dilate: Any) -> None:
    """Refuse a kernel that does not fit into an input of this shape (N, C, *space) with its border."""
    space = [m + a + b for m, (a, b) in zip(shape[2:], border)]
    if any(d * (k - 1) >= m for m, k, d in zip(space, kernel, dilate)):
        raise ShapeError(
            f"A kernel of {kernel} with stride {stride} and dilation {dilate} does not fit into an input of shape "
            f"{shape} with padding {border}; use a smaller kernel or more padding, and check that the layout is "
            "(samples, channels, *space)."
        )
