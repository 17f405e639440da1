"""The rates of layers are those of the formulas, worked out in NumPy in the same training; the warm-ups are exact."""

from math import sqrt

import numpy
import pytest

from minigrad import compare, cpu, datasets, np, optimizer
from minigrad.commands import figures

BLOCK = 15


@pytest.fixture(scope="module")
def script():
    return figures.script("layer_rates")


class ByHand(optimizer.Optimizer):
    """Layer-wise rates in plain NumPy, as one would write them: an optimizer of one's own."""

    def __init__(self, rate, momentum, ratio):
        super().__init__(learning_rate=rate)
        self.rate, self.momentum, self.ratio, self.noted = rate, momentum, ratio, []

    def create_state(self, index, weight):
        return np.zeros(weight.shape)

    def update(self, index, weight, grad, state):
        self._update_count(index)
        w, raw = weight.asnumpy(), grad.asnumpy()
        rate = self.rate * self.ratio(w, raw, self.rescale_grad)
        if w.ndim == 2:
            self.noted.append(rate)
        v = self.momentum * state.asnumpy() - rate * self.rescale_grad * raw
        state[:], weight[:] = v, w + v


def length(x):
    return sqrt((x.astype("float64") ** 2).sum())


def lars(w, raw, scale):
    """Trust 0.001 |w| / |g| of the mean gradient; 1 for biases, which are vectors here."""
    return 0.001 * length(w) / (scale * length(raw)) if w.ndim == 2 else 1.0


def lbsgd(w, raw, scale):
    """|w| / |g| of the summed gradient, limited."""
    return min(max(sqrt(length(w) ** 2 / (length(raw) ** 2 + 1e-18)), 0.01), 100.0)


@pytest.mark.parametrize("name, rate, momentum, ratio", [("LARS", 0.5, 0.9, lars), ("LBSGD", 0.2, 0.0, lbsgd)])
def test_the_rates_of_the_layers_are_those_of_the_formulas(script, name, rate, momentum, ratio):
    """The first epoch, three blocks, of one seed."""
    rule = ByHand(rate, momentum, ratio)
    with cpu():
        next(compare.train(rule, *datasets.digits(), epochs=1, seed=3))
    wanted = numpy.exp(numpy.log(numpy.reshape(rule.noted, (-1, BLOCK, 3))).mean(1))
    found = numpy.array(script.load()[name]["rates"])[3, : len(wanted)]
    assert wanted.shape == (3, 3)
    numpy.testing.assert_allclose(found, wanted, rtol=0.01)


def test_the_warm_ups_are_the_closed_forms(script):
    shapes = {"linear": lambda x: x, "power2": lambda x: x * x, "sqrt": sqrt, "none": lambda x: 0}
    warm = script.load()["warm-ups"]
    assert list(warm) == list(shapes)
    for strategy, shape in shapes.items():
        wanted = [0.0 if n % 8 else 8.0 if n >= 64 else 1 + 7 * shape(n / 64) for n in range(1, 97)]
        assert warm[strategy] == pytest.approx(wanted, abs=2e-3)


def test_the_axes_show_the_data(script):
    data = script.load()
    figure = script.draw(data)
    *trained, warm = figure.axes
    for axes, name in zip(trained, ("LARS", "LBSGD")):
        rates = numpy.array(data[name]["rates"])
        assert rates.shape == (5, 60, 3)
        for i, line in enumerate(axes.lines):
            numpy.testing.assert_array_equal(line.get_ydata(), rates[..., i].mean(0))
    for line, moves in zip(warm.lines, data["warm-ups"].values()):
        numpy.testing.assert_array_equal(line.get_ydata(), moves[7::8])
    for name in ("LARS", "LBSGD"):
        second = numpy.log(data[name]["rates"])[:, 30:].mean(1)
        ratios = numpy.exp(second[:, 0] - second[:, 2])
        assert f"{ratios.min():.1f} to {ratios.max():.1f} times" in " ".join(figure.get_suptitle().split())


def test_measuring_again_agrees(script):
    """One run of LBSGD; the rest takes longer."""
    parts = script.measure.__globals__
    with cpu():
        rates, accuracy = parts["training"](parts["RULES"]["LBSGD"](), 1)
    old, new = script.load(), script.load()
    old["LBSGD"]["rates"], new["LBSGD"]["rates"] = [old["LBSGD"]["rates"][1]], [rates.tolist()]
    assert list(script.agree(old, new)) == []
    assert accuracy == pytest.approx(old["LBSGD"]["accuracies"][1], abs=0.02)
    new["LBSGD"]["rates"] = (1.2 * numpy.array(old["LBSGD"]["rates"])).tolist()
    assert len(list(script.agree(old, new))) == 1
