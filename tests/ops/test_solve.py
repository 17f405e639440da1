"""The determinant and its slopes at matrices of any rank, and what has no inverse."""

import contextlib
import itertools
import math

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError

rng = numpy.random.default_rng(11)


def minor(a, rows, columns):
    """The determinant without some rows and columns, by Leibniz' sum over permutations."""
    a = numpy.delete(numpy.delete(a, rows, 0), columns, 1)
    total = 0.0
    for order in itertools.permutations(range(len(a))):
        turned = sum(i < j and order[i] > order[j] for i in range(len(a)) for j in range(len(a)))
        total += (-1) ** turned * math.prod(a[i, order[i]] for i in range(len(a)))
    return total


def cofactors(a):
    n = len(a)
    return numpy.array([[(-1) ** (i + j) * minor(a, [i], [j]) for j in range(n)] for i in range(n)])


def of_rank(n, rank):
    return rng.standard_normal((n, rank)) @ rng.standard_normal((rank, n))


MATRICES = [numpy.array([[1.0, 2], [2, 4]]), numpy.zeros((2, 2)), *(of_rank(4, r) for r in (4, 3, 2, 1)), of_rank(1, 1)]


@pytest.mark.parametrize("a", MATRICES)
def test_the_slope_of_the_determinant_is_its_cofactors_at_any_rank(a):
    x = np.array(numpy.stack([a, numpy.eye(len(a)), a.T]))
    x.attach_grad()
    with autograd.record():
        y = np.linalg.det(x)
    y.backward(np.array([1.0, 2.0, -1.0], dtype="float64"))
    expected = [cofactors(a), 2 * numpy.eye(len(a)), -cofactors(a.T)]
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("a", MATRICES)
def test_the_second_derivative_of_the_determinant_is_a_difference_of_cofactors(a):
    direction = rng.standard_normal(a.shape)
    x = np.array(a)
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(np.linalg.det(x), x, create_graph=True)
        total = (slope * np.array(direction)).sum()
    total.backward()
    step = 1e-5
    expected = (cofactors(a + step * direction) - cofactors(a - step * direction)) / (2 * step)
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-8, atol=1e-8)


def test_the_third_derivative_of_the_determinant_of_three_rows():
    x = np.array(rng.standard_normal((3, 3)))
    x.attach_grad()
    with autograd.record():
        first = autograd.grad(np.linalg.det(x), x, create_graph=True)
        second = autograd.grad(first[0, 0], x, create_graph=True)  # x11 x22 - x12 x21
        third = autograd.grad(second[1, 1], x)  # x22
    expected = numpy.zeros((3, 3))
    expected[2, 2] = 1
    numpy.testing.assert_allclose(third.asnumpy(), expected, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_slope_of_a_determinant_keeps_the_dtype(dtype):
    x = np.array([[1, 2], [2, 4]], dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = np.linalg.det(x)
    y.backward()
    assert x.grad.dtype == dtype
    numpy.testing.assert_allclose(x.grad.asnumpy(), [[4, -2], [-2, 1]], rtol=2e-3)


def test_a_nan_in_a_matrix_stays_in_its_own_determinant():
    a = numpy.stack([numpy.eye(2), numpy.eye(2)])
    a[0, 0, 1] = math.nan
    x = np.array(a)
    x.attach_grad()
    with numpy.errstate(all="ignore"), autograd.record():
        y = np.linalg.det(x)
    y.backward()
    assert numpy.isnan(x.grad[0].asnumpy()).all()
    assert x.grad[1].tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    "f",
    [
        np.linalg.inv,
        lambda a: np.linalg.slogdet(a)[1],
        lambda a: np.linalg.solve(a, np.ones(2)),
        lambda a: np.linalg.matrix_power(a, -1),
    ],
)
def test_what_divides_by_the_determinant_says_that_a_matrix_is_singular(f, on_gpu):
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    a.attach_grad()
    # a GPU would have to be waited for; what it answers cannot be taken for numbers
    said = pytest.raises(ArgumentError, match=r"shape \(2, 2\) is singular")
    with contextlib.nullcontext() if on_gpu else said:  # forward or backward
        with autograd.record():
            y = f(a).sum()
        y.backward()
    assert not on_gpu or not numpy.isfinite(a.grad.asnumpy()).all()
