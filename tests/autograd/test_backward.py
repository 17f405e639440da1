"""What `backward` and `grad` promise: Gluon's semantics, and a sentence for each thing that cannot be answered."""

from pathlib import Path

import numpy
import pytest

from minigrad import autograd, gluon, np, ops
from minigrad.autograd import pause, record
from minigrad.engine.guards import where
from minigrad.engine.operation import Op
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError, UsageError


def leaf(values, req="write", dtype="float32"):
    x = np.array(values, dtype=dtype)
    x.attach_grad(req)
    return x


def line_of(end):
    return next(i for i, text in enumerate(Path(__file__).read_text().splitlines(), 1) if text.endswith(end))


# What a gradient is


def test_the_diamond_twice():
    a = leaf(1.0)
    with record():
        b = a + a
        c = b + b
    c.backward()
    assert a.grad.item() == 4


def test_paths_of_different_length_meet_before_they_go_on():
    x = leaf(3.0)
    with record():
        y = x * x
        z = y + ops.exp(y * 0.0) * x + y * y
    z.backward()
    assert x.grad.item() == 2 * 3 + 1 + 4 * 27


def test_a_value_used_twice_by_one_operation():
    x = leaf(3.0)
    with record():
        y = x * x
    y.backward()
    assert x.grad.item() == 6


def test_each_vjp_runs_once_however_many_paths_lead_to_it():
    calls = []

    def vjp(F, g):
        calls.append(1)
        return g

    f = Op(lambda xp, x: x + 0).vjp(x=vjp)
    x = leaf(1.0)
    with record():
        y = f(x)
        z = y * 2 + y * 3 + y
    z.backward()
    assert x.grad.item() == 6
    assert len(calls) == 1


def test_the_gradient_of_an_array_is_that_of_its_sum():
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    y.backward()
    assert x.grad.asnumpy().tolist() == [2, 4]


def test_branches_that_do_not_lead_to_the_head_do_not_count():
    x = leaf(2.0)
    with record():
        y = x * x
        ops.exp(x)
    y.backward()
    assert x.grad.item() == 4


def test_a_leaf_that_is_not_reached_keeps_its_gradient():
    x, other = leaf(2.0), leaf(5.0)
    other.grad[...] = 7
    with record():
        y = x * 3
    y.backward()
    assert other.grad.item() == 7


def test_heads_that_depend_on_each_other():
    x = leaf(2.0)
    with record():
        y = x * x
        z = y * 3
    autograd.backward([y, z])
    assert x.grad.item() == 4 + 12


def test_one_head_twice():
    x = leaf(2.0)
    with record():
        y = x * x
    autograd.backward([y, y], [None, np.array(2.0)])
    assert x.grad.item() == 12


def test_a_leaf_may_be_a_head():
    x = leaf([2.0, 3.0])
    x.backward()
    assert x.grad.asnumpy().tolist() == [1, 1]


# Head gradients


def test_head_gradients_weight_the_heads():
    x = leaf([1.0, 2.0])
    with record():
        y, z = x * x, x * 3
    autograd.backward([y, z], [np.array([1.0, 10.0]), None])
    assert x.grad.asnumpy().tolist() == [2 + 3, 40 + 3]


@pytest.mark.parametrize("given", [numpy.array([1.0, 10.0]), [1.0, 10.0]])
def test_a_head_gradient_may_be_a_numpy_array(given):
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    autograd.backward([y], [given])
    assert x.grad.asnumpy().tolist() == [2, 40]


def test_a_head_gradient_of_another_dtype_is_converted():
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    y.backward(np.array([1, 2], dtype="int64"))
    assert x.grad.asnumpy().tolist() == [2, 8]
    assert x.grad.dtype == "float32"


def test_the_shape_of_a_head_gradient_must_be_that_of_the_head():
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    with pytest.raises(ValueError, match=r"head gradient has shape \(3,\) but the value has shape \(2,\)"):
        y.backward(np.ones(3))
    with pytest.raises(ShapeError, match=r"shape \(\) but"):
        y.backward(2.0)
    y.backward()  # the graph is still there


def test_as_many_head_gradients_as_heads():
    x = leaf(1.0)
    with record():
        y = x * 2
    with pytest.raises(UsageError, match="1 heads but 2 head gradients"):
        autograd.backward([y], [None, None])
    with pytest.raises(UsageError, match="empty list of heads"):
        autograd.backward([])
    with pytest.raises(KeywordError, match="got a float"):
        autograd.backward([3.0])


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


# The graph


def test_a_value_that_was_not_recorded_says_so():
    x = leaf(2.0)
    y = x * x
    with pytest.raises(RuntimeError, match=r"not recorded.*autograd\.record"):
        y.backward()
    with record(), pause():
        y = x * x
    with pytest.raises(GraphError, match="not recorded"):
        y.backward()
    with record():
        y = np.array(2.0) * 3
    with pytest.raises(GraphError, match="at least one array that has called attach_grad"):
        y.backward()


def test_a_second_backward_says_that_the_graph_is_gone():
    x = leaf(2.0)
    with record():
        y = x * x
    y.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        y.backward()
    assert x.grad.item() == 4


def test_a_shared_part_that_was_freed_says_so():
    x = leaf(2.0)
    with record():
        y = x * x
        z1, z2 = y * 2, y * 3
    z1.backward()
    with pytest.raises(GraphError, match="used and freed"):
        z2.backward()


def test_retain_graph_allows_another():
    x = leaf(2.0, "add")
    with record():
        y = x * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 12
    with pytest.raises(GraphError):
        y.backward()


def test_detach_stops_gradients_and_shares_memory():
    x = leaf([2.0])
    with record():
        y = x * x
        z = y.detach() * x
    z.backward()
    assert x.grad.item() == 4
    assert numpy.shares_memory(y.data, y.detach().data)


def test_pause_inside_record_makes_constants():
    x = leaf(2.0)
    with record():
        with pause():
            c = x * x
        y = c * x
    y.backward()
    assert x.grad.item() == 4


def test_a_graph_is_recorded_across_several_blocks():
    x = leaf(2.0)
    with record():
        y = x * x
    with record():
        z = y * 3
    z.backward()
    assert x.grad.item() == 12


def test_an_error_in_a_vjp_names_the_operation_and_the_line_of_the_forward_call():
    def broken(F, g):
        raise ZeroDivisionError("as planned")

    f = Op(lambda xp, x: x + 0).vjp(x=broken)
    f.name = "broken"
    x = leaf(1.0)
    with record():
        y = f(x)  # this line
    with pytest.raises(ZeroDivisionError) as caught:
        y.backward()
    (note,) = caught.value.__notes__
    line = line_of("y = f(x)  # this line")
    assert note == f"This happened in the backward pass of 'broken', recorded in \"{__file__}\", line {line}."


def test_the_line_is_the_users_also_below_layers_of_minigrad():
    from minigrad import gluon

    net = gluon.nn.Dense(2, in_units=3)
    net.initialize()
    x = np.ones((4, 3))
    with record():
        y = net(x)  # the line of the layer
        z = ops.gelu(y)  # and of the composite
    for value, text in ((y, "# the line of the layer"), (z, "# and of the composite")):
        assert where(value.node) == f'recorded in "{__file__}", line {line_of(text)}'


# grad


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
