"""Derivatives of symbols, against differences in float64 and against autograd."""

import math

import numpy
import pytest

from minigrad.errors import UsageError
from minigrad.optimizer.rule import (
    FLOAT,
    Trace,
    absolute,
    cos,
    exp,
    log,
    maximum,
    minimum,
    sign,
    sin,
    sqrt,
    square,
    where,
)  # fmt: skip
from minigrad.plot.explore.derivative import DERIVATIVES, gradient
from minigrad.plot.explore.ground import CURVES
from minigrad.plot.history import slope
from minigrad.plot.surfaces import SURFACES

FUNCTIONS = {
    "add": lambda x, y: x + y + 3,
    "subtract": lambda x, y: y - x,
    "multiply": lambda x, y: x * y * x,
    "divide": lambda x, y: x / y + 2 / x,
    "power": lambda x, y: x**3 + x**y + 2**x,
    "negative": lambda x, y: -x * y,
    "square": lambda x, y: square(x) * y**2,
    "sqrt": lambda x, y: sqrt(x * y),
    "exp": lambda x, y: exp(x - y),
    "log": lambda x, y: log(x + y),
    "sin": lambda x, y: sin(x * y),
    "cos": lambda x, y: cos(x) * y,
    "absolute": lambda x, y: absolute(x - y) * x,
    "sign": lambda x, y: sign(x - y) * x,
    "maximum": lambda x, y: maximum(x * 2, y) * x,
    "minimum": lambda x, y: minimum(x * 2, y) * y,
    "where": lambda x, y: where(x < y, x * y, x / y),
    "nothing": lambda x, y: x,
}
PLACES = [(0.7, 1.9), (1.6, 0.4)]
ALL = {**SURFACES, **CURVES}


def value(z, at):
    """The value of a symbol, where its leaves have these values."""
    return FLOAT[z.op](*(value(y, at) for y in z.args)) if z.args else at.get(z.name, z.value)


def differentiated(function):
    trace = Trace()
    x, y = trace.leaf("array", "x"), trace.leaf("array", "y")
    return gradient(trace.symbol(function(x, y)), x, y)


def test_every_operation_that_has_a_derivative_is_tested():
    assert {*FUNCTIONS} - {"nothing"} == {*DERIVATIVES}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_limits_of_differences(name, place):
    function, h = FUNCTIONS[name], 1e-6
    x, y = place
    by_x = (function(x + h, y) - function(x - h, y)) / (2 * h)
    by_y = (function(x, y + h) - function(x, y - h)) / (2 * h)
    found = [value(z, {"x": x, "y": y}) for z in differentiated(function)]
    numpy.testing.assert_allclose(found, [by_x, by_y], rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", ALL)
def test_slopes_of_surfaces_are_those_of_autograd(name):
    symbols = differentiated(ALL[name].function)
    rng = numpy.random.default_rng(0)
    for place in rng.uniform(-2.0, 2.0, (20, 2)):
        found = [value(z, dict(zip("xy", place.tolist(), strict=True))) for z in symbols]
        numpy.testing.assert_allclose(found, slope(ALL[name], place), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_lowest_where_it_says(name):
    (x, _), curve = CURVES[name].minima[0], CURVES[name]
    assert math.isclose(curve.lowest, min(curve(x + d, 0.0) for d in numpy.linspace(-6, 6, 2401)), abs_tol=1e-9)
    assert curve.view[0][0] < curve.start[0] < curve.view[0][1]


def test_what_has_no_derivative_is_refused_by_name():
    trace = Trace()
    trace.outside = True
    x = trace.leaf("array", "x")
    with pytest.raises(UsageError, match="a surface cannot use norm: its derivative is not known"):
        gradient(trace.node("norm", x) * 2, x)
