"""Elementwise operations with their derivatives: arithmetic, the usual functions, comparisons.

In the VJPs, `g` is the gradient of the output `y`. At a kink, the derivative taken there is stated.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.device import Context
from minigrad.engine.operation import Op, op, register
from minigrad.engine.tensor import Tensor

Pull = Callable[..., Any] | None


def unary(name: str, does: str, example: str, dx: str = "", x: Pull = None) -> Op:
    """The NumPy function `name` of one array x: what it does, an example, its derivative as text and as a VJP.

    The example "[4, 9] = [2., 3.]" is shown as a call of the function; with "≈" the result is rounded.
    """
    return _ufunc(name, lambda xp, x: getattr(xp, name)(x), does, example, x=(dx, x))


def binary(name: str, does: str, example: str, da: str = "", a: Pull = None, db: str = "", b: Pull = None) -> Op:
    """The NumPy function `name` of two arrays a and b."""
    return _ufunc(name, lambda xp, a, b: getattr(xp, name)(a, b), does, example, a=(da, a), b=(db, b))


class Ufunc(Op):
    """A NumPy function, computed element by element."""

    elementwise = True

    def raw(self, xp: Any) -> Callable[..., Any]:
        """On raw arrays it is the function itself."""
        return getattr(xp, self.name)  # type: ignore[no-any-return]


def _ufunc(name: str, forward: Any, does: str, example: str, **slopes: tuple[str, Pull]) -> Op:
    given, sign, result = re.split(" ([=≈]) ", example)
    call = f"np.{name}({given})".replace("[", "np.array([").replace("]", "])") + ".round(4)" * (sign == "≈")
    derivative = ", ".join(f"dy/d{of} = {text}" for of, (text, _) in slopes.items() if text)
    derivative = f"Derivative: {derivative}." if derivative else "No derivative: the result is a constant."
    forward.__name__ = forward.__qualname__ = name
    forward.__doc__ = f"{does}.\n\n{derivative}\n\n>>> from minigrad import np\n>>> {call}\narray({result})\n"
    return register(Ufunc(forward)).vjp(**{of: vjp for of, (_, vjp) in slopes.items() if vjp})


# Arithmetic


def _truncated(F, a, b):
    """trunc(a / b). The quotient itself may be rounded up to one more, but a - fmod(a, b) is a whole multiple of b."""
    return F.rint((a - F.fmod(a, b)) / b)


def _floored(F, a, b):
    """floor(a / b), one less where the remainder has the other sign. (CuPy's own floors a rounded quotient.)"""
    return _truncated(F, a, b) - F.less(F.sign(F.fmod(a, b)) * b, 0)


# fmt: off
add = binary("add", "The sum a + b", "[1, 2], 10 = [11., 12.]", "1", lambda F, g: g, "1", lambda F, g: g)
subtract = binary("subtract", "The difference a - b", "5, 3 = 2", "1", lambda F, g: g, "-1", lambda F, g: -g)
multiply = binary("multiply", "The product a b", "2, 3 = 6", "b", lambda F, g, b: g * b, "a", lambda F, g, a: g * a)
divide = binary("divide", "The quotient a / b", "[1, 2], 4 = [0.25, 0.5 ]",
    "1 / b", lambda F, g, b: g / b, "-a / b**2", lambda F, g, y, b: -g * y / b)
negative = unary("negative", "The opposite, -x", "[1, -2] = [-1.,  2.]", "-1", lambda F, g: -g)
positive = unary("positive", "A copy of x", "[1, -2] = [ 1., -2.]", "1", lambda F, g: g)
reciprocal = unary("reciprocal", "The reciprocal 1 / x", "-4.0 = -0.25", "-1 / x**2", lambda F, g, y: -g * y * y)
mod = binary("mod", "The remainder a - b floor(a / b), which has the sign of b", "[5, -5], 3 = [2., 1.]",
    "1", lambda F, g: g, "-floor(a / b)", lambda F, g, a, b: -g * _floored(F, a, b))
fmod = binary("fmod", "The remainder a - b trunc(a / b), which has the sign of a", "[5, -5], 3 = [ 2., -2.]",
    "1", lambda F, g: g, "-trunc(a / b)", lambda F, g, a, b: -g * _truncated(F, a, b))
floor_divide = binary("floor_divide", "The largest whole number not above a / b", "[5, -5], 3 = [ 1., -2.]")
# fmt: on


@op
def power(xp, x, n):
    """x to the power n, with 0**0 = 1. The derivative with respect to n is taken as 0 where x is not positive.

    Derivative: dy/dx = n * x ** (n - 1), dy/dn = y * log(x).

    >>> from minigrad import np
    >>> np.power(np.array([2, 3]), 2)
    array([4., 9.])
    """
    return xp.power(x, n)


def _apart(F, g, x):
    """x, or 1 where x and g are 0: a gradient of 0 stays 0 where the slope is infinite. `where` would take longer.

    So at 0 the gradient of np.maximum(np.sqrt(x), 0.1) is 0, not 0/0.
    """
    return x + F.logical_and(F.equal(g, 0), F.equal(x, 0))


def _power_x(F, g, x, n):
    """n x^(n-1), and 0 where n = 0, whatever x is.

    There its derivative with respect to n is still 1/x, so x^(n-1) is avoided only where it would be infinite. It is
    also avoided where it is infinite and g is 0, as in `sqrt`.
    """
    if isinstance(n, (int, float)):
        return g * n * (x if n >= 1 else _apart(F, g, x)) ** (n - 1) if n else 0 * g
    none = F.logical_or(n == 0, F.logical_and(n < 1, F.equal(g, 0)))
    beyond = F.logical_and(none, F.absolute(x) < numpy.finfo(x.dtype).tiny)
    return g * n * x ** F.where(beyond, 1, n - 1.0)  # in unsigned integers, 0 - 1 would wrap around


def _power_n(F, g, y, x):
    """y log(x), and 0 where x is not positive."""
    if y.dtype.kind == "c":
        return g * y * F.log(x)
    if isinstance(x, (int, float)):
        return g * y * (math.log(x) if x > 0 else 0)
    x = x if x.dtype == y.dtype else F.astype(x, y.dtype)  # the logarithm has as many digits as its argument
    return g * y * F.log(F.where(x > 0, x, 1.0))


power.vjp(x=_power_x, n=_power_n)


# Functions of one variable


def _rest_of_one(F, x):
    """1 - x^2, without losing its own digits near 1, or those of its slope near 0."""
    return F.where(F.absolute(x) < 0.5, 1 - x * x, (1 - x) * (1 + x))


def _absolute(F, g, y, x):
    """g sign(x), 0 at 0; for complex numbers see `complex.py`."""
    return g * F.sign(x) if x.dtype.kind != "c" else g * (F.conj(x) / F.where(F.equal(y, 0), 1, y))


# fmt: off
absolute = unary("absolute", "The absolute value of x", "[3, -4] = [3., 4.]", "sign(x)", _absolute)
conj = unary("conj", "The complex conjugate of x, or x if it is real", "[1, 2] = [1., 2.]", "1", lambda F, g: F.conj(g))
sign = unary("sign", "The sign of x: -1, 0 or 1", "[-5, 0, 2] = [-1.,  0.,  1.]")
square = unary("square", "x squared", "-4 = 16", "2 * x", lambda F, g, x: 2 * g * x)  # 2 x may overflow where g is 0
sqrt = unary("sqrt", "The square root of x", "[4, 9] = [2., 3.]",
    "1 / (2 * y)", lambda F, g, y: g / (2 * _apart(F, g, y)))
cbrt = unary("cbrt", "The cube root of x", "[8, -27] ≈ [ 2., -3.]",
    "1 / (3 * y**2)", lambda F, g, y: g / (3 * F.square(_apart(F, g, y))))
exp = unary("exp", "e to the power x", "[0, 1] ≈ [1.    , 2.7183]", "exp(x)", lambda F, g, y: g * y)
exp2 = unary("exp2", "2 to the power x", "[3, -1] ≈ [8. , 0.5]", "y * log(2)", lambda F, g, y: g * y * math.log(2))
expm1 = unary("expm1", "exp(x) - 1, exact for small x", "1 ≈ 1.7183", "exp(x)", lambda F, g, x: g * F.exp(x))
log = unary("log", "The natural logarithm of x", "[1, 10] ≈ [0.    , 2.3026]", "1 / x", lambda F, g, x: g / x)
log2 = unary("log2", "The logarithm of x to base 2", "8 ≈ 3.", "1 / (x * log(2))", lambda F, g, x: g / math.log(2) / x)
log10 = unary("log10", "The logarithm of x to base 10", "[1, 1000] ≈ [0., 3.]", "1 / (x * log(10))",
    lambda F, g, x: g / math.log(10) / x)
log1p = unary("log1p", "log(1 + x), exact for small x", "1 ≈ 0.6931", "1 / (1 + x)", lambda F, g, x: g / (1 + x))
sin = unary("sin", "The sine of x radians", "[0, np.pi / 2] ≈ [0., 1.]", "cos(x)", lambda F, g, x: g * F.cos(x))
cos = unary("cos", "The cosine of x radians", "[0, np.pi] ≈ [ 1., -1.]", "-sin(x)", lambda F, g, x: -g * F.sin(x))
tan = unary("tan", "The tangent of x radians", "[0, np.pi / 4] ≈ [0., 1.]", "1 + y**2", lambda F, g, y: g * (1 + y * y))
arcsin = unary("arcsin", "The angle whose sine is x", "[0, 0.5] ≈ [0.    , 0.5236]",
    "1 / sqrt(1 - x**2)", lambda F, g, x: g / F.sqrt(_rest_of_one(F, x)))
arccos = unary("arccos", "The angle whose cosine is x", "[1, 0.5] ≈ [0.    , 1.0472]",
    "-1 / sqrt(1 - x**2)", lambda F, g, x: -g / F.sqrt(_rest_of_one(F, x)))
arctan = unary("arctan", "The angle whose tangent is x", "[0, 1] ≈ [0.    , 0.7854]",
    "1 / (1 + x**2)", lambda F, g, x: g * F.square(1 / F.hypot(x, 1)))
sinh = unary("sinh", "The hyperbolic sine of x", "[0, 1] ≈ [0.    , 1.1752]", "cosh(x)", lambda F, g, x: g * F.cosh(x))
cosh = unary("cosh", "The hyperbolic cosine of x", "1 ≈ 1.5431", "sinh(x)", lambda F, g, x: g * F.sinh(x))
tanh = unary("tanh", "The hyperbolic tangent of x", "1 ≈ 0.7616", "1 - y**2", lambda F, g, y: g * (1 - y * y))
arcsinh = unary("arcsinh", "The inverse of sinh", "1 ≈ 0.8814", "1 / sqrt(x**2 + 1)", lambda F, g, x: g / F.hypot(x, 1))
arccosh = unary("arccosh", "The inverse of cosh", "[1, 2] ≈ [0.   , 1.317]",
    "1 / sqrt(x**2 - 1)", lambda F, g, x: g / (F.sqrt(x - 1) * F.sqrt(x + 1)))
arctanh = unary("arctanh", "The inverse of tanh", "[0, 0.5] ≈ [0.    , 0.5493]",
    "1 / (1 - x**2)", lambda F, g, x: g / _rest_of_one(F, x))
degrees = unary("degrees", "x radians in degrees", "np.pi ≈ 180.", "180 / pi", lambda F, g: g * (180 / math.pi))
radians = unary("radians", "x degrees in radians", "180 ≈ 3.1416", "pi / 180", lambda F, g: g * (math.pi / 180))
floor = unary("floor", "The largest whole number not above x", "[1.5, -1.5] = [ 1., -2.]")
ceil = unary("ceil", "The smallest whole number not below x", "[1.5, -1.5] = [ 2., -1.]")
trunc = unary("trunc", "x rounded towards 0", "[1.5, -1.5] = [ 1., -1.]")
rint = unary("rint", "x rounded to the nearest whole number, halves to the even one", "[1.4, 2.5] = [1., 2.]")
# fmt: on


@op
def round(xp, x, decimals=0):
    """x rounded to `decimals` decimals, halves to the even digit.

    No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.round(np.array([1.25, -0.5]), 1)
    array([ 1.2, -0.5])
    """
    return xp.round(x, decimals)


# Parts of complex numbers


@op
def real(xp, x):
    """The real part of x, as a copy.

    Derivative: dy/dx = 1.

    >>> from minigrad import np
    >>> np.real(1 + 2j).item()
    1.0
    """
    return xp.array(xp.real(x))


@op
def imag(xp, x):
    """The imaginary part of x; 0 for real numbers.

    Derivative: dy/dx = 0 * x.

    >>> from minigrad import np
    >>> np.imag(1 + 2j).item()
    2.0
    """
    return xp.array(xp.imag(x))


real.vjp(x=lambda F, g: g)
imag.vjp(x=lambda F, g, target: g * -1j if target.dtype.kind == "c" else 0 * g)


# Two variables


def _per_length(F, g, leg, length):
    """g leg / length, and 0 at the origin."""
    return g * (leg / F.where(F.equal(length, 0), 1, length))


def _per_square(F, g, leg, a, b):
    """g leg / (a^2 + b^2), even where the squares underflow or overflow; 0 at the origin."""
    length = F.hypot(a, b)
    return _per_length(F, g, leg, length) / F.where(F.equal(length, 0), 1, length)


def _share(F, g, a, b):
    """g exp(a) / (exp(a) + exp(b)), and 0 where both are minus infinity: neither is part of a sum of nothing."""
    return g * F.sigmoid(a - F.where(F.equal(F.maximum(a, b), -math.inf), 0, b))


# fmt: off
hypot = binary("hypot", "sqrt(a**2 + b**2), without overflow; the gradient at the origin is 0", "[3, 0], 4 = [5., 4.]",
    "a / y", lambda F, g, y, a: _per_length(F, g, a, y), "b / y", lambda F, g, y, b: _per_length(F, g, b, y))
arctan2 = binary("arctan2", "The angle in radians from the b axis to the point (b, a)", "-1, 1 ≈ -0.7854",
    "b / (a**2 + b**2)", lambda F, g, a, b: _per_square(F, g, b, a, b),
    "-a / (a**2 + b**2)", lambda F, g, a, b: -_per_square(F, g, a, a, b))
logaddexp = binary("logaddexp", "log(exp(a) + exp(b)), without overflow", "[0, 1000], 0 ≈ [6.931e-01, 1.000e+03]",
    "exp(a - y)", _share, "exp(b - y)", lambda F, g, a, b: _share(F, g, b, a))
# fmt: on


# Conversion


@op
def astype(xp, x, dtype):
    """x converted to `dtype`. The gradient is converted back; there is none to or from whole numbers.

    Derivative: dy/dx = 1.

    >>> from minigrad import np, ops
    >>> ops.astype(np.array([1.5, -1.5]), "int32")
    array([ 1, -1], dtype=int32)
    """
    return xp.asarray(x).astype(dtype)


astype.vjp(x=lambda F, g: g)


@op
def copy(xp, x):
    """A new array with the same values.

    Derivative: dy/dx = 1.

    >>> from minigrad import np
    >>> a = np.array([1, 2])
    >>> b = np.copy(a)
    >>> b[0] = 7
    >>> a
    array([1., 2.])
    """
    return xp.array(x)


copy.vjp(x=lambda F, g: g)


class Move(Op):
    """The one operation whose output lives on a different device from its input."""

    def __call__(self, x: Tensor, there: Context, back: Context | None = None) -> Tensor:
        y = super().__call__(x, there, x.ctx)
        y.ctx = there
        if y.node is not None:
            y.node.ctx = there
        return y


def _to_device(xp, x, there, back=None):
    """A copy of x on the device `there`; the gradient comes back to the device of x.

    Derivative: dy/dx = 1.

    >>> from minigrad import cpu, np, ops
    >>> ops.to_device(np.array([1, 2]), cpu())
    array([1., 2.])
    """
    return there.put(xp.array(x))


to_device = register(Move(_to_device)).vjp(x=lambda F, g, there, back: F.to_device(g, back, there))


# Comparison and logic: no gradient

equal = binary("equal", "Whether a = b", "[1, 2], 2 = [False,  True]")
not_equal = binary("not_equal", "Whether a differs from b", "[1, 2], 2 = [ True, False]")
less = binary("less", "Whether a < b", "[1, 2], 2 = [ True, False]")
less_equal = binary("less_equal", "Whether a <= b", "[1, 2], 2 = [ True,  True]")
greater = binary("greater", "Whether a > b", "[2, 3], 2 = [False,  True]")
greater_equal = binary("greater_equal", "Whether a >= b", "[1, 2], 2 = [False,  True]")
logical_and = binary("logical_and", "Whether a and b are both true (not 0)", "[0, 2], 1 = [False,  True]")
logical_or = binary("logical_or", "Whether a or b is true (not 0)", "[0, 2], 0 = [False,  True]")
logical_xor = binary("logical_xor", "Whether exactly one of a and b is true", "[0, 2], 1 = [ True, False]")
bitwise_and = binary("bitwise_and", "The bits set in both a and b, whole numbers or bools", "6, 3 = 2")
bitwise_or = binary("bitwise_or", "The bits set in a or b, whole numbers or bools", "6, 3 = 7")
bitwise_xor = binary("bitwise_xor", "The bits set in exactly one of a and b, whole numbers or bools", "6, 3 = 5")
logical_not = unary("logical_not", "Whether x is 0 or False", "[0, 2] = [ True, False]")
invert = unary("invert", "Every bit of x flipped; for a bool, the opposite", "5 = -6")
isnan = unary("isnan", "Whether x is NaN", "[1, np.nan] = [False,  True]")
isinf = unary("isinf", "Whether x is infinite", "[1, -np.inf] = [False,  True]")
isfinite = unary("isfinite", "Whether x is neither infinite nor NaN", "[1, np.inf] = [ True, False]")
