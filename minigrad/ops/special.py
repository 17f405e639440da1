"""The error function; the gamma function, its logarithm, and the derivatives of that, the polygamma functions.

Gamma and its relatives are computed in float64. Near 1 and 2, where gamma is 1, its logarithm is a Taylor series, so
that no digits are lost; other small numbers are brought there by gamma(x + 1) = x gamma(x), and negative ones by
gamma(x) gamma(1 - x) = pi / sin(pi x). Large numbers use Stirling's series, and the polygamma functions that of Euler
and Maclaurin.

Source: Abramowitz and Stegun, "Handbook of mathematical functions", 1964: 6.1.17, 6.1.33, 6.1.40, 6.3.18, 6.4.7, 6.4.10
"""

import importlib
import math
from typing import Any

from minigrad.engine.operation import op

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)  # B_2, B_4, ...
EULER = 0.5772156649015329
LARGE = 10


def _zeta(s: int, x: Any) -> Any:
    """The sum of (x + k)^-s over k = 0, 1, 2, ... (Hurwitz's zeta function) for x > 0 and s > 1."""
    total = 0 * x
    for k in range(LARGE):
        total = total + (x + k) ** -float(s)
    x = x + LARGE
    total = total + x ** (1.0 - s) / (s - 1) + x ** -float(s) / 2
    for k, b in enumerate(BERNOULLI, 1):
        rising = math.prod(range(s, s + 2 * k - 1))
        total = total + b * rising / math.factorial(2 * k) * x ** (1.0 - s - 2 * k)
    return total


SERIES = (0.0, 1 - EULER, *((-1) ** k * _zeta(k, 2.0) / k for k in range(2, 28)))
"""The series of log(gamma(2 + z)) for |z| <= 1/2."""


@op
def erf(xp, x):
    """The error function: 2 / sqrt(π) times the integral of exp(-t**2) from 0 to x.

    Derivative: dy/dx = 2 / sqrt(pi) * exp(-(x**2)).

    >>> from minigrad import np, npx
    >>> npx.erf(np.array([0, 1])).round(4)
    array([0.    , 0.8427])
    """
    return _of_the_library(xp, "erf", x)


@op
def erfc(xp, x):
    """1 - erf(x), with all digits where x is large and erf(x) almost 1.

    Derivative: dy/dx = -2 / sqrt(pi) * exp(-(x**2)).

    >>> from minigrad import np, ops
    >>> ops.erfc(np.array([0, 1])).round(4)
    array([1.    , 0.1573])
    """
    return _of_the_library(xp, "erfc", x)


erf.vjp(x=lambda F, g, x: g * (2 / math.sqrt(math.pi)) * F.exp(-F.square(x)))
erfc.vjp(x=lambda F, g, x: -g * (2 / math.sqrt(math.pi)) * F.exp(-F.square(x)))


def _of_the_library(xp, name, x):
    """Abramowitz and Stegun have no formula to double precision; the C library has."""
    if xp.__name__ == "cupy":
        return getattr(importlib.import_module("cupyx.scipy.special"), name)(x)
    x = xp.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype("float32")
    out = xp.fromiter(map(getattr(math, name), x.ravel().tolist()), dtype=x.dtype, count=x.size)
    return out.reshape(x.shape)


@op
def gammaln(xp, x):
    """The logarithm of the absolute value of gamma(x); infinite at 0, -1, -2, ...

    Derivative: dy/dx = polygamma(0, x).

    >>> from minigrad import np, npx
    >>> npx.gammaln(np.array([1, 5])).round(4)
    array([0.    , 3.1781])
    """
    return _as(x, _gammaln(xp, _wide(xp, x)))


@op
def gamma(xp, x):
    """The gamma function: (x - 1)! at positive whole numbers; NaN at negative ones, as it has both signs beside them.

    Derivative: dy/dx = y * polygamma(0, x).

    >>> from minigrad import np, npx
    >>> npx.gamma(np.array([1, 5])).round(4)
    array([ 1., 24.])
    """
    wide = _wide(xp, x)
    sign = 1 - 2 * (xp.floor(xp.clip(wide, -1e15, 0)) % 2)
    poles = xp.where(wide == 0, xp.copysign(xp.inf, wide), xp.nan)
    return _as(x, xp.where((wide <= 0) & (wide == xp.floor(wide)), poles, sign * xp.exp(_gammaln(xp, wide))))


