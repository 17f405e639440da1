"""Training on GPUs: one kernel a step, nobody waits for the device, and the numbers are a CPU's."""

import numpy
import pytest
from table import TABLE

from minigrad import autograd, cpu, gluon, gpu, kv, np, optimizer, random
from minigrad.gluon.utils import clip_global_norm, split_and_load
from minigrad.optimizer.run import reading
from tests.strict.record import recording

RULES = [pytest.param(row, id=str(row)) for row in TABLE]
X = numpy.random.default_rng(0).normal(size=(64, 20)).astype("float32")
Y = (X @ numpy.random.default_rng(1).normal(size=(20, 4))).argmax(1)


def drive(row, ctx, dtype, **other):
    """The weights after each of four steps."""
    opt = row.make(**other)
    rng = numpy.random.default_rng(5)
    w = np.array(rng.normal(size=(3, 5)).astype(dtype), ctx=ctx)
    g = [np.array(rng.normal(size=(3, 5)).astype(dtype), ctx=ctx) for _ in range(4)]
    state = opt.create_state_multi_precision(0, w)
    path = []
    for k in range(4):
        with recording() as seen:
            opt.update_multi_precision(0, w, g[k], state)
        assert not seen.waits
        path.append(w.asnumpy())
    return path, seen


@pytest.mark.parametrize(
    ("dtype", "other"), [("float32", {"wd": 0.01, "clip_gradient": 1.0}), ("float16", {"multi_precision": True})]
)
@pytest.mark.parametrize("row", RULES)
def test_a_step_is_one_kernel_or_two_around_a_norm_without_waiting(gpus, monkeypatch, row, dtype, other):
    if row.matrix:
        other = {k: v for k, v in other.items() if k != "wd"}
    monkeypatch.setattr(random, "normal", lambda *_, shape, dtype, **__: np.zeros(shape, dtype))  # SGLD's noise
    with reading("numpy"):
        expected, _ = drive(row, cpu(), dtype, **other)
    found, seen = drive(row, gpu(1), dtype, **other)
    assert len(seen.kernels) == (2 if row.make().measured else 1)
    numpy.testing.assert_allclose(found, expected, rtol=2e-3 if dtype == "float16" else 1e-4, atol=1e-5)


def make(ctx, dropout=0.0):
    net = gluon.nn.HybridSequential()
    net.add(
        gluon.nn.Dense(16, activation="relu", in_units=20), gluon.nn.Dropout(dropout), gluon.nn.Dense(4, in_units=16)
    )
    net.initialize("zeros", ctx=ctx)
    rng = numpy.random.default_rng(2)
    for p in net.collect_params().values():
        p.set_data(np.array(rng.normal(0, 0.3, p.shape).astype("float32")))
    return net


def train(net, contexts, steps=5, trainer=None, **arguments):
    """The mean loss of each step, fetched when all is done."""
    trainer = trainer or gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, **arguments)
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    batches = list(zip(split_and_load(X, contexts), split_and_load(Y, contexts)))
    losses = []
    for step in range(steps):
        with recording() as seen:
            with autograd.record():
                found = [criterion(net(x), y) for x, y in batches]
            autograd.backward(found)
            trainer.step(len(X))
        assert not seen.waits
        assert not seen.uploads
        if step and len(contexts) == 1 and contexts[0] is not cpu():
            assert seen.kernels == ["cross_entropy", f"minigrad_{type(trainer.optimizer).__name__}_float32"]
        losses.append(found)
    return [numpy.concatenate([part.asnumpy() for part in step]).mean() for step in losses]


def test_a_training_loop_never_waits_and_follows_the_cpu(gpus):
    expected = train(make(cpu()), [cpu()])
    assert expected[-1] < expected[0] - 0.05
    numpy.testing.assert_allclose(train(make(gpu(1)), [gpu(1)]), expected, rtol=1e-4)


STORES = [{"kvstore": "device"}, {"kvstore": "device", "update_on_kvstore": False}, {"kvstore": "local"}]


@pytest.mark.parametrize("store", STORES)
def test_two_gpus_do_together_what_one_cpu_does(gpus, store):
    expected = train(make(cpu()), [cpu()])
    net = make([gpu(0), gpu(1)])
    if store["kvstore"] == "local":  # sums on the host, and so waits
        with pytest.raises(AssertionError, match="get"):
            train(net, [gpu(0), gpu(1)], 1, **store)
        return
    numpy.testing.assert_allclose(train(net, [gpu(0), gpu(1)], **store), expected, rtol=1e-4)
    for p in net.collect_params().values():
        assert [t.data.device.id for t in p.list_data()] == [0, 1]
        numpy.testing.assert_array_equal(*[t.asnumpy() for t in p.list_data()])


