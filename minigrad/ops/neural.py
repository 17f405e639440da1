"""Activations, softmax, dropout: the operations of neural networks, in numerically stable forms."""

import math
from typing import Any

import numpy

from minigrad.arguments import number, one_of
from minigrad.axes import axes_in
from minigrad.device import on_host
from minigrad.dtypes import result_dtype, widened
from minigrad.engine.operation import op
from minigrad.engine.tensor import Tensor
from minigrad.generators import generator
from minigrad.ops.accumulate import total
from minigrad.ops.choose import clip
from minigrad.ops.elementwise import multiply, positive

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _as_float(x):
    """Whole numbers as float64: in their own dtype -x and |x| may wrap around."""
    return x.astype("float64") if x.dtype.kind in "iub" else x


@op
def relu(xp, x):
    """max(x, 0), the rectifier; at 0 the derivative is taken as 0, and at NaN it is NaN.

    Derivative: dy/dx = x > 0.

    >>> from minigrad import np, npx
    >>> npx.relu(np.array([-1, 2]))
    array([0., 2.])
    """
    return xp.maximum(x, 0)


relu.vjp(x=lambda F, g, y: g * F.sign(y))  # y is not negative


@op
def sigmoid(xp, x):
    """1 / (1 + exp(-x)), from exp(-|x|): nothing overflows, and no digits are lost on either side.

    Derivative: dy/dx = y * (1 - y).

    >>> from minigrad import np, npx
    >>> npx.sigmoid(np.array([0, 2])).round(4)
    array([0.5   , 0.8808])
    """
    x = _as_float(x)
    e = xp.exp(-xp.abs(x))
    return xp.maximum(e, x >= 0) / (1 + e)  # the numerator is 1 or e: `where` takes as long as all the rest


sigmoid.vjp(x=lambda F, g, y: g * (y * (1 - y)))


@op
def softplus(xp, x):
    """log(1 + exp(x)), a smooth ramp, computed as max(x, 0) + log(1 + exp(-|x|)).

    Derivative: dy/dx = sigmoid(x).

    >>> from minigrad import np, ops
    >>> ops.softplus(np.array([0, 2])).round(4)
    array([0.6931, 2.1269])
    """
    x = _as_float(x)
    return xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x)))


softplus.vjp(x=lambda F, g, x: g * F.sigmoid(x))


@op
def softsign(xp, x):
    """x / (1 + |x|), which lies between -1 and 1.

    Derivative: dy/dx = 1 / (1 + absolute(x)) ** 2.

    >>> from minigrad import np, ops
    >>> ops.softsign(np.array([-1, 3]))
    array([-0.5 ,  0.75])
    """
    x = _as_float(x)
    return x / (1 + xp.abs(x))


softsign.vjp(x=lambda F, g, x: g * F.square(1 / (1 + F.absolute(x))))  # a large x must not overflow


@op
def leaky_relu(xp, x, slope=0.25):
    """x where x > 0, else `slope` times x; at 0 the derivative is the slope, which may be an array that learns.

    Derivative: dy/dx = where(x > 0, 1, slope), dy/dslope = minimum(x, 0).

    >>> from minigrad import np, ops
    >>> ops.leaky_relu(np.array([-4, 2]))
    array([-1.,  2.])
    """
    return xp.where(x > 0, x, slope * x)


leaky_relu.vjp(x=lambda F, g, x, slope: F.where(F.less_equal(x, 0), slope * g, g))
leaky_relu.vjp(slope=lambda F, g, x: g * F.minimum(x, 0))


@op
def elu(xp, x, alpha=1.0):
    """x where x > 0, else alpha (exp(x) - 1). Clevert et al., "Fast and accurate deep network learning by ELUs", 2016.

    Derivative: dy/dx = where(x > 0, 1, alpha * exp(x)), dy/dalpha = expm1(minimum(x, 0)).

    >>> from minigrad import np, ops
    >>> ops.elu(np.array([-1, 2])).round(4)
    array([-0.6321,  2.    ])
    """
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0)))


elu.vjp(x=lambda F, g, x, alpha: F.where(F.greater(x, 0), g, g * (alpha * F.exp(F.where(F.greater(x, 0), 0, x)))))
elu.vjp(alpha=lambda F, g, x: g * F.expm1(F.minimum(x, 0)))


def selu(x: Any) -> Tensor:
    """The scaled `elu` of Klambauer et al., "Self-normalizing neural networks", 2017.

    Derivative: the scale 1.0507 times that of `elu` with alpha = 1.6733.

    >>> from minigrad import np, ops
    >>> ops.selu(np.array([-1, 2])).round(4)
    array([-1.1113,  2.1014])
    """
    return elu(x, SELU_ALPHA) * SELU_SCALE


