"""The Trainer: order, freshness, rates, devices, stores and files, as Gluon has them; and sentences for beginners."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, lr_scheduler, np, optimizer
from minigrad.errors import ArgumentError, BatchSizeError, DeferredInitializationError, GraphError
from minigrad.gluon import nn
from tests.gluon.network import X, Y, assert_same, backward, loss_fn, make_net, values

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


def test_arguments_of_the_optimizer_beside_those_of_the_trainer_are_told_where_to_go():
    with pytest.raises(TypeError, match=r"no argument 'learning_rate'.*optimizer_params=\{'learning_rate': 0\.1\}"):
        gluon.Trainer(make_net().collect_params(), "sgd", learning_rate=0.1)


def test_an_optimizer_that_is_given_to_a_second_trainer_is_warned_of():
    one, two = make_net(), make_net()
    rule = optimizer.Adam()
    gluon.Trainer(one.collect_params(), rule)
    gluon.Trainer(one.collect_params(), rule)  # made again: it goes on
    with pytest.warns(UserWarning, match="This Adam already has the parameters of another Trainer") as told:
        gluon.Trainer(two.collect_params(), rule)
    assert told[0].filename == __file__


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


def test_what_a_trainer_prints_does_not_depend_on_its_last_step():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    before = repr(trainer)
    with autograd.record():
        loss = net(np.ones((4, 2))).sum()
    loss.backward()
    trainer.step(4)
    assert repr(trainer) == before
    assert trainer.optimizer.rescale_grad == 0.25


def test_an_averaged_loss_is_noted_by_the_trainer_of_its_own_parameters_only():
    nets = [gluon.nn.Dense(1, in_units=2) for _ in range(2)]
    for net in nets:
        net.initialize()
    first, second = [gluon.Trainer(net.collect_params(), "sgd") for net in nets]
    with autograd.record():
        heads = [nets[0](np.ones((4, 2))).mean(), nets[1](np.ones((4, 2))).sum()]
    autograd.backward(heads)
    second.step(4)
    with pytest.warns(UserWarning, match="averaged"):
        first.step(4)


def test_a_refused_step_leaves_the_scale_of_gradients_as_it_was():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(UserWarning, match="no new gradient"):
        trainer.step(4)
    assert trainer.optimizer.rescale_grad == 1


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


def test_a_gradient_asked_for_by_hand_does_not_make_a_frozen_parameter_stale():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    net.weight.grad_req = "null"
    with autograd.record():
        loss = net(np.ones((1, 2)))
    net.weight.data().attach_grad()  # too late for this loss
    loss.backward()
    before = net.weight.data().asnumpy().copy()
    trainer.step(1)
    assert (net.weight.data().asnumpy() == before).all()


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


def test_a_list_given_to_a_network_is_said():
    with pytest.raises(TypeError, match=r"np.array\(x\)"):
        make_net()(X.tolist())


# What the optimizer remembers


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_states_are_those_of_the_equations_by_name_and_copies(dtype):
    p = gluon.Parameter("weight", shape=(2,), dtype=dtype)
    p.initialize("ones")
    trainer = gluon.Trainer([p], "adam", {"beta1": 0.5, "beta2": 0.75, "multi_precision": True})
    assert trainer.states(p) == {}
    for g in ([2.0, 4.0], [6.0, 0.0]):
        with autograd.record():
            loss = (p.data() * np.array(g, dtype=dtype)).sum()
        loss.backward()
        trainer.step(1)
    found = trainer.states("weight")
    assert {name: x.asnumpy().tolist() for name, x in found.items()} == {"mean": [3.5, 1.0], "var": [9.75, 3.0]}
    found["mean"][:] = 0
    assert trainer.states(p)["mean"].asnumpy().tolist() == [3.5, 1.0]


def test_states_without_names_are_numbered():
    class Counting(optimizer.Optimizer):
        def create_state(self, index, weight):
            return np.zeros(1), np.ones(1)

        def update(self, index, weight, grad, state):
            state[0][:] = state[0] + 1

    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), Counting())
    backward(net, X, Y)
    trainer.step(1)
    (name, *_) = net.collect_params()
    assert {key: x.asnumpy().tolist() for key, x in trainer.states(name).items()} == {0: [1.0], 1: [1.0]}


def test_states_of_what_is_not_trained_are_refused_by_name():
    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    name = next(iter(net.collect_params()))
    with pytest.raises(ArgumentError, match=f"has no parameter '{name}s'; did you mean '{name}'"):
        trainer.states(name + "s")
    with pytest.raises(ArgumentError, match="has no parameter Parameter"):
        trainer.states(gluon.Parameter(name, shape=(1,)))


@pytest.mark.parametrize("optimizer", ["sgd", "lars"])
@pytest.mark.parametrize("by_name", [True, False])
def test_a_parameter_that_is_given_twice_takes_one_step(optimizer, by_name, tmp_path):
    p, q = gluon.Parameter("tied", shape=(1,)), gluon.Parameter("other", shape=(1,))
    for each in (p, q):
        each.initialize("ones")
    given = {"in": p, "other": q, "out": p} if by_name else [p, q, p]
    trainer = gluon.Trainer(
        given, optimizer, {"learning_rate": 0.25, "momentum": 0.5} | ({"eta": 1} if optimizer == "lars" else {})
    )
    for expected in (0.75, 0.4375 if optimizer == "lars" else 0.375):
        with autograd.record():
            y = p.data() + q.data()
        y.backward()
        trainer.step(1)
        assert p.data().tolist() == [expected]
    trainer.save_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")
    assert trainer.optimizer._index_update_count == {0: 2, 1: 2}
