"""The operations of `np` and `npx` under MXNet's older names, with its older argument names."""

import functools
from builtins import slice as slice_
from collections.abc import Callable
from typing import Any

from minigrad import create, np, npx, ops
from minigrad.arguments import lengths, number, one_of
from minigrad.axes import axes_in, axis_in
from minigrad.codes import GLUON, coded_shape
from minigrad.composed import composed
from minigrad.dtypes import unhalved
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.methods import all_but
from minigrad.nd.older import alike, named_as, of_one_shape, of_two, older, truth, with_options
from minigrad.ops.linalg import moderate
from minigrad.ops.wide import computed_wide

__all__ = [
    "Activation", "BatchNorm", "BlockGrad", "Cast", "Concat", "Convolution", "Dropout", "ElementWiseSum", "Embedding",
    "Flatten", "FullyConnected", "GroupNorm", "InstanceNorm", "L2Normalization", "LayerNorm", "LeakyReLU", "MakeLoss",
    "Pad", "Pooling", "Reshape", "SequenceMask", "SliceChannel", "SoftmaxActivation", "SwapAxis", "abs", "add", "add_n",
    "arange_like", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "argmax", "argmin", "argsort",
    "batch_dot", "broadcast_add", "broadcast_axes", "broadcast_axis", "broadcast_div", "broadcast_equal",
    "broadcast_greater", "broadcast_greater_equal", "broadcast_hypot", "broadcast_lesser", "broadcast_lesser_equal",
    "broadcast_like", "broadcast_logical_and", "broadcast_logical_or", "broadcast_logical_xor", "broadcast_maximum",
    "broadcast_minimum", "broadcast_minus", "broadcast_mod", "broadcast_mul", "broadcast_not_equal", "broadcast_plus",
    "broadcast_power", "broadcast_sub", "broadcast_to", "cast", "cbrt", "ceil", "clip", "concat", "concatenate", "cos",
    "cosh", "degrees", "diag", "divide", "dot", "elemwise_add", "elemwise_div", "elemwise_mul", "elemwise_sub", "equal",
    "erf", "exp", "expand_dims", "expm1", "fix", "flatten", "flip", "floor", "gamma", "gammaln", "gather_nd", "greater",
    "greater_equal", "hard_sigmoid", "hypot", "identity", "layer_norm", "lesser", "lesser_equal", "log", "log1p",
    "log2", "log10", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor", "make_loss", "max",
    "max_axis", "maximum", "mean", "min", "min_axis", "minimum", "modulo", "moveaxis", "multiply", "nansum", "negative",
    "norm", "not_equal", "one_hot", "ones_like", "pad", "pick", "power", "prod", "radians", "reciprocal", "relu",
    "repeat", "reshape", "reshape_like", "reverse", "rint", "round", "rsqrt", "shape_array", "sigmoid", "sign", "sin",
    "sinh", "slice", "slice_axis", "slice_like", "smooth_l1", "softmax", "softmax_cross_entropy", "softsign", "sort",
    "split", "sqrt", "square", "squeeze", "stack", "stop_gradient", "subtract", "sum", "sum_axis", "swapaxes", "take",
    "tan", "tanh", "tile", "topk", "transpose", "trunc", "waitall", "where", "zeros_like",
]  # fmt: skip


def _named(axes: Any) -> Any:
    """The axes; None, which means all, if none are named."""
    return None if isinstance(axes, (tuple, list)) and not axes else axes


# Elementwise: the operations of `np`, with older names for their arguments


