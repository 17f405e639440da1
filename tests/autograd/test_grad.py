"""Gradients as values: autograd.grad."""

import numpy
import pytest

from minigrad import autograd, cpu, np, ops
from minigrad.autograd import record
from minigrad.errors import GraphError
from tests.engine.leaves import leaf


def test_grad_returns_new_arrays_and_leaves_the_attached_ones_alone():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with record():
        z = x * y
    gx, gy = autograd.grad(z, [x, y])
    assert gx.asnumpy().tolist() == [3, 4]
    assert gy.asnumpy().tolist() == [1, 2]
    assert (x.grad == 0).all()
    assert (y.grad == 0).all()
    gx[...] = 100
    assert y.asnumpy().tolist() == [3, 4]


def test_grad_of_a_single_array_is_a_single_array():
    x = leaf(3.0)
    with record():
        y = x * x
    assert autograd.grad(y, x, head_grads=np.array(10.0)).item() == 60


def test_grad_of_several_heads():
    x = leaf(3.0)
    with record():
        y, z = x * x, x * 2
    assert autograd.grad([y, z], x, [None, np.array(5.0)]).item() == 16


def test_grad_frees_the_graph_unless_told_otherwise():
    x = leaf(3.0)
    with record():
        y = x * x
    autograd.grad(y, x, retain_graph=True)
    autograd.grad(y, x)
    with pytest.raises(GraphError):
        autograd.grad(y, x)


def test_grad_by_a_value_on_the_way():
    x = leaf(3.0)
    with record():
        y = x * x
        z = y * y
    gy, gx = autograd.grad(z, [y, x])
    assert (gy.item(), gx.item()) == (18, 108)


def test_grad_by_what_the_head_does_not_depend_on_is_zero():
    x, other = leaf(3.0), leaf([1.0, 2.0], dtype="float64")
    with record():
        y = x * x
    g = autograd.grad(y, other)
    assert g.asnumpy().tolist() == [0, 0]
    assert g.dtype == "float64"


def test_grad_says_what_it_cannot_answer():
    x = leaf(3.0)
    with record():
        y = x * x
    with pytest.raises(AssertionError, match="empty list of variables"):
        autograd.grad(y, [])
    with pytest.raises(GraphError, match="variable 1: it is a constant"):
        autograd.grad(y, [x, np.ones(2)])
    with pytest.raises(GraphError, match="not recorded"):
        autograd.grad(np.ones(2), x)
    with record():
        slope = autograd.grad(x * x, x)
        penalty = slope * slope
    with pytest.raises(GraphError, match="through a gradient, take that with create_graph=True"):
        penalty.backward()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_any_order(order):
    x = leaf([0.3, 1.2], dtype="float64")
    with record():
        y = ops.sin(x) * ops.exp(2 * x)
        for _ in range(order):
            y = autograd.grad(y, x, create_graph=True)
    z = numpy.exp((2 + 1j) * x.asnumpy()) * (2 + 1j) ** order
    numpy.testing.assert_allclose(y.asnumpy(), z.imag, rtol=1e-13)


def test_create_graph_also_outside_record():
    x = leaf(2.0)
    with record():
        y = x**3
    slope = autograd.grad(y, x, create_graph=True)
    curve = autograd.grad(slope, x, create_graph=True)
    curve.backward()
    assert (slope.item(), curve.item(), x.grad.item()) == (12, 12, 6)


def test_a_gradient_penalty_reaches_the_weights():
    x, w = leaf([1.0, 2.0], dtype="float64"), leaf([3.0, 4.0], dtype="float64")
    with record():
        y = (w * x * x).sum()
        g = autograd.grad(y, x, create_graph=True)  # 2 w x
        penalty = (g * g).sum()
    penalty.backward()
    assert w.grad.asnumpy().tolist() == [8 * 3 * 1, 8 * 4 * 4]
    assert x.grad.asnumpy().tolist() == [8 * 9 * 1, 8 * 16 * 2]


def test_a_recorded_head_gradient_is_differentiated_too():
    x, v = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    with record():
        y = x * x
        g = autograd.grad(y, x, v, create_graph=True)  # 2 x v
    g.backward()
    assert v.grad.asnumpy().tolist() == [2, 4]
    assert x.grad.asnumpy().tolist() == [6, 8]


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_head_gradient_may_lie_on_another_device(create_graph):
    x, g = np.array([1.0, 2.0]), np.array([3.0, 4.0], ctx=cpu(1))
    for a in (x, g):
        a.attach_grad()
    with autograd.record():
        slope = autograd.grad(x * x, x, g, create_graph=create_graph)  # 2 x g
        if create_graph:
            y = (slope * slope).sum()
    assert slope.tolist() == [6, 16]
    if create_graph:
        y.backward()
        assert (x.grad.tolist(), g.grad.tolist(), g.grad.ctx) == ([72, 256], [24, 128], cpu(1))
