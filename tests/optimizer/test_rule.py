"""The functions of a rule mean the same on numbers, arrays and symbols, and what a symbol cannot do is said."""

import math

import numpy
import pytest

from minigrad.errors import UsageError
from minigrad.optimizer import rule
from minigrad.optimizer.rule import Symbol, Trace

CASES = [
    ("sqrt", (2.25,), 1.5),
    ("square", (-3.0,), 9.0),
    ("absolute", (-3.0,), 3.0),
    ("sign", (-0.5,), -1.0),
    ("sign", (0.0,), 0.0),
    ("exp", (1.0,), math.e),
    ("log", (math.e,), 1.0),
    ("sin", (math.pi / 6,), 0.5),
    ("cos", (math.pi / 3,), 0.5),
    ("maximum", (1.0, 2.0), 2.0),
    ("minimum", (1.0, 2.0), 1.0),
    ("clip", (5.0, -1.0, 2.0), 2.0),
    ("clip", (-5.0, -1.0, 2.0), -1.0),
    ("clip", (0.5, -1.0, 2.0), 0.5),
    ("where", (True, 1.0, 2.0), 1.0),
    ("where", (False, 1.0, 2.0), 2.0),
]


@pytest.mark.parametrize(("name", "args", "value"), CASES)
def test_a_function_means_the_same_on_floats_and_arrays(name, args, value):
    function = getattr(rule, name)
    got = function(*args)
    assert got == pytest.approx(value, abs=0, rel=1e-15)
    assert isinstance(got, float)
    arrays = [numpy.full(3, x) for x in args]
    numpy.testing.assert_allclose(function(*arrays), numpy.full(3, value), rtol=1e-15)


@pytest.mark.parametrize(("name", "args", "value"), CASES)
def test_a_function_on_symbols_is_a_node_and_not_a_value(name, args, value):
    trace = Trace()
    x = trace.leaf("array", "x")
    got = getattr(rule, name)(x < 1 if name == "where" else x, *args[1:])
    assert isinstance(got, Symbol)
    assert got.is_array


def test_equal_expressions_are_one_node():
    trace = Trace()
    x, y = trace.leaf("array", "x"), trace.leaf("scalar", "y")
    assert (x * y + 1) is (x * y + 1)
    assert (x * y) is not (y * x)
    assert x**2 is rule.square(x)
    assert x**0.5 is rule.sqrt(x)


def test_numpy_functions_and_numbers_work_on_symbols():
    x = Trace().leaf("array", "x")
    assert numpy.sqrt(x) is rule.sqrt(x)
    assert numpy.float64(2.0) * x is 2.0 * x
    assert abs(x) is rule.absolute(x)


def test_a_branch_on_an_array_is_explained():
    x = Trace().leaf("array", "x")
    with pytest.raises(UsageError, match=r"cannot branch on \(x > 0.0\).*where\("):
        max(0, x) if x > 0 else x


def test_min_and_max_of_an_array_are_explained_not_guessed():
    x = Trace().leaf("array", "x")
    with pytest.raises(UsageError, match="where"):
        max(x, 0)


def test_math_on_a_symbol_is_explained():
    x = Trace().leaf("scalar", "t")
    with pytest.raises(UsageError, match="t in a rule is a symbol, not a number"):
        math.sqrt(x)


def test_an_array_in_a_rule_is_explained():
    x = Trace().leaf("array", "x")
    with pytest.raises(UsageError, match="computed outside"):
        rule.maximum(x, numpy.ones(3))
