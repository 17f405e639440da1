"""Elementwise operations: arithmetic, the usual functions, comparisons. Derivatives stand beside them.

In the VJPs, `g` is the gradient of the output `y`. At a kink the value taken is stated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.device import Context
from minigrad.engine.operation import Op, op, register
from minigrad.engine.tensor import Tensor


def unary(name: str, vjp: Callable[..., Any] | None = None) -> Op:
    """The NumPy function `name` of one array `x`."""

    def forward(xp, x):
        return getattr(xp, name)(x)

    return _ufunc(forward, name, {"x": vjp} if vjp else {})


def binary(name: str, a: Callable[..., Any] | None = None, b: Callable[..., Any] | None = None) -> Op:
    """The NumPy function `name` of two arrays, with the VJPs of the first and of the second."""

    def forward(xp, a, b):
        return getattr(xp, name)(a, b)

    return _ufunc(forward, name, {"a": a, "b": b} if a and b else {})


class _Ufunc(Op):
    elementwise = True

    def raw(self, xp: Any) -> Callable[..., Any]:
        """On raw arrays it is the function itself."""
        return getattr(xp, self.name)  # type: ignore[no-any-return]


def _ufunc(forward: Callable[..., Any], name: str, vjps: dict[str, Callable[..., Any]]) -> Op:
    forward.__name__ = forward.__qualname__ = name
    forward.__doc__ = f"Elementwise `numpy.{name}`."
    made: Op = register(_Ufunc(forward))
    return made.vjp(**vjps)


# Arithmetic

add = binary("add", a=lambda F, g: g, b=lambda F, g: g)
subtract = binary("subtract", a=lambda F, g: g, b=lambda F, g: -g)
multiply = binary("multiply", a=lambda F, g, b: g * b, b=lambda F, g, a: g * a)
divide = binary("divide", a=lambda F, g, b: g / b, b=lambda F, g, y, b: -g * y / b)
negative = unary("negative", lambda F, g: -g)
positive = unary("positive", lambda F, g: g)
reciprocal = unary("reciprocal", lambda F, g, y: -g * y * y)
mod = binary(  # a - mod(a, b) is so many whole b; a / b itself may be rounded up to one more
    "mod", a=lambda F, g: g, b=lambda F, g, a, b: -g * F.floor_divide(a, b)
)
fmod = binary("fmod", a=lambda F, g: g, b=lambda F, g, a, b: -g * F.rint((a - F.fmod(a, b)) / b))
floor_divide = binary("floor_divide")


@op
def power(xp, x, n):
    """y = x^n, with 0^0 = 1."""
    return xp.power(x, n)


def _power_x(F, g, x, n):
    """n x^(n-1), and 0 where n = 0 whatever x is.

    There the derivative by n is still 1/x, so x^(n-1) is avoided only where it would be infinite.
    """
    if isinstance(n, (int, float)):
        return g * n * x ** (n - 1) if n else 0 * g
    beyond = F.logical_and(n == 0, F.absolute(x) < numpy.finfo(x.dtype).tiny)
    return g * n * x ** F.where(beyond, 1, n - 1)


def _power_n(F, g, y, x):
    """y log(x), and 0 where x is not positive."""
    if y.dtype.kind == "c":
        return g * y * F.log(x)
    if isinstance(x, (int, float)):
        return g * y * (math.log(x) if x > 0 else 0)
    return g * y * F.log(F.where(x > 0, x, 1))


power.vjp(x=_power_x, n=_power_n)


# Functions of one variable


def _rest_of_one(F, x):
    """1 - x^2, which near 1 must not lose its own digits, nor near 0 those of its slope."""
    return F.where(F.absolute(x) < 0.5, 1 - x * x, (1 - x) * (1 + x))


def _absolute(F, g, y, x):
    """g sign(x), 0 at 0; for complex numbers see `complex.py`."""
    return g * F.sign(x) if x.dtype.kind != "c" else g * (F.conj(x) / F.where(F.equal(y, 0), 1, y))


absolute = unary("absolute", _absolute)
conj = unary("conj", lambda F, g: F.conj(g))
sign = unary("sign")
square = unary("square", lambda F, g, x: 2 * g * x)  # 2 x may overflow where g is 0
sqrt = unary("sqrt", lambda F, g, y: g / (2 * y))
cbrt = unary("cbrt", lambda F, g, y: g / (3 * y * y))
exp = unary("exp", lambda F, g, y: g * y)
exp2 = unary("exp2", lambda F, g, y: g * y * math.log(2))
expm1 = unary("expm1", lambda F, g, x: g * F.exp(x))
log = unary("log", lambda F, g, x: g / x)
log2 = unary("log2", lambda F, g, x: g * (1 / math.log(2)) / x)
log10 = unary("log10", lambda F, g, x: g * (1 / math.log(10)) / x)
log1p = unary("log1p", lambda F, g, x: g / (1 + x))
sin = unary("sin", lambda F, g, x: g * F.cos(x))
cos = unary("cos", lambda F, g, x: -g * F.sin(x))
tan = unary("tan", lambda F, g, y: g * (1 + y * y))
arcsin = unary("arcsin", lambda F, g, x: g / F.sqrt(_rest_of_one(F, x)))
arccos = unary("arccos", lambda F, g, x: -g / F.sqrt(_rest_of_one(F, x)))
arctan = unary("arctan", lambda F, g, x: g * F.square(1 / F.hypot(x, 1)))
sinh = unary("sinh", lambda F, g, x: g * F.cosh(x))
cosh = unary("cosh", lambda F, g, x: g * F.sinh(x))
tanh = unary("tanh", lambda F, g, y: g * (1 - y * y))
arcsinh = unary("arcsinh", lambda F, g, x: g / F.hypot(x, 1))
arccosh = unary("arccosh", lambda F, g, x: g / (F.sqrt(x - 1) * F.sqrt(x + 1)))
arctanh = unary("arctanh", lambda F, g, x: g / _rest_of_one(F, x))
degrees = unary("degrees", lambda F, g: g * (180 / math.pi))
radians = unary("radians", lambda F, g: g * (math.pi / 180))
floor = unary("floor")
ceil = unary("ceil")
trunc = unary("trunc")
rint = unary("rint")


@op
def round(xp, x, decimals=0):
    """x to so many decimals; constant almost everywhere, so without a gradient."""
    return xp.round(x, decimals)


# Parts of complex numbers


@op
def real(xp, x):
    """The real part."""
    return xp.array(xp.real(x))


@op
def imag(xp, x):
    """The imaginary part."""
    return xp.array(xp.imag(x))


real.vjp(x=lambda F, g: g)
imag.vjp(x=lambda F, g, target: -1j * g if target.dtype.kind == "c" else 0 * g)


# Two variables


def _per_length(F, g, leg, length):
    """g leg / length, and 0 at the origin."""
    return g * (leg / F.where(F.equal(length, 0), 1, length))


def _per_square(F, g, leg, a, b):
    """g leg / (a^2 + b^2), where the squares may be too small or too large for the dtype; 0 at the origin."""
    length = F.hypot(a, b)
    return _per_length(F, g, leg, length) / F.where(F.equal(length, 0), 1, length)


hypot = binary("hypot", a=lambda F, g, y, a: _per_length(F, g, a, y), b=lambda F, g, y, b: _per_length(F, g, b, y))
arctan2 = binary(
    "arctan2",
    a=lambda F, g, a, b: _per_square(F, g, b, a, b),
    b=lambda F, g, a, b: _per_square(F, g, -a, a, b),
)
logaddexp = binary("logaddexp", a=lambda F, g, a, b: g * F.sigmoid(a - b), b=lambda F, g, a, b: g * F.sigmoid(b - a))


# Conversion


@op
def astype(xp, x, dtype):
    """x converted to `dtype`; the gradient is converted back."""
    return xp.asarray(x).astype(dtype)


astype.vjp(x=lambda F, g: g)


@op
def copy(xp, x):
    """A new array with the same values."""
    return xp.array(x)


copy.vjp(x=lambda F, g: g)


class Move(Op):
    """The one operation whose output lives on another device than its input."""

    def __call__(self, x: Tensor, there: Context, back: Context | None = None) -> Tensor:
        y = super().__call__(x, there, x.ctx)
        y.ctx = there
        if y.node is not None:
            y.node.ctx = there
        return y


def _move(xp, x, there, back=None):
    """A copy of x on the device `there`; the gradient comes back."""
    return there.put(xp.array(x))


_move.__name__ = "to_device"
to_device = register(Move(_move)).vjp(x=lambda F, g, there, back: F.to_device(g, back, there))


# Comparison and logic: no gradient

equal, not_equal = binary("equal"), binary("not_equal")
less, less_equal = binary("less"), binary("less_equal")
greater, greater_equal = binary("greater"), binary("greater_equal")
logical_and, logical_or, logical_xor = binary("logical_and"), binary("logical_or"), binary("logical_xor")
bitwise_and, bitwise_or, bitwise_xor = binary("bitwise_and"), binary("bitwise_or"), binary("bitwise_xor")
logical_not, invert = unary("logical_not"), unary("invert")
isnan, isinf, isfinite = unary("isnan"), unary("isinf"), unary("isfinite")
