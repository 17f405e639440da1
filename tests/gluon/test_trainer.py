"""The Trainer: order, freshness, rates, devices, stores and files, as Gluon has them; and sentences for beginners."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy
import pytest

from minigrad import autograd, cpu, gluon, kv, lr_scheduler, np, optimizer, random
from minigrad.errors import BatchSizeError, DeferredInitializationError, GraphError
from minigrad.gluon import nn
from minigrad.optimizer.registry import OPTIMIZERS

loss_fn = gluon.loss.L2Loss()


def make_net(ctx=None, seed=0):
    """Two Dense layers, 3 to 4 to 1, with weights that depend only on `seed`."""
    net = nn.Sequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(4, activation="tanh", in_units=3), nn.Dense(1, in_units=4))
    net.initialize(ctx=ctx)
    draw = numpy.random.default_rng(seed)
    for p in net.collect_params().values():
        p.set_data(np.array(draw.normal(size=p.shape).astype("float32")))
    return net


DRAW = numpy.random.default_rng(1)
X = DRAW.normal(size=(8, 3)).astype("float32")
Y = DRAW.normal(size=(8, 1)).astype("float32")


def backward(net, x=X, y=Y):
    with autograd.record():
        loss = loss_fn(net(np.array(x)), np.array(y))
    loss.backward()


def values(net):
    return {name: p.list_data()[0].asnumpy() for name, p in net.collect_params().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        numpy.testing.assert_array_equal(a[name], b[name], err_msg=name)


# Which parameters


def test_a_dict_is_taken_in_the_order_of_sorted_names():
    params = {name: gluon.Parameter(name, shape=(1,)) for name in ("b", "c", "a")}
    for p in params.values():
        p.initialize()
    trainer = gluon.Trainer(params, "sgd")
    assert [p.name for p in trainer.optimizer.param_dict.values()] == ["a", "b", "c"]


def test_a_list_keeps_its_order():
    params = [gluon.Parameter(name, shape=(1,)) for name in ("b", "c", "a")]
    for p in params:
        p.initialize()
    assert [p.name for p in gluon.Trainer(params, "sgd").optimizer.param_dict.values()] == ["b", "c", "a"]


@pytest.mark.parametrize("wrong", [nn.Dense(1), "weight", [1, 2], 3])
def test_anything_else_is_a_value_error_that_says_what_to_pass(wrong):
    with pytest.raises(ValueError, match=r"net.collect_params\(\)"):
        gluon.Trainer(wrong, "sgd")


def test_no_parameters_at_all_is_said():
    with pytest.raises(ValueError, match="no parameters"):
        gluon.Trainer(nn.Sequential().collect_params(), "sgd")


def test_a_forgotten_initialize_is_said_by_the_constructor():
    with pytest.raises(RuntimeError, match=r"'net_bias'.*net.initialize\(\)"):
        gluon.Trainer(nn.Dense(1, in_units=2, prefix="net_").collect_params(), "sgd")


def test_deferred_parameters_are_accepted_and_learn_after_the_first_forward_pass():
    net = nn.Dense(1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    backward(net)
    before = net.weight.data().copy()
    trainer.step(8)
    assert not np.array_equal(before, net.weight.data())


def test_a_step_before_the_shapes_are_known_is_a_deferred_initialization_error():
    net = nn.Dense(1)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(DeferredInitializationError, match="first forward"):
        trainer.step(1)


def test_parameters_on_different_devices_are_refused():
    a, b = gluon.Parameter("a", shape=(1,)), gluon.Parameter("b", shape=(1,))
    a.initialize(ctx=cpu(0))
    b.initialize(ctx=cpu(1))
    with pytest.raises(AssertionError, match="different devices"):
        gluon.Trainer([a, b], "sgd")


# Which optimizer


def test_an_optimizer_object_with_arguments_beside_it_is_refused():
    with pytest.raises(AssertionError, match="optimizer_params"):
        gluon.Trainer(make_net().collect_params(), optimizer.SGD(), {"learning_rate": 1})


def test_an_unknown_optimizer_is_a_value_error_and_an_unknown_argument_a_type_error():
    params = make_net().collect_params()
    with pytest.raises(ValueError, match="did you mean 'adam'"):
        gluon.Trainer(params, "adan")
    with pytest.raises(TypeError, match="momentun"):
        gluon.Trainer(params, "sgd", {"momentun": 0.9})


def test_the_default_rate_is_the_optimizers_own():
    params = make_net().collect_params()
    assert gluon.Trainer(params, "sgd").learning_rate == 0.01
    assert gluon.Trainer(params, "adam").learning_rate == 0.001


def test_multipliers_changed_on_a_parameter_count_at_once():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "wd": 0.1})
    for lr_mult, wd_mult in ((1, 1), (0.5, 1), (0, 1), (2, 0)):
        p = net[0].weight
        p.lr_mult, p.wd_mult = lr_mult, wd_mult
        backward(net)
        before, grad = p.data().asnumpy().astype("float64"), p.grad().asnumpy() / 8
        trainer.step(8)
        expected = before - 0.1 * lr_mult * (grad + 0.1 * wd_mult * before)
        numpy.testing.assert_allclose(p.data().asnumpy(), expected, rtol=1e-5, atol=1e-7)


# A step


@pytest.mark.parametrize("batch_size", [0, -1, float("nan")])
def test_a_batch_size_that_is_not_positive_is_refused_before_anything_changes(batch_size):
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    backward(net)
    before = values(net)
    with pytest.raises(BatchSizeError, match="must be positive"):
        trainer.step(batch_size)
    assert_same(before, values(net))
    assert issubclass(BatchSizeError, ZeroDivisionError)


def test_the_batch_size_may_change_and_need_not_be_whole():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0, "rescale_grad": 0.5})
    for batch_size in (8, 2.5):
        backward(net)
        before, grad = net[1].bias.data().item(), net[1].bias.grad().item()
        trainer.step(batch_size)
        assert net[1].bias.data().item() == pytest.approx(before - 0.5 * grad / batch_size, rel=1e-5)


def test_a_step_before_any_backward_names_the_parameter_and_changes_nothing():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    before = values(net)
    with pytest.raises(UserWarning, match=r"'net_dense0_bias' has no new gradient.*backward\(\)"):
        trainer.step(1)
    assert_same(before, values(net))


def test_a_second_step_without_a_backward_between_is_refused():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    backward(net)
    trainer.step(8)
    with pytest.raises(UserWarning, match="no new gradient"):
        trainer.step(8)


def test_raising_for_a_stale_gradient_leaves_every_mark_as_it_was():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    backward(net)
    trainer.step(8)
    with autograd.record():
        loss = net[0](np.array(X))  # reaches the first layer only
    loss.backward()
    before = values(net)
    with pytest.raises(UserWarning, match="net_dense1_bias"):
        trainer.step(8)
    assert_same(before, values(net))
    trainer.step(8, ignore_stale_grad=True)
    after = values(net)
    changed = {name for name in after if not numpy.array_equal(after[name], before[name])}
    assert changed == {"net_dense0_weight", "net_dense0_bias"}


def test_what_is_skipped_as_stale_does_not_count_as_updated():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    backward(net)
    trainer.step(8)
    with autograd.record():
        loss = net[0](np.array(X))
    loss.backward()
    trainer.step(8, ignore_stale_grad=True)
    counts = {trainer.optimizer.param_dict[i].name: n for i, n in trainer.optimizer._index_update_count.items()}
    assert counts == {"net_dense0_bias": 2, "net_dense0_weight": 2, "net_dense1_bias": 1, "net_dense1_weight": 1}


def test_zero_grad_is_not_a_new_gradient():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    net.zero_grad()
    with pytest.raises(UserWarning, match="no new gradient"):
        trainer.step(1)


def test_parameters_without_a_gradient_are_left_alone_in_silence():
    net = make_net()
    net[0].weight.grad_req = "null"
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    before = values(net)
    backward(net)
    trainer.step(8)
    after = values(net)
    numpy.testing.assert_array_equal(after["net_dense0_weight"], before["net_dense0_weight"])
    assert (after["net_dense1_weight"] != before["net_dense1_weight"]).all()


def test_added_gradients_are_not_cleared_by_a_step():
    net = make_net()
    net.collect_params().setattr("grad_req", "add")
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1e-9})
    backward(net)
    once = net[0].weight.grad().asnumpy()
    trainer.step(8)
    backward(net)
    numpy.testing.assert_allclose(net[0].weight.grad().asnumpy(), 2 * once, rtol=1e-4)


def test_the_two_halves_of_a_step_are_a_step():
    a, b = make_net(), make_net()
    whole = gluon.Trainer(a.collect_params(), "adam")
    halves = gluon.Trainer(b.collect_params(), "adam")
    for _ in range(3):
        backward(a)
        whole.step(8)
        backward(b)
        halves.allreduce_grads()
        halves.update(8)
    assert_same(values(a), values(b))


def test_update_too_refuses_stale_gradients():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(UserWarning, match="no new gradient"):
        trainer.update(8)


# The rate


def test_the_rate_read_before_step_k_is_the_schedules_value_of_the_updates_done_so_far():
    net = make_net()
    schedule = lr_scheduler.FactorScheduler(step=1, factor=0.5, base_lr=0.4)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"lr_scheduler": schedule, "learning_rate": 0.4})
    read, used = [], []
    for _ in range(4):
        read.append(trainer.learning_rate)
        backward(net)
        before, grad = net[1].bias.data().item(), net[1].bias.grad().item()
        trainer.step(1)
        used.append((before - net[1].bias.data().item()) / grad)
    assert read == [0.4, 0.4, 0.2, 0.1]
    numpy.testing.assert_allclose(used, [0.4, 0.2, 0.1, 0.05], rtol=1e-4)


def test_set_learning_rate_takes_effect_and_a_schedule_refuses_it():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    trainer.set_learning_rate(0.25)
    assert trainer.learning_rate == trainer.optimizer.learning_rate == 0.25
    scheduled = gluon.Trainer(net.collect_params(), "sgd", {"lr_scheduler": lr_scheduler.FactorScheduler(10)})
    with pytest.raises(UserWarning, match="schedul"):
        scheduled.set_learning_rate(0.1)


def test_a_rate_of_zero_is_warned_of():
    with pytest.warns(UserWarning, match="learning rate is 0"):
        gluon.Trainer(make_net().collect_params(), "sgd", {"learning_rate": 0})


# What beginners get wrong


def test_a_loss_averaged_and_divided_by_the_batch_size_again_is_noted_once():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")

    def averaged():
        with autograd.record():
            loss = loss_fn(net(np.array(X)), np.array(Y)).mean()
        loss.backward()

    averaged()
    with pytest.warns(UserWarning, match=r"averaged before backward\(\).*step\(1\)"):
        trainer.step(8)
    averaged()
    trainer.step(8)  # the warning, an error in these tests, does not come again
    other = gluon.Trainer(net.collect_params(), "sgd")
    averaged()
    other.step(1)


def test_a_second_backward_says_that_the_graph_is_gone():
    net = make_net()
    with autograd.record():
        loss = loss_fn(net(np.array(X)), np.array(Y))
    loss.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        loss.backward()


def test_a_forgotten_record_is_said_by_backward():
    net = make_net()
    with pytest.raises(GraphError, match=r"autograd.record\(\)"):
        loss_fn(net(np.array(X)), np.array(Y)).backward()


def test_a_forgotten_initialize_is_said_by_the_forward_pass():
    with pytest.raises(RuntimeError, match=r"'forgotten_weight' has not been initialized.*net.initialize\(\)"):
        nn.Dense(1, in_units=3, prefix="forgotten_")(np.array(X))


def test_a_transposed_batch_is_said_by_the_layer():
    net = make_net()
    with pytest.raises(ValueError, match=r"'net_dense0' expects inputs of width 3 but got 8.*transpose"):
        net(np.array(X.T))


def test_a_multiplier_whose_name_matches_nothing_is_said():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(ValueError, match=r"net_dense0_wieght.*did you mean 'net_dense0_weight'"):
        trainer.optimizer.set_lr_mult({"net_dense0_wieght": 0.1})
    with pytest.warns(UserWarning, match="reaches no parameter"):
        net.collect_params("dense0").setattr("lr_mult", 0.1)


def test_a_numpy_array_given_to_a_network_is_said():
    with pytest.raises(TypeError, match=r"np.array\(x\)"):
        make_net()(X)


# Several devices, stores

TWO = [cpu(0), cpu(1)]


def backward_on(net, devices):
    xs, ys = (gluon.utils.split_and_load(np.array(a), devices) for a in (X, Y))
    with autograd.record():
        losses = [loss_fn(net(x), y) for x, y in zip(xs, ys)]
    for loss in losses:
        loss.backward()


@pytest.mark.parametrize("update_on_kvstore", [None, True, False])
@pytest.mark.parametrize("store", ["device", "local", "object"])
@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_two_devices_learn_what_one_learns(name, store, update_on_kvstore):
    one, two = make_net(), make_net(TWO)
    alone = gluon.Trainer(one.collect_params(), name, {"learning_rate": 0.1})
    store = kv.create("device") if store == "object" else store
    together = gluon.Trainer(
        two.collect_params(), name, {"learning_rate": 0.1}, kvstore=store, update_on_kvstore=update_on_kvstore
    )
    for _ in range(3):
        backward(one)
        alone.step(8)
        backward_on(two, TWO)
        together.step(8)
    for a, b in zip(one.collect_params().values(), two.collect_params().values()):
        first, second = b.list_data()
        assert second.ctx is cpu(1)
        numpy.testing.assert_array_equal(first.asnumpy(), second.asnumpy())
        numpy.testing.assert_allclose(a.data().asnumpy(), first.asnumpy(), rtol=2e-4, atol=1e-6)


def test_after_allreduce_every_device_holds_the_summed_gradient():
    one, two = make_net(), make_net(TWO)
    trainer = gluon.Trainer(two.collect_params(), "sgd", update_on_kvstore=False)
    backward(one)
    backward_on(two, TWO)
    trainer.allreduce_grads()
    for a, b in zip(one.collect_params().values(), two.collect_params().values()):
        for grad in b.list_grad():
            numpy.testing.assert_allclose(grad.asnumpy(), a.grad().asnumpy(), rtol=1e-4, atol=1e-6)


def test_half_steps_are_refused_when_the_store_updates():
    trainer = gluon.Trainer(make_net(TWO).collect_params(), "sgd")
    with pytest.raises(AssertionError, match="update_on_kvstore=False"):
        trainer.allreduce_grads()
    with pytest.raises(AssertionError, match="update_on_kvstore=False"):
        trainer.update(1)


def test_one_device_with_a_named_store_cannot_update_on_it():
    with pytest.raises(ValueError, match="needs a store"):
        gluon.Trainer(make_net().collect_params(), "sgd", update_on_kvstore=True)


def test_without_a_store_devices_are_not_summed():
    net = make_net(TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1}, kvstore=None)
    backward_on(net, TWO)
    trainer.step(8)
    first, second = net[1].bias.list_data()
    assert first.item() != second.item()


def test_values_set_by_hand_reach_a_store_that_updates():
    one, two = make_net(), make_net()
    plain = gluon.Trainer(one.collect_params(), "sgd", {"learning_rate": 0.1})
    stored = gluon.Trainer(
        two.collect_params(), "sgd", {"learning_rate": 0.1}, kvstore=kv.create("device"), update_on_kvstore=True
    )
    for _ in range(2):
        for net, trainer in ((one, plain), (two, stored)):
            backward(net)
            trainer.step(8)
            net[1].bias.set_data(np.array([3.0]))
    for net, trainer in ((one, plain), (two, stored)):
        backward(net)
        trainer.step(8)
    assert_same(values(one), values(two))


def test_compression_sends_whole_thresholds_and_keeps_the_rest():
    p = gluon.Parameter("p", shape=(3,), init="zeros")
    p.initialize()
    trainer = gluon.Trainer(
        [p],
        "sgd",
        {"learning_rate": 1.0},
        kvstore=kv.create("device"),
        update_on_kvstore=False,
        compression_params={"type": "2bit", "threshold": 0.5},
    )
    seen = []
    for _ in range(2):
        with autograd.record():
            loss = (p.data() * np.array([0.3, 0.7, -0.6])).sum()
        loss.backward()
        trainer.step(1)
        seen.append(p.data().tolist())
    assert seen == [[0, -0.5, 0.5], [-0.5, -1.0, 1.0]]


# Files


def arguments_of(name):
    """Arguments with which an optimizer does something worth saving."""
    return {"learning_rate": 0.05} | ({"momentum": 0.9} if name in ("sgd", "nag", "lars", "dcasgd", "lbsgd") else {})


def deep_net(name):
    net = nn.Sequential()
    only_matrices = name == "groupadagrad"
    norm = nn.BatchNorm(center=not only_matrices, scale=not only_matrices)
    net.add(nn.Dense(4, activation="relu", use_bias=not only_matrices), norm, nn.Dropout(0.5))
    net.add(nn.Dense(1, use_bias=not only_matrices))
    return net


REGISTERED = sorted(n for n, cls in OPTIMIZERS.items() if cls.__module__.startswith("minigrad.optimizer"))


@pytest.mark.parametrize("name", REGISTERED)
def test_training_resumed_from_files_goes_on_bit_for_bit(name, tmp_path):
    def train(net, trainer, steps):
        for _ in range(steps):
            backward(net)
            trainer.step(8)

    def schedule():
        return lr_scheduler.FactorScheduler(step=2, factor=0.9, base_lr=0.05)

    net = deep_net(name)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), name, arguments_of(name) | {"lr_scheduler": schedule()})
    train(net, trainer, 3)
    net.save_parameters(tmp_path / "net.params")
    trainer.save_states(tmp_path / "trainer.states")
    train(net, trainer, 4)

    fresh = deep_net(name)
    fresh.load_parameters(tmp_path / "net.params")
    again = gluon.Trainer(fresh.collect_params(), name)
    random.seed(12345)  # the file brings back the generator, too
    again.load_states(tmp_path / "trainer.states")
    train(fresh, again, 4)
    for (key, a), (_, b) in zip(net.structure(), fresh.structure(), strict=True):
        numpy.testing.assert_array_equal(a.data().asnumpy(), b.data().asnumpy(), err_msg=key)
        assert numpy.isfinite(a.data().asnumpy()).all()
    assert again.learning_rate == trainer.learning_rate


def test_states_find_their_parameters_although_dense10_is_sorted_before_dense9(tmp_path):
    nets = [nn.Sequential() for _ in range(2)]
    for net, numbers in zip(nets, ((9, 10), (11, 12))):
        net.add(*(nn.Dense(2, in_units=2, prefix=f"dense{n}_") for n in numbers))
    nets[0].initialize()
    nets[1].initialize()
    trainers = [gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9}) for net in nets]
    backward(nets[0], X[:, :2], Y.repeat(2, axis=1))
    trainers[0].step(8)
    trainers[0].save_states(tmp_path / "s")
    trainers[1].load_states(tmp_path / "s")
    index = next(i for i, p in trainers[1].optimizer.param_dict.items() if p is nets[1][0].weight)
    momentum = trainers[1]._updaters[0].states[index]
    numpy.testing.assert_allclose(momentum.asnumpy(), -0.1 * nets[0][0].weight.grad().asnumpy() / 8, rtol=1e-5)


def test_loading_brings_back_the_optimizer_whatever_the_new_arguments_are(tmp_path):
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.3, "momentum": 0.7, "wd": 0.01})
    backward(net)
    trainer.step(8)
    trainer.save_states(tmp_path / "s")
    other = gluon.Trainer(net.collect_params(), "adam")
    net[0].weight.lr_mult = 0.5
    other.load_states(tmp_path / "s")
    assert isinstance(other.optimizer, optimizer.SGD)
    assert (other.learning_rate, other.optimizer.momentum, other.optimizer.wd) == (0.3, 0.7, 0.01)
    index = next(i for i, p in other.optimizer.param_dict.items() if p is net[0].weight)
    assert other.optimizer._get_lr(index) == 0.15


def test_states_saved_by_a_store_that_updates_can_be_loaded_and_go_on(tmp_path):
    nets = [make_net(TWO) for _ in range(2)]
    trainers = [gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1}) for net in nets]
    backward_on(nets[0], TWO)
    trainers[0].step(8)
    trainers[0].save_states(tmp_path / "s")
    nets[0].save_parameters(tmp_path / "p")
    nets[1].load_parameters(tmp_path / "p")
    trainers[1].load_states(tmp_path / "s")
    for net, trainer in zip(nets, trainers):
        backward_on(net, TWO)
        trainer.step(8)
    assert_same(values(nets[0]), values(nets[1]))


def test_states_move_to_a_trainer_of_two_devices(tmp_path):
    one, two = make_net(), make_net(TWO)
    a = gluon.Trainer(one.collect_params(), "adam", {"learning_rate": 0.1})
    backward(one)
    a.step(8)
    a.save_states(tmp_path / "s")
    one.save_parameters(tmp_path / "p")
    two.load_parameters(tmp_path / "p")
    b = gluon.Trainer(two.collect_params(), "adam", {"learning_rate": 0.1}, update_on_kvstore=False)
    b.load_states(tmp_path / "s")
    backward(one)
    a.step(8)
    backward_on(two, TWO)
    b.step(8)
    for p, q in zip(one.collect_params().values(), two.collect_params().values()):
        for data in q.list_data():
            numpy.testing.assert_allclose(data.asnumpy(), p.data().asnumpy(), rtol=1e-4, atol=1e-6)


def test_states_of_another_network_are_refused_and_nothing_changes(tmp_path):
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    backward(net)
    trainer.step(8)
    trainer.save_states(tmp_path / "s")
    wider = nn.Sequential(prefix="net_")
    with wider.name_scope():
        wider.add(nn.Dense(5, in_units=3), nn.Dense(1, in_units=5))
    wider.initialize()
    other = gluon.Trainer(wider.collect_params(), "sgd", {"learning_rate": 0.2})
    with pytest.raises(ValueError, match=r"'net_dense0_bias'.*\(4,\).*\(5,\).*Nothing was loaded"):
        other.load_states(tmp_path / "s")
    assert isinstance(other.optimizer, optimizer.SGD)
    assert other.learning_rate == 0.2
    net.save_parameters(tmp_path / "p")
    with pytest.raises(ValueError, match="parameters"):
        trainer.load_states(tmp_path / "p")
    fewer = nn.Dense(1, in_units=3)
    fewer.initialize()
    with pytest.raises(ValueError, match="4 parameters"):
        gluon.Trainer(fewer.collect_params(), "adam").load_states(tmp_path / "s")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_a_save_killed_in_the_middle_leaves_the_old_file_whole(tmp_path):
    script = textwrap.dedent(
        """
        import os, signal, sys
        from minigrad import gluon, np, serialization
        net = gluon.nn.Dense(2, in_units=2)
        net.initialize("ones")
        net.save_parameters("net.params")
        net.weight.set_data(np.zeros((2, 2)))
        os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGKILL)
        net.save_parameters("net.params")
        """
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(p) for p in sys.path if p])}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    net = nn.Dense(2, in_units=2)
    net.load_parameters(tmp_path / "net.params")
    assert net.weight.data().tolist() == [[1, 1], [1, 1]]
