"""What is drawn of Adam is what its equations give in plain floats."""

import math

import pytest

from minigrad.commands import figures
from minigrad.plot.growing import Growing


@pytest.fixture(scope="module")
def script():
    return figures.script("adam_states")


def walk(x, y, steps=200, rate=0.05):
    """Adam of the paper (algorithm 1) on (1 - x)² + 100 (y - x²)²: positions, gradients, means and variances."""
    w, mean, var = [x, y], [0.0, 0.0], [0.0, 0.0]
    found = {"positions": [w], "gradients": [], "mean": [mean], "var": [var]}
    for t in range(1, steps + 1):
        x, y = w
        g = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
        mean = [0.9 * m + 0.1 * d for m, d in zip(mean, g)]
        var = [0.999 * v + 0.001 * d * d for v, d in zip(var, g)]
        scale = [rate / (math.sqrt(v / (1 - 0.999**t)) + 1e-8) for v in var]
        w = [a - s * m / (1 - 0.9**t) for a, s, m in zip(w, scale, mean)]
        for name, value in {"positions": w, "gradients": g, "mean": mean, "var": var}.items():
            found[name].append(value)
    return found


def test_the_walk_is_that_of_the_papers_algorithm(script):
    shown, expected = script.load()["walk"], walk(-1.2, 1.0)
    assert list(shown) == list(expected)
    for name, rows in expected.items():
        for row, other in zip(shown[name], rows, strict=True):
            assert row == pytest.approx(other, rel=1e-3, abs=1e-6)


def test_the_axes_show_the_data(script):
    data = script.load()
    moving = script.draw(data)
    way, gradient, mean, var, length = moving.figure.axes
    assert way.findobj(Growing)[0].get_xydata().tolist() == data["walk"]["positions"]
    for axes, name in ((gradient, "gradients"), (mean, "mean"), (var, "var")):
        lines = [line.get_ydata().tolist() for line in axes.findobj(Growing)]
        assert sorted(lines) == sorted(map(list, zip(*data["walk"][name])))
    (line,) = length.findobj(Growing)
    steps = zip(data["walk"]["positions"], data["walk"]["positions"][1:])
    assert line.get_ydata() == pytest.approx([math.dist(*ends) for ends in steps])
    assert moving.steps[-1] == 200


def test_the_title_has_median_and_range_of_the_starts(script):
    data = script.load()
    title = script.draw(data).figure.get_suptitle().replace("\n", " ")
    for name in ("var left", "step"):
        low, *_, high = ordered = sorted(100 * share for share in data[name])
        middle = (ordered[9] + ordered[10]) / 2
        assert f"{middle:.0f}\N{NO-BREAK SPACE}% ({low:.0f} to {high:.0f}\N{NO-BREAK SPACE}%)" in title
    assert all(share >= 0.999**200 for share in data["var left"])  # were there no gradients at all after the peak