@pytest.mark.parametrize(("one", "other"), [(gpu(1), cpu()), (cpu(), gpu(1)), (gpu(0), gpu(1))], ids=str)
def test_what_is_saved_on_one_device_goes_on_on_another(gpus, tmp_path, one, other):
    net = make(one)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    train(net, [one], 3, trainer)
    net.save_parameters(tmp_path / "net")
    trainer.save_states(tmp_path / "trainer")
    expected = train(net, [one], 3, trainer)

    second = make(other)
    second.load_parameters(tmp_path / "net", ctx=other)
    resumed = gluon.Trainer(second.collect_params(), "adam")
    resumed.load_states(tmp_path / "trainer")
    numpy.testing.assert_allclose(train(second, [other], 3, resumed), expected, rtol=1e-4)


def test_training_with_dropout_resumes_bit_for_bit_on_a_gpu(gpus, tmp_path):
    random.seed(11)
    net = make(gpu(1), dropout=0.5)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    train(net, [gpu(1)], 2, trainer)
    net.save_parameters(tmp_path / "net")
    trainer.save_states(tmp_path / "trainer")
    expected = train(net, [gpu(1)], 3, trainer)

    random.seed(999)
    second = make(gpu(1), dropout=0.5)
    second.load_parameters(tmp_path / "net", ctx=gpu(1))
    resumed = gluon.Trainer(second.collect_params(), "sgd")
    resumed.load_states(tmp_path / "trainer")
    assert train(second, [gpu(1)], 3, resumed) == expected


def test_a_store_sums_on_the_first_gpu_and_hands_out_to_all(gpus):
    store = kv.create("device")
    store.init("w", np.zeros(2, ctx=gpu(1)))
    with recording() as seen:
        store.push("w", [np.full(2, 3, ctx=gpu(1)), np.full(2, 4, ctx=gpu(0))])
        out = [np.zeros(2, ctx=gpu(0)), np.zeros(2, ctx=gpu(1))]
        store.pull("w", out)
    assert not seen.waits
    assert [o.asnumpy().tolist() for o in out] == [[7, 7], [7, 7]]
    store.set_optimizer(optimizer.SGD(learning_rate=1.0))
    store.push("w", [np.ones(2, ctx=gpu(1)), np.ones(2, ctx=gpu(0))])
    store.pull("w", out)
    assert [o.asnumpy().tolist() for o in out] == [[5, 5], [5, 5]]


def test_compressed_gradients_stay_on_their_gpus(gpus):
    store = kv.create("device")
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    store.init(0, np.zeros(2, ctx=gpu(1)))
    with recording() as seen:
        store.push(0, [np.array([0.6, -0.1], ctx=gpu(1)), np.array([0.6, -0.7], ctx=gpu(0))])
    assert not seen.waits
    out = np.zeros(2, ctx=gpu(0))
    store.pull(0, out)
    assert out.asnumpy().tolist() == [1.0, -0.5]


def test_clipping_the_norm_waits_only_to_check_that_it_is_finite(gpus):
    arrays = [np.array([3.0], ctx=gpu(1)), np.array([0.0, 4.0], ctx=gpu(0))]
    with recording() as seen:
        norm = clip_global_norm(arrays, 1.0, check_isfinite=False)
    assert not seen.waits
    assert norm.asnumpy() == pytest.approx(5)
    assert arrays[1].asnumpy()[1] == pytest.approx(0.8)
    with recording() as seen:
        assert clip_global_norm(arrays, 0.5) == pytest.approx(1)
    assert len(seen.waits) == 1


def test_a_kernel_is_compiled_once_whatever_the_rate_and_the_step(gpus):
    opt = optimizer.Adam(learning_rate=0.1)
    w = np.ones(3, ctx=gpu(1))
    state = opt.create_state(0, w)
    texts = []
    gpus.RawKernel = lambda *parts, real=gpus.RawKernel: texts.append(parts) or real(*parts)
    for step in range(4):
        opt.set_learning_rate(0.1 / (step + 1))
        opt.beta1 = 0.9 - step / 10
        opt.rescale_grad = 1 / (step + 2)
        opt.update(0, w, np.ones(3, ctx=gpu(1)), state)
    assert len(texts) == 1
