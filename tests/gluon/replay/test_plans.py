"""Plans: what they rest on may change; copies, devices, memory, and when they pay."""

import copy
import gc
import pickle
import weakref

import pytest

from minigrad import autograd, cpu, gluon, np
from minigrad.errors import InitializationError, ShapeError
from minigrad.gluon import nn
from tests.gluon.replay.networks import (
    NETWORKS,
    PureDoubled,
    batch,
    dense,
    made,
    plans,
    replayed,
    same,
    started,
    trained,
)

# What a plan rests on may change


@pytest.mark.parametrize(
    "change",
    [
        lambda net: net.add(nn.Dense(2, in_units=3)) or net[3].initialize("ones"),
        lambda net: net[0].weight.set_data(np.ones((8, 5))),
        lambda net: net.initialize("ones", force_reinit=True),
        lambda net: net.cast("float64"),
        lambda net: setattr(net[1], "_fused", None),
        lambda net: setattr(net[0], "bias", gluon.Parameter("b", shape=(8,))) or net[0].bias.initialize("ones"),
        lambda net: net[0].register_forward_hook(lambda block, inputs, y: y.__imul__(2)),
        lambda net: net[0].register_forward_pre_hook(lambda block, inputs: inputs[0].__imul__(2)),
        lambda net: net[1].share_parameters(started(nn.Dense(8, in_units=8)).params),
        lambda net: setattr(net[1], "forward", lambda x: x * 2),
        lambda net: setattr(net[1].act, "forward", lambda x: x * 2),
        lambda net: setattr(net[1].act, "act_type", "tanh"),
        lambda net: setattr(net[1], "act", nn.Activation("tanh")),
        lambda net: net[1].act.register_forward_hook(lambda block, inputs, y: y.__imul__(2)),
        lambda net: net.register_child(started(nn.Dense(8, in_units=8)), "1"),
    ],
)
def test_after_a_change_the_result_is_that_of_the_python_code(change):
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    replayed(net)
    change(net)
    change(plain)
    for _ in range(3):
        assert same([net(batch(4, 5)).asnumpy()], [plain(batch(4, 5)).asnumpy()])


def test_parameters_may_stop_learning_and_go_on():
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    for req in ("write", "null", "write"):
        found = []
        for block in (net, plain):
            block[0].weight.grad_req = req
            for k in range(3):
                with autograd.record():
                    y = block(batch(4, 5, seed=k))
                y.backward()
            found.append([p.grad().asnumpy() for p in block.collect_params().values() if p.grad_req == "write"])
        assert same(*found)
    assert len(plans(net)) == 1


def test_hybridize_can_be_taken_back():
    net = replayed(made(NETWORKS["relu"], True))
    net.hybridize(False)
    called = []
    net.forward = lambda x: called.append(x)
    net(batch(4, 5))
    assert called


def test_a_network_whose_parts_change_all_the_time_runs_its_python_code():
    net = made(NETWORKS["relu"], True)
    for _ in range(50):
        net[1]._activation = "relu"  # the same, but who knows
        net(batch(4, 5))
    assert net._replay.made < 20


# Copies, devices, memory, and when plans pay


def test_a_shallow_copy_runs_its_own_code():
    net = made(PureDoubled, True)
    for _ in range(3):
        y = net(batch(4, 5))
    twin = copy.copy(net)
    twin.factor = 4.0
    assert same([twin(batch(4, 5)).asnumpy()], [y.asnumpy() * 2])


def test_a_network_can_be_pickled_and_goes_on_being_replayed():
    net = replayed(made(NETWORKS["relu"], True))
    twin = pickle.loads(pickle.dumps(net))
    assert same([replayed(twin)(batch(4, 5)).asnumpy()], [net(batch(4, 5)).asnumpy()])


def test_another_device_is_not_mistaken():
    net = replayed(made(NETWORKS["relu"], True))
    with pytest.raises(InitializationError, match=r"was not initialized on cpu\(1\)"):
        net(batch(4, 5).as_in_ctx(cpu(1)))
    net.reset_ctx(cpu(1))
    for _ in range(3):
        assert net(batch(4, 5).as_in_ctx(cpu(1))).ctx is cpu(1)
    assert len(plans(net)) == 1


def test_plans_that_do_not_hold_are_let_go_at_once():
    net = replayed(made(NETWORKS["relu"], True))
    gone = weakref.ref(plans(net)[0].program)
    gc.disable()
    try:
        net.cast("float64")
        net(batch(4, 5, dtype="float64"))
        assert gone() is None
    finally:
        gc.enable()


def test_large_arrays_are_left_to_the_python_code():
    net = made(lambda: dense(5, 2000, 3), True)
    for _ in range(3):
        net(batch(2000, 5))
    assert not plans(net)


def test_plans_pay_again_after_a_time_of_many_shapes_or_mistakes():
    net = made(NETWORKS["relu"], True)
    for n in range(1, 20):
        net(batch(n, 5))
        with pytest.raises(ShapeError):
            net(batch(n, 6))
    for _ in range(300):
        net(batch(30, 5))
    assert [key[1] for key, plan in net._replay.plans.items() if plan is not None and key[1] == (30, 5)]


def test_other_networks_may_change_meanwhile():
    net = replayed(made(NETWORKS["relu"], True))
    made_before = net._replay.made
    for _ in range(50):
        made(NETWORKS["tanh"], False)
        nn.Activation("relu")(batch(4, 5))
        net[:2](batch(4, 5))
        net(batch(4, 5))
    assert net._replay.made == made_before


def test_a_parameter_that_is_not_used_is_in_nobodys_way():
    def make():
        net = PureDoubled()
        net.unused = net.params.get("unused", shape=(2,), init="ones")
        return net

    net = made(make, True)
    for _ in range(3):
        with autograd.record():
            y = net(batch(4, 5))
        y.backward()
    assert len(plans(net)) == 1
    assert not net.unused.data().fresh_grad
    assert net.part[0].weight.data().fresh_grad


def test_branches_side_by_side_are_replayed():
    def make():
        net = nn.HybridConcatenate(axis=1)
        net.add(dense(5, 4, 3), nn.Dense(2, in_units=5))
        return net

    batches = [batch(4, 5, seed=k) for k in range(4)]
    net = made(make, True)
    assert same(trained(net, batches), trained(made(make, False), batches))
    assert len(plans(net)) == 1
