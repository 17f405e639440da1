"""Layers as functions, with Gluon's names for their arguments.

Arguments that only repeat the shape of a weight (`num_hidden`, `kernel`, `num_filter`, `input_dim`, ...) may be left
out; if they are given, they must agree with it.
"""

import math
from typing import Any

import numpy

from minigrad import ops
from minigrad.arguments import number, one_of, shown, whole
from minigrad.axes import axes_in, axis_in
from minigrad.composed import composed
from minigrad.create import arange, ones_like
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError, suggestion
from minigrad.npx.activations import find
from minigrad.npx.arrays import whole_lengths
from minigrad.ops.wide import computed_wide
from minigrad.ops.windows import each

__all__ = [
    "activation", "batch_norm", "convolution", "dropout", "embedding", "fully_connected", "group_norm",
    "instance_norm", "layer_norm", "leaky_relu", "log_softmax", "masked_log_softmax", "masked_softmax", "pooling",
    "smooth_l1", "softmax",
]  # fmt: skip


@composed("data", "weight")
def fully_connected(
    data: Any, weight: Any, bias: Any = None, num_hidden: Any = None, no_bias: bool = False, flatten: bool = True
) -> Tensor:
    """A linear layer x Wᵀ + b: data (n, ...), flattened to (n, k) unless `flatten=False`; weight (m, k), bias (m,).

    Gradient: g W for x, gᵀ x for W, and the sum of the rows of g for b.

    >>> from minigrad import np, npx
    >>> npx.fully_connected(np.array([[1, 2]]), np.array([[1, 1]]), np.array([10]))
    array([[13.]])
    """
    _agree("num_hidden", num_hidden, weight.shape[:1])
    if bias is not None and not no_bias and bias.shape != weight.shape[:1]:
        raise ShapeError(f"fully_connected() got a bias of shape {bias.shape} for {weight.shape[0]} outputs.")
    rows = ops.reshape(data, (data.shape[0], math.prod(data.shape[1:]))) if flatten and data.ndim != 2 else data
    return ops.linear(rows, weight, None if no_bias else bias)


@composed("data")
def convolution(
    data: Any, weight: Any, bias: Any = None, kernel: Any = None, stride: Any = 1, dilate: Any = 1, pad: Any = 0,
    num_filter: Any = None, num_group: int = 1, no_bias: bool = False, layout: str | None = None,
) -> Tensor:  # fmt: skip
    """`ops.convolution`, under Gluon's names: data (N, C, *space), weight (O, C / num_group, *kernel), bias (O,).

    >>> from minigrad import np, npx
    >>> npx.convolution(np.arange(4).reshape(1, 1, 4), np.array([[[1, 1]]]), no_bias=True)
    array([[[1., 3., 5.]]])
    """
    _channels_first(layout)
    _agree("kernel", kernel, weight.shape[2:])
    _agree("num_filter", num_filter, weight.shape[:1])
    return ops.convolution(data, weight, None if no_bias else bias, stride, pad, dilate, num_group)


WHOLE = {"max": ops.max, "avg": ops.mean, "sum": ops.sum}
"""Pooling with one window that covers everything."""


@composed("data")
def pooling(
    data: Any, kernel: Any = 1, pool_type: str = "max", global_pool: bool = False, stride: Any = 1, pad: Any = 0,
    pooling_convention: str = "valid", count_include_pad: bool = True, layout: str | None = None,
) -> Tensor:  # fmt: skip
    """`ops.pooling`, under Gluon's names; with `global_pool` one window is all of space. The default stride is 1.

    >>> from minigrad import np, npx
    >>> npx.pooling(np.array([[[3, 1, 4]]]), kernel=2)
    array([[[3., 4.]]])
    """
    _channels_first(layout)
    one_of("pooling_convention", pooling_convention, "valid", "full")
    if global_pool and pool_type in WHOLE:
        return WHOLE[pool_type](data, axis=tuple(range(2, data.ndim)), keepdims=True)
    return ops.pooling(data, kernel, pool_type, stride, pad, pooling_convention == "full", count_include_pad)


