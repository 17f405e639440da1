"""What scales a step is the same number whether it is computed with arrays or stated with symbols."""

import math

import numpy
import pytest

from minigrad.optimizer.outside import divides, norm
from minigrad.optimizer.ratios import bounded, normalized, ratio, row_mean
from minigrad.optimizer.rule import FLOAT, Trace

VECTORS = [[3.0, -4.0], [0.0, 0.0], [0.5, 0.25]]
REDUCED = {
    "norm": lambda x: math.sqrt(sum(y * y for y in x)),
    "divides": lambda divisor, n: n % divisor == 0,
    "logical_and": lambda a, b: a and b,
}


def evaluate(x, values):
    """The value of a symbol: lists stand for arrays, all else are numbers."""
    if not x.args:
        return values[x.name] if x.name else x.value
    if x.op == "where":  # Python's own, which computes one side only
        return evaluate(x.args[1] if evaluate(x.args[0], values) else x.args[2], values)
    args = [evaluate(y, values) for y in x.args]
    if x.op in REDUCED or not any(isinstance(y, list) for y in args):
        return (REDUCED | FLOAT)[x.op](*args)
    length = max(len(y) for y in args if isinstance(y, list))
    return [FLOAT[x.op](*(y[k] if isinstance(y, list) else y for y in args)) for k in range(length)]


def on_symbols(function, **values):
    """The value of what the function makes of symbols."""
    trace = Trace()
    trace.outside = True
    leaves = {name: trace.leaf("array" if isinstance(x, list) else "scalar", name) for name, x in values.items()}
    return evaluate(function(**leaves), values)


@pytest.mark.parametrize("a", VECTORS)
@pytest.mark.parametrize("b", VECTORS)
def test_a_ratio_of_norms(a, b):
    got = ratio(norm(numpy.array(a)), norm(numpy.array(b)))
    assert got == pytest.approx(on_symbols(lambda a, b: ratio(norm(a), norm(b)), a=a, b=b), rel=1e-12)
    assert got == pytest.approx(math.hypot(*a) / math.hypot(*b) if any(a) and any(b) else 1.0, rel=1e-12)


@pytest.mark.parametrize("x", VECTORS)
@pytest.mark.parametrize("factor", [2.0, -0.1, 0.0])
def test_a_normalized_gradient(x, factor):
    got = normalized(numpy.array(x), factor)
    stated = on_symbols(normalized, x=x, factor=factor)
    numpy.testing.assert_allclose(got, numpy.broadcast_to(stated, got.shape), rtol=1e-12)
    assert norm(got) == pytest.approx(1.0 if any(x) and factor else 0.0)


@pytest.mark.parametrize("bounds", [(None, None), (6.0, None), (None, 1.0), (1.0, 2.0), (0.1, 10.0)])
def test_a_bounded_norm(bounds):
    low, high = bounds
    got = bounded(norm(numpy.array([3.0, 4.0])), *bounds)
    assert got == on_symbols(lambda x: bounded(norm(x), *bounds), x=[3.0, 4.0])
    assert got == min(max(5.0, low or 0.0), high or math.inf)


def test_what_divides_and_the_mean_of_a_row():
    assert [divides(3, n) for n in range(4)] == [True, False, False, True]
    assert [on_symbols(lambda n: divides(3, n), n=n) for n in range(4)] == [True, False, False, True]
    assert row_mean(numpy.empty((2, 0))).tolist() == [[0.0], [0.0]]