def gelu(x: Any, approximation: str = "erf") -> Tensor:
    """x Φ(x), with Φ(x) the probability that a standard normal value is below x (Hendrycks and Gimpel, 2016).

    With approximation='tanh', Φ(x) is (1 + tanh(sqrt(2 / π) (x + 0.044715 x**3))) / 2.

    Derivative: Φ(x) + x φ(x), with φ the normal density.

    >>> from minigrad import np, ops
    >>> ops.gelu(np.array([-1, 2])).round(4)
    array([-0.1587,  1.9545])
    """
    if one_of("approximation", approximation, "erf", "tanh") == "tanh":
        t = clip(x, -25, 25)  # beyond that it is 0 or x to the last digit, and x^3 would overflow
        return multiply(x, sigmoid(math.sqrt(8 / math.pi) * (t + 0.044715 * t * t * t)))  # (1 + tanh z) / 2
    from minigrad.ops.special import erfc  # rarely needed elsewhere

    return multiply(0.5 * x, erfc(x * -math.sqrt(0.5)))


def silu(x: Any, beta: float = 1.0) -> Tensor:
    """x sigmoid(beta x), also called swish.

    Derivative: s + beta x s (1 - s), where s = sigmoid(beta x).

    >>> from minigrad import np, ops
    >>> ops.silu(np.array([-1, 2])).round(4)
    array([-0.2689,  1.7616])
    """
    return multiply(x, sigmoid(x * beta if beta != 1 else x))


def largest(xp, x, axis):
    """The largest value along an axis, which stays with length 1.

    NumPy takes 0.1 microseconds for each row, however short. It is up to eight times as fast to compare the halves of
    all rows with each other, and then to copy what is left, with the columns as rows.
    """
    if not x.size or not x.ndim:
        return x
    if axis in (-1, x.ndim - 1) and (n := x.shape[-1]) <= 64 and on_host(xp):
        rows = x.reshape(-1, n)
        while n > 16:
            n = (n + 1) // 2
            rows = xp.maximum(rows[:, :n], rows[:, -n:])
        return rows.T.copy().max(axis=0).reshape(*x.shape[:-1], 1)
    return x.max(axis=axis, keepdims=True)


@op
def softmax(xp, x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis`: positive numbers that sum to 1.

    Gradient: y (g - sum(g y)), the sum along `axis`.

    >>> from minigrad import np, ops
    >>> ops.softmax(np.array([0, 1, 2])).round(4)
    array([0.09  , 0.2447, 0.6652])
    """
    x = widened(x)
    y = x - largest(xp, x, axis)
    y = xp.exp(y, out=y if x.ndim else None)
    y /= total(xp, y, axis, keepdims=True)
    return y


softmax.vjp(x=lambda F, g, y, axis: y * (g - F.sum(widened(g) * y, axis, keepdims=True)))


@op
def log_softmax(xp, x, axis=-1):
    """The logarithm of `softmax`, x - log(sum(exp(x))) along `axis`, without overflow.

    Gradient: g - softmax(x) sum(g), the sum along `axis`.

    >>> from minigrad import np, ops
    >>> ops.log_softmax(np.array([0, 1, 2])).round(4)
    array([-2.4076, -1.4076, -0.4076])
    """
    x = widened(x)
    shifted = x - largest(xp, x, axis)
    return shifted - xp.log(total(xp, xp.exp(shifted), axis, keepdims=True)) if x.size else x


log_softmax.vjp(x=lambda F, g, y, axis: g - F.exp(widened(y)) * F.sum(widened(g), axis, keepdims=True))


def dropout(x: Any, p: float = 0.5, axes: tuple[int, ...] = ()) -> Tensor:
    """Zero each value with probability `p` and scale the others by 1 / (1 - p); values along `axes` share one decision.

    Gradient: g times the same zeros and scales.

    >>> from minigrad import np, ops, random
    >>> random.seed(1)
    >>> sorted({float(v) for v in ops.dropout(np.ones(100), 0.5)})
    [0.0, 2.0]
    """
    return positive(x) if number("p", p, 0, 1) == 0 else multiply(x, dropout_mask(x, p, axes))


def dropout_mask(x: Tensor, p: float, axes: tuple[int, ...] = ()) -> Tensor:
    """0 or 1 / (1 - p) for each value, drawn by the generator of the device."""
    joint = axes_in(x.shape, axes, "axes")
    shape = tuple(1 if i in joint else n for i, n in enumerate(x.shape))
    with x.ctx:
        drawn = generator(x.ctx).random(shape, dtype=numpy.float32)
        dtype = result_dtype(x.dtype)
        return Tensor((drawn >= p).astype(dtype) * dtype.type(1 / (1 - p)), x.ctx)
