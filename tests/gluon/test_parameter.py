"""Parameters: initialization now or later, gradients, devices, sharing, and dictionaries of them."""

import pickle

import numpy
import pytest

from minigrad import autograd, cpu, gluon, init, np
from minigrad.errors import ArgumentError, DeferredInitializationError, InitializationError, ShapeError
from minigrad.gluon import Constant, Parameter, nn


def ready(name="w", shape=(2,), **kwargs):
    p = Parameter(name, shape=shape, **kwargs)
    p.initialize()
    return p


# Gradients


def test_an_unknown_grad_req_is_an_assertion_error():
    with pytest.raises(AssertionError, match=r"'sum'.*write, add, null"):
        Parameter("w", grad_req="sum", shape=(1,))
    p = ready()
    with pytest.raises(AssertionError, match="'sum'"):
        p.grad_req = "sum"


def test_grad_req_null_drops_the_gradient_and_another_value_makes_a_zero_one():
    p = ready()
    with autograd.record():
        loss = (p.data() * 3).sum()
    loss.backward()
    assert p.grad().tolist() == [3, 3]
    p.grad_req = "null"
    with pytest.raises(RuntimeError, match=r"'w' has no gradient.*'null'"):
        p.grad()
    p.grad_req = "add"
    assert p.grad().tolist() == [0, 0]
    for _ in range(2):
        with autograd.record():
            loss = (p.data() * 3).sum()
        loss.backward()
    assert p.grad().tolist() == [6, 6]


def test_zero_grad_clears_in_place():
    p = ready()
    grad = p.grad()
    grad[...] = 5
    p.zero_grad()
    assert p.grad() is grad
    assert grad.tolist() == [0, 0]


def test_an_integer_parameter_has_no_gradient():
    p = ready(dtype="int32", init=init.Zero())
    assert p.grad_req == "null"
    assert p.data().dtype == "int32"


# Initialization


def test_the_argument_wins_over_the_own_initializer_and_that_over_the_default():
    p = Parameter("w_weight", shape=(1,), init=init.Constant(2))
    p.initialize(default_init=init.Constant(1))
    assert p.data().item() == 2
    p.initialize(init=init.Constant(3), default_init=init.Constant(1), force_reinit=True)
    assert p.data().item() == 3
    q = Parameter("w_weight", shape=(1,))
    q.initialize(default_init=init.Constant(1))
    assert q.data().item() == 1


def test_a_second_initialize_warns_and_changes_nothing_unless_forced():
    p = ready(init="ones")
    with pytest.warns(UserWarning, match="'w' is already initialized.*force_reinit=True") as told:
        p.initialize("zeros")
    assert told[0].filename == __file__
    assert p.data().tolist() == [1, 1]
    p.initialize("zeros", force_reinit=True)
    assert p.data().tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(3, 0), (3, None), (3, -1), None])
def test_an_unknown_length_is_deferred_if_allowed_and_else_a_value_error(shape):
    with pytest.raises(ValueError, match=r"unknown shape.*allow_deferred_init=True"):
        Parameter("w", shape=shape).initialize()
    p = Parameter("w", shape=shape, allow_deferred_init=True)
    with pytest.raises(InitializationError, match="has not been initialized"):
        p.data()
    p.initialize("ones")
    with pytest.raises(DeferredInitializationError, match="waiting for its shape"):
        p.data()
    p.shape = (3, 2)
    assert p.data().tolist() == [[1, 1]] * 3


def test_deferred_initializers_run_once_in_the_order_of_the_forward_pass():
    seen = []

    class Noting(init.Initializer):
        def _init_weight(self, name, data):
            seen.append((str(name), data.shape, autograd.is_recording()))
            data[...] = 1

    net = nn.Sequential(prefix="")
    with net.name_scope():
        first, second = nn.Dense(3, prefix="first_"), nn.Dense(1, prefix="second_")
    net.add(second, first)  # made in one order, run in another
    net.initialize(Noting())
    assert seen == []
    with autograd.record():
        net(np.ones((2, 5)))
        net(np.ones((2, 5)))
    assert seen == [("second_weight", (1, 5), False), ("first_weight", (3, 1), False)]


def test_a_parameter_is_filled_like_a_weight_whatever_its_name():
    p = Parameter("scales", shape=(2,))
    p.initialize(default_init=init.Constant(4))
    assert p.data().tolist() == [4, 4]
    q = Parameter("own_bias", shape=(2,))
    q.initialize(default_init=init.Constant(4))
    assert q.data().tolist() == [4, 4]


# Values


