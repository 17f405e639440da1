"""What a GPU must do, run on one where there is one (`pytest -m gpu`), and in any case on CuPy's stand-in."""

import gc

import numpy
import pytest

from minigrad import autograd, cpu, gluon, gpu, np, optimizer, random
from minigrad.datasets import digits
from minigrad.gradcheck import gradcheck
from minigrad.optimizer.run import reading
from tests.ops.table import TABLE
from tests.ops.test_table import every, generator, some_shapes
from tests.optimizer.test_golden import CASES, by_id, check, one_of_each, recorded

MACHINES = ["stand-in", pytest.param("gpu", marks=pytest.mark.gpu)]


@pytest.fixture(params=MACHINES)
def machine(request):
    """New arrays are made on a GPU: the stand-in's, or a real one."""
    if request.param == "stand-in":
        request.getfixturevalue("gpus")
    with gpu(0):
        yield request.param


# Golden trajectories


@pytest.mark.gpu
@pytest.mark.parametrize("case", list(filter(recorded, CASES)), ids=by_id)
def test_the_weights_follow_the_recorded_ones_on_a_gpu(case, monkeypatch):
    with gpu(0):
        check(case, monkeypatch)


@pytest.mark.parametrize("case", one_of_each(filter(recorded, CASES))[::3], ids=by_id)
def test_the_weights_follow_the_recorded_ones_on_the_stand_in(case, monkeypatch, gpus):
    with gpu(1):
        check(case, monkeypatch)


# Gradients


@pytest.mark.gpu
@every([row for row in TABLE if row.smooth])
def test_gradients_of_order_1_and_2_equal_differences_on_a_gpu(row):
    with gpu(0):
        inputs = [np.array(a) for a in row.draw(generator(row), some_shapes(row))]
        gradcheck(row.f, *inputs, order=2, directions=1, rtol=1e-6)


@every([row for row in TABLE if row.smooth][::20])
def test_gradients_of_order_1_and_2_equal_differences_on_the_stand_in(row, gpus):
    with gpu(1):
        inputs = [np.array(a) for a in row.draw(generator(row), some_shapes(row))]
        gradcheck(row.f, *inputs, order=2, directions=1, rtol=1e-6)


# Training


def network(ctx):
    """A small network whose first weights are the same wherever it is."""
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(32, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=32))
    net.initialize(ctx=ctx)
    rng = numpy.random.default_rng(0)
    for p in net.collect_params().values():
        p.set_data(rng.normal(0, 0.1, p.shape).astype("float32"))
    return net


def train(net, ctx, trainer=None, epochs=5, batch=128):
    """Train on the digits; the mean loss on all of them afterwards."""
    (x, y), _ = digits()
    x, y = np.array(x, ctx=ctx), np.array(y, ctx=ctx)
    trainer = trainer or gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.003})
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    for _ in range(epochs):
        for start in range(0, len(x), batch):
            with autograd.record():
                loss = criterion(net(x[start : start + batch]), y[start : start + batch])
            loss.backward()
            trainer.step(len(loss))
    return criterion(net(x), y).mean().item()


def test_the_digits_are_learned_to_the_same_loss_as_with_numpy(machine):
    with reading("numpy"):
        expected = train(network(cpu()), cpu())
    assert expected < 1.2
    assert train(network(gpu(0)), gpu(0)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("first", "second"), [(gpu(0), cpu()), (cpu(), gpu(0))], ids=str)
def test_training_goes_on_on_another_device(machine, tmp_path, first, second):
    net = network(first)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.003})
    train(net, first, trainer, epochs=1)
    net.save_parameters(tmp_path / "net")
    trainer.save_states(tmp_path / "states")
    expected = train(net, first, trainer, epochs=1)

    other = network(second)
    other.load_parameters(tmp_path / "net", ctx=second)
    resumed = gluon.Trainer(other.collect_params(), "adam")
    resumed.load_states(tmp_path / "states")
    assert train(other, second, resumed, epochs=1) == pytest.approx(expected, abs=1e-4)


def test_memory_stays_flat_over_a_thousand_steps(machine):
    xp = gpu(0).xp

    def used():
        if machine == "gpu":
            return xp.get_default_memory_pool().used_bytes()
        return sum(type(found) is xp.ndarray for found in gc.get_objects())

    net = network(gpu(0))
    trainer = gluon.Trainer(net.collect_params(), "adam")
    x, y = random.normal(shape=(32, 64)), np.array(numpy.arange(32) % 10)
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    gc.collect()
    gc.disable()  # nothing may need it
    try:
        amounts = []
        last = 999 if machine == "gpu" else 59
        for i in range(last + 1):
            with autograd.record():
                loss = criterion(net(x), y)
            loss.backward()
            trainer.step(32)
            if i in (5, last):
                amounts.append(used())
    finally:
        gc.enable()
    assert amounts[0] == amounts[1]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_large_step_equals_numpys(machine, dtype):
    """More elements than threads, and a length that no block divides."""
    rng = numpy.random.default_rng(1)
    raw = [rng.normal(size=100_003).astype(dtype) for _ in range(3)]
    paths = []
    for ctx in (cpu(), gpu(0)):
        opt = optimizer.Adam(learning_rate=0.01, multi_precision=True, wd=0.01, clip_gradient=1.0)
        w, *gradients = (np.array(a, ctx=ctx) for a in raw)
        state = opt.create_state_multi_precision(0, w)
        for g in gradients:
            opt.update_multi_precision(0, w, g, state)
        paths.append(w.asnumpy())
    rounding = 8 * numpy.finfo(dtype).eps
    numpy.testing.assert_allclose(paths[1], paths[0], rtol=rounding, atol=rounding)