def _channels_first(layout: str | None) -> None:
    if layout is not None and (not isinstance(layout, str) or layout not in ("NCW", "NCHW", "NCDHW")):
        raise ArgumentError(
            f"layout is {shown(layout)}, but arrays are laid out (samples, channels, *space), for instance 'NCHW'; "
            "use np.moveaxis(x, -1, 1)."
        )


@composed("data")
def batch_norm(
    data: Any, gamma: Any, beta: Any, moving_mean: Any, moving_var: Any, eps: float = 1e-3, momentum: float = 0.9,
    fix_gamma: bool = True, use_global_stats: bool = False, axis: int = 1,
) -> Tensor:  # fmt: skip
    """`ops.batch_norm` under Gluon's names: with the batch's own statistics in training, otherwise the moving ones.

    With `fix_gamma` gamma is taken as 1, and with `use_global_stats` the moving statistics are used in training too.

    >>> from minigrad import np, npx
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> npx.batch_norm(np.array([[1], [3]]), one, zero, zero, one, eps=0)
    array([[1.],
           [3.]])
    """
    gamma = ones_like(gamma) if fix_gamma else gamma
    running = use_global_stats or not state.training
    return ops.batch_norm(data, gamma, beta, moving_mean, moving_var, axis, eps, momentum, running)


@composed("data")
def layer_norm(data: Any, gamma: Any, beta: Any, axis: int = -1, eps: float = 1e-5) -> Tensor:
    """`ops.layer_norm`: each sample brought to mean 0 and variance 1 along `axis`, then gamma x + beta.

    >>> from minigrad import np, npx
    >>> npx.layer_norm(np.array([[1, 2, 3]]), np.ones(3), np.zeros(3)).round(4)
    array([[-1.2247,  0.    ,  1.2247]])
    """
    return ops.layer_norm(data, gamma, beta, axis, eps)


@composed("data")
def instance_norm(data: Any, gamma: Any, beta: Any, eps: float = 1e-3, axis: int = 1) -> Tensor:
    """Each channel (place along `axis`) of each sample set to mean 0 and variance 1 over space; then gamma x + beta.

    Gradient: for x that of `ops.standardize` given g gamma.

    >>> from minigrad import np, npx
    >>> npx.instance_norm(np.array([[[1, 2, 3]]]), np.ones(1), np.zeros(1)).round(3)
    array([[[-1.224,  0.   ,  1.224]]])
    """
    number("eps", eps, 0)
    axis = axis_in(data.shape, axis)
    shape = tuple(n if i == axis else 1 for i, n in enumerate(data.shape))
    space = tuple(i for i in range(1, data.ndim) if i != axis)
    return ops.standardize(data, space, eps) * ops.reshape(gamma, shape) + ops.reshape(beta, shape)


