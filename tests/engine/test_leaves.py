"""Leaves: what attach_grad asks for, and where a gradient comes to rest."""

import threading
import time

import numpy
import pytest

from minigrad import autograd, gluon, np, ops
from minigrad.autograd import record
from minigrad.errors import DTypeError, GraphError, ShapeError, UsageError
from tests.engine.leaves import leaf

# write, add, null


def test_write_replaces_and_add_accumulates():
    x, y = leaf(2.0, "write"), leaf(2.0, "add")
    for _ in range(3):
        with record():
            z = x * y
        z.backward()
    assert (x.grad.item(), y.grad.item()) == (2, 6)


def test_add_within_one_backward_adds_the_sum_of_all_paths():
    x = leaf(2.0, "add")
    x.grad[...] = 100
    with record():
        y = x * x + x
    y.backward()
    assert x.grad.item() == 105


def test_threads_that_add_to_one_gradient_wait_for_each_other():
    class Slow(numpy.ndarray):
        def __iadd__(self, g):  # as NumPy adds large arrays: other threads run meanwhile
            before = self.copy()
            time.sleep(0.01)
            self[...] = before + g
            return self

    x = leaf([0.0, 0.0], "add")
    x.grad.data = x.grad.data.view(Slow)

    def pass_back():
        with record():
            y = 2 * x
        y.backward()

    threads = [threading.Thread(target=pass_back) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad.asnumpy().tolist() == [8, 8]


def test_null_is_a_constant():
    x = leaf(2.0)
    x.attach_grad("null")
    assert x.grad is None
    with record():
        y = x * x
    with pytest.raises(GraphError, match="not recorded"):
        y.backward()


def test_an_unknown_grad_req_names_the_choices():
    with pytest.raises(AssertionError, match="'both' but must be 'write' .* 'add' .* 'null'"):
        np.ones(2).attach_grad("both")


def test_the_gradient_is_zero_at_first_and_stays_in_its_place():
    x = leaf([1.0, 2.0])
    grad = x.grad
    assert grad.asnumpy().tolist() == [0, 0]
    with record():
        y = ops.linear(x, leaf([[1.0, 2.0]]), leaf([3.0]))
    y.backward()
    assert x.grad is grad
    assert grad.asnumpy().tolist() == [1, 2]
    x.zero_grad()
    assert grad.asnumpy().tolist() == [0, 0]


def test_attach_grad_cuts_the_array_from_its_past():
    x = leaf(2.0)
    with record():
        y = x * x
        y.attach_grad()
        z = y * 3
    z.backward()
    assert (y.grad.item(), x.grad.item()) == (3, 0)


def test_a_gradient_is_not_the_memory_of_another():
    a, b = leaf([1.0]), leaf([1.0])
    with record():
        y = a + b
    y.backward()
    a.grad[...] = 5
    assert b.grad.item() == 1
    with record():
        ga, gb = autograd.grad(a + b, [a, b], create_graph=True)
    ga[...] = 5
    assert gb.item() == 1


@pytest.mark.parametrize("req", ["write", "add"])
def test_marked_variables_use_the_given_buffers(req):
    x, y, gx, gy = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.ones(2), np.ones(2)
    autograd.mark_variables([x, y], [gx, gy], [req, "write"])
    with record():
        z = x * y
    z.backward()
    assert gx.asnumpy().tolist() == ([3, 4] if req == "write" else [4, 5])
    assert gy.asnumpy().tolist() == [1, 2]
    assert x.grad is gx


def test_a_single_variable_may_be_marked_and_a_buffer_must_fit():
    x, g = np.array([1.0, 2.0]), np.zeros(2)
    autograd.mark_variables(x, g)
    assert x.grad is g
    with pytest.raises(ShapeError, match=r"shape \(2,\) and dtype float32 does not fit into a buffer of shape \(3,\)"):
        autograd.mark_variables(x, np.zeros(3))
    with pytest.raises(ShapeError, match="dtype float64"):
        autograd.mark_variables(x, np.zeros(2, dtype="float64"))


def test_variables_are_marked_all_or_none():
    x, y, g = np.ones(2), np.ones(2), np.zeros(2)
    with pytest.raises(UsageError, match="2 variables, 1 buffers and 2 of grad_reqs"):
        autograd.mark_variables([x, y], [g])
    with pytest.raises(UsageError, match="2 variables, 2 buffers and 1 of grad_reqs"):
        autograd.mark_variables([x, y], [g, np.zeros(2)], ["write"])
    with pytest.raises(ShapeError):
        autograd.mark_variables([x, y], [g, np.zeros(3)])
    with pytest.raises(DTypeError, match="type ndarray has no gradient"):
        autograd.mark_variables([x, numpy.ones(2, "float32")], [g, np.zeros(2)])
    assert x.node is None
    assert y.node is None


def test_integers_have_no_gradient_and_say_so():
    x = np.array([1, 2], dtype="int32")
    with pytest.raises(TypeError, match="dtype int32, but only floating-point"):
        x.attach_grad()
    with pytest.raises(DTypeError):
        autograd.mark_variables(x, x)


def test_a_whole_number_result_is_a_constant():
    x = leaf([1.5, 2.5])
    with record():
        y = x.astype("int32") * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [1, 2]


# Where a gradient comes to rest


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_parameter_of_another_dtype_than_the_data_gets_its_gradient_in_its_own(dtype):
    data = numpy.random.default_rng(0).standard_normal((4, 3))
    w, b = leaf(numpy.ones((2, 3)), dtype=dtype), leaf(numpy.ones(2), dtype=dtype)
    with record():
        y = ops.linear(np.array(data), w, b, "relu")
    y.backward()
    alive = (data.sum(1) + 1 > 0)[:, None]
    assert w.grad.dtype == b.grad.dtype == dtype
    rtol = {"float16": 3e-3, "float32": 1e-6, "float64": 1e-13}[dtype]
    numpy.testing.assert_allclose(w.grad.asnumpy(), [(data * alive).sum(0)] * 2, rtol=rtol, atol=rtol)
    numpy.testing.assert_allclose(b.grad.asnumpy(), [alive.sum()] * 2, rtol=rtol)


def test_a_gradient_is_written_into_a_buffer_of_any_layout():
    w = np.ones((2, 3))
    buffer = type(w)(numpy.zeros((3, 2), "float32").T)
    autograd.mark_variables(w, buffer)
    with record():
        y = ops.linear(np.array([[1.0, 2.0, 3.0]]), w)
    y.backward()
    assert buffer.asnumpy().tolist() == [[1, 2, 3], [1, 2, 3]]


def test_a_weight_used_twice_gets_both_gradients():
    w = leaf([[1.0, 2.0], [3.0, 4.0]])
    x = np.array([[1.0, 1.0]])
    with record():
        y = ops.linear(ops.linear(x, w), w)
    y.backward()
    h = x.asnumpy() @ w.asnumpy().T
    expected = numpy.ones((2, 1)) @ h + (numpy.ones((1, 2)) @ w.asnumpy()).T @ x.asnumpy()
    assert w.grad.asnumpy().tolist() == expected.tolist()


def test_a_bias_of_two_axes_gets_a_gradient_of_two_axes():
    w, b = leaf([[1.0, 2.0]]), leaf([[3.0]])
    with record():
        y = ops.linear(np.ones((4, 2)), w, b)
    y.backward()
    assert b.grad.asnumpy().tolist() == [[4]]


def test_backward_marks_what_it_writes_as_fresh():
    x, other = leaf(1.0), leaf(1.0)
    with record():
        y = x * 2
    y.backward(retain_graph=True)
    assert x.fresh_grad
    assert not other.fresh_grad
    autograd.leaf(x).fresh = False
    autograd.grad(y, x)
    x.zero_grad()
    assert not x.fresh_grad


@pytest.mark.parametrize("mistake", ["freed", "changed"])
def test_a_backward_that_is_refused_leaves_all_gradients_as_they_were(mistake):
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(3, in_units=2), gluon.nn.Dense(2, in_units=3))
    net.initialize()
    x = np.ones((4, 2))
    with autograd.record():
        h = net[0](x)
        first, second = net[1](h).sum(), (2 * net[1](h)).sum()
    first.backward()
    before = [p.grad().asnumpy() for p in net.collect_params().values()]
    if mistake == "changed":
        with autograd.record():
            second = (2 * net[1](net[0](x))).sum()
        x += 1
    with pytest.raises(GraphError):
        second.backward()
    after = [p.grad().asnumpy() for p in net.collect_params().values()]
    assert all((a == b).all() for a, b in zip(before, after))
    assert any(b.any() for b in before)
