"""Linear algebra against NumPy's, its derivatives against differences, its decompositions by what they put together."""

import functools

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError, GraphError
from minigrad.gradcheck import gradcheck

rng = numpy.random.default_rng(9)
A, B = (rng.standard_normal((3, 3)) + 3 * numpy.eye(3) for _ in range(2))
S = A @ A.T + numpy.eye(3)
CALLS = {
    "inv": (A,), "det": (A,), "solve": (A, B), "solve a vector": (A, B[0]), "matrix_power 5": (A, 5),
    "solve many": (numpy.stack([A, B]), S), "solve many with a vector": (numpy.stack([A, B]), S[0]),  # jax-ml/jax#19224
    "matrix_power 1": (A, 1),
    "matrix_power 0": (A, 0), "matrix_power -2": (A, -2), "multi_dot": ([A, B, S],), "norm": (A,),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_values_are_numpys_and_gradients_are_differences(call):
    name, args = call.split()[0], CALLS[call]

    def ours(*arrays):
        if name == "matrix_power":
            return np.linalg.matrix_power(arrays[0], args[1])
        return getattr(np.linalg, name)(list(arrays)) if name == "multi_dot" else getattr(np.linalg, name)(*arrays)

    arrays = [np.array(a) for a in (args[0] if name == "multi_dot" else args) if not isinstance(a, int)]
    numpy.testing.assert_allclose(ours(*arrays).asnumpy(), getattr(numpy.linalg, name)(*args), rtol=1e-10, atol=1e-12)
    if call != "matrix_power 0":  # a constant
        assert gradcheck(ours, *arrays, order=2)


def test_slogdet_has_the_sign_and_the_logarithm_with_its_gradient():
    a = np.array(A[[1, 0, 2]])  # two rows exchanged: the determinant is negative
    sign, size = np.linalg.slogdet(a)
    assert sign.item() == -1
    numpy.testing.assert_allclose(size.item(), numpy.log(-numpy.linalg.det(a.asnumpy())), rtol=1e-12)
    assert gradcheck(lambda x: np.linalg.slogdet(x)[1], a)


def test_decompositions_put_together_give_the_matrix():
    s = np.array(S)
    u, d, vt = np.linalg.svd(s)
    q, r = np.linalg.qr(s)
    w, v = np.linalg.eigh(s)
    root = np.linalg.cholesky(s)
    for found in (u @ np.diag(d) @ vt, q @ r, v @ np.diag(w) @ v.T, root @ root.T):
        numpy.testing.assert_allclose(found.asnumpy(), S, rtol=1e-10)
    numpy.testing.assert_allclose(np.linalg.eigvalsh(s).asnumpy(), w.asnumpy(), rtol=1e-10)
    numpy.testing.assert_allclose((np.linalg.pinv(s[:, :2]) @ s[:, :2]).asnumpy(), numpy.eye(2), atol=1e-10)
    assert np.linalg.matrix_rank(s).item() == 3


def test_a_decomposition_refuses_to_lose_a_gradient():
    s = np.array(S)
    s.attach_grad()
    with autograd.record(), pytest.raises(GraphError, match=r"linalg\.svd has no derivative"):
        np.linalg.svd(s)


@pytest.mark.parametrize("order", [None, "fro", 1, -1, numpy.inf, -numpy.inf, 2, -2, "nuc"])
@pytest.mark.parametrize("axis", [None, 0, (0, 1), (1, 0), -1])
def test_norms_of_vectors_and_matrices_are_numpys(order, axis):
    a = numpy.random.default_rng(1).standard_normal((3, 4))
    if not (order in ("fro", "nuc", -2) and isinstance(axis, int)):
        for keepdims in (True, False):
            expected = numpy.linalg.norm(a, order, axis, keepdims)
            numpy.testing.assert_allclose(np.linalg.norm(np.array(a), order, axis, keepdims).asnumpy(), expected)
            numpy.testing.assert_allclose(numpy.linalg.norm(np.array(a), order, axis, keepdims).asnumpy(), expected)


@pytest.mark.parametrize("order", [3, 0.5, 0, -0.5, -3, 100, -numpy.inf])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_vectors_have_a_norm_of_any_order(order, axis):
    """MXNet has them, with gradients."""
    a = numpy.random.default_rng(1).standard_normal(4 if axis is None else (3, 4))
    f = functools.partial(np.linalg.norm, ord=order, axis=axis)
    numpy.testing.assert_allclose(f(np.array(a)).asnumpy(), numpy.linalg.norm(a, order, axis), rtol=1e-12)
    numpy.testing.assert_allclose(f(np.array(a), keepdims=True), numpy.linalg.norm(a, order, axis, True), rtol=1e-12)
    if order:
        gradcheck(f, np.array(a), order=2)


@pytest.mark.parametrize("order", [3, 0.5, -1, -3])
def test_a_norm_of_any_order_neither_overflows_nor_has_a_slope_of_nan_at_0(order):
    x = np.array([[3e-200, 4e-200], [3e200, 4e200], [0.0, 2.0], [0.0, 0.0]], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = np.linalg.norm(x, order, axis=1)
    y.backward()
    one = (3.0**order + 4.0**order) ** (1 / order)
    numpy.testing.assert_allclose(y.asnumpy(), [one * 1e-200, one * 1e200, 2 if order > 0 else 0, 0], rtol=1e-12)
    slopes = [(one / v) ** (1 - order) for v in (3, 4)]
    numpy.testing.assert_allclose(x.grad.asnumpy(), [slopes, slopes, [0, order > 0], [0, 0]], rtol=1e-12)
    assert np.linalg.norm(np.array([300, 400], dtype="float16"), 3) == numpy.float16(449.79)
    assert np.linalg.norm(np.array([])[:0], 3) == 0


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1.0, 1e200, 3e307])
def test_the_squares_within_a_norm_neither_overflow_nor_vanish(factor):
    """inf and 0 in numpy/numpy#19097, with a slope of 0 in pytorch/pytorch#193006."""
    rows = np.array([[3 * factor, 4 * factor], [5.0, 12.0]], dtype="float64")
    numpy.testing.assert_allclose(np.linalg.norm(rows, axis=1).asnumpy(), [5 * factor, 13], rtol=1e-14)
    rows.attach_grad()
    with autograd.record():
        y = np.linalg.norm(rows, axis=1)
    y.backward()
    numpy.testing.assert_allclose(rows.grad.asnumpy(), [[0.6, 0.8], [5 / 13, 12 / 13]], rtol=1e-14)