exp, expm1, log, log2 = older(ops.exp), older(ops.expm1), older(ops.log), older(ops.log2)
log10, log1p, sqrt, square = older(ops.log10), older(ops.log1p), older(ops.sqrt), older(ops.square)
cbrt, abs, sign, negative = older(ops.cbrt), older(ops.absolute), older(ops.sign), older(ops.negative)
floor, ceil, trunc, fix = older(ops.floor), older(ops.ceil), older(ops.trunc), older(ops.trunc)
reciprocal = older(ops.reciprocal)
sin, cos, tan, sinh = older(ops.sin), older(ops.cos), older(ops.tan), older(ops.sinh)
cosh, tanh, arcsin, arccos = older(ops.cosh), older(ops.tanh), older(ops.arcsin), older(ops.arccos)
arctan, arcsinh, arccosh = older(ops.arctan), older(ops.arcsinh), older(ops.arccosh)
arctanh, degrees, radians = older(ops.arctanh), older(ops.degrees), older(ops.radians)
erf, gamma, gammaln = older(ops.erf), older(ops.gamma), older(ops.gammaln)
relu, sigmoid, softsign = older(ops.relu), older(ops.sigmoid), older(ops.softsign)
identity, stop_gradient, clip = older(ops.positive), npx.stop_gradient, older(ops.clip)
BlockGrad, make_loss, MakeLoss = stop_gradient, identity, identity

add, subtract, multiply = of_two(ops.add), of_two(ops.subtract), of_two(ops.multiply)
divide, modulo, power = of_two(ops.divide), of_two(ops.mod), of_two(ops.power)
maximum, minimum, hypot = of_two(ops.maximum), of_two(ops.minimum), of_two(ops.hypot)
equal, not_equal, greater = truth(ops.equal), truth(ops.not_equal), truth(ops.greater)
greater_equal, lesser, lesser_equal = truth(ops.greater_equal), truth(ops.less), truth(ops.less_equal)
logical_and, logical_or, logical_xor = truth(ops.logical_and), truth(ops.logical_or), truth(ops.logical_xor)

elemwise_add, elemwise_sub = alike(ops.add), alike(ops.subtract)
elemwise_mul, elemwise_div = alike(ops.multiply), alike(ops.divide)
broadcast_add, broadcast_sub, broadcast_mul, broadcast_div = add, subtract, multiply, divide
broadcast_plus, broadcast_minus, broadcast_mod, broadcast_power = add, subtract, modulo, power
broadcast_maximum, broadcast_minimum, broadcast_hypot = maximum, minimum, hypot
broadcast_equal, broadcast_not_equal, broadcast_greater = equal, not_equal, greater
broadcast_greater_equal, broadcast_lesser, broadcast_lesser_equal = greater_equal, lesser, lesser_equal
broadcast_logical_and, broadcast_logical_or, broadcast_logical_xor = logical_and, logical_or, logical_xor


def _nearest(data: Any, away: bool) -> Tensor:
    """The nearest whole number; at a tie, the lower, or the one away from 0."""
    finite = ops.where(ops.isinf(data), 0, data)
    rest = finite - ops.trunc(finite)  # exact, as finite - floor(finite) is not just above -0.5
    up = ops.logical_or(rest >= 0.5 if away else rest > 0.5, ops.logical_and(rest < 0, rest > -0.5))
    return ops.where(up, ops.ceil(data), ops.floor(data))


round = older(named_as(ops.round)(lambda data: _nearest(data, away=True)))
round.__doc__ = "The nearest whole number; at a tie, the one away from 0: -1.5 becomes -2, and 2.5 becomes 3."
rint = older(named_as(ops.rint)(lambda data: _nearest(data, away=False)))
rint.__doc__ = "The nearest whole number; at a tie, the lower: -1.5 becomes -2, and 2.5 becomes 2."


@composed("data")
def rsqrt(data: Any) -> Tensor:
    """1 / sqrt(x)."""
    return ops.reciprocal(ops.sqrt(data))


@composed("data")
def logical_not(data: Any) -> Tensor:
    """1 where x is 0, else 0."""
    return ops.astype(ops.logical_not(data), data.dtype)


@composed("data")
def hard_sigmoid(data: Any, alpha: float = 0.2, beta: float = 0.5) -> Tensor:
    """alpha x + beta, limited to [0, 1]."""
    return ops.clip(number("alpha", alpha) * data + number("beta", beta), 0, 1)


