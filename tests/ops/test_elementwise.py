"""Slopes of elementwise operations far from 1, at whole quotients and at exponents of 0. Warnings are errors here."""

import itertools
import math
from fractions import Fraction

import numpy
import pytest

from minigrad import autograd, np, npx, ops
from minigrad.npx.activations import BY_NAME


def slopes(f, *values, dtype="float64"):
    xs = [np.array(v, dtype=dtype) for v in values]
    for x in xs:
        x.attach_grad()
    with autograd.record():
        y = f(*xs)
    y.backward()
    return [x.grad.asnumpy().astype("float64") for x in xs]


DIVIDENDS = [1.0, -1.0, 0.3, 0.6, -0.7, 5.5, 1e15 + 1, -1e10, 1e-20, 3.0, 6.0]
DIVISORS = [0.1, -0.1, 0.3, 0.2, 3.0, -7.0, 1e-3, 1e10]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_slope_of_a_remainder_by_the_divisor_is_minus_the_whole_quotient(dtype):
    a, b = numpy.array(list(itertools.product(DIVIDENDS, DIVISORS)), dtype=dtype).T.copy()
    exact = [Fraction(float(x)) / Fraction(float(y)) for x, y in zip(a, b)]
    by_a, by_b = slopes(ops.mod, a, b, dtype=dtype)
    assert (by_a == 1).all()
    rtol = 2 * numpy.finfo(dtype).eps  # quotients above 1 / eps are rounded
    numpy.testing.assert_allclose(by_b, [float(-math.floor(q)) for q in exact], rtol=rtol)
    by_a, by_b = slopes(ops.fmod, a, b, dtype=dtype)
    assert (by_a == 1).all()
    numpy.testing.assert_allclose(by_b, [float(-math.trunc(q)) for q in exact], rtol=rtol)


def test_the_slope_of_a_remainder_where_the_quotient_rounds_up():
    assert slopes(ops.mod, 1.0, 0.1) == [1, -9]  # the float 0.1 is a little above 1/10
    assert slopes(lambda b: 1.0 % b, 0.1) == [-9]
    assert slopes(lambda a: a % 0.1, 1.0) == [1]
    assert slopes(ops.fmod, -1.0, 0.1) == [1, 9]


EXPONENTS = [0.0, 1.0, 2.0, 3.0, -1.0, 0.5]


@pytest.mark.parametrize("n", EXPONENTS)
@pytest.mark.parametrize("order", [o for k in (1, 2, 3) for o in itertools.product("xn", repeat=k)])
def test_mixed_derivatives_of_a_power_in_any_order(n, order):
    sympy = pytest.importorskip("sympy")
    x, m = sympy.symbols("x n", positive=True)
    expected = float(sympy.diff(x**m, *[x if v == "x" else m for v in order]).subs({x: 1.75, m: n}))
    at = {"x": np.array(1.75, dtype="float64"), "n": np.array(n, dtype="float64")}
    for v in at.values():
        v.attach_grad()
    with autograd.record():
        y = at["x"] ** at["n"]
        for v in order:
            y = autograd.grad(y, at[v], create_graph=True)
    assert float(y) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("n", [0.0, 1.0, 2.0, 3.0, 4.0])
def test_derivatives_of_a_whole_power_at_zero_and_below(n, on_gpu):
    for x in (0.0, -2.0, 1e-30):
        t, power = np.array(x, dtype="float64"), np.array(n, dtype="float64")
        t.attach_grad()
        with autograd.record():
            y, factor = t**power, 1.0
            for k in range(4):
                y, factor = autograd.grad(y, t, create_graph=True), factor * (n - k)
                rest = n - k - 1
                expected = factor * x**rest if factor else 0
                assert float(y) == pytest.approx(expected, rel=1e-15 if on_gpu else 0, abs=0)  # CUDA's pow is rounded


