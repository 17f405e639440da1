"""The walks of the race are those of plain floats, the rates the best, and the axes show them."""

import math

import numpy
import pytest

from minigrad.commands import figures
from minigrad.plot.growing import Growing
from minigrad.plot.style import FAMILIES

STEPS, SHOWN = 200, (-1.2, 1.0)


@pytest.fixture(scope="module")
def script():
    return figures.script("rosenbrock_race")


@pytest.fixture(scope="module")
def data(script):
    return script.load()


@pytest.fixture(scope="module")
def figure(script, data):
    return script.draw(data).figure


def height(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def descent(place, rate, momentum=0.0):
    """SGD with Nesterov's momentum, or without any: the positions."""
    w, v, found = list(place), [0.0, 0.0], [list(place)]
    for _ in range(STEPS):
        x, y = w
        slope = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
        before = [a - momentum * b for a, b in zip(w, v)]
        v = [momentum * b - rate * d for b, d in zip(v, slope)]
        w = [a + (1 + momentum) * b for a, b in zip(before, v)]
        if not all(abs(a) < 1e100 for a in w):
            return None
        found.append(w)
    return found


def end(place, rate, momentum):
    """The median height over the last 20 steps; infinite if the walk diverges."""
    way = descent(place, rate, momentum)
    return math.inf if way is None else float(numpy.median([height(*w) for w in way[-20:]]))


def starts(count, seed):
    return (numpy.array(SHOWN) + 0.2 * numpy.random.default_rng(seed).normal(size=(count, 2))).tolist()


@pytest.mark.parametrize(("name", "momentum"), [("sgd", 0.0), ("nag", 0.9)])
def test_the_rate_is_best_from_the_worst_of_four_starts_and_the_ends_are_those_of_plain_floats(data, name, momentum):
    rates = [float(f"{digit}e{power}") for power in range(-4, 3) for digit in (1, 2, 5)]
    worst = {rate: max(end(place, rate, momentum) for place in [SHOWN, *starts(3, 100)]) for rate in rates}
    rate = min(worst, key=worst.get)
    assert data[name]["rate"] == rate
    ends = [math.inf if found is None else found for found in data[name]["ends"]]
    assert ends == pytest.approx([end(place, rate, momentum) for place in starts(20, 0)], rel=1e-3)
    numpy.testing.assert_allclose(data[name]["way"], descent(SHOWN, rate, momentum), rtol=1e-3, atol=1e-6)


def test_every_rule_is_in_the_panel_of_its_family(data, figure):
    for axes, (*_, members) in zip(figure.axes, FAMILIES.values(), strict=True):
        lines = {line.get_label(): line for line in axes.findobj(Growing) if line.get_label()[0] != "_"}
        names = [label.split(":")[0].split()[0] for label in lines]
        assert set(names) == set(members) & set(data) and len(names) == len(lines)
        for name, line in zip(names, lines.values()):
            assert line.get_xydata().tolist() == data[name]["way"]
            assert axes.get_xlim() == (-2, 2)
    assert len(data) == sum(len(members) for *_, members in FAMILIES.values())


def test_the_title_names_those_that_end_lowest(data, figure):
    """Tukey's test, its critical value from SciPy and not drawn, names the same, the lowest mean first."""
    whole = {name: numpy.log(one["ends"]) for name, one in data.items() if None not in one["ends"]}
    table = numpy.array(list(whole.values()))
    rows, starts = table.shape
    noise = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    error = math.sqrt((noise**2).sum() / ((rows - 1) * (starts - 1)) / starts)
    means = {name: row.mean() for name, row in whole.items()}
    title = figure.get_suptitle().replace("\n", " ")
    named = title.partition(": ")[2].partition(" tie for")[0].replace(" and ", ", ").split(", ")
    assert named == sorted(named, key=means.get) and named[0] == min(means, key=means.get)
    assert (rows, starts) == (19, 20)
    told_apart = 5.0131 * error  # scipy.stats.studentized_range.ppf(0.95, 19, 342)
    assert set(named) == {name for name in means if means[name] - means[named[0]] < told_apart}
    assert f"the other {len(data) - len(named)} end higher" in title
