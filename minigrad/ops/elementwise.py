"""Elementwise operations: arithmetic, the usual functions, comparisons, selection. Derivatives stand beside them.

In the VJPs, `g` is the gradient of the output `y`. At a kink the value taken is stated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from minigrad.device import Context
from minigrad.ops.operation import Op, op, register
from minigrad.tensor import Tensor


def unary(name: str, vjp: Callable[..., Any] | None = None) -> Op:
    """The NumPy function `name` of one array `x`."""

    def forward(xp: Any, x: Any) -> Any:
        return getattr(xp, name)(x)

    return _ufunc(forward, name, {"x": vjp} if vjp else {})


def binary(name: str, a: Callable[..., Any] | None = None, b: Callable[..., Any] | None = None) -> Op:
    """The NumPy function `name` of two arrays, with the VJPs of the first and of the second."""

    def forward(xp: Any, a: Any, b: Any) -> Any:
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
mod = binary("mod", a=lambda F, g: g, b=lambda F, g, a, b: -g * F.floor(a / b))
fmod = binary("fmod", a=lambda F, g: g, b=lambda F, g, a, b: -g * F.trunc(a / b))
floor_divide = binary("floor_divide")


@op
def power(xp: Any, x: Any, n: Any) -> Any:
    """y = x^n, with 0^0 = 1."""
    return xp.power(x, n)


def _power_x(F: Any, g: Any, x: Any, n: Any) -> Any:
    """n x^(n-1), and 0 where n = 0 whatever x is."""
    if isinstance(n, (int, float)):
        return g * n * x ** (n - 1) if n else 0 * g
    return g * n * x ** F.where(n == 0, 1, n - 1)


def _power_n(F: Any, g: Any, y: Any, x: Any) -> Any:
    """y log(x), and 0 where x is not positive."""
    if isinstance(x, (int, float)):
        return g * y * (math.log(x) if x > 0 else 0)
    return g * y * F.log(F.where(x > 0, x, 1))


power.vjp(x=_power_x, n=_power_n)


# Functions of one variable

absolute = unary("absolute", lambda F, g, x: g * F.sign(x))  # 0 at 0
sign = unary("sign")
square = unary("square", lambda F, g, x: g * (2 * x))
sqrt = unary("sqrt", lambda F, g, y: g / (2 * y))
cbrt = unary("cbrt", lambda F, g, y: g / (3 * y * y))
exp = unary("exp", lambda F, g, y: g * y)
exp2 = unary("exp2", lambda F, g, y: g * y * math.log(2))
expm1 = unary("expm1", lambda F, g, y: g * (y + 1))
log = unary("log", lambda F, g, x: g / x)
log2 = unary("log2", lambda F, g, x: g / (x * math.log(2)))
log10 = unary("log10", lambda F, g, x: g / (x * math.log(10)))
log1p = unary("log1p", lambda F, g, x: g / (1 + x))
sin = unary("sin", lambda F, g, x: g * F.cos(x))
cos = unary("cos", lambda F, g, x: -g * F.sin(x))
tan = unary("tan", lambda F, g, y: g * (1 + y * y))
arcsin = unary("arcsin", lambda F, g, x: g / F.sqrt(1 - x * x))
arccos = unary("arccos", lambda F, g, x: -g / F.sqrt(1 - x * x))
arctan = unary("arctan", lambda F, g, x: g / (1 + x * x))
sinh = unary("sinh", lambda F, g, x: g * F.cosh(x))
cosh = unary("cosh", lambda F, g, x: g * F.sinh(x))
tanh = unary("tanh", lambda F, g, y: g * (1 - y * y))
arcsinh = unary("arcsinh", lambda F, g, x: g / F.hypot(x, 1))  # squares would overflow
arccosh = unary("arccosh", lambda F, g, x: g / (F.sqrt(x - 1) * F.sqrt(x + 1)))
arctanh = unary("arctanh", lambda F, g, x: g / (1 - x * x))
degrees = unary("degrees", lambda F, g: g * (180 / math.pi))
radians = unary("radians", lambda F, g: g * (math.pi / 180))
floor = unary("floor")
ceil = unary("ceil")
trunc = unary("trunc")
rint = unary("rint")


@op
def round(xp: Any, x: Any, decimals: int = 0) -> Any:
    """x to so many decimals; constant almost everywhere, so without a gradient."""
    return xp.round(x, decimals)


@op
def erf(xp: Any, x: Any) -> Any:
    """The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    return _erf(xp, x)


