"""What is erased follows from gradients worked out by hand, and the streams from the paper's Algorithm 1 in NumPy."""

from math import log

import numpy
import pytest

from minigrad import cpu, datasets, gluon, random
from minigrad.commands import figures


@pytest.fixture(scope="module")
def script():
    return figures.script("ftrl_zeros")


@pytest.fixture(scope="module")
def parts(script):
    """What the file defines."""
    return script.measure.__globals__


def first(seed):
    """The first weights of the network and their first gradients, by the chain rule in NumPy; biases start at 0."""
    with cpu():
        random.seed(seed)
        net = gluon.nn.Sequential()
        net.add(gluon.nn.Dense(64, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=64))
        net.initialize()
        (x, y), _ = datasets.digits()
    one, two = (layer.weight.data().asnumpy().astype("float64") for layer in net)
    x, y = x.asnumpy()[:32].astype("float64"), y.asnumpy()[:32]
    hidden = x @ one.T
    seen = numpy.maximum(hidden, 0)
    scores = numpy.exp(seen @ two.T)
    out = scores / scores.sum(1, keepdims=True)
    out[numpy.arange(32), y] -= 1
    back = (out @ two) * (hidden > 0)
    parts = ((one, back.T @ x), (numpy.zeros(64), back.sum(0)), (two, out.T @ seen), (numpy.zeros(10), out.sum(0)))
    return tuple(numpy.concatenate([part[i].ravel() for part in parts]) / (1, 32)[i] for i in (0, 1))


@pytest.mark.parametrize("seed", range(5))
def test_the_first_step_erases_what_the_closed_form_says(script, seed):
    w, g = first(seed)
    z = g - abs(g) * w / 0.1
    networks = script.load()["networks"]
    for name, lamda1, beta in (("ftrl", 0.01, 1.0), ("ftrl, cured", 0.0, 0.0)):
        assert networks[name]["erased"][seed] == pytest.approx((abs(z) <= lamda1).mean(), abs=1e-3)
        if seed == 0:
            with numpy.errstate(all="ignore"):
                after = numpy.where(abs(z) <= lamda1, 0, -(z - numpy.sign(z) * lamda1) * 0.1 / (beta + abs(g)))
            shown = numpy.random.default_rng(0).choice(4810, 300, replace=False)
            wanted = numpy.stack([w, after], axis=1)[shown]
            numpy.testing.assert_allclose(networks[name]["pairs"], wanted, rtol=1e-3, atol=2e-5)


def test_the_errata_have_the_number_of_the_first_seed(script):
    assert round(script.load()["networks"]["ftrl"]["erased"][0], 2) == 0.94


def test_the_guide_s_arguments_do_not_train_the_network_and_the_cure_does(script):
    networks = script.load()["networks"]
    assert numpy.array(networks["ftrl"]["losses"])[:, -1].min() > log(10) - 0.02
    assert numpy.array(networks["ftrl, cured"]["losses"])[:, -1].max() < 0.2


def algorithm_1(lamda1, seed):
    """One pass over the clicks, per coordinate: McMahan et al. 2013, Algorithm 1, with α = 0.1, β = 1, λ₂ = 0."""
    rng = numpy.random.default_rng(seed)
    truth = numpy.concatenate([rng.choice((-1.0, 1.0), 10), numpy.zeros(190)])
    x = rng.normal(size=(2000, 200))
    y = rng.random(2000) < 1 / (1 + numpy.exp(-x @ truth))
    z, n, w = numpy.zeros(200), numpy.zeros(200), numpy.zeros(200)
    for features, clicked in zip(x, y):
        p = 1 / (1 + numpy.exp(-features @ w))
        g = (p - clicked) * features
        sigma = (numpy.sqrt(n + g * g) - numpy.sqrt(n)) / 0.1
        z += g - sigma * w
        n += g * g
        w = numpy.where(abs(z) <= lamda1, 0, -(z - numpy.sign(z) * lamda1) / ((1 + numpy.sqrt(n)) / 0.1))
    x = rng.normal(size=(5000, 200))
    y = rng.random(5000) < 1 / (1 + numpy.exp(-x @ truth))
    right = 1 / (1 + numpy.exp(-numpy.where(y, 1, -1) * (x @ w)))
    return (w[10:] == 0).mean(), (w[:10] == 0).mean(), -numpy.log(right).mean()


@pytest.mark.parametrize("lamda1, seed", [(0.0, 0), (20.0, 1), (200.0, 4)])
def test_the_streams_are_the_paper_s_algorithm(script, lamda1, seed):
    data = script.load()
    found = data["streams"][data["lambdas"].index(lamda1)][seed]
    assert found == pytest.approx(algorithm_1(lamda1, seed), abs=1e-3)


def test_the_axes_show_the_data(script):
    data = script.load()
    figure = script.draw(data)
    first, losses, zeros, clicked = figure.axes
    for i, part in enumerate(data["networks"].values()):
        numpy.testing.assert_array_equal(first.lines[i].get_xydata(), part["pairs"])
        numpy.testing.assert_array_equal(losses.lines[i].get_ydata(), numpy.mean(part["losses"], axis=0))
    streams = numpy.array(data["streams"])
    for i in range(2):
        numpy.testing.assert_array_equal(zeros.lines[i].get_ydata(), streams[1:, :, i].mean(1))
    numpy.testing.assert_allclose(clicked.lines[0].get_ydata(), (streams[1:] - streams[0]).mean(1)[:, 2])
    assert "92 to 94 % of the weights" in figure.get_suptitle()
    assert "and none of the useful" in figure.get_suptitle()
    data["networks"]["ftrl"]["erased"] = [0.5] * 5
    assert "50 % of the weights" in script.draw(data).get_suptitle()


@pytest.mark.filterwarnings("ignore:Ftrl's first step")
@pytest.mark.parametrize("name", ["ftrl", "ftrl, cured"])
def test_measuring_again_agrees(script, parts, name):
    with cpu():
        _, after, zeros, losses = parts["network"](parts["SETTINGS"][name], 2)
    old = script.load()
    new = script.load()
    new["networks"][name]["erased"][2] = (after == 0).mean()
    new["networks"][name]["zeros"][2], new["networks"][name]["losses"][2] = zeros, losses
    assert list(script.agree(old, new)) == []
    new["networks"][name]["losses"][2][-1] += 0.06
    assert len(list(script.agree(old, new))) == 1
