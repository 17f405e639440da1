"""Layers cast to float16: activations of a few hundred, zeros, statistics in float32, means of many."""

import numpy
import pytest

from minigrad import autograd, gluon, nd, np, npx
from minigrad.gluon import Trainer, nn

rng = numpy.random.default_rng(12)
LARGE = numpy.array([[300.0, -300.0, 0.0, 100.0], [10.0, 20.0, 30.0, -40.0]])


def half(layer, *shape):
    layer.initialize()
    layer(np.zeros(shape))
    layer.cast("float16")
    return layer


def standardized(x, axis, eps=1e-5):
    return (x - x.mean(axis, keepdims=True)) / numpy.sqrt(x.var(axis, keepdims=True) + eps)


@pytest.mark.parametrize("layer", [nn.LayerNorm(), nn.GroupNorm(), nn.InstanceNorm()], ids=lambda b: type(b).__name__)
def test_activations_of_a_few_hundred_are_normalized(layer):
    x = LARGE if isinstance(layer, nn.LayerNorm) else LARGE[:, None]
    y = half(layer, *x.shape)(np.array(x, dtype="float16"))
    assert y.dtype == "float16"
    numpy.testing.assert_allclose(y.asnumpy(), standardized(x, -1), rtol=2e-3, atol=1e-3)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", [nn.BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm])
def test_zeros_stay_zeros_though_float16_has_no_such_small_epsilon(kind, training):
    layer = half(kind(epsilon=1e-12), 2, 3, 2)
    with autograd.record(train_mode=training):
        y = layer(np.zeros((2, 3, 2), dtype="float16"))
    assert y.dtype == "float16"
    assert not y.asnumpy().any()


def test_batch_norm_keeps_its_parameters_and_statistics_in_float32():
    layer = half(nn.BatchNorm(), 2, 1)
    layer.initialize(force_reinit=True)
    x = numpy.array([[300.0], [-300.0], [100.0]])
    with autograd.record():
        layer(np.array(x, dtype="float16"))
    assert {p.dtype.name for p in layer.collect_params().values()} == {"float32"}
    assert layer.running_var.data().item() == pytest.approx(0.9 + 0.1 * x.var())
    y = layer(np.array(x, dtype="float16"))
    assert y.dtype == "float16"
    var = 0.9 + 0.1 * x.var()
    numpy.testing.assert_allclose(y.asnumpy(), (x - 0.1 * x.mean()) / numpy.sqrt(var + 1e-5), rtol=2e-3)
    layer.cast("float64")
    assert {p.dtype.name for p in layer.collect_params().values()} == {"float64"}


@pytest.mark.parametrize("recorded", [False, True], ids=["backward", "recorded"])
def test_gradients_of_batch_norm_in_half_are_those_in_double(recorded):
    torch = pytest.importorskip("torch")
    x = np.array(300 + 200 * rng.standard_normal((6, 3, 4, 4)), dtype="float16")
    w = np.array(rng.standard_normal(x.shape), dtype="float16")
    layer = half(nn.BatchNorm(), *x.shape)
    wanted = [x, layer.gamma.data(), layer.beta.data()]
    x.attach_grad()
    with autograd.record():
        y = layer(x)
        found = autograd.grad(y, wanted, w, create_graph=True) if recorded else None
    if found is None:
        y.backward(w)
        found = [v.grad for v in wanted]
    assert [g.dtype.name for g in found] == ["float16", "float32", "float32"]
    t = torch.tensor(x.asnumpy().astype("float64"), requires_grad=True)
    theirs = torch.nn.BatchNorm2d(3).double()
    theirs(t).backward(torch.tensor(w.asnumpy().astype("float64")))
    for g, expected in zip(found, (t.grad, theirs.weight.grad, theirs.bias.grad)):
        numpy.testing.assert_allclose(g.asnumpy(), expected.numpy(), rtol=2e-2, atol=2e-2 * abs(expected).max().item())


def test_functional_batch_norm_takes_statistics_in_half_and_a_small_epsilon():
    one, zero = np.ones(2, dtype="float16"), np.zeros(2, dtype="float16")
    y = npx.batch_norm(np.zeros((4, 2), dtype="float16"), one, zero, zero, zero, eps=1e-12, fix_gamma=False)
    assert y.dtype == "float16"
    assert not y.asnumpy().any()


@pytest.mark.parametrize("hybridized", [False, True])
def test_a_network_of_both_dtypes_learns(hybridized):
    net = nn.HybridSequential()
    net.add(nn.Dense(8, activation="relu"), nn.BatchNorm(), nn.LayerNorm(), nn.Dense(3))
    net = half(net, 2, 4)
    if hybridized:
        net.hybridize()
    trainer = Trainer(net.collect_params(), "adam", {"learning_rate": 0.05, "multi_precision": True})
    x, labels = np.array(rng.standard_normal((30, 4)) * 100, dtype="float16"), np.array(numpy.arange(30) % 3)
    loss_fn, losses = gluon.loss.SoftmaxCrossEntropyLoss(), []
    for _ in range(60):
        with autograd.record():
            y = net(x)
            loss = loss_fn(y, labels)
        loss.backward()
        trainer.step(30)
        losses.append(loss.asnumpy().mean())
    assert y.dtype == loss.dtype == "float16"
    assert losses[-1] < losses[0] / 2


def test_means_of_windows_that_float16_can_hold_and_their_sums_it_cannot():
    x = np.full((1, 1, 300, 300), 300.0, dtype="float16")
    for layer in (nn.GlobalAvgPool2D(), nn.AvgPool2D(300), nn.AvgPool2D(300, padding=1, count_include_pad=False)):
        y = layer(x)
        assert y.dtype == "float16"
        assert y.asnumpy().max() == 300


def test_l2_normalization_of_halves():
    for mode, shape in (("instance", (2, 2)), ("channel", (1, 2, 2)), ("spatial", (1, 2, 2))):
        y = nd.L2Normalization(nd.full(shape, 300, dtype="float16"), mode=mode)
        assert y.dtype == "float16"
        numpy.testing.assert_allclose(y.asnumpy(), 0.5**0.5, rtol=1e-3)
        assert not nd.L2Normalization(nd.zeros(shape, dtype="float16"), mode=mode).asnumpy().any()


def test_a_recurrent_bias_of_3000_time_steps_has_the_gradient_of_float64():
    layer = gluon.rnn.RNN(2, activation="tanh", input_size=1)
    layer.initialize()
    found = []
    for dtype in ("float64", "float16"):
        layer.cast(dtype)
        with autograd.record():
            y = layer(np.ones((3000, 1, 1), dtype=dtype))
        y.backward()
        found.append(layer.l0_i2h_bias.grad().asnumpy())
    numpy.testing.assert_allclose(found[1], found[0], rtol=2e-2)
