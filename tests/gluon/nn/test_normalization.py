"""Normalizations equal PyTorch's in training and in prediction, and keep the right running statistics."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.gluon import Trainer, nn

DRAW = numpy.random.default_rng(0)
FLAT = DRAW.normal(2, 3, size=(6, 4))
IMAGES = DRAW.normal(-1, 2, size=(3, 4, 5, 2))


def run(layer, values, train=True):
    """Output and gradients by the input, gamma and beta, of a loss with unequal slopes."""
    slopes = numpy.random.default_rng(1).normal(size=values.shape)
    layer.cast("float64")
    layer.initialize()
    for name, p in layer.collect_params().items():
        if name.endswith(("gamma", "beta")):
            layer(np.array(values))
            p.set_data(np.array(numpy.random.default_rng(len(name)).normal(size=p.shape)))
    x = np.array(values)
    x.attach_grad()
    with autograd.record(train):
        y = layer(x)
        loss = (y * np.array(slopes)).sum()
    loss.backward()
    return y.asnumpy(), x.grad.asnumpy(), slopes


def compare(layer, other, values, torch):
    """Against PyTorch's layer with the same gamma and beta."""
    y, gradient, slopes = run(layer, values)
    other.double()
    with torch.no_grad():
        other.weight[:] = torch.tensor(layer.gamma.data().asnumpy())
        other.bias[:] = torch.tensor(layer.beta.data().asnumpy())
    u = torch.tensor(values, requires_grad=True)
    v = other(u)
    (v * torch.tensor(slopes)).sum().backward()
    numpy.testing.assert_allclose(y, v.detach().numpy(), rtol=1e-9, atol=1e-10)
    numpy.testing.assert_allclose(gradient, u.grad.numpy(), rtol=1e-7, atol=1e-9)
    for p, q in ((layer.gamma, other.weight), (layer.beta, other.bias)):
        if p.grad_req != "null":
            numpy.testing.assert_allclose(p.grad().asnumpy(), q.grad.numpy(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("values", [FLAT, IMAGES], ids=["flat", "images"])
def test_batch_norm_in_training_equals_pytorchs(values):
    torch = pytest.importorskip("torch")
    other = torch.nn.BatchNorm1d(4) if values.ndim == 2 else torch.nn.BatchNorm2d(4)
    compare(nn.BatchNorm(), other, values, torch)


def test_layer_norm_equals_pytorchs():
    torch = pytest.importorskip("torch")
    compare(nn.LayerNorm(), torch.nn.LayerNorm(2), IMAGES, torch)


def test_group_norm_equals_pytorchs():
    torch = pytest.importorskip("torch")
    compare(nn.GroupNorm(2), torch.nn.GroupNorm(2, 4), IMAGES, torch)


def test_instance_norm_equals_pytorchs():
    torch = pytest.importorskip("torch")
    compare(nn.InstanceNorm(scale=True), torch.nn.InstanceNorm2d(4, affine=True), IMAGES, torch)


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize("layer", [nn.BatchNorm, nn.LayerNorm, nn.InstanceNorm, lambda: nn.GroupNorm(2)])
def test_a_batch_without_samples_leaves_everything_as_it_was(layer, hybrid):
    """BatchNorm's running mean became NaN in pytorch/pytorch#12013."""
    net = nn.HybridSequential()
    net.add(layer())
    net.initialize()
    net.hybridize(hybrid)
    net(np.array(IMAGES))
    before = {name: p.data().asnumpy().copy() for name, p in net.collect_params().items()}
    for _ in range(4):
        x = np.array(IMAGES[:0])
        x.attach_grad()
        with autograd.record():
            y = net(x)
        y.backward()
        assert y.shape == x.grad.shape == x.shape
    for name, p in net.collect_params().items():
        numpy.testing.assert_array_equal(p.data().asnumpy(), before[name])
        assert p.grad_req == "null" or not p.grad().asnumpy().any()


def test_running_statistics_move_by_the_momentum_towards_the_batch_of_training_only():
    layer = nn.BatchNorm(momentum=0.75)
    layer.initialize()
    x = np.array(IMAGES.astype("float32"))
    with autograd.record():
        layer(x)
    mean, var = IMAGES.mean((0, 2, 3)), IMAGES.var((0, 2, 3))
    numpy.testing.assert_allclose(layer.running_mean.data().asnumpy(), 0.25 * mean, rtol=1e-5)
    numpy.testing.assert_allclose(layer.running_var.data().asnumpy(), 0.75 + 0.25 * var, rtol=1e-5)
    kept = layer.running_var.data().copy()
    layer(x)
    with autograd.record(train_mode=False):
        layer(x)
    numpy.testing.assert_array_equal(kept.asnumpy(), layer.running_var.data().asnumpy())


@pytest.mark.parametrize("how", ["prediction", "use_global_stats"])
def test_prediction_uses_the_running_statistics(how):
    layer = nn.BatchNorm(use_global_stats=how == "use_global_stats", in_channels=4)
    layer.initialize()
    mean, var = DRAW.normal(size=4), DRAW.uniform(0.5, 2, size=4)
    layer.running_mean.set_data(np.array(mean.astype("float32")))
    layer.running_var.set_data(np.array(var.astype("float32")))
    with autograd.record(train_mode=how != "prediction"):
        y = layer(np.array(FLAT.astype("float32")))
    numpy.testing.assert_allclose(y.asnumpy(), (FLAT - mean) / numpy.sqrt(var + 1e-5), rtol=1e-4, atol=1e-5)


def test_the_first_forward_pass_updates_the_running_statistics_once():
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(), nn.Dense(1))
    net.initialize()
    with autograd.record():
        net(np.array(FLAT.astype("float32")))
    numpy.testing.assert_allclose(net[0].running_mean.data().asnumpy(), 0.1 * FLAT.mean(0), rtol=1e-5)


def test_without_scale_or_center_gamma_and_beta_stay_and_do_not_learn():
    layer = nn.BatchNorm(center=False, scale=False)
    layer.initialize()
    trainer = Trainer(layer.collect_params(), "sgd", {"learning_rate": 1.0})
    with autograd.record():
        loss = (layer(np.array(FLAT.astype("float32"))) ** 3).sum()
    with pytest.raises(RuntimeError, match="not recorded"):
        loss.backward()  # there is nothing to learn
    trainer.step(1)
    assert layer.gamma.grad_req == layer.beta.grad_req == layer.running_mean.grad_req == "null"
    assert layer.gamma.data().tolist() == [1, 1, 1, 1]


def test_setting_grad_req_of_a_whole_network_leaves_running_statistics_without_gradient():
    layer = nn.BatchNorm(in_channels=2)
    layer.initialize()
    layer.collect_params().setattr("grad_req", "add")
    assert layer.gamma.grad_req == "add"
    assert layer.running_mean.grad_req == "null"


def test_parameters_have_gluons_names_and_order():
    names = [name.removeprefix("bn_") for name in nn.BatchNorm(prefix="bn_").collect_params()]
    assert names == ["gamma", "beta", "running_mean", "running_var"]


def test_batch_norm_along_the_last_axis():
    a, b = nn.BatchNorm(axis=-1), nn.BatchNorm()
    for layer in (a, b):
        layer.initialize()
    with autograd.train_mode():
        last = a(np.array(IMAGES.transpose(0, 2, 3, 1).astype("float32")))
        first = b(np.array(IMAGES.astype("float32")))
    numpy.testing.assert_allclose(last.asnumpy().transpose(0, 3, 1, 2), first.asnumpy(), rtol=1e-4, atol=1e-5)


def test_an_axis_that_is_not_there_and_a_wrong_number_of_channels_are_said():
    layer = nn.BatchNorm(axis=3)
    layer.initialize()
    with pytest.raises(ValueError, match=r"axis 3.*\(6, 4\)"):
        layer(np.array(FLAT))
    layer = nn.BatchNorm(in_channels=5)
    layer.initialize()
    with pytest.raises(ValueError, match="batch_norm"):
        layer(np.array(FLAT.astype("float32")))
    layer = nn.GroupNorm(3)
    layer.initialize()
    with pytest.raises(ValueError, match="4 channels into 3"):
        layer(np.array(IMAGES.astype("float32")))


def test_normalizations_print_like_their_code():
    assert repr(nn.BatchNorm()) == "BatchNorm(axis=1)"
    assert repr(nn.LayerNorm(in_channels=3, scale=False)) == "LayerNorm(axis=-1, in_channels=3, scale=False)"


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool"])
def test_batch_norm_of_whole_numbers_has_fractions_and_signs(dtype, train):
    x = numpy.random.default_rng(0).integers(0, 7, (5, 3, 2)).astype(dtype)
    layer = nn.BatchNorm(epsilon=0.5, running_mean_initializer="ones")
    layer.initialize()
    with autograd.train_mode() if train else autograd.predict_mode():
        y = layer(np.array(x, dtype=dtype))
    values = x.astype("float64")
    mean, var = (values.mean((0, 2), keepdims=True), values.var((0, 2), keepdims=True)) if train else (1, 1)
    assert y.dtype == "float32"
    numpy.testing.assert_allclose(y.asnumpy(), (values - mean) / numpy.sqrt(var + 0.5), rtol=1e-5, atol=1e-6)
