"""The ranges of good rates are where constructed curves have them; the data are measured again, and are in the axes."""

import math

import numpy
import pytest

from minigrad import cpu, datasets, optimizer
from minigrad.commands import figures
from minigrad.compare import train

SEEDS = 5


@pytest.fixture(scope="module")
def script():
    return figures.script("rates")


@pytest.fixture(scope="module")
def data(script):
    return script.load()


@pytest.fixture(scope="module")
def figure(script, data):
    return script.draw(data)


def bars(figure):
    """Name -> (low, high) of the thick bars."""
    axes = figure.axes[-1]
    thick = [line for line in axes.lines if line.get_linewidth() == 5]
    names = [label.get_text() for label in axes.get_yticklabels()]
    return {names[int(line.get_ydata()[0])]: tuple(line.get_xdata()) for line in thick}


@pytest.mark.parametrize(("left", "right"), [(1.0, 2.0), (0.5, 4.0), (3.0, math.inf)])
def test_a_range_ends_where_the_loss_is_three_times_the_best(script, left, right):
    """On logarithmic axes the losses are two straight lines: a range ends where 3 is reached, or at a finite loss."""
    rates = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0]
    losses = [r**-left if r <= 1 else r**right for r in rates]
    one = {"rates": rates, "losses": [[0.2 * loss if math.isfinite(loss) else None for loss in losses]] * SEEDS}
    shown = bars(script.draw({"sgd": one, "adam": one}))
    expected = (max(3 ** (-1 / left), 0.1), 3 ** (1 / right) if math.isfinite(right) else 1.0)
    assert shown["sgd"] == pytest.approx(expected) and shown["adam"] == pytest.approx(expected)


def test_every_range_lies_within_the_rates_that_were_tried(data, figure):
    assert bars(figure).keys() == data.keys() and len(data) == 20
    for name, (low, high) in bars(figure).items():
        rates, losses = data[name]["rates"], numpy.array(data[name]["losses"], "float64")
        losses[numpy.isnan(losses)] = math.inf
        assert losses.shape == (SEEDS, 13) and rates == sorted(rates)
        assert rates[0] < low < high < rates[-1]
        best = rates[int(numpy.median(losses, axis=0).argmin())]
        assert low <= best <= high


def test_the_curves_are_the_medians(data, figure):
    drawn = {}
    for axes in figure.axes[:-1]:
        drawn |= {line.get_label(): line.get_xydata() for line in axes.lines}
    assert drawn.keys() == data.keys()
    for name, part in data.items():
        losses = [sorted(math.inf if x is None else x for x in column) for column in zip(*part["losses"])]
        middle = [min(column[SEEDS // 2], 40) for column in losses]
        numpy.testing.assert_allclose(drawn[name].T, [part["rates"], middle])


def test_the_title_names_the_widest_and_the_narrowest(data, figure):
    factors = {name: high / low for name, (low, high) in bars(figure).items()}
    widest, narrowest = max(factors, key=factors.get), min(factors, key=factors.get)
    title = figure.get_suptitle().replace("\n", " ")
    assert f"rates of {widest} span a factor of {factors[widest]:.2g} (" in title
    assert f"by seed), those of {narrowest} {factors[narrowest]:.2g} (" in title


@pytest.mark.parametrize(("name", "cls", "column"), [("adagrad", optimizer.AdaGrad, 4), ("adam", optimizer.Adam, 5)])
def test_measuring_again_agrees(data, name, cls, column):
    """At rates at which rounding is not yet magnified."""
    part, seed = data[name], 1
    with cpu():  # whose random numbers they were; a GPU has others
        *_, run = train(cls(learning_rate=part["rates"][column]), *datasets.digits(), epochs=10, seed=seed)
    assert run.loss[-1] == pytest.approx(part["losses"][seed][column], rel=0.03)


def test_another_width_or_loss_does_not_agree(script, data):
    table = numpy.array(data["adam"]["losses"], "float64")
    higher = data | {"adam": data["adam"] | {"losses": (3 * table).tolist()}}
    assert list(script.agree(data, higher)) == ["adam: a median loss differs by more than a factor of 2"]
    flat = data | {"adam": data["adam"] | {"losses": numpy.sqrt(table).tolist()}}
    assert any("adam: the good rates span a factor of" in sentence for sentence in script.agree(data, flat))
    assert len(list(script.agree(data, {"adam": data["adam"]}))) == 1