def test_set_data_checks_the_shape_and_keeps_the_arrays_in_place():
    p = ready()
    data = p.data()
    p.set_data(np.array([1, 2]))
    assert p.data() is data
    assert data.tolist() == [1, 2]
    p.set_data([5, 6])
    assert data.tolist() == [5, 6]
    with pytest.raises(AssertionError, match=r"'w' has shape \(2,\).*\(3,\)"):
        p.set_data(np.zeros((3,)))


@pytest.mark.parametrize("given", [[[1], [2, 3]], [None, 1.0], ["1", "2"], [{}, {}], {1.0, 2.0}, None])
def test_set_data_refuses_what_is_not_numbers(given):
    deferred = Parameter("w", shape=(0,), allow_deferred_init=True)
    deferred.initialize()
    for p in ready(), deferred, Parameter("w", shape=(2,)):
        before, shape = [tensor.tolist() for tensor in p.tensors], p.shape
        with pytest.raises(ShapeError if given == [[1], [2, 3]] else ArgumentError):
            p.set_data(given)
        assert ([tensor.tolist() for tensor in p.tensors], p.shape) == (before, shape)


def test_set_data_works_while_recording():
    p = ready()
    with autograd.record():
        p.set_data(np.array([1, 2]))
        loss = (p.data() ** 2).sum()
    loss.backward()
    assert p.grad().tolist() == [2, 4]


def test_data_set_on_a_deferred_parameter_wait_for_the_shape():
    p = Parameter("w", shape=(0, 2), allow_deferred_init=True)
    p.initialize()
    p.set_data(np.array([[1, 2], [3, 4], [5, 6]]))
    assert p.shape == (3, 2)
    assert p.data().tolist() == [[1, 2], [3, 4], [5, 6]]
    with pytest.raises(RuntimeError, match=r"Call net.initialize\(\)"):
        Parameter("w", shape=(1,)).set_data(np.zeros((1,)))


def test_only_unknown_lengths_may_change():
    p = Parameter("w", shape=(2, 0))
    p.shape = (2, 3)
    for wrong in ((2, 4), (2,), (2, 3, 1)):
        with pytest.raises(AssertionError, match="only 0s may change"):
            p.shape = wrong


def test_cast_converts_values_and_gradient():
    p = ready(init="ones")
    p.cast("float64")
    assert p.data().dtype == p.grad().dtype == "float64"
    with autograd.record():
        loss = (p.data() * np.array(numpy.array([1.0, 2.0]))).sum()
    loss.backward()
    assert p.grad().tolist() == [1, 2]
    with pytest.raises(TypeError, match="'w' learns"):
        p.cast("int32")
    assert (p.dtype, p.data().dtype) == ("float64", "float64")


def test_setting_the_dtype_casts():
    """As in MXNet: the name alone changed, and the values stayed in float32."""
    p = ready(init="ones")
    p.dtype = "float16"
    assert p.dtype == p.data().dtype == p.grad().dtype == "float16"
    with pytest.raises(TypeError, match="'w' learns"):
        p.dtype = "int32"
    late = gluon.Parameter("late", shape=(0,), allow_deferred_init=True)
    late.initialize()
    late.dtype = "float64"
    late.shape = (2,)
    late.finish()
    assert late.data().dtype == "float64"


