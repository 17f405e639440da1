"""States of a Trainer to a file and back: training goes on bit for bit, and nothing half written or half loaded."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy
import pytest

from minigrad import autograd, cpu, gluon, lr_scheduler, np, optimizer, random
from minigrad.gluon import nn
from minigrad.optimizer.registry import OPTIMIZERS
from tests.gluon.network import TWO, X, Y, assert_same, backward, backward_on, make_net, values


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


@pytest.mark.filterwarnings("ignore:SGLD's gradients")  # which are a mean here; it is all the same
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
    with pytest.raises(UserWarning):  # an error in tests
        other.load_states(tmp_path / "s")
    assert isinstance(other.optimizer, optimizer.Adam) and other.optimizer.num_update == 0  # nothing has changed
    with pytest.warns(UserWarning, match="s' holds the optimizer SGD with its settings, which replaces Adam"):
        other.load_states(tmp_path / "s")
    other.load_states(tmp_path / "s")  # now there is nothing to say
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


@pytest.mark.parametrize("on_store", [True, False])
def test_training_with_compressed_gradients_resumes_bit_for_bit(on_store, tmp_path):
    def made():
        net = make_net(TWO)
        compression = {"type": "2bit", "threshold": 0.02}
        arguments = {"update_on_kvstore": on_store, "compression_params": compression}
        return net, gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9}, **arguments)

    def train(net, trainer, steps):
        for _ in range(steps):
            backward_on(net, TWO)
            trainer.step(8)

    (net, trainer), (fresh, again) = made(), made()
    train(net, trainer, 3)
    net.save_parameters(tmp_path / "p")
    trainer.save_states(tmp_path / "s")
    train(net, trainer, 4)
    fresh.load_parameters(tmp_path / "p")
    again.load_states(tmp_path / "s")
    train(fresh, again, 4)
    assert_same(values(net), values(fresh))
    for devices, arguments in ((TWO, {}), (None, {"compression_params": {"type": "2bit"}})):  # one device sends nothing
        other = gluon.Trainer(make_net(devices).collect_params(), "sgd", {"momentum": 0.9}, **arguments)
        with pytest.warns(UserWarning, match="had not sent yet, which is dropped: there is no compression here"):
            other.load_states(tmp_path / "s")


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


@pytest.mark.parametrize("kept", [0.5, {"m": 0.5}, (None, numpy.zeros(3))], ids=["number", "dict", "NumPy"])
def test_an_optimizer_may_keep_what_it_likes_but_is_told_what_a_file_cannot_hold(tmp_path, kept):
    class Keeper(optimizer.Optimizer):
        def create_state(self, index, weight):
            return kept

        def update(self, index, weight, grad, state):
            assert state is kept
            weight -= 0.1 * grad

    net = make_net()
    trainer = gluon.Trainer(net.collect_params(), Keeper())
    before = [p.data().copy() for p in net.collect_params().values()]
    backward(net)
    trainer.step(1)
    assert all((a != p.data()).any() for a, p in zip(before, net.collect_params().values()))
    with pytest.raises(ValueError, match=r"state of parameter 0 holds a .*, which cannot be saved; let Keeper"):
        trainer.save_states(tmp_path / "x.states")


def test_states_in_a_list_are_loaded_for_two_devices_too(tmp_path):
    @optimizer.register
    class Listed(optimizer.Optimizer):
        def create_state(self, index, weight):
            return [np.zeros(weight.shape, ctx=weight.ctx), None]

        def update(self, index, weight, grad, state):
            self._update_count(index)
            state[0] += grad
            weight -= state[0]

    p = gluon.Parameter("p", shape=(1,))
    p.initialize("zeros", ctx=[cpu(0), cpu(1)])
    trainer = gluon.Trainer([p], "listed", update_on_kvstore=False)
    for step in range(2):
        for ctx in p.list_ctx():
            with autograd.record():
                y = p.data(ctx) * 2
            y.backward()
        trainer.step(1)
        if step == 0:
            trainer.save_states(tmp_path / "states")
            trainer.load_states(tmp_path / "states")
    assert [w.item() for w in p.list_data()] == [-4 - 8, -4 - 8]


def pushed(parameter, trainer, times=1):
    for _ in range(times):
        for ctx in parameter.list_ctx():
            with autograd.record():
                y = (parameter.data(ctx) * np.array([1, -0.5], ctx=ctx).astype(parameter.dtype)).sum()
            y.backward()
        trainer.step(1)


def test_states_of_a_store_on_the_cpu_are_loaded_for_weights_elsewhere(tmp_path):
    p = gluon.Parameter("p", shape=(2,))
    p.initialize("zeros", ctx=[cpu(1), cpu(2)])
    trainer = gluon.Trainer([p], "sgd", {"learning_rate": 1.0, "momentum": 0.5}, kvstore="local")
    pushed(p, trainer)
    trainer.save_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")
    pushed(p, trainer)
    assert [w.tolist() for w in p.list_data()] == [[-2 - 3, 1 + 1.5]] * 2


@pytest.mark.parametrize("later", [0, 1])
@pytest.mark.parametrize("on_store", [True, False])
@pytest.mark.parametrize(("before", "after"), [("float32", "float64"), ("float32", "float16"), ("float16", "float32")])
def test_states_that_were_saved_after_a_cast_fit_the_weights_of_then(tmp_path, before, after, on_store, later):
    def made(dtype):
        p = gluon.Parameter("p", shape=(2,), dtype=dtype)
        p.initialize("zeros", ctx=TWO)
        rule = {"learning_rate": 1.0, "momentum": 0.5, "multi_precision": True}
        return p, gluon.Trainer([p], "sgd", rule, update_on_kvstore=on_store)

    p, trainer = made(before)
    pushed(p, trainer, 2)
    p.cast(after)
    pushed(p, trainer, later)
    assert trainer.states(p)["v"].tolist() == [[-3, 1.5], [-3.5, 1.75]][later]
    trainer.save_states(tmp_path / "states")
    again, other = made(after)
    again.set_data(p.list_data()[0])
    other.load_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")
    for one, its in ((p, trainer), (again, other)):
        pushed(one, its, 2 - later)
        assert [w.tolist() for w in one.list_data()] == [[-2 - 3 - 3.5 - 3.75, 1 + 1.5 + 1.75 + 1.875]] * 2
        assert one.dtype == after
