"""The backward pass: what a gradient is, where it starts, and the graph it walks."""

import threading

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.autograd import pause, record
from minigrad.engine.guards import where
from minigrad.engine.operation import Op
from minigrad.errors import ArgumentError, DTypeError, GraphError, KeywordError, ShapeError, UsageError
from tests.engine.leaves import leaf, line_of

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


def test_the_chain_rule_in_float16_gives_the_same_in_one_walk_as_in_two():
    def recorded(x):
        y = x * 1.5
        return y, y * 2.001 + y * 3.003 + y * 1.0007  # the sum of three parts does not fit into a half

    x = np.array([1.0], dtype="float16")
    x.attach_grad()
    with autograd.record():
        y, z = recorded(x)
    (of_y,) = autograd.grad(z, [y], retain_graph=True)
    z.backward()
    assert of_y.dtype == "float16" and x.grad.tolist() == (of_y.asnumpy() * numpy.float16(1.5)).tolist()


def test_a_head_gradient_of_another_dtype_is_converted():
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    y.backward(np.array([1, 2], dtype="int64"))
    assert x.grad.asnumpy().tolist() == [2, 8]
    assert x.grad.dtype == "float32"


@pytest.mark.parametrize("given", [[1j, 1j], numpy.array([1, 1j]), np.array([1 + 1j, 2]), ["1", "2"], [None, 1]])
def test_a_head_gradient_of_what_is_not_real_numbers_is_refused(given):
    x = np.array([3.0, 4.0])
    x.attach_grad()
    with autograd.record():
        y = x * x
    with pytest.raises(DTypeError, match=r"backward\(\) was called with .* real numbers") as caught:
        y.backward(given)
    assert ("np.real(y)" in str(caught.value)) == (numpy.asarray(given).dtype.kind == "c")
    y.backward([True, False])
    assert x.grad.tolist() == [6, 0]


@pytest.mark.parametrize("given", [[[1], [2, 3]], [[[1, 2]], [[1]]], [1, [2]]])
def test_a_head_gradient_with_rows_of_unequal_length_is_a_sentence(given):
    x = leaf([1.0, 2.0])
    with record():
        y = x * x
    calls = [y.backward, lambda g: autograd.backward([y], [g]), lambda g: autograd.grad(y, x, [g])]
    for call in calls:
        with pytest.raises(ArgumentError, match=r"(backward|grad)\(\) .*head gradient: a list of .*inhomogeneous"):
            call(given)
    assert x.grad.tolist() == [0, 0]


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
    with pytest.raises(KeywordError, match="not a value of type float"):
        autograd.backward([3.0])


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
    with pytest.raises(GraphError, match=r"at least one array on which attach_grad\(\) was called"):
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
    with pytest.raises(GraphError, match=r"used and freed.*an earlier step left.*h = h\.detach\(\)"):
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
    line = line_of(__file__, "y = f(x)  # this line")
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
        assert where(value.node) == f'recorded in "{__file__}", line {line_of(__file__, text)}'


def test_a_graph_that_is_kept_is_not_changed_by_a_walk_so_threads_may_share_it():
    parts = [leaf([1.0] * n) for n in range(1, 9)]
    with record():
        y = ops.concatenate(parts)
    before = dict(y.node.saved)
    wrong = []

    def walk():
        try:
            for _ in range(50):
                found = autograd.grad(y, parts, retain_graph=True)
                wrong.extend(g for g, part in zip(found, parts) if g.tolist() != [1] * len(part))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=walk) for _ in range(4)]
    for step in (threading.Thread.start, threading.Thread.join):
        for thread in threads:
            step(thread)
    assert wrong == []
    assert y.node.saved == before