@pytest.mark.parametrize("cast", [lambda net: net.cast("int32"), lambda net: net.collect_params().cast("int32")])
def test_a_network_that_cannot_be_cast_is_left_as_it_was(cast):
    """Rounded to whole numbers, the values of its frozen layer would be lost."""
    net = nn.Sequential(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    net.initialize(init.Constant(0.5))
    net[0].weight.grad_req = net[0].bias.grad_req = "null"
    with pytest.raises(TypeError, match="learns"):
        cast(net)
    assert net[0].weight.data().tolist() == [[0.5, 0.5]] * 2
    assert {p.dtype for p in net.collect_params().values()} == {numpy.dtype("float32")}


@pytest.mark.parametrize("wrong", ["xavierr", "xavier"])  # no such name; not for a vector
def test_an_initializer_that_fails_leaves_values_and_gradient_as_they_were(wrong):
    p = ready(init="ones")
    with autograd.record():
        loss = p.data().sum()
    loss.backward()
    with pytest.raises(ValueError, match=r"xavier|Xavier"):
        p.initialize(wrong, force_reinit=True)
    assert (p.data().tolist(), p.grad().tolist(), p.data().fresh_grad) == ([1, 1], [1, 1], True)


def test_data_that_are_refused_fix_no_length():
    p = Parameter("w", shape=(0,), allow_deferred_init=True)
    with pytest.raises(InitializationError):
        p.set_data(np.ones((3,)))
    assert p.shape == (0,)


def test_data_that_wait_for_a_shape_are_those_that_were_given():
    p = Parameter("w", shape=(0,), allow_deferred_init=True)
    p.initialize()
    for given in (numpy.array([1.0, 2.0]), np.array([1.0, 2.0])):
        p.set_data(given)
        given[...] = 7
    p.finish()
    assert p.data().tolist() == [1, 2]


def test_what_a_gradient_has_added_up_is_there_after_a_cast():
    p = Parameter("w", shape=(2,), grad_req="add")
    p.initialize("zeros", ctx=[cpu(0), cpu(1)])
    for ctx in p.list_ctx():
        with autograd.record():
            loss = (p.data(ctx) * np.array([1.5, -2], ctx=ctx)).sum()
        loss.backward()
    for dtype in ("float64", "float16"):
        p.cast(dtype)
        assert [(g.tolist(), g.dtype) for g in p.list_grad()] == [([1.5, -2], dtype)] * 2
    assert not any(tensor.fresh_grad for tensor in p.list_data())  # a step asks for a new one, as in MXNet


def test_a_parameter_on_several_devices_has_one_array_on_each():
    p = Parameter("w", shape=(2,))
    p.initialize(ctx=[cpu(0), cpu(1)])
    assert p.list_ctx() == [cpu(0), cpu(1)]
    first, second = p.list_data()
    assert (first.ctx, second.ctx) == (cpu(0), cpu(1))
    assert first.tolist() == second.tolist()
    assert [g.ctx for g in p.list_grad()] == [cpu(0), cpu(1)]
    p.set_data(np.array([7, 8]))
    assert p.data(cpu(1)).tolist() == [7, 8]
    with pytest.raises(RuntimeError, match=r"not initialized on cpu\(2\) but on cpu\(0\), cpu\(1\)"):
        p.data(cpu(2))
    p.reset_ctx(cpu(2))
    assert p.data().ctx is cpu(2)
    assert p.data().tolist() == [7, 8]


def test_a_parameter_without_values_cannot_be_moved():
    p = Parameter("w", shape=(2,))
    with pytest.raises(InitializationError, match=r"'w' has not been initialized\. Call net\.initialize\(\) first"):
        p.reset_ctx(cpu(1))  # and initialize() would make it on the current device


def test_constants_keep_their_value_and_ignore_a_grad_req_with_a_warning():
    c = Constant("c", [[1, 2]])
    c.initialize(default_init=init.Zero())
    assert c.data().tolist() == [[1, 2]]
    with pytest.warns(UserWarning, match="ignores grad_req=.*stays 'null'") as told:
        c.grad_req = "write"
    assert told[0].filename == __file__
    assert c.grad_req == "null"


def test_a_parameter_prints_name_shape_and_dtype():
    assert repr(ready("w", (2, 3))) == "Parameter w (shape=(2, 3), dtype=float32)"


def test_a_device_may_be_called_device(tmp_path):
    net = nn.Dense(1, in_units=1)
    net.initialize(device=cpu(1))
    assert net.weight.list_ctx() == [cpu(1)]
    net.reset_device(device=cpu(2))
    assert net.collect_params().list_ctx() == [cpu(2)]
    net.collect_params().reset_device(device=cpu(3))
    net.weight.reset_device(device=[cpu(1), cpu(3)])
    assert net.weight.list_ctx() == [cpu(1), cpu(3)]
    net.weight.initialize(force_reinit=True, device=cpu(4))
    net.collect_params().initialize(force_reinit=True, device=cpu(5))
    assert net.weight.list_ctx() == [cpu(5)]
    net.collect_params().save(tmp_path / "net")
    net.collect_params().load(tmp_path / "net", device=cpu(6))
    assert net.weight.list_ctx() == [cpu(6)]


def test_the_dictionary_is_found_beside_the_parameter_as_in_gluon():
    assert gluon.parameter.ParameterDict is gluon.ParameterDict
    with pytest.raises(AttributeError, match="ParameterDicts"):
        gluon.parameter.ParameterDicts  # noqa: B018


def test_a_parameter_from_another_process_learns():
    p = gluon.Parameter("weight", shape=(2,), grad_req="add")
    p.initialize("ones")
    constant = gluon.Constant("pi", np.array([3.0]))
    constant.initialize()
    twin, fixed = pickle.loads(pickle.dumps([p, constant]))
    for _ in range(2):
        with autograd.record():
            y = (twin.data() * fixed.data()).sum()
        y.backward()
    assert twin.grad().tolist() == [6, 6]
    assert autograd.leaf(twin.data()).name == "weight"
    assert autograd.leaf(fixed.data()) is None
    assert p.grad().tolist() == [0, 0]
