"""Convolution: the same small weights applied at every place.

It is a matrix product of the weights with columns, one for each place of each sample, that hold what the kernel sees
there. A kernel of k places makes the columns k times as large as the input. So they are made for a slab of places at a
time, which stays in the cache, and are not saved but made again in the backward pass.

Let g be an array in the shape of the output. The sum of all g conv(x, w) is linear in each of g, x and w: its gradient
for g is `correlate`, for x `spread`, for w `weigh`. The derivatives of each of the three are the other two.
"""

import math
from typing import Any

from minigrad.arguments import whole
from minigrad.device import on_host
from minigrad.dtypes import single
from minigrad.engine.operation import op
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.ops.matmul import matmul
from minigrad.ops.shape import reshape
from minigrad.ops.windows import add_back, bordered, check_fit, each, inside, windows

SLAB, SLAB_ON_GPU = 1 << 20, 1 << 28
"""How many bytes of columns are made at a time. (With 4 MiB on a CPU, LeNet takes a tenth longer.)"""


def convolution(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilate: Any = 1, groups: int = 1
) -> Tensor:
    """The sum of products of a kernel with every window of x, one map for each output channel.

    x (N, C, *space), weight (O, C / groups, *kernel), bias (O,); the result is (N, O, *places), where along each axis
    of space there are places = (space + 2 padding - dilate (kernel - 1) - 1) // stride + 1. `stride`, `padding`
    (zeros on both sides) and `dilate` are one number, or one for each spatial axis. With `groups`, each group of
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
            f"the input must be (samples, {weight.shape[1] * groups} channels, {n} spatial axes), and the outputs a "
            "multiple of the groups."
        )
    stride, padding, dilate = each("stride", stride, n), each("padding", padding, n, 0), each("dilate", dilate, n)
    check_fit(x.shape, kernel, stride, _both(padding), dilate)
    return correlate(x, weight, stride, padding, dilate, groups, bias)


def transposed_convolution(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilate: Any = 1, groups: int = 1,
    further: Any = 0,
) -> Tensor:  # fmt: skip
    """The transpose of `convolution`: every value of x adds the kernel, times itself, to the result.

    x (N, O, *places), weight (O, C / groups, *kernel), bias (C,); the result is (N, C, *space), where along each axis
    space = (places - 1) stride - 2 padding + dilate (kernel - 1) + 1 + further.

    >>> from minigrad import np, ops
    >>> ops.transposed_convolution(np.array([[[1, 2]]]), np.array([[[1, 10, 100]]]), stride=2)
    array([[[  1.,  10., 102.,  20., 200.]]])
    """
    n, kernel = weight.ndim - 2, weight.shape[2:]
    groups = whole("groups", groups, 1)
    if x.ndim != weight.ndim or x.shape[1] != weight.shape[0] or weight.shape[0] % groups:
        raise ShapeError(
            f"transposed_convolution() got an input of shape {x.shape} for a weight of shape {weight.shape} in "
            f"{groups} group(s); the input must be (samples, {weight.shape[0]} channels, {n} spatial axes), and the "
            "channels a multiple of the groups."
        )
    stride, padding, dilate = each("stride", stride, n), each("padding", padding, n, 0), each("dilate", dilate, n)
    axes = zip(x.shape[2:], kernel, stride, padding, dilate, each("further", further, n, 0))
    space = [(m - 1) * s - 2 * p + d * (k - 1) + 1 + f for m, k, s, p, d, f in axes]
    if min(space) < 1:
        raise ShapeError(
            f"A padding of {padding} leaves no output: its shape would be {tuple(space)}; use less padding."
        )
    shape = (x.shape[0], weight.shape[1] * groups, *space)
    y = spread(x, weight, shape, stride, padding, dilate, groups)
    return y if bias is None else y + reshape(bias, (shape[1], *(1,) * n))


@op
def correlate(xp, x, weight, stride, padding, dilate, groups, bias=None):
    """The products of every window of x (N, C, *space) with the weight (O, C / groups, *kernel): (N, O, *places).

    Gradient: `spread` for x, `weigh` for the weight, and the sum over samples and places for the bias (O,), which is
    added while its slab is in the cache.

    >>> from minigrad import np, ops
    >>> ops.correlate(np.array([[[1, 2, 3]]]), np.array([[[1, 1]]]), (1,), (0,), (1,), 1)
    array([[[3., 5.]]])
    """
    seen = _seen(xp, x, weight.shape[2:], stride, padding, dilate)
    places = seen.shape[len(stride) + 1 :]
    w = weight.reshape(groups, len(weight) // groups, -1)
    given = [] if bias is None else [bias.reshape(groups, -1, 1)]
    y = xp.empty((*w.shape[:2], math.prod(places)), xp.result_type(x, weight, *given))
    for rows, at in _slabs(xp, seen.shape, seen.dtype):
        y[:, :, at] = w @ _columns(seen, rows, groups)  # CuPy cannot write a product into a part of an array
        for b in given:
            y[:, :, at] += b
    return xp.moveaxis(y.reshape(len(weight), *places), -1, 0)


@op
def spread(xp, g, weight, shape, stride, padding, dilate, groups):
    """Each value of g (N, O, *places) times its kernel, added where that lay: an array of `shape` (N, C, *space).

    Gradient: `correlate` for g, `weigh` for the weight.

    >>> from minigrad import np, ops
    >>> ops.spread(np.array([[[1, 2]]]), np.array([[[1, 10]]]), (1, 1, 3), (1,), (0,), (1,), 1)
    array([[[ 1., 12., 20.]]])
    """
    kernel, (samples, channels, *space) = weight.shape[2:], shape
    seen_shape = (channels, *kernel, *g.shape[2:], samples)
    w = weight.reshape(groups, len(weight) // groups, -1).swapaxes(1, 2)
    g = _by_group(xp, g, groups)
    out = xp.zeros((channels, *(m + 2 * p for m, p in zip(space, padding)), samples), single(xp.result_type(g, weight)))
    for rows, at in _slabs(xp, seen_shape, out.dtype):
        seen = (w @ g[:, :, at]).reshape(channels, *kernel, rows.stop - rows.start, *seen_shape[len(kernel) + 2 :])
        add_back(out[:, rows.start * stride[0] :], seen, stride, dilate)
    return xp.moveaxis(out[inside(_both(padding), space)], -1, 0)


@op
def weigh(xp, x, g, kernel, stride, padding, dilate, groups):
    """The products of every window of x (N, C, *space) with its g (N, O, *places), summed: (O, C / groups, *kernel).

    Gradient: `spread` for x, `correlate` for g.

    >>> from minigrad import np, ops
    >>> ops.weigh(np.array([[[1, 2, 3]]]), np.array([[[1, 1]]]), (2,), (1,), (0,), (1,), 1)
    array([[[3., 5.]]])
    """
    outputs = g.shape[1]
    seen = _seen(xp, x, kernel, stride, padding, dilate)
    if (*g.shape[2:], len(g)) != seen.shape[len(stride) + 1 :]:
        raise ShapeError(f"weigh() got g of shape {g.shape} for places and samples {seen.shape[len(stride) + 1 :]}.")
    g = _by_group(xp, g, groups)
    total = xp.zeros(
        (groups, math.prod(kernel) * x.shape[1] // groups, outputs // groups), xp.result_type(x, g, "float32")
    )
    for rows, at in _slabs(xp, seen.shape, seen.dtype):  # BLAS is faster if the larger side, the columns, comes first
        total += matmul.forward(xp, _columns(seen, rows, groups), g[:, :, at].swapaxes(1, 2))
    return total.swapaxes(1, 2).reshape(outputs, -1, *kernel)


correlate.vjp(
    x=lambda F, g, target, weight, stride, padding, dilate, groups: F.spread(
        g, weight, target.shape, stride, padding, dilate, groups
    ),
    weight=lambda F, g, target, x, stride, padding, dilate, groups: F.weigh(
        x, g, target.shape[2:], stride, padding, dilate, groups
    ),
    bias=lambda F, g: F.sum(g, (0, *range(2, len(g.shape)))),
)
spread.vjp(
    g=lambda F, dx, weight, stride, padding, dilate, groups: F.correlate(dx, weight, stride, padding, dilate, groups),
    weight=lambda F, dx, target, g, stride, padding, dilate, groups: F.weigh(
        dx, g, target.shape[2:], stride, padding, dilate, groups
    ),
)
weigh.vjp(
    x=lambda F, dw, target, g, stride, padding, dilate, groups: F.spread(
        g, dw, target.shape, stride, padding, dilate, groups
    ),
    g=lambda F, dw, x, stride, padding, dilate, groups: F.correlate(x, dw, stride, padding, dilate, groups),
)


def _seen(xp, x, kernel, stride, padding, dilate):
    """The windows, (C, *kernel, *places, N), of x (N, C, *space) padded with zeros."""
    return windows.forward(xp, bordered(xp, x, _both(padding)), kernel, stride, dilate)


def _both(padding: Any) -> list[tuple[int, int]]:
    """The same border on both sides."""
    return [(p, p) for p in padding]


def _by_group(xp, g, groups):
    """g (N, O, *places) as (groups, O / groups, places and samples)."""
    return xp.ascontiguousarray(xp.moveaxis(g, 0, -1)).reshape(groups, g.shape[1] // groups, -1)


def _slabs(xp, seen, dtype):
    """Rows of places, as many at a time as a slab of columns holds, and which of the columns they are.

    `seen` is the shape (C, *kernel, *places, N) of all columns. For a kernel of one place, nothing need be copied.
    """
    n = len(seen) // 2 - 1
    rows, rest = seen[n + 1], math.prod(seen[n + 2 :])
    step = rows
    if math.prod(seen[1 : n + 1]) > 1:
        row = math.prod(seen[: n + 1]) * rest * dtype.itemsize
        step = max(1, (SLAB if on_host(xp) else SLAB_ON_GPU) // max(1, row))
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        yield slice(start, stop), slice(start * rest, stop * rest)


def _columns(seen: Any, rows: slice, groups: int) -> Any:
    """What the kernel sees in these rows of places, (groups, C / groups and kernel, places and samples)."""
    n = seen.ndim // 2 - 1
    slab = seen[(slice(None),) * (n + 1) + (rows,)]
    return slab.reshape(groups, math.prod(seen.shape[: n + 1]) // groups, -1)