def test_a_power_has_no_slope_by_the_exponent_where_the_base_is_not_positive():
    n = np.array([2.0, 2.0, 3.0, 3.0])
    n.attach_grad()
    with autograd.record():
        y = np.array([0.0, -0.5, -2.0, 2.0]) ** n
    y.backward()
    assert n.grad.tolist() == pytest.approx([0, 0, 0, 8 * math.log(2)])


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "int64", "float16"])
@pytest.mark.parametrize("wider", ["float32", "float64"])
def test_slopes_beside_narrower_numbers_neither_wrap_around_nor_lose_digits(dtype, wider, recorded):
    """-1 is 255 in a byte, 0 - 1 is too, and NumPy's log of bytes is float16."""
    a, x = numpy.array([0, 1, 3, 20]).astype(dtype), numpy.array([2.5, 0.5, 3.0, 1.5])
    wide = a.astype("float64")
    slope = {
        np.arctan2: -wide / (wide**2 + x**2),
        np.power: numpy.where(wide > 0, wide**x * numpy.log(numpy.maximum(wide, 1)), 0),
        lambda n, x: np.power(x, n): wide * x ** (wide - 1),
    }
    for f, expected in slope.items():
        t = np.array(x, dtype=wider)
        t.attach_grad()
        with autograd.record():
            y = f(np.array(a, dtype=dtype), t)
            found = autograd.grad(y, t, create_graph=True) if recorded else autograd.grad(y, t)
        numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-6 if wider == "float32" else 1e-14)


mp = pytest.importorskip("mpmath")

BINARY = {  # the function, and its two slopes
    "arctan2": (ops.arctan2, lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)),
    "hypot": (ops.hypot, lambda a, b: a / mp.sqrt(a * a + b * b), lambda a, b: b / mp.sqrt(a * a + b * b)),
    "divide": (ops.divide, lambda a, b: 1 / b, lambda a, b: -a / b**2),
}
MAGNITUDES = [1e-38, 1e-25, 1e-19, 1e-3, 1.0, 3.0, 1e10, 1e19, 1e25, 1e37]


def apart_from_zero(values, dtype, on_gpu):
    """The values that a device can tell from 0. CuPy compiles its kernels so that subnormal float32 numbers count as 0.

    (`-ftz=true` in `_compile_with_cache_cuda` of cupy/cuda/compiler.py. float64 keeps them.)
    """
    return [v for v in values if not on_gpu or abs(v) >= numpy.finfo(dtype).tiny]


def agrees(found, expected, dtype, ulps=16):
    """Whether numbers agree wherever they can be told in this dtype at all."""
    info = numpy.finfo(dtype)
    for i, (value, want) in enumerate(zip(found, expected)):
        if abs(want) > mp.mpf(float(info.max)):
            assert math.isinf(value), i
        else:
            assert abs(value - want) <= ulps * (mp.mpf(float(info.eps)) * abs(want) + mp.mpf(float(info.tiny))), i


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", BINARY)
def test_slopes_of_two_variables_at_any_magnitude(name, dtype, on_gpu):
    f, by_a, by_b = BINARY[name]
    signed = apart_from_zero([s * m for m in MAGNITUDES for s in (1, -1)], dtype, on_gpu)
    a, b = numpy.array(list(itertools.product(signed, signed)), dtype=dtype).T.copy()
    with numpy.errstate(over="ignore"):
        found = slopes(f, a, b, dtype=dtype)
    points = [(mp.mpf(float(x)), mp.mpf(float(y))) for x, y in zip(a, b)]
    agrees(found[0], [by_a(*p) for p in points], dtype)
    agrees(found[1], [by_b(*p) for p in points], dtype)


def test_the_slope_of_logaddexp_is_a_share_whatever_the_size():
    a = numpy.array([0, 1e4, -1e4, 3e38, 1e4], "float32")
    b = numpy.array([0, 1e4, -1e4 + 1, 3e38, -1e4], "float32")
    share = 1 / (1 + numpy.exp(b.astype("float64") - a))
    found = slopes(ops.logaddexp, a, b, dtype="float32")
    numpy.testing.assert_allclose(found, [share, 1 - share], rtol=1e-6, atol=1e-38)