@op
def polygamma(xp, order, x):
    """The derivative of order `order` + 1 of log(gamma(x)); the digamma function for order 0.

    Derivative: dy/dx = polygamma(order + 1, x).

    >>> from minigrad import np, ops
    >>> ops.polygamma(0, np.array([1, 2])).round(4)
    array([-0.5772,  0.4228])
    """
    wide = _wide(xp, x)
    left = wide <= 0
    right = _polygamma(xp, order, xp.where(left, 1 - wide, wide))
    turned = math.pi ** (order + 1) * _cotangent_derivative(order, _cotangent(xp, xp.where(left, wide, 0.5)))
    return _as(x, xp.where(left, (-1) ** order * right - turned, right))


gammaln.vjp(x=lambda F, g, x: g * F.polygamma(0, x))
gamma.vjp(x=lambda F, g, y, x: g * y * F.polygamma(0, x))
polygamma.vjp(x=lambda F, g, order, x: g * F.polygamma(order + 1, x))


def _gammaln(xp, x):
    left = x < 0.5
    right = xp.where(left, 1 - x, x)
    y = xp.where(right < LARGE, _near(xp, xp.minimum(right, LARGE)), _stirling(xp, xp.maximum(right, LARGE)))
    turned = xp.where(left, x, 0.5)
    sine = xp.abs(xp.sin(math.pi * (turned - xp.rint(turned))))
    return xp.where(left, math.log(math.pi) - xp.log(sine) - y, y)


def _near(xp, x):
    """log(gamma(x)) for x from 1/2 to 10: a number of steps from 2 + z with |z| <= 1/2."""
    steps = xp.floor(x - 1.5)
    z = x - (steps + 2)
    factors = xp.ones_like(x)
    for k in range(1, LARGE - 1):
        factors = factors * xp.where(k <= steps, x - k, 1)
    return _polynomial(SERIES, z) + xp.where(steps < 0, -xp.log(x), xp.log(factors))


def _stirling(xp, x):
    """log(gamma(x)) for x of at least 10."""
    terms = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)]
    return (x - 0.5) * (xp.log(x) - 1) + (math.log(2 * math.pi) - 1) / 2 + _polynomial(terms, 1 / x**2) / x


def _polygamma(xp, order, x):
    """For positive x."""
    if order:
        return (-1) ** (order + 1) * math.factorial(order) * _zeta(order + 1, x)
    far = x + LARGE
    terms = [0.0, *(b / (2 * k) for k, b in enumerate(BERNOULLI, 1))]
    y = xp.log(far) - 0.5 / far - _polynomial(terms, 1 / far**2)
    for k in range(LARGE):
        y = y - 1 / (x + k)
    return y


def _cotangent(xp, x):
    """cot(pi x)."""
    x = x - xp.rint(x)
    steep = xp.abs(x) < 0.25
    return xp.where(
        steep, 1 / xp.tan(math.pi * xp.where(steep, x, 0.25)), xp.tan(math.pi * (xp.where(x < 0, -0.5, 0.5) - x))
    )


def _cotangent_derivative(order: int, c: Any) -> Any:
    """The derivative of cot at u, of this order, from c = cot(u): cot' is -(1 + cot^2)."""
    terms = [0.0, 1.0]
    for _ in range(order):
        slope = [k * t for k, t in enumerate(terms)][1:]
        terms = [-(a + b) for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope])]
    return _polynomial(terms, c)


def _polynomial(terms, x):
    """terms[0] + terms[1] x + ..."""
    y = 0 * x
    for t in reversed(terms):
        y = y * x + t
    return y


def _wide(xp, x):
    return xp.asarray(x).astype("float64")


def _as(x, y):
    """y in the dtype of x, if x has one and it is a float."""
    return y.astype(x.dtype) if hasattr(x, "dtype") and x.dtype.kind == "f" else y
