"""Pooling: the largest value, the mean or the sum of every window."""

import math
from typing import Any

import numpy

from minigrad.arguments import one_of
from minigrad.device import on_host
from minigrad.dtypes import result_dtype, single, wide
from minigrad.engine.operation import op
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.ops.elementwise import astype, divide
from minigrad.ops.reduce import sum
from minigrad.ops.repeat import pad
from minigrad.ops.shape import moveaxis
from minigrad.ops.windows import bordered, check_fit, each, inside, positions, windows


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

    `stride` defaults to the kernel. The number of windows is rounded down, or up with `round_up`: then the last ones
    reach beyond the padding, but a window that would see nothing of x is left out. A mean is over the padding too, but
    never over what lies beyond it, and with `count_padding=False` only over x itself. Of several largest values, or
    NaN, in a window, the first gets the gradient.

    >>> from minigrad import np, ops
    >>> ops.pooling(np.array([[[3, 1, 4, 1, 5]]]), 2, round_up=True)
    array([[[3., 4., 5.]]])
    """
    n = x.ndim - 2
    one_of("kind", kind, "max", "avg", "sum")
    kernel, padding = each("kernel", kernel, n), each("padding", padding, n, 0)
    stride = kernel if stride is None else each("stride", stride, n)
    if any(p >= k for k, p in zip(kernel, padding)):
        raise ArgumentError(
            f"pooling() got padding={padding} for kernel={kernel}; a window must not lie in the padding alone, so each "
            "padding must be smaller than its kernel."
        )
    beyond = [_beyond(m + p, k, s, p) if round_up else 0 for m, k, s, p in zip(x.shape[2:], kernel, stride, padding)]
    border = tuple((p, p + b) for p, b in zip(padding, beyond))
    axes = tuple(range(1, n + 1))
    if kind == "max":
        check_fit(x.shape, kernel, stride, border, (1,) * n)
        return window_max(x, kernel, stride, border)
    y = sum(_placements(x, kernel, stride, border), axes, wide(x.dtype) if kind == "avg" else None)
    if kind == "avg":
        if any(beyond) or (any(padding) and not count_padding):
            space = x.shape[2:] if not count_padding else [m + 2 * p for m, p in zip(x.shape[2:], padding)]
            with x.ctx:
                counted = Tensor(x.ctx.xp.ones((1, 1, *space), y.dtype), x.ctx)
            border = border if not count_padding else tuple((0, b) for b in beyond)
            y = divide(y, sum(_placements(counted, kernel, stride, border), axes))
        else:
            y = y / math.prod(kernel)
        y = astype(y, result_dtype(x.dtype))
    return moveaxis(y, -1, 0)


def _beyond(end: int, kernel: int, stride: int, padding: int) -> int:
    """How far the last window reaches beyond the padding, if their number is rounded up; it starts before x ends."""
    reach = -(end + padding - kernel) % stride
    return reach if end + padding + reach - kernel < end else 0


@op
def window_max(xp, x, kernel, stride, border):
    """The largest value of every window of x (N, C, *space) with `border` places around: (N, C, *places).

    Gradient: `to_winners`. The forward pass notes the `winners`, a byte for each window: nothing is compared again.

    >>> from minigrad import np, ops
    >>> ops.window_max(np.array([[[3, 1, 4, 1]]]), (2,), (2,), ((0, 0),))
    array([[[3., 4.]]])
    """
    return _largest(xp, x, kernel, stride, border)


@op
def winners(xp, x, kernel, stride, border):
    """Which position of the kernel was the first to see the largest value of its window, or NaN: (N, C, *places).

    No derivative: the result is a constant.

    >>> from minigrad import np, ops
    >>> ops.winners(np.array([[[3, 1, 1, 4]]]), (2,), (2,), ((0, 0),))
    array([[[0, 1]]], dtype=uint8)
    """
    return _largest(xp, x, kernel, stride, border)[1]


@op
def to_winners(xp, g, winners, shape, kernel, stride, border):
    """Zeros of `shape` (N, C, *space) with g (N, C, *places) added at the winner of each window.

    Gradient: `from_winners`.

    >>> from minigrad import np, ops
    >>> g, winners = np.array([[[5, 6]]]), np.array([[[0, 1]]])
    >>> ops.to_winners(g, winners, (1, 1, 4), (2,), (2,), ((0, 0),))
    array([[[5., 0., 0., 6.]]])
    """
    g = xp.ascontiguousarray(xp.moveaxis(g, 0, -1))
    apart = all(s >= k for s, k in zip(stride, kernel))
    size = (shape[1], *(m + a + b for m, (a, b) in zip(shape[2:], border)), shape[0])
    written = apart and math.prod(size) == g.size * math.prod(kernel)  # every place, and once
    out = (xp.empty if written else xp.zeros)(size, single(g.dtype))
    for at, won in _won(xp, winners, kernel, stride):
        if apart:
            xp.multiply(g, won, out=out[at])
        else:
            out[at] += g * won
    return xp.moveaxis(out[inside(border, shape[2:])], -1, 0).astype(g.dtype, copy=False)


@op
def from_winners(xp, h, winners, kernel, stride, border):
    """The values of h (N, C, *space) at the winner of each window: (N, C, *places).

    Gradient: `to_winners`.

    >>> from minigrad import np, ops
    >>> ops.from_winners(np.array([[[5, 6, 7, 8]]]), np.array([[[0, 1]]]), (2,), (2,), ((0, 0),))
    array([[[5., 8.]]])
    """
    h = bordered(xp, h, border)
    out = xp.zeros((*winners.shape[1:], len(winners)), h.dtype)
    for at, won in _won(xp, winners, kernel, stride):
        out += h[at] * won
    return xp.moveaxis(out, -1, 0)


window_max.by_product(lambda F, *inputs: F.winners(*inputs))
window_max.vjp(
    x=lambda F, g, aux, target, kernel, stride, border: F.to_winners(g, aux, target.shape, kernel, stride, border)
)
to_winners.vjp(g=lambda F, h, winners, kernel, stride, border: F.from_winners(h, winners, kernel, stride, border))
from_winners.vjp(
    h=lambda F, g, target, winners, kernel, stride, border: F.to_winners(
        g, winners, target.shape, kernel, stride, border
    )
)


def _largest(xp, x, kernel, stride, border):
    """The largest value of every window, and which position of the kernel was the first to see it."""
    x = bordered(xp, x, border, _lowest(x.dtype))
    places = [(m - k) // s + 1 for m, k, s in zip(x.shape[1:-1], kernel, stride)]
    seen = [x[at] for _, at in positions(kernel, places, stride, (1,) * len(kernel))]
    y, first = _compared(xp, seen, not on_host(xp))  # do not wait for a GPU
    if on_host(xp) and xp.isnan(y).any():
        y, first = _compared(xp, seen, True)
    return xp.moveaxis(y, -1, 0), xp.moveaxis(first, -1, 0)


def _compared(xp, seen, look_for_nan):
    """The largest of several arrays, place by place, and the number of the first that has it."""
    number = numpy.min_scalar_type(len(seen)).type
    y = xp.array(seen[0])
    first = xp.zeros(y.shape, number)
    for k, values in enumerate(seen[1:], 1):
        better = values > y
        if look_for_nan:
            better |= xp.isnan(values) & ~xp.isnan(y)
        xp.maximum(first, better * number(k), out=first)
        xp.maximum(y, values, out=y)
    return y, first


def _lowest(dtype: numpy.dtype[Any]) -> float:
    """A number not above any value of this dtype."""
    return numpy.iinfo(dtype).min if dtype.kind in "iu" else False if dtype.kind == "b" else -math.inf


def _won(xp, winners, kernel, stride):
    """For each position within the kernel, where it lies in (C, *space, N), and whether it won."""
    winners = xp.moveaxis(winners, 0, -1)
    for k, (_, at) in enumerate(positions(kernel, winners.shape[1:-1], stride, (1,) * len(kernel))):
        yield at, winners == k


def _placements(x: Any, kernel: Any, stride: Any, border: Any) -> Tensor:
    """The windows, (C, *kernel, *places, N), of x (N, C, *space) with a border of zeros."""
    dilate = (1,) * len(kernel)
    check_fit(x.shape, kernel, stride, border, dilate)
    x = moveaxis(x, 0, -1)
    if any(a or b for a, b in border):
        x = pad(x, ((0, 0), *border, (0, 0)), "constant", 0.0)
    return windows(x, kernel, stride, dilate)
