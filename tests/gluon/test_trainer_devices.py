"""A Trainer on several devices and with stores: what two devices learn is what one learns."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, kv, np
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


def test_noise_is_the_same_on_every_device():
    net = make_net(TWO)
    trainer = gluon.Trainer(net.collect_params(), "sgld", {"learning_rate": 0.1}, update_on_kvstore=False)
    for _ in range(2):
        backward_on(net, TWO)
        trainer.step(8)
    for p in net.collect_params().values():
        first, second = p.list_data()
        numpy.testing.assert_array_equal(first.asnumpy(), second.asnumpy())