@composed("condition", "x", "y")
def where(condition: Any, x: Any, y: Any) -> Tensor:
    """x where the condition is not 0, else y. A condition with one axis may have a value for each row of x."""
    if condition.ndim == 1 < x.ndim:
        if len(condition) != len(x):
            raise ShapeError(f"where() got {len(condition)} conditions for {len(x)} rows (x has shape {x.shape}).")
        condition = ops.reshape(condition, (-1,) + (1,) * (x.ndim - 1))
    return ops.where(ops.not_equal(condition, 0), x, y)


@composed()
def add_n(*args: Any) -> Tensor:
    """The sum of arrays of the same shape."""
    of_one_shape("add_n()", *args)
    total = functools.reduce(ops.add, map(unhalved, args))
    return total if total.dtype == args[0].dtype else ops.astype(total, args[0].dtype)


ElementWiseSum = add_n


# Reductions: over everything they have shape (1,); `exclude` reduces over all axes but those named


def _reduction(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    @composed("data")
    @named_as(function)
    def over_all(data: Any, axis: Any = None, keepdims: bool = False, exclude: bool = False) -> Tensor:
        axis = all_but(data.ndim, axis) if exclude else _named(axis)
        if not keepdims and (axis is None or len(axes_in(data.shape, axis)) == data.ndim):
            return function(ops.reshape(data, (-1,)), axis=0, keepdims=True)
        return function(data, axis=axis, keepdims=keepdims)

    return over_all


sum, mean, max, min = _reduction(ops.sum), _reduction(ops.mean), _reduction(ops.max), _reduction(ops.min)
prod, nansum = _reduction(ops.prod), _reduction(np.nansum)
sum_axis, max_axis, min_axis = sum, max, min


def _with_an_axis(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """`function`, whose result has the shape (1,) where it would have no axis."""

    @functools.wraps(function)
    def at_least_one(*args: Any, **kwargs: Any) -> Tensor:
        y = function(*args, **kwargs)
        return y if y.ndim else ops.reshape(y, (1,))

    return at_least_one


@_with_an_axis
@composed("data")
def norm(data: Any, ord: int = 2, axis: Any = None, out_dtype: Any = None, keepdims: bool = False) -> Tensor:
    """The norm of order 1 or 2, computed as `out_dtype` if that is given."""
    one_of("ord", ord, 1, 2)
    axis = _named(axis)
    return ops.norm(data if out_dtype is None else ops.astype(data, out_dtype), ord, axis, keepdims)


def _position(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    @_with_an_axis
    @composed("data")
    @named_as(function)
    def place(data: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
        return ops.astype(function(data, axis=axis, keepdims=keepdims), "float32")

    return place


argmax, argmin = _position(ops.argmax), _position(ops.argmin)


def _descending(data: Any) -> Tensor:
    """Constants in the opposite order: negative, or ~x for whole numbers, some of which have no negative."""
    data = data.detach()
    return ops.negative(data) if data.dtype.kind == "f" else ops.invert(data)


@composed("data")
def argsort(data: Any, axis: int = -1, is_ascend: bool = True, dtype: Any = "float32") -> Tensor:
    """The order that sorts the values, the largest first unless `is_ascend`."""
    return ops.astype(ops.argsort(data if is_ascend else _descending(data), axis), dtype)


@composed("data")
def sort(data: Any, axis: int = -1, is_ascend: bool = True) -> Tensor:
    """The values in increasing order, or in decreasing order."""
    return ops.sort(data, axis) if is_ascend else ops.flip(ops.sort(data, axis), axis)


# Shapes


@composed("data")
def reshape(data: Any, shape: Any, reverse: bool = False) -> Tensor:
    """The same values in another shape, in which a length may also be a code.

    -1 is whatever remains; 0 copies the length at this place; -2 copies all remaining lengths; -3 is the product of
    two; -4, followed by two numbers, splits one. With `reverse` everything is read from the right.

    >>> from minigrad import nd
    >>> nd.reshape(nd.zeros((2, 3, 8)), (0, -4, 3, 1, -2)).shape
    (2, 3, 1, 8)
    """
    return ops.reshape(data, coded_shape(data.shape, shape, GLUON, reverse))


@composed("data")
def transpose(data: Any, axes: Any = None) -> Tensor:
    """The axes in another order (reversed if not given)."""
    return ops.transpose(data, axes or None)


@composed("data")
def swapaxes(data: Any, dim1: int = 0, dim2: int = 0) -> Tensor:
    """Two axes exchanged."""
    return ops.swapaxes(data, dim1, dim2)


@composed()
def concat(*data: Any, dim: int = 1) -> Tensor:
    """Arrays joined along an axis, by default the second."""
    return ops.concatenate(data, dim)


@composed()
def concatenate(arrays: Any, axis: int = 0) -> Tensor:
    """Arrays joined along an axis, by default the first."""
    return ops.concatenate(arrays, axis)


@composed()
def stack(*data: Any, axis: int = 0) -> Tensor:
    """Arrays of the same shape joined along a new axis."""
    return ops.stack(data[0] if len(data) == 1 and isinstance(data[0], (list, tuple)) else data, axis)


@composed("data")
def split(data: Any, num_outputs: int, axis: int = 1, squeeze_axis: bool = False) -> Any:
    """A list of equal pieces along an axis, which `squeeze_axis` removes; a single piece is not put in a list."""
    pieces = [ops.squeeze(p, axis) if squeeze_axis and p.ndim > 1 else p for p in np.split(data, num_outputs, axis)]
    return pieces if num_outputs > 1 else pieces[0]


@composed("data")
def slice_axis(data: Any, axis: int, begin: int, end: int | None) -> Tensor:
    """data[begin:end] along one axis."""
    return ops.getitem(data, (slice_(None),) * axis_in(data.shape, axis) + (slice_(begin, end),))


@composed("data", "shape_like")
def slice_like(data: Any, shape_like: Any, axes: Any = None) -> Tensor:
    """The first values along each of `axes` (all if there are none), as many as `shape_like` has."""
    cut = tuple(range(data.ndim)) if _named(axes) is None else axes_in(data.shape, axes, "axes")
    return ops.getitem(data, tuple(slice_(shape_like.shape[i] if i in cut else None) for i in range(data.ndim)))


@_with_an_axis
@composed("a")
def take(a: Any, indices: Any, axis: int = 0, mode: str = "clip") -> Tensor:
    """The values at the given positions along `axis`; positions outside are clipped."""
    return ops.take(a, indices, axis, mode)


@composed("lhs", "rhs")
def broadcast_like(lhs: Any, rhs: Any) -> Tensor:
    """The values repeated to the shape of `rhs`."""
    return ops.broadcast_to(lhs, rhs.shape)


@composed("data")
def broadcast_to(data: Any, shape: Any) -> Tensor:
    """The values repeated to `shape`, in which 0 keeps a length."""
    return ops.broadcast_to(data, tuple(n or data.shape[i] for i, n in enumerate(lengths("shape", shape))))


@composed("data")
def broadcast_axis(data: Any, axis: Any = (), size: Any = ()) -> Tensor:
    """The values repeated along axes of length 1 to the given sizes."""
    axes, sizes_ = axes_in(data.shape, axis), lengths("size", size)
    if len(axes) != len(sizes_):
        raise ArgumentError(f"broadcast_axis() got axis={axis!r} and size={size!r}; give one size for each axis.")
    sizes = dict(zip(axes, sizes_))
    return ops.broadcast_to(data, tuple(sizes.get(i, n) for i, n in enumerate(data.shape)))


broadcast_axes = broadcast_axis


@composed("data")
def pad(data: Any, mode: str = "constant", pad_width: Any = (), constant_value: float = 0.0) -> Tensor:
    """The array with a border: `pad_width` holds, axis by axis, the widths before and after."""
    if len(pad_width) != 2 * data.ndim:
        raise ArgumentError(f"pad() got pad_width={pad_width!r}; shape {data.shape} needs two widths for each axis.")
    widths = tuple(zip(pad_width[::2], pad_width[1::2]))
    return ops.pad(data, widths, mode, constant_value) if mode == "constant" else ops.pad(data, widths, mode)


squeeze = _with_an_axis(older(ops.squeeze))
flatten, expand_dims, tile = npx.batch_flatten, older(ops.expand_dims), older(ops.tile)
repeat, reverse, flip = older(ops.repeat), older(ops.flip), older(ops.flip)
moveaxis, diag, cast, slice = older(ops.moveaxis), older(np.diag), npx.cast, npx.slice
Reshape, Flatten, SwapAxis, Concat, Cast, SliceChannel, Pad = reshape, flatten, swapaxes, concat, cast, split, pad


# Products, layers, losses


@_with_an_axis
@composed("lhs", "rhs")
def dot(lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False) -> Tensor:
    """The sum of products over the last axis of `lhs` and the first of `rhs`, or, of a transposed one, its other end.

    `transpose_a` moves the first axis of `lhs` to its end, and `transpose_b` the last of `rhs` to its beginning.
    """
    lhs = ops.moveaxis(lhs, 0, -1) if transpose_a else lhs
    rhs = ops.moveaxis(rhs, -1, 0) if transpose_b else rhs
    return ops.dot(lhs, rhs) if rhs.ndim <= 2 else ops.tensordot(lhs, rhs, 1)


@composed("data", "label")
def softmax_cross_entropy(data: Any, label: Any) -> Tensor:
    """The cross-entropy of the softmax, summed over the batch: shape (1,)."""
    return ops.reshape(ops.sum(ops.softmax_cross_entropy(data, label)), (1,))


@composed("data")
@computed_wide
def L2Normalization(data: Any, eps: float = 1e-10, mode: str = "instance") -> Tensor:  # noqa: N802
    """Each sample ('instance'), each place ('channel') or each channel ('spatial') divided by its norm."""
    axes = {"instance": tuple(range(1, data.ndim)), "channel": 1, "spatial": tuple(range(2, data.ndim))}
    axis = axes[one_of("mode", mode, *axes)]
    x, scale = moderate(data, axis)
    squares = ops.sum(ops.square(x), axis, keepdims=True)
    return ops.divide(x, ops.sqrt(squares + number("eps", eps, 0) / scale / scale))


@composed("data")
def GroupNorm(data: Any, gamma: Any, beta: Any, num_groups: int = 1, eps: float = 1e-5) -> Tensor:  # noqa: N802
    """`npx.group_norm` with a smaller `eps` by default."""
    return npx.group_norm(data, gamma, beta, num_groups, eps)


@composed("data")
def SoftmaxActivation(data: Any, mode: str = "instance") -> Tensor:  # noqa: N802
    """The softmax over the last axis ('instance'), or of the channels, axis 1, at each place ('channel')."""
    return ops.softmax(data, {"instance": -1, "channel": 1}[one_of("mode", mode, "instance", "channel")])


@composed("data")
def zeros_like(data: Any, ctx: Any = None, dtype: Any = None) -> Tensor:
    """Zeros in the shape and dtype of `data`, where it is: `ctx` changes nothing, as in MXNet."""
    return create.zeros_like(data, dtype)


@composed("data")
def ones_like(data: Any, ctx: Any = None, dtype: Any = None) -> Tensor:
    """Ones in the shape and dtype of `data`, where it is: `ctx` changes nothing, as in MXNet."""
    return create.ones_like(data, dtype)


FullyConnected, Convolution, Pooling = npx.fully_connected, npx.convolution, npx.pooling
Activation, LeakyReLU, Dropout = npx.activation, npx.leaky_relu, npx.dropout
BatchNorm, LayerNorm, Embedding = npx.batch_norm, npx.layer_norm, npx.embedding
InstanceNorm, SequenceMask = npx.instance_norm, npx.sequence_mask
softmax, log_softmax, smooth_l1, layer_norm = npx.softmax, npx.log_softmax, npx.smooth_l1, npx.layer_norm
topk, pick, one_hot, batch_dot, gather_nd = npx.topk, _with_an_axis(npx.pick), npx.one_hot, npx.batch_dot, npx.gather_nd
arange_like, reshape_like, shape_array = npx.arange_like, npx.reshape_like, npx.shape_array
waitall = npx.waitall

for _word in __all__:
    globals()[_word] = with_options(globals()[_word])
del _word
