"""A Trainer on several devices and with stores: what two devices learn is what one learns."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, kv, np
from minigrad.errors import DeferredInitializationError, StaleGradientError, UsageError
from tests.gluon.network import TWO, assert_same, backward, backward_on, make_net, values


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
        remembered = together.states(b)
        assert set(remembered) == set(alone.optimizer.states)
        for state, x in alone.states(a).items():
            numpy.testing.assert_allclose(remembered[state].asnumpy(), x.asnumpy(), rtol=2e-4, atol=1e-5)


def test_after_allreduce_every_device_holds_the_summed_gradient():
    one, two = make_net(), make_net(TWO)
    trainer = gluon.Trainer(two.collect_params(), "sgd", update_on_kvstore=False)
    backward(one)
    backward_on(two, TWO)
    trainer.allreduce_grads()
    for a, b in zip(one.collect_params().values(), two.collect_params().values()):
        for grad in b.list_grad():
            numpy.testing.assert_allclose(grad.asnumpy(), a.grad().asnumpy(), rtol=1e-4, atol=1e-6)


def test_an_update_of_several_devices_needs_their_sum_first():
    net = make_net(TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd", update_on_kvstore=False)
    for _ in range(2):
        backward_on(net, TWO)
        with pytest.raises(UsageError, match=r"gradients of 2 devices .* call allreduce_grads\(\) first"):
            trainer.update(8)  # it would step with the gradients of the first device
        trainer.allreduce_grads()
        trainer.update(8)
    with pytest.raises(UsageError, match=r"allreduce_grads\(\) first"):
        trainer.update(8)
    trainer.allreduce_grads()
    with pytest.raises(StaleGradientError):
        trainer.update(8)
    trainer.update(8, ignore_stale_grad=True)  # of the same sum


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


def test_values_that_were_moved_reach_a_store_that_updates():
    p = gluon.Parameter("p", shape=(1,))
    p.initialize("zeros")
    p.reset_ctx(cpu())
    stored = gluon.Trainer([p], "sgd", {"learning_rate": 1.0}, kvstore=kv.create("device"), update_on_kvstore=True)
    stored.step(1, ignore_stale_grad=True)  # enters the 0 of now
    p.set_data(np.array([5.0]))
    p.reset_ctx(cpu())
    with autograd.record():
        y = p.data() * 2
    y.backward()
    stored.step(1)
    assert p.data().item() == 5 - 2


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


def test_noise_is_the_same_on_every_device():
    net = make_net(TWO)
    arguments = {"learning_rate": 0.1, "rescale_grad": 8}
    trainer = gluon.Trainer(net.collect_params(), "sgld", arguments, update_on_kvstore=False)
    for _ in range(2):
        backward_on(net, TWO)
        trainer.step(8)
    for p in net.collect_params().values():
        first, second = p.list_data()
        numpy.testing.assert_array_equal(first.asnumpy(), second.asnumpy())


@pytest.mark.parametrize("name", ["adam", "lamb", "lbsgd", "groupadagrad"])
def test_states_live_beside_their_weight(name):
    net = gluon.nn.Dense(2, in_units=2, use_bias=False)
    net.initialize(ctx=TWO)
    arguments = {"batch_scale": 2} if name == "lbsgd" else {}
    trainer = gluon.Trainer(net.collect_params(), name, arguments, kvstore=None)
    for devices in (TWO, TWO[:1], TWO[1:]):  # what is stale is skipped, the rest is stepped one by one
        with autograd.record():
            losses = [net(np.ones((1, 2), ctx=ctx)).sum() for ctx in devices]
        autograd.backward(losses)
        trainer.step(1, ignore_stale_grad=True)
    first, second = (w.asnumpy() for w in net.weight.list_data())
    numpy.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("store", ["device", None])
def test_a_parameter_detached_on_one_device_is_skipped_on_all(store):
    net = make_net(TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore=store, update_on_kvstore=False)
    weight, bias = net[0].weight, net[0].bias
    weight.data(TWO[1]).attach_grad("null")
    before = [w.asnumpy().copy() for w in (*weight.list_data(), *bias.list_data())]
    backward_on(net, TWO)
    with pytest.raises(StaleGradientError, match=weight.name):
        trainer.step(8)
    trainer.step(8, ignore_stale_grad=True)
    after = [w.asnumpy() for w in (*weight.list_data(), *bias.list_data())]
    assert [(a == b).all() for a, b in zip(before, after)] == [True, True, False, False]


@pytest.mark.parametrize("update_on_kvstore", [True, False])
def test_what_is_new_on_one_device_only_is_skipped_on_all(update_on_kvstore):
    p = gluon.Parameter("p", shape=(1,))
    p.initialize("zeros", ctx=TWO)
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 1.0}, update_on_kvstore=update_on_kvstore)
    for places in (TWO, TWO[:1], TWO):  # the second batch is too small for two devices
        for ctx in places:
            with autograd.record():
                y = p.data(ctx) * 2
            y.backward()
        trainer.step(1, ignore_stale_grad=True)
    assert [w.item() for w in p.list_data()] == [-8, -8]


@pytest.mark.parametrize("update_on_kvstore", [True, False])
def test_what_is_skipped_as_stale_is_not_sent_either(update_on_kvstore):
    used, idle = (gluon.Parameter(name, shape=(1,)) for name in ("used", "idle"))
    for p in (used, idle):
        p.initialize("zeros", ctx=TWO)
    trainer = gluon.Trainer(
        [used, idle], "sgd", {"learning_rate": 1.0}, update_on_kvstore=update_on_kvstore,
        compression_params={"type": "2bit", "threshold": 3.0},
    )  # fmt: skip
    for slope in (4, None, None, 1):
        for ctx in TWO:
            with autograd.record():
                y = used.data(ctx) * 3 + (0 if slope is None else idle.data(ctx) * slope)
            y.backward()
        trainer.step(1, ignore_stale_grad=True)
    assert [w.item() for w in used.list_data()] == [-24, -24]
    assert [w.item() for w in idle.list_data()] == [-6, -6]  # 3 from each device at first; then 1 + 1 is not enough


def test_a_store_is_entered_by_all_parameters_or_none():
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(2, in_units=2), gluon.nn.Dense(2))
    net.initialize(ctx=TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(DeferredInitializationError):
        trainer.step(1, ignore_stale_grad=True)
    with autograd.record():
        losses = [net(np.ones((1, 2), ctx=ctx)).sum() for ctx in TWO]
    autograd.backward(losses)
    trainer.step(1)
