"""Activations equal PyTorch's, and their slopes learn."""

import numpy
import pytest

from minigrad import autograd, gluon, np
from minigrad.gluon import nn

X = numpy.linspace(-4, 4, 25, dtype="float64").reshape(5, 5)

PAIRS = {
    "relu": (lambda: nn.Activation("relu"), lambda t: t.nn.ReLU()),
    "sigmoid": (lambda: nn.Activation("sigmoid"), lambda t: t.nn.Sigmoid()),
    "tanh": (lambda: nn.Activation("tanh"), lambda t: t.nn.Tanh()),
    "softrelu": (lambda: nn.Activation("softrelu"), lambda t: t.nn.Softplus()),
    "softsign": (lambda: nn.Activation("softsign"), lambda t: t.nn.Softsign()),
    "log_sigmoid": (lambda: nn.Activation("log_sigmoid"), lambda t: t.nn.LogSigmoid()),
    "mish": (lambda: nn.Activation("mish"), lambda t: t.nn.Mish()),
    "leaky": (lambda: nn.LeakyReLU(0.1), lambda t: t.nn.LeakyReLU(0.1)),
    "elu": (lambda: nn.ELU(1.5), lambda t: t.nn.ELU(1.5)),
    "selu": (lambda: nn.SELU(), lambda t: t.nn.SELU()),
    "gelu": (lambda: nn.GELU(), lambda t: t.nn.GELU()),
    "gelu-tanh": (lambda: nn.GELU("tanh"), lambda t: t.nn.GELU(approximate="tanh")),
    "silu": (lambda: nn.SiLU(), lambda t: t.nn.SiLU()),
    "swish": (lambda: nn.Swish(), lambda t: t.nn.SiLU()),
}


@pytest.mark.parametrize("name", PAIRS)
def test_value_and_gradient_equal_pytorchs(name):
    torch = pytest.importorskip("torch")
    ours, theirs = PAIRS[name][0](), PAIRS[name][1](torch)
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        y = ours(x)
    y.backward()
    u = torch.tensor(X, requires_grad=True)
    v = theirs(u)
    v.sum().backward()
    numpy.testing.assert_allclose(y.asnumpy(), v.detach().numpy(), rtol=1e-10, atol=1e-12)
    off_kink = X != 0  # where both are free to choose
    numpy.testing.assert_allclose(x.grad.asnumpy()[off_kink], u.grad.numpy()[off_kink], rtol=1e-9, atol=1e-12)


def test_swish_takes_its_slope():
    numpy.testing.assert_allclose(nn.Swish(2.0)(np.array(X)).asnumpy(), X / (1 + numpy.exp(-2 * X)), rtol=1e-12)


@pytest.mark.parametrize("channels", [1, 3])
def test_prelu_and_the_gradient_of_its_slopes_equal_pytorchs(channels):
    torch = pytest.importorskip("torch")
    values = numpy.random.default_rng(0).normal(size=(2, 3, 4, 4)).astype("float32")
    layer = nn.PReLU(in_channels=channels)
    layer.initialize()
    x = np.array(values)
    with autograd.record():
        y = layer(x)
    y.backward()
    other = torch.nn.PReLU(channels, init=0.25)
    z = other(torch.tensor(values))
    z.sum().backward()
    numpy.testing.assert_allclose(y.asnumpy(), z.detach().numpy(), rtol=1e-6)
    numpy.testing.assert_allclose(layer.alpha.grad().asnumpy(), other.weight.grad.numpy(), rtol=1e-4)


def test_an_unknown_activation_is_said_when_the_layer_is_made():
    for make in (lambda: nn.Activation("rleu"), lambda: nn.Conv2D(1, 1, activation="rleu")):
        with pytest.raises(ValueError, match="did you mean 'relu'"):
            make()


def test_a_negative_slope_of_leaky_relu_is_refused():
    with pytest.raises(ValueError, match="alpha=-1"):
        nn.LeakyReLU(-1)


def test_activations_print_like_their_code():
    assert repr(nn.Activation("tanh")) == "Activation('tanh')"
    assert repr(nn.LeakyReLU(0.1)) == "LeakyReLU(0.1)"
    assert repr(gluon.nn.GELU()) == "GELU()"


def test_prelu_refuses_an_input_of_one_channel_for_many_slopes():
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    for shape in ((2, 1, 4), (2, 1), (2, 2)):
        with pytest.raises(ValueError, match="3 values for the"):
            layer(np.zeros(shape))
    assert layer(-np.ones(3)).tolist() == [-0.25] * 3