def test_the_norm_of_complex_numbers_is_that_of_their_sizes():
    assert np.linalg.norm(np.array([3 + 4j, 12])).item() == 13


def test_other_norms_are_refused_and_those_of_singular_values_have_no_gradient():
    x = np.ones((3, 4))
    with pytest.raises(ArgumentError, match=r"ord=3 for a matrix of shape \(3, 4\)"):
        np.linalg.norm(x, 3)
    x.attach_grad()
    with autograd.record(), pytest.raises(GraphError, match=r"linalg\.svd has no derivative"):
        np.linalg.norm(x, 2)


def test_the_sign_of_a_determinant_of_halves_is_theirs():
    sign, log = np.linalg.slogdet(np.array([[0.0, 2.0], [1.0, 0.0]], dtype="float16"))
    assert sign.item() == -1
    assert sign.dtype == log.dtype == "float16"
    assert log.item() == pytest.approx(0.6931, rel=1e-3)


def test_the_slope_of_a_tiny_norm_is_finite():
    x = np.array([3e-40, 0, -4e-40])  # one over their norm is beyond float32
    x.attach_grad()
    with autograd.record():
        y = np.linalg.norm(x)
    y.backward()
    numpy.testing.assert_allclose(x.grad, [0.6, 0, -0.8], rtol=1e-4)


@pytest.mark.parametrize(("shape", "n"), [((2, 3), 1), ((3, 1), 0), ((3,), 1)])
def test_only_square_matrices_have_powers(shape, n):
    with pytest.raises(ValueError, match="square"):
        np.linalg.matrix_power(np.ones(shape), n)