UNARY = {  # the function, its slope, and where
    "arcsin": (ops.arcsin, lambda x: 1 / mp.sqrt(1 - x * x), "inside"),
    "arccos": (ops.arccos, lambda x: -1 / mp.sqrt(1 - x * x), "inside"),
    "arctanh": (ops.arctanh, lambda x: 1 / (1 - x * x), "inside"),
    "arccosh": (ops.arccosh, lambda x: 1 / mp.sqrt(x * x - 1), "beyond"),
    "arcsinh": (ops.arcsinh, lambda x: 1 / mp.sqrt(x * x + 1), "all"),
    "arctan": (ops.arctan, lambda x: 1 / (x * x + 1), "all"),
    "softsign": (ops.softsign, lambda x: 1 / (1 + abs(x)) ** 2, "all"),
    "log2": (ops.log2, lambda x: 1 / x / mp.log(2), "positive"),
    "log10": (ops.log10, lambda x: 1 / x / mp.log(10), "positive"),
    "log1p": (ops.log1p, lambda x: 1 / (1 + x), "positive"),
    "sqrt": (ops.sqrt, lambda x: 1 / mp.sqrt(x) / 2, "positive"),
    "cbrt": (ops.cbrt, lambda x: 1 / mp.cbrt(x) ** 2 / 3, "positive"),
    "expm1": (ops.expm1, mp.exp, "moderate"),
    "softplus": (ops.softplus, lambda x: 1 / (1 + mp.exp(-x)), "moderate"),
    "log_sigmoid": (BY_NAME["log_sigmoid"], lambda x: 1 / (1 + mp.exp(x)), "moderate"),
}
NEAR_ONE = [0.9, 0.99, 1 - 1e-3, 1 - 1e-6]
PLACES = {
    "inside": [s * v for v in (1e-30, 1e-10, 1e-3, 0.3, 0.5, *NEAR_ONE) for s in (1, -1)],
    "beyond": [2 - v for v in NEAR_ONE] + [1.5, 40, 1e10, 1e19, 1e25, 1e37],
    "all": [s * v for v in MAGNITUDES for s in (1, -1)],
    "positive": MAGNITUDES,
    "moderate": [s * v for v in (1e-30, 1e-3, 1.0, 9.0, 20.0, 80.0) for s in (1, -1)],
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNARY)
def test_slopes_of_one_variable_at_any_magnitude(name, dtype, on_gpu):
    f, slope, where = UNARY[name]
    x = numpy.array(apart_from_zero(PLACES[where], dtype, on_gpu), dtype=dtype)
    with mp.workdps(60):
        agrees(slopes(f, x, dtype=dtype)[0], [slope(mp.mpf(float(v))) for v in x], dtype)


def test_a_sum_of_nothing_has_no_slope():
    nothing = -numpy.inf
    a, b = slopes(ops.logaddexp, [nothing, nothing, 2, 1], [nothing, 2, nothing, 1])
    assert (a.tolist(), b.tolist()) == ([0, 0, 1, 0.5], [0, 1, 0, 0.5])
    assert slopes(lambda a, b: ops.logaddexp(ops.logaddexp(a, a), b), nothing, 2.0) == [0, 1]
    with numpy.errstate(divide="ignore"):
        x = slopes(lambda x: ops.logsumexp(x, 1), [[nothing, nothing], [nothing, 3], [1, 1], [nothing, numpy.nan]])[0]
    numpy.testing.assert_array_equal(x, [[0, 0], [0, 1], [0.5, 0.5], [numpy.nan, numpy.nan]])


def test_the_slope_of_smooth_l1_keeps_its_digits_near_0():
    x = numpy.array([1e-3, -1e-8, 1e-30, 0.6, -3], "float32")
    assert slopes(npx.smooth_l1, x, dtype="float32")[0].tolist() == [*x[:4].tolist(), -1]


def test_a_branch_that_is_not_taken_does_not_overflow_into_the_slope():
    with numpy.errstate(over="ignore"):
        assert slopes(npx.smooth_l1, [3e38, -3e38, 0.5], dtype="float32")[0].tolist() == [1, -1, 0.5]
    assert slopes(lambda x: ops.gelu(x, "tanh"), [1e25, -1e25], dtype="float32")[0].tolist() == [1, 0]
