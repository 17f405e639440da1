"""The gamma function and its kin, and the error function, against mpmath."""

import math

import numpy
import pytest

from minigrad import autograd, np, npx, ops
from minigrad.ops.special import BERNOULLI

mpmath = pytest.importorskip("mpmath")

POSITIVE = [1e-30, 1e-5, 0.01, 0.3, 0.49, 0.5, 0.9, 1 - 1e-7, 1 + 1e-7, 1.00001, 1.01, 1.49, 1.5, 1.9, 2 + 1e-7, 2.001,
            2.4, 2.5, 3, 4.2, 7.7, 9.99, 10, 10.01, 34.9, 100, 170.5]  # fmt: skip
NEGATIVE = [-1e-30, -1e-5, -0.1, -0.5, -0.7, -0.99, -1.00001, -1.3, -2.2, -2.5, -3.3, -7.7, -20.6]


def compare(f, reference, points, dtype, digits):
    x = numpy.array(points, dtype=dtype)
    with mpmath.workdps(50):
        expected = [reference(mpmath.mpf(float(v))) for v in x]
    top = float(numpy.finfo(dtype).max)
    keep = [i for i, v in enumerate(expected) if abs(v) < top]
    found = f(np.array(x[keep])).asnumpy().astype("float64")
    wide = numpy.array([float(expected[i]) for i in keep])
    tiny = float(numpy.finfo(dtype).tiny)
    numpy.testing.assert_allclose(found, wide, rtol=digits * float(numpy.finfo(dtype).eps), atol=tiny)


def test_the_bernoulli_numbers_are_those_of_mpmath():
    numpy.testing.assert_allclose(BERNOULLI, [float(mpmath.bernoulli(2 * k + 2)) for k in range(9)], rtol=1e-15)


DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


@DTYPES
def test_gammaln_has_all_digits_near_its_zeros_and_poles(dtype):
    compare(npx.gammaln, lambda v: mpmath.log(abs(mpmath.gamma(v))), POSITIVE + NEGATIVE, dtype, 8)
    compare(npx.gammaln, mpmath.loggamma, [1e4, 1e8, 1e15, 1e30], dtype, 4)


@DTYPES
def test_gamma_of_positive_and_negative_numbers(dtype):
    compare(npx.gamma, mpmath.gamma, POSITIVE + NEGATIVE, dtype, 1 if dtype == "float32" else 100)


@DTYPES
@pytest.mark.parametrize("order", range(5))
def test_the_derivatives_of_gammaln_of_any_order(dtype, order):
    away = [v for v in POSITIVE + NEGATIVE if abs(v) > 1e-3]
    compare(lambda x: ops.polygamma(order, x), lambda v: mpmath.polygamma(order, v), away, dtype, 50)

    def derivative(x):
        x.attach_grad()
        with autograd.record():
            y = npx.gammaln(x)
            for _ in range(order + 1):
                y = autograd.grad(y, x, create_graph=True)
        return y

    compare(derivative, lambda v: mpmath.polygamma(order, v), away, dtype, 50)


def test_the_slope_of_gamma():
    x = np.array([0.5, 3.3, -1.5, 10.2], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = npx.gamma(x)
    y.backward()
    expected = [float(mpmath.gamma(v) * mpmath.digamma(v)) for v in x.tolist()]
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-13)


def test_at_the_poles_and_beyond_all_numbers():
    x = np.array([0, -1, math.inf, math.nan])
    with numpy.errstate(divide="ignore"):
        found = npx.gammaln(x).tolist()
    assert found[:3] == [math.inf] * 3
    assert math.isnan(found[3])
    assert npx.gammaln(np.array([3, 4], dtype="int32")).tolist() == pytest.approx([math.log(2), math.log(6)])


@DTYPES
def test_erfc_and_gelu_keep_their_digits_far_on_the_left(dtype):
    points = [-12.0, -9.0, -5.0, -1.0, 0.0, 1.0, 5.0]
    compare(lambda x: ops.erfc(-x), lambda v: mpmath.erfc(-v), points, dtype, 4)
    compare(ops.gelu, lambda v: v * mpmath.erfc(-v / mpmath.sqrt(2)) / 2, points, dtype, 200)

    def by_tanh(v):
        return v / (1 + mpmath.exp(-mpmath.sqrt(8 / mpmath.pi) * (v + mpmath.mpf("0.044715") * v**3)))

    compare(lambda x: ops.gelu(x, "tanh"), by_tanh, [*points, -1e30, 1e30], dtype, 200)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_gamma_at_its_poles_is_that_of_c():
    assert ops.gamma(np.array([0.0, -0.0])).tolist() == [math.inf, -math.inf]
    assert numpy.isnan(ops.gamma(np.array([-1.0, -2.0, -3.0, -1e6], dtype="float64"))).all()
    assert numpy.isinf(ops.gammaln(np.array([0.0, -1.0, -2.0], dtype="float64"))).all()