erf.vjp(x=lambda F, g, x: g * (2 / math.sqrt(math.pi)) * F.exp(-x * x))


def _erf(xp: Any, x: Any) -> Any:
    """Abramowitz and Stegun have no formula to double precision; the C library has."""
    if xp.__name__ == "cupy":
        from cupyx.scipy.special import erf as cupy_erf

        return cupy_erf(x)
    x = xp.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype("float32")
    out = xp.fromiter(map(math.erf, x.ravel().tolist()), dtype=x.dtype, count=x.size)
    return out.reshape(x.shape)


# Two variables


def _half_at_tie(F: Any, g: Any, wins: Any, tie: Any) -> Any:
    return F.where(wins, g, F.where(tie, g / 2, 0))


maximum = binary(
    "maximum",
    a=lambda F, g, a, b: _half_at_tie(F, g, F.greater(a, b), F.equal(a, b)),
    b=lambda F, g, a, b: _half_at_tie(F, g, F.less(a, b), F.equal(a, b)),
)
minimum = binary(
    "minimum",
    a=lambda F, g, a, b: _half_at_tie(F, g, F.less(a, b), F.equal(a, b)),
    b=lambda F, g, a, b: _half_at_tie(F, g, F.greater(a, b), F.equal(a, b)),
)
hypot = binary(  # 0 at the origin
    "hypot",
    a=lambda F, g, y, a: g * a / F.where(F.equal(y, 0), 1, y),
    b=lambda F, g, y, b: g * b / F.where(F.equal(y, 0), 1, y),
)
arctan2 = binary(
    "arctan2",
    a=lambda F, g, a, b: g * b / (a * a + b * b),
    b=lambda F, g, a, b: -g * a / (a * a + b * b),
)
logaddexp = binary("logaddexp", a=lambda F, g, y, a: g * F.exp(a - y), b=lambda F, g, y, b: g * F.exp(b - y))


# Selection


@op
def where(xp: Any, condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b."""
    return xp.where(condition, a, b)


where.vjp(
    a=lambda F, g, condition: F.where(condition, g, 0),
    b=lambda F, g, condition: F.where(condition, 0, g),
)


@op
def clip(xp: Any, x: Any, a_min: Any = None, a_max: Any = None) -> Any:
    """x limited to [a_min, a_max]; at the limits themselves the gradient passes."""
    return xp.clip(x, a_min, a_max)


def _clip_x(F: Any, g: Any, x: Any, a_min: Any, a_max: Any) -> Any:
    if a_min is not None:
        g = F.where(F.greater_equal(x, a_min), g, 0)
    return g if a_max is None else F.where(F.less_equal(x, a_max), g, 0)


clip.vjp(
    x=_clip_x,
    a_min=lambda F, g, x, a_min: F.where(F.less(x, a_min), g, 0),
    a_max=lambda F, g, x, a_max: F.where(F.greater(x, a_max), g, 0),
)


@op
def astype(xp: Any, x: Any, dtype: Any) -> Any:
    """x converted to `dtype`; the gradient is converted back."""
    return xp.asarray(x).astype(dtype)


astype.vjp(x=lambda F, g: g)


@op
def copy(xp: Any, x: Any) -> Any:
    """A new array with the same values."""
    return xp.array(x)


copy.vjp(x=lambda F, g: g)


class Move(Op):
    """The one operation whose output lives on another device than its input."""

    def __call__(self, x: Tensor, there: Context, back: Context | None = None) -> Tensor:
        y = super().__call__(x, there, x.ctx)
        y.ctx = there
        if y._node is not None:
            y._node.ctx = there
        return y


def _move(xp: Any, x: Any, there: Context, back: Context | None = None) -> Any:
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
