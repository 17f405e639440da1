"""Gradients of gradients that turn out to be constant: zeros, and no error."""

import pytest

from minigrad import autograd, np
from minigrad.errors import GraphError


@pytest.fixture
def x():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    return x


def test_the_slope_of_a_straight_line_has_the_slope_zero(x):
    with autograd.record():
        slope = autograd.grad((3 * x).sum(), x, create_graph=True)
        second = autograd.grad(slope, x, create_graph=True)
        third = autograd.grad(second, x)
    assert slope.tolist() == [3, 3]
    assert second.tolist() == third.tolist() == [0, 0]


def test_backward_from_a_constant_slope_leaves_the_gradient_zero(x):
    with autograd.record():
        slope = autograd.grad((3 * x).sum(), x, create_graph=True)
        penalty = (slope**2).sum()
    slope.backward(retain_graph=True)
    penalty.backward()
    assert x.grad.tolist() == [0, 0]


def test_a_slope_by_one_variable_is_constant_for_another(x):
    w, other = np.array([5.0, 7.0]), np.array(1.0)
    w.attach_grad()
    other.attach_grad()
    with autograd.record():
        loss = (w * x).sum() + other * 4
        by_x, by_w, by_other = autograd.grad(loss, [x, w, other], create_graph=True)
        assert [g.tolist() for g in autograd.grad(by_x, [x, w], retain_graph=True)] == [[0, 0], [1, 1]]
        assert [g.tolist() for g in autograd.grad(by_w, [x, w], retain_graph=True)] == [[1, 1], [0, 0]]
        assert [g.tolist() for g in autograd.grad(by_other, [x, w, other])] == [[0, 0], [0, 0], 0]


def test_the_zeros_for_a_variable_that_has_no_influence_count_as_recorded_too(x):
    away = np.array(1.0)
    away.attach_grad()
    with autograd.record():
        zero = autograd.grad((x * x).sum(), away, create_graph=True)
        assert autograd.grad(zero, [x, away], retain_graph=True)[0].tolist() == [0, 0]
        total = (zero * x).sum()
    total.backward()
    assert x.grad.tolist() == [0, 0]


def test_what_was_never_recorded_is_still_refused(x):
    with autograd.record():
        plain = autograd.grad((3 * x).sum(), x)
        with pytest.raises(GraphError, match="not recorded"):
            autograd.grad(plain, x)
        slope = autograd.grad((3 * x).sum(), x, create_graph=True)
        with pytest.raises(GraphError, match="it is a constant"):
            autograd.grad(slope, np.array(1.0))
        with pytest.raises(GraphError, match="not recorded"):
            autograd.grad(slope.detach(), x)
    with pytest.raises(GraphError, match="not recorded"):
        np.array(1.0).backward()


def test_hessian_of_a_linear_function_is_zero():
    assert autograd.hessian(lambda x: (3 * x).sum(), np.array([1.0, 2.0])).tolist() == [[0, 0], [0, 0]]
