"""The orders are those of the libraries, weights end where the slope is 0, and noise leaves what arithmetic says."""

import json
from math import sqrt
from pathlib import Path

import numpy
import pytest

from minigrad.commands import figures

CASES = json.loads((Path(__file__).parents[1] / "data" / "optimizers.json").read_text())["cases"]
DECAY, LIMIT = 0.5, 0.5


@pytest.fixture(scope="module")
def script():
    return figures.script("clip_decay")


@pytest.fixture(scope="module")
def parts(script):
    """What the file defines."""
    return script.measure.__globals__


@pytest.mark.parametrize("name", ["adam", "adamax", "nadam", "rmsprop", "ftml"])
def test_decay_first_is_the_path_recorded_from_mxnet_1_and_clip_first_the_other(parts, name, monkeypatch):
    case = next(case for case in CASES if case["id"] == f"{name}/rescale-clip-wd-f64")
    given = dict(case["kwargs"])
    scale, limit = given.pop("rescale_grad"), given.pop("clip_gradient")
    monkeypatch.setitem(parts, "DECAY", given.pop("wd"))
    slopes = [lambda w, g=g: scale * numpy.array(g) for g in case["grads"]]
    for order, recorded in (("decay", "weights"), ("clip", "default_weights")):
        path = parts["walk"](order, limit, case["w0"], slopes, name, **given)
        wanted = numpy.array(case[recorded])
        assert abs(path[1:] - wanted).max() < 1e-4 * abs(wanted - path[0]).max()


def root(slope):
    """Where a rising function is 0, by bisection."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return low


def test_weights_end_where_the_slope_is_0_and_the_closed_form_says_so(script, parts):
    def clipped(x, c):
        return max(-c, min(c, x))

    slopes = {
        "clip": lambda w, c: clipped(w - 3.0, c) + DECAY * w,
        "decay": lambda w, c: clipped(w - 3.0 + DECAY * w, c),
    }
    for order, part in script.load().items():
        for name, limits in parts["LIMITS"].items():
            wanted = [root(lambda w, c=c, slope=slopes[order]: slope(w, c)) for c in limits]
            assert part["ends"][name] == pytest.approx(wanted, abs=2e-3)
            assert [parts["end"](order, c) for c in limits] == pytest.approx(wanted)
    assert script.load()["clip"]["ends"]["adam"][0] == pytest.approx(0.2, abs=2e-3)  # c / δ


def expected(steps, rate):
    """The mean of a weight under clipped gradients of ±c and a decay, nearly: Adam's equations with means in them."""
    w, m, v, path = 1.0, 0.0, 0.0, [1.0]
    for t in range(1, steps + 1):
        m = 0.9 * m + 0.1 * DECAY * w
        v = 0.999 * v + 0.001 * (LIMIT**2 + (DECAY * w) ** 2)
        w -= rate * (m / (1 - 0.9**t)) / (sqrt(v / (1 - 0.999**t)) + 1e-8)
        path.append(w)
    return numpy.array(path)


def test_noise_leaves_the_decay_after_clipping_and_takes_it_before(script, parts):
    left = {order: numpy.array(part["left"]) for order, part in script.load().items()}  # (steps, seeds)
    wanted = {"clip": expected(3000, 0.001)[:: parts["EVERY"]], "decay": numpy.ones(121)}
    for order, weights in left.items():
        doubt = weights.std(1, ddof=1) / sqrt(weights.shape[1])
        assert (abs(weights.mean(1) - wanted[order]) <= 4 * doubt + 2e-3).all()
    assert left["clip"][-1].max() < 0.2 < 0.8 < left["decay"][-1].min()


def test_the_axes_show_the_data(script, parts):
    data = script.load()
    figure = script.draw(data)
    way, ends, noise = figure.axes
    for i, order in enumerate(data):
        for start in range(2):
            numpy.testing.assert_array_equal(
                way.lines[2 * i + start].get_ydata(), numpy.array(data[order]["ways"])[:, start]
            )
        numpy.testing.assert_array_equal(noise.lines[i].get_ydata(), numpy.mean(data[order]["left"], axis=1))
        for j, name in enumerate(parts["RULES"]):
            found = ends.lines[6 * i + 1 + j].get_xydata()
            numpy.testing.assert_array_equal(found, list(zip(parts["LIMITS"][name], data[order]["ends"][name])))
    last = numpy.array(data["clip"]["left"][-1])
    assert f"{last.mean():.3f} ± {last.std(ddof=1) / sqrt(30):.3f}" in figure.get_suptitle()


def test_measuring_again_agrees(script, parts):
    """The ways of Adam; the rest takes longer."""
    for order, part in script.load().items():
        ways = parts["walk"](order, LIMIT, (0.0, 3.0), [parts["uphill"]] * 600, "adam", learning_rate=0.01)
        assert ways[:: parts["EVERY"]] == pytest.approx(numpy.array(part["ways"]), abs=1e-3)
