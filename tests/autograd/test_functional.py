"""Jacobian, Hessian and their products, against derivatives worked by hand."""

import numpy
import pytest

from minigrad import autograd, gluon, np, ops
from minigrad.errors import GraphError, ShapeError, UsageError
from minigrad.gradcheck import gradcheck

X = numpy.array([1.0, 2.0, -0.5])
A = numpy.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])


def test_the_jacobian_of_a_linear_map_is_its_matrix():
    found = autograd.jacobian(lambda x: np.matmul(np.array(A), x), np.array(X))
    numpy.testing.assert_allclose(found.asnumpy(), A)


def test_the_jacobian_has_the_axes_of_the_output_then_of_the_input():
    found = autograd.jacobian(lambda x: x.reshape(3, 1) * x.reshape(1, 3), np.array(X))
    eye = numpy.eye(3)
    by_hand = numpy.einsum("ik,j->ijk", eye, X) + numpy.einsum("i,jk->ijk", X, eye)
    numpy.testing.assert_allclose(found.asnumpy(), by_hand)


def test_vjp_is_a_row_times_the_jacobian():
    v = numpy.array([3.0, -2.0])
    found = autograd.vjp(lambda x: np.matmul(np.array(A), x), np.array(X), np.array(v))
    numpy.testing.assert_allclose(found.asnumpy(), v @ A)


def quadratic_and_more(x):
    return (x[0] * x[1] + np.exp(x[2]) * x[0]).sum()


HESSIAN = numpy.array([[0, 1, numpy.exp(-0.5)], [1, 0, 0], [numpy.exp(-0.5), 0, numpy.exp(-0.5)]])


def test_the_hessian_by_hand():
    found = autograd.hessian(quadratic_and_more, np.array(X))
    numpy.testing.assert_allclose(found.asnumpy(), HESSIAN, rtol=1e-14)


def test_hvp_is_the_hessian_times_the_vector():
    v = numpy.array([1.0, -2.0, 0.25])
    found = autograd.hvp(quadratic_and_more, np.array(X), np.array(v))
    numpy.testing.assert_allclose(found.asnumpy(), HESSIAN @ v, rtol=1e-14)


def test_a_function_that_does_not_depend_on_x_has_zeros():
    found = autograd.jacobian(lambda x: np.ones((2,), dtype="float64"), np.array(X))
    assert found.shape == (2, 3)
    assert not found.asnumpy().any()


def test_the_point_keeps_its_own_gradient():
    x = np.array(X)
    x.attach_grad()
    autograd.jacobian(lambda x: x * x, x)
    assert not x.grad.asnumpy().any()


def test_second_derivatives_ask_for_one_number():
    with pytest.raises(ShapeError, match=r"shape \(3,\); sum it"):
        autograd.hessian(lambda x: x * x, np.array(X))


@pytest.mark.parametrize("f", [lambda x: (3 * x).sum(), lambda x: np.array(1.0), lambda x: x.detach().sum()])
def test_what_does_not_bend_has_second_derivatives_of_zero(f):
    x = np.array([1.0, 2.0])
    assert autograd.hvp(f, x, x).tolist() == [0, 0]
    assert autograd.hessian(f, x).tolist() == [[0, 0], [0, 0]]


def test_what_does_not_depend_on_x_has_derivatives_of_zero():
    x = np.array([1.0, 2.0])
    assert autograd.vjp(lambda x: np.array([5.0]), x, np.array([1.0])).tolist() == [0, 0]
    assert autograd.jacobian(lambda x: np.array([5.0]), x).tolist() == [[0, 0]]
    assert autograd.jacobian(lambda x: x[:0], x).shape == (0, 2)


def test_what_does_not_depend_on_infinity_has_no_slope_there():
    x = np.array([numpy.inf, numpy.nan])
    assert autograd.jacobian(lambda x: np.ones(1), x).tolist() == [[0, 0]]
    assert autograd.vjp(lambda x: np.ones(1), x, np.ones(1)).tolist() == [0, 0]


def test_the_vector_may_be_a_list():
    x = np.array([1.0, 2.0], dtype="float64")
    assert autograd.vjp(lambda x: x * x, x, [3, 4]).tolist() == [6, 16]
    assert autograd.hvp(lambda x: (x**3).sum(), x, [1, 2]).tolist() == [6, 24]


@pytest.mark.parametrize("name", ["vjp", "jacobian", "hvp", "hessian"])
def test_inside_record_the_result_is_differentiated_by_x_and_by_what_the_function_uses(name):
    def f(x, w):
        inner = (lambda z: ops.sin(z) * w) if name in ("vjp", "jacobian") else (lambda z: (ops.sin(z) * w).sum())
        vector = (np.array([1.0, 2.0], dtype="float64"),) if name in ("vjp", "hvp") else ()
        return getattr(autograd, name)(inner, x, *vector)

    gradcheck(f, np.array([0.3, 0.7]), np.array([2.0, -1.0]), order=2)


def test_outside_record_nothing_is_kept_and_nothing_changes():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    h = autograd.hessian(lambda z: (z**3).sum(), x)
    assert h.node is None
    assert x.grad.tolist() == [0, 0]


def test_training_mode_is_left_as_it_is():
    seen = []

    def f(x):
        seen.append(autograd.is_training())
        return (x * x).sum()

    autograd.hessian(f, np.array([1.0]))
    with autograd.train_mode():
        autograd.hessian(f, np.array([1.0]))
    assert seen == [False, True]


@pytest.mark.parametrize("derivative", [autograd.jacobian, autograd.hessian])
def test_a_function_that_uses_the_array_itself_in_place_of_its_argument_is_refused(derivative):
    """pytorch/pytorch#49830: all derivatives were 0."""
    x, net = np.array([1.0, 2.0]), gluon.nn.Dense(1, in_units=2)
    net.initialize()
    x.attach_grad()
    for f, at in [(lambda z: (x * x).sum(), x), (lambda w: net(np.ones((1, 2))).sum(), net.weight.data())]:
        with pytest.raises(UsageError, match="does not use its argument, but the array x itself"):
            derivative(f, at)
        with autograd.record(), pytest.raises(UsageError, match="does not use its argument"):
            derivative(f, at)
    assert derivative(lambda z: (z * z * x).sum(), x).asnumpy().any()
    assert not derivative(lambda z: net.bias.data().sum(), x).asnumpy().any()  # it may be a constant
    with autograd.record():
        used = (x * x).sum()
    used.backward()
    with pytest.raises(GraphError, match="used and freed"):
        derivative(lambda z: (z * used).sum(), x)