@composed("data")
def group_norm(data: Any, gamma: Any, beta: Any, num_groups: int = 1, eps: float = 1e-3) -> Tensor:
    """Channels (axis 1) in groups: each group of each sample brought to mean 0 and variance 1, then gamma x + beta.

    gamma and beta have a value for each channel or, as in MXNet, for each group.

    Gradient: for x that of `ops.standardize` given g gamma. ShapeError if the groups would not be equal.

    >>> from minigrad import np, npx
    >>> npx.group_norm(np.array([[1, 3, 5, 7]]), np.ones(4), np.zeros(4), num_groups=2, eps=0)
    array([[-1.,  1., -1.,  1.]])
    """
    number("eps", eps, 0)
    if data.shape[1] % whole("num_groups", num_groups, 1):
        raise ShapeError(f"group_norm() cannot cut {data.shape[1]} channels into {num_groups} equal groups.")
    scale, shift = (_of_channels("group_norm", data, v, num_groups) for v in (gamma, beta))
    grouped = (data.shape[0], num_groups, math.prod(data.shape[1:]) // num_groups)
    groups = ops.standardize(ops.reshape(data, grouped), 2, eps)
    return ops.reshape(groups, data.shape) * scale + shift


def _of_channels(name: str, data: Any, v: Any, groups: int = 1) -> Tensor:
    """A vector with a value for each channel (axis 1 of the data) or each group of them, as one that broadcasts."""
    channels = data.shape[min(1, data.ndim - 1)] if data.ndim else 1
    if v.size not in (channels, groups):
        raise ShapeError(f"{name}() got {v.size} values for the {channels} channels of data of shape {data.shape}.")
    v = ops.repeat(v, channels // groups) if 1 < v.size < channels else v
    return ops.reshape(v, (-1,) + (1,) * (data.ndim - 2))


@composed("data")
def embedding(
    data: Any, weight: Any, input_dim: Any = None, output_dim: Any = None, dtype: Any = None, sparse_grad: bool = False
) -> Tensor:
    """Row i of `weight` for every index i in `data`. The weight decides the dtype, whatever `dtype` says.

    Gradient: zeros in the shape of `weight` with each row of g added at its index.

    >>> from minigrad import np, npx
    >>> npx.embedding(np.array([1, 0]), np.array([[1, 2], [3, 4]]))
    array([[3., 4.],
           [1., 2.]])
    """
    _agree("input_dim", input_dim, weight.shape[:1])
    _agree("output_dim", output_dim, weight.shape[1:])
    return ops.embedding(weight, data)


def _agree(name: str, given: Any, actual: tuple[int, ...]) -> None:
    """Refuse lengths that are not those of the weight."""
    if given is not None and each(name, given, len(actual)) != actual:
        raise ShapeError(f"{name}={given!r} does not agree with the weight, which has {actual}; leave it out.")


@composed("data")
def dropout(data: Any, p: float = 0.5, mode: str = "training", axes: tuple[int, ...] = ()) -> Tensor:
    """Zero each value with probability `p`, in training unless `mode='always'`; values along `axes` share one decision.

    The others are scaled by 1 / (1 - p). Gradient: g times the same zeros and scales.

    >>> from minigrad import np, npx
    >>> npx.dropout(np.array([1, 2]), 0.5)
    array([1., 2.])
    """
    number("p", p, 0, 1)
    axes_in(data.shape, axes, "axes")
    always = one_of("mode", mode, "training", "always") == "always"
    return ops.dropout(data, p, axes) if always or state.training else data


@composed("data")
def activation(data: Any, act_type: str) -> Tensor:
    """The activation called `act_type`: 'relu', 'sigmoid', 'tanh', 'softrelu' ... See `npx.activations`.

    >>> from minigrad import np, npx
    >>> npx.activation(np.array([-1, 2]), "relu")
    array([0., 2.])
    """
    return find(act_type)(data)


@composed("data")
def leaky_relu(data: Any, gamma: Any = None, act_type: str = "leaky", slope: float = 0.25) -> Tensor:
    """The family of `relu`: 'leaky' (with `slope`), 'prelu' (`gamma`: a slope for each channel), 'elu', 'selu', 'gelu'.

    >>> from minigrad import np, npx
    >>> npx.leaky_relu(np.array([-4, 2]))
    array([-1.,  2.])
    """
    number("slope", slope)
    kinds = {
        "leaky": lambda: ops.leaky_relu(data, slope),
        "prelu": lambda: ops.leaky_relu(data, _of_channels("leaky_relu", data, gamma)),
        "elu": lambda: ops.elu(data, slope),
        "selu": lambda: ops.selu(data),
        "gelu": lambda: ops.gelu(data),
    }
    if act_type not in kinds:
        raise ArgumentError(f"There is no leaky_relu {act_type!r}{suggestion(act_type, kinds)}")
    return kinds[act_type]()


@composed("data")
@computed_wide
def smooth_l1(data: Any, scalar: float = 1.0) -> Tensor:
    """(s x)**2 / 2 where |x| < 1 / s**2, else |x| - 1 / (2 s**2), with s = `scalar`: Huber's function.

    Derivative: s**2 x in the middle, else the sign of x.

    >>> from minigrad import np, npx
    >>> npx.smooth_l1(np.array([0.5, -3]))
    array([0.125, 2.5  ])
    """
    square = number("scalar", scalar, 0, ends="()") ** 2
    near = ops.clip(data, -1 / square, 1 / square)
    return 0.5 * square * ops.square(near) + ops.relu(ops.absolute(data) - 1 / square)


@composed("data")
def softmax(
    data: Any, length: Any = None, axis: int = -1, temperature: float | None = None, use_length: bool = False,
    dtype: Any = None,
) -> Tensor:  # fmt: skip
    """exp(x / temperature) over its sum along `axis`; if lengths are given, over the first `length` values only.

    If `dtype` is given, the data are converted to it first.

    Gradient: y (g - sum(g y)) / temperature.

    >>> from minigrad import np, npx
    >>> npx.softmax(np.array([[0, 0, 0]]), np.array([2]), use_length=True)
    array([[0.5, 0.5, 0. ]])
    """
    scaled = _cooled(data, temperature, dtype)
    if use_length and length is None:
        raise ArgumentError("softmax() got use_length=True but no length; give the lengths of the sequences.")
    return ops.softmax(scaled, axis) if length is None else masked_softmax(scaled, _within(data, length, axis), axis)


@composed("data")
def log_softmax(data: Any, axis: int = -1, temperature: float | None = None, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`, computed without overflow. Gradient: (g - softmax(x) sum(g)) / temperature.

    >>> from minigrad import np, npx
    >>> npx.log_softmax(np.array([0, 1, 2])).round(4)
    array([-2.4076, -1.4076, -0.4076])
    """
    return ops.log_softmax(_cooled(data, temperature, dtype), axis)


@composed("data", "mask")
def masked_softmax(data: Any, mask: Any, axis: int = -1, temperature: float = 1.0) -> Tensor:
    """The softmax of the values where `mask` is true; 0 elsewhere. Gradient: that of `softmax`, 0 elsewhere.

    >>> from minigrad import np, npx
    >>> npx.masked_softmax(np.array([1, 1, 5]), np.array([1, 1, 0]))
    array([0.5, 0.5, 0. ])
    """
    shown = ops.astype(mask, "bool")
    return ops.where(shown, ops.softmax(_lowest_unless(shown, _cooled(data, temperature)), axis), 0.0)


@composed("data")
def masked_log_softmax(data: Any, mask: Any, axis: int = -1, temperature: float = 1.0) -> Tensor:
    """The logarithm of `masked_softmax`; minus infinity where the mask is false.

    Gradient: that of `log_softmax`, 0 elsewhere.

    >>> from minigrad import np, npx
    >>> npx.masked_log_softmax(np.array([0, 0, 5]), np.array([1, 1, 0])).round(4)
    array([-0.6931, -0.6931,    -inf])
    """
    shown = ops.astype(mask, "bool")
    return ops.where(shown, ops.log_softmax(_lowest_unless(shown, _cooled(data, temperature)), axis), -math.inf)


def _cooled(data: Any, temperature: float | None, dtype: Any = None) -> Any:
    data = data if dtype is None else ops.astype(data, dtype)
    return data if temperature is None else data / number("temperature", temperature, 0, ends="()")


def _lowest_unless(shown: Any, scores: Any) -> Tensor:
    """The scores that are shown, else the lowest finite number: with only minus infinity, a softmax would be NaN."""
    return ops.where(shown, scores, float(numpy.finfo(scores.dtype).min))


def _within(data: Any, length: Any, axis: int) -> Tensor:
    """Whether a place along `axis` lies before the end of its sequence; `length` has the other axes."""
    axis = axis_in(data.shape, axis)
    places = arange(data.shape[axis], ctx=data.ctx)
    if length.shape != (others := data.shape[:axis] + data.shape[axis + 1 :]):
        raise ShapeError(f"softmax() got lengths of shape {length.shape}; data of shape {data.shape} need {others}.")
    along = ops.reshape(places, tuple(-1 if i == axis else 1 for i in range(data.ndim)))
    return ops.less(along, ops.expand_dims(whole_lengths(length), axis))
