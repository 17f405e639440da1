"""The measured steps are those of the closed forms, and the rules are those of the libraries that are named."""

import json
from math import sqrt
from pathlib import Path

import numpy
import pytest
from recorded import PATHS, W, apart, ours, walked

from minigrad import optimizer
from minigrad.commands import figures

CASES = json.loads((Path(__file__).parents[1] / "data" / "optimizers.json").read_text())["cases"]
EPSILON = 1e-8


@pytest.fixture(scope="module")
def script():
    return figures.script("epsilon")


@pytest.fixture(scope="module")
def rules(script):
    """Name -> class."""
    return {name: rule for name, (rule, _) in script.measure.__globals__["PLACES"].items()}


def shares(g, t=1):
    """The step over the rate by place, for constant gradients."""
    c = sqrt(1 - 0.999**t)
    return {
        "adam": g / (g + EPSILON),
        "adam, uncorrected": g / (g + EPSILON / c),
        "adam, inside": g / sqrt(g * g + EPSILON),
        "adam, inside, uncorrected": g / sqrt(g * g + EPSILON / c**2),
    }


def test_the_first_steps_are_those_of_the_closed_forms(script):
    data = script.load()
    for i, g in enumerate(data["gradients"]):
        for name, share in shares(g).items():
            assert data["places"][name]["lost"][i] == pytest.approx(1 - share, rel=2e-5, abs=1e-12)


def test_steps_are_halved_and_places_cross_where_the_formulas_say(script):
    data = script.load()
    for i, t in enumerate(data["times"]):
        c = sqrt(1 - 0.999**t)
        wanted = [EPSILON, EPSILON / c, sqrt(EPSILON / 3), sqrt(EPSILON / 3) / c]
        assert [place["halves"][i] for place in data["places"].values()] == pytest.approx(wanted, rel=1e-3)
    c = sqrt(1 - 0.999)
    wanted = [(1 - EPSILON) / 2, (c - EPSILON / c) / 2, (1 - EPSILON) / (2 * c)]
    assert [g for g, _ in data["crossings"]] == pytest.approx(wanted, rel=1e-4)
    pairs = [("adam", "adam, inside"), ("adam, uncorrected", "adam, inside")]
    for g, (one, other) in zip(wanted, pairs):
        assert shares(g)[one] == pytest.approx(shares(g)[other], abs=1e-15)


@pytest.mark.parametrize(
    "path, place",
    [
        ("optax/adam(0.1, eps=0.1)", "adam"),
        ("mxnet2/Adam(learning_rate=0.1, epsilon=0.1)", "adam, uncorrected"),
        ("keras/Adam(learning_rate=0.1, epsilon=0.1)", "adam, uncorrected"),
    ],
)
def test_libraries_have_the_place_that_the_legend_says(rules, path, place):
    near = [
        name for name, rule in rules.items() if apart(ours(rule(learning_rate=0.1, epsilon=0.1)), PATHS[path]) < 1e-4
    ]
    assert near == [place]


def test_mxnet_1_has_the_uncorrected_place(rules):
    case = next(case for case in CASES if case["id"] == "adam/tiny-grads-f64")
    recorded = numpy.array(case["weights"])
    moved = abs(recorded - numpy.array(case["w0"])).max()
    paths = {name: walked(rule(**case["kwargs"]), case["w0"], case["grads"]) for name, rule in rules.items()}
    assert [name for name, path in paths.items() if abs(path - recorded).max() < 1e-4 * moved] == ["adam, uncorrected"]


def test_the_place_inside_the_uncorrected_root_is_that_of_rmsprop(rules):
    """When the corrections are over: after 300 steps of β₂ = 0.9 they are 1."""
    gradients = [[g, -g] for g in numpy.linspace(1e-5, 3e-4, 300)]
    makes = rules["adam, inside, uncorrected"](learning_rate=0.1, beta1=0.0, beta2=0.9, epsilon=1e-8)
    path, other = (
        walked(opt, [W, W], gradients) for opt in (makes, optimizer.RMSProp(learning_rate=0.1, rho=0.9, epsilon=1e-8))
    )
    assert numpy.diff(path, axis=0)[-1] == pytest.approx(numpy.diff(other, axis=0)[-1], rel=1e-9)


def test_the_axes_show_the_data(script):
    data = script.load()
    figure = script.draw(data)
    first, lost, halved = figure.axes
    for i, place in enumerate(data["places"].values()):
        numpy.testing.assert_array_equal(first.lines[i].get_ydata(), 1 - numpy.array(place["lost"]))
        numpy.testing.assert_array_equal(lost.lines[i].get_xydata(), list(zip(data["gradients"], place["lost"])))
        numpy.testing.assert_array_equal(halved.lines[i].get_xydata(), list(zip(data["times"], place["halves"])))
    numpy.testing.assert_array_equal([line.get_xydata()[0] for line in lost.lines[4:]], data["crossings"])
    assert "from 1e-8 to 2e-3" in figure.get_suptitle()
    data["places"]["adam"]["halves"][0] = 4e-9
    assert "from 4e-9 to 2e-3" in script.draw(data).get_suptitle()


def test_measuring_again_agrees(script):
    assert list(script.agree(script.load(), script.measured())) == []
