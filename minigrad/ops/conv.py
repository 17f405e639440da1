"""Convolution and pooling: a view of every placement of a kernel, then one matrix product or one reduction.

`windows` looks at an array through all placements of a kernel at once and copies nothing. Its partner `overlap_add`
adds values back where the windows lay: the VJP of the one is the other.

Arrays are (N, C, *space): samples, channels, and one or more axes of space. Inside, the samples lie last, (C, *space,
N): what a kernel sees then moves through memory in long runs, and a column of the matrix product is one place of one
sample. The results are views with the samples in front again, and what is computed from them element by element keeps
that order in memory.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from minigrad.arguments import lengths, one_of, whole
from minigrad.errors import ArgumentError, ShapeError
from minigrad.ops.accumulate import meant, single
from minigrad.ops.elementwise import astype, divide
from minigrad.ops.linalg import matmul
from minigrad.ops.operation import op, view
from minigrad.ops.reduce import sum
from minigrad.ops.shape import moveaxis, pad, reshape
from minigrad.tensor import Tensor


@view
def windows(xp: Any, x: Any, kernel: Any, stride: Any, dilate: Any) -> Any:
    """Every placement of a kernel: of x (C, *space, N) a view (C, *kernel, *places, N)."""
    x = xp.ascontiguousarray(x)
    channel, *step, sample = x.strides
    places = ((m - d * (k - 1) - 1) // s + 1 for m, k, s, d in zip(x.shape[1:-1], kernel, stride, dilate))
    strides = (channel, *(a * d for a, d in zip(step, dilate)), *(a * s for a, s in zip(step, stride)), sample)
    return xp.lib.stride_tricks.as_strided(x, (x.shape[0], *kernel, *places, x.shape[-1]), strides)


windows.vjp(x=lambda F, g, like, stride, dilate: F.overlap_add(g, like.shape, stride, dilate))


@op
def overlap_add(xp: Any, seen: Any, shape: Any, stride: Any, dilate: Any) -> Any:
    """Zeros of `shape` (C, *space, N), and what every placement saw, (C, *kernel, *places, N), added where it lay."""
    n = len(stride)
    places = seen.shape[n + 1 : -1]
    out = xp.zeros(shape, single(seen.dtype))
    for offset in _offsets(seen, n):  # over the kernel, never over the places
        at = [o * d for o, d in zip(offset, dilate)]
        out[(slice(None), *(slice(a, a + s * (m - 1) + 1, s) for a, s, m in zip(at, stride, places)))] += seen[
            (slice(None), *offset)
        ]
    return out


overlap_add.vjp(seen=lambda F, g, seen, stride, dilate: F.windows(g, seen.shape[1 : len(stride) + 1], stride, dilate))


def _offsets(seen: Any, n: int) -> Any:
    """Every position within the kernel, n axes."""
    return itertools.product(*map(range, seen.shape[1 : n + 1]))


def convolution(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilate: Any = 1, groups: int = 1
) -> Tensor:
    """The sum of products of a kernel with every window of x, one map for each output channel, as one matrix product.

    x (N, C, *space), weight (O, C / groups, *kernel), bias (O,); the result is (N, O, *places), where along each axis
    of space there are places = (space + 2 padding - dilate (kernel - 1) - 1) // stride + 1. `stride`, `padding`
    (zeros on both sides) and `dilate` are one number, or one for each axis of space. With `groups`, each group of
    output channels sees its own group of input channels.

    >>> from minigrad import np, ops
    >>> ops.convolution(np.arange(5).reshape(1, 1, 5), np.array([[[1, 1]]]), stride=2)
    array([[[1., 5.]]])
    """
    n, outputs, kernel = weight.ndim - 2, weight.shape[0], weight.shape[2:]
    groups = whole("groups", groups, 1)
    if x.ndim != weight.ndim or x.shape[1] != weight.shape[1] * groups or outputs % groups:
        raise ShapeError(
            f"convolution() got an input of shape {x.shape} for a weight of shape {weight.shape} in {groups} group(s); "
            f"the input must be (samples, {weight.shape[1] * groups} channels, {n} axes of space), and the outputs a "
            "multiple of the groups."
        )
    stride, padding, dilate = each("stride", stride, n), each("padding", padding, n, 0), each("dilate", dilate, n)
    seen = _placements(x, kernel, stride, [(p, p) for p in padding], dilate)
    places = seen.shape[n + 1 :]
    columns = reshape(seen, (groups, math.prod(weight.shape[1:]), math.prod(places)))
    y = reshape(matmul(reshape(weight, (groups, outputs // groups, -1)), columns), (outputs, *places))
    return moveaxis(y if bias is None else y + reshape(bias, (outputs, *(1,) * (n + 1))), -1, 0)


def pooling(
    x: Any,
    kernel: Any,
    kind: str = "max",
    stride: Any = None,
    padding: Any = 0,
    round_up: bool = False,
    count_padding: bool = True,
) -> Tensor:
    """The largest value ('max'), the mean ('avg') or the sum ('sum') of every window of x (N, C, *space).

    `stride` is the kernel unless given. The number of windows is rounded down, or with `round_up` up: then the last
    ones reach beyond the padding. A mean is over the padding too, but never over what lies beyond it, and with
    `count_padding=False` only over x itself. Of several largest values in a window the first has the gradient.

    >>> from minigrad import np, ops
    >>> ops.pooling(np.array([[[3, 1, 4, 1, 5]]]), 2, round_up=True)
    array([[[3., 4., 5.]]])
    """
    n = x.ndim - 2
    one_of("kind", kind, "max", "avg", "sum")
    kernel, padding = each("kernel", kernel, n), each("padding", padding, n, 0)
    stride = kernel if stride is None else each("stride", stride, n)
    beyond = [-(m + 2 * p - k) % s if round_up else 0 for m, k, s, p in zip(x.shape[2:], kernel, stride, padding)]
    border = [(p, p + b) for p, b in zip(padding, beyond)]
    dilate, axes = (1,) * n, tuple(range(1, n + 1))
    if kind == "max":
        return moveaxis(window_max(_placements(x, kernel, stride, border, dilate, -math.inf), n), -1, 0)
    y = sum(_placements(x, kernel, stride, border, dilate), axes, single(x.dtype) if kind == "avg" else None)
    if kind == "avg":
        if any(beyond) or (any(padding) and not count_padding):
            inside = x.shape[2:] if not count_padding else [m + 2 * p for m, p in zip(x.shape[2:], padding)]
            with x.ctx:
                counted = Tensor(x.ctx.xp.ones((1, 1, *inside), y.dtype), x.ctx)
            border = border if not count_padding else [(0, b) for b in beyond]
            y = divide(y, sum(_placements(counted, kernel, stride, border, dilate), axes))
        else:
            y = y / math.prod(kernel)
        y = astype(y, meant(x.dtype))
    return moveaxis(y, -1, 0)


@op
def window_max(xp: Any, seen: Any, n: int) -> Any:
    """The largest value that each placement of a kernel (n axes) saw: (C, *kernel, *places, N) to (C, *places, N)."""
    first, *others = _offsets(seen, n)
    y = xp.array(seen[(slice(None), *first)])
    for offset in others:
        xp.maximum(y, seen[(slice(None), *offset)], out=y)
    return y


@op
def first_winner(xp: Any, seen: Any, y: Any, n: int) -> Any:
    """1 where a window saw its largest value y for the first time, else 0."""
    out = xp.empty(seen.shape, seen.dtype)
    found = xp.zeros(y.shape, bool)
    for offset in _offsets(seen, n):
        here = (slice(None), *offset)
        won = (seen[here] == y) & ~found
        found |= won
        out[here] = won
    return out


def _to_the_winner(F: Any, g: Any, y: Any, seen: Any, n: int) -> Any:
    return F.reshape(g, (y.shape[0], *(1,) * n, *y.shape[1:])) * F.first_winner(seen, y, n)


window_max.vjp(seen=_to_the_winner)


def each(name: str, value: Any, n: int, low: int = 1) -> tuple[int, ...]:
    """A whole number of at least `low` for each of n axes of space: `value` itself, or the same number for all."""
    given = lengths(name, value, low)
    if len(given) != n and hasattr(value, "__len__"):
        raise ArgumentError(f"{name}={value!r} cannot be used; expected one number, or {n}: one for each axis of space")
    return given if len(given) == n else given * n


def _placements(x: Any, kernel: Any, stride: Any, border: Any, dilate: Any, fill: float = 0.0) -> Tensor:
    """The windows, (C, *kernel, *places, N), of x (N, C, *space) with a border of `fill`."""
    space = [m + a + b for m, (a, b) in zip(x.shape[2:], border)]
    if any(d * (k - 1) >= m for m, k, d in zip(space, kernel, dilate)):
        raise ShapeError(
            f"A kernel of {kernel} with stride {stride} and dilation {dilate} has no place in an input of shape "
            f"{x.shape} with padding {border}; take a smaller kernel or more padding, and check that the layout is "
            "(samples, channels, *space)."
        )
    x = moveaxis(x, 0, -1)
    if any(a or b for a, b in border):
        x = pad(x, ((0, 0), *border, (0, 0)), "constant", fill)
    return windows(x, kernel, stride, dilate)
