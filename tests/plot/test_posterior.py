"""The density is the exact one, the samples are the recorded ones, and the verdict is right where theory knows it."""

import re

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.optimizer.rule import log
from minigrad.plot.posterior import around, density, errors, law, law_of
from minigrad.plot.surfaces import SURFACES, surface


def numbers(figure):
    """For x and y: the spread of the samples, its error, the exact spread."""
    found = re.findall(r"[xy] ([\d.]+) ± ([\d.]+) \(exact\s([\d.]+)\)", figure.get_suptitle())
    return [tuple(map(float, entry)) for entry in found]


def test_the_density_of_the_valley_is_the_normal_one():
    hill = SURFACES["valley"]
    x, y, weights = density(hill, around(hill, numpy.zeros((1, 2))))
    exact = law(numpy.array([x, y]), weights)
    assert exact.mean == pytest.approx([0, 0], abs=1e-3)
    assert exact.spread == pytest.approx([5**0.5, 0.5], rel=1e-3)  # exp(-0.1 x² - 2 y²) has variances 5 and 1/4


def test_short_steps_sample_the_density_and_long_ones_spread_as_theory_says():
    """A step x ← (1 - η k / 2) x + noise of variance η has the variance 1 / (k (1 - η k / 4))."""
    fine = plot.posterior(optimizer.SGLD(learning_rate=0.2), lambda x, y: x**2 / 2 + y**2 / 2, steps=8000, seed=3)
    for has, doubt, should in numbers(fine):
        assert should == 1.0 and abs(has - (1 / (1 - 0.05)) ** 0.5) < 3 * doubt + 0.01
    coarse = plot.posterior(optimizer.SGLD(learning_rate=2.0), lambda x, y: x**2 / 2 + y**2 / 2, steps=4000)
    assert coarse.get_suptitle().startswith("Wrong spread")
    for has, doubt, _ in numbers(coarse):
        assert abs(has - 2**0.5) < 3 * doubt + 0.01


def test_an_optimizer_that_does_not_sample_is_found_out():
    figure = plot.posterior(optimizer.SGD(learning_rate=0.1), "valley", start=(1, 1), steps=500)
    assert figure.get_suptitle().startswith("Wrong spread")
    figure = plot.posterior(optimizer.SGD(learning_rate=0.5), lambda x, y: x**2 + y**2, start=(1, 1), steps=50)
    assert figure.get_suptitle().replace("\n", " ") == (
        "Wrong spread: x 0.00 ± 0.00 (exact 0.71), y 0.00 ± 0.00 (exact 0.71)"
    )


def test_errors_are_those_of_independent_numbers_where_they_are_independent():
    rng = numpy.random.default_rng(0)
    found = numpy.array([errors(rng.normal(size=(2000, 2)) * (1, 3)) for _ in range(50)])
    expected = numpy.array([1, 3]) / numpy.sqrt(2 * 2000)  # of a standard deviation: σ / √(2 n)
    assert numpy.median(found, axis=0) == pytest.approx(expected, rel=0.1)


def test_the_dots_are_the_recorded_places_without_the_first_tenth():
    history = plot.record("sgld", "himmelblau", start=(3, 2), steps=300)
    (axes,) = plot.posterior(history).axes
    (dots,) = [line for line in axes.lines if line.get_label() == "samples"]
    numpy.testing.assert_array_equal(dots.get_xydata(), history.positions[31:])
    (low, high), _ = surface("himmelblau").view
    assert axes.get_xlim()[0] <= low and axes.get_xlim()[1] >= high


def test_a_walk_that_cannot_be_judged_is_refused_with_what_to_do():
    with pytest.raises(ArgumentError, match="sgld left 9 samples, or diverged; take more steps"):
        plot.posterior("sgld", steps=10)
    with pytest.raises(ArgumentError, match="or diverged"):
        plot.posterior(optimizer.SGLD(learning_rate=5.0), "rosenbrock", steps=100)


@pytest.mark.parametrize("spread", [(0.002, 0.002), (0.03, 2.0), (40.0, 0.5)])
def test_a_density_that_is_narrow_in_the_view_or_wider_has_its_own_spread(spread):
    """Cells of a fixed size made 0.0000 of 0.0022, and 0.02 of 0.03."""
    a, b = (1 / (2 * s * s) for s in spread)
    exact = law_of(surface(lambda x, y: a * x**2 + b * y**2), numpy.zeros((1, 2)))
    assert exact.spread == pytest.approx(spread, rel=1e-3) and exact.mean == pytest.approx((0, 0), abs=1e-3)


def test_the_spread_along_a_curved_gorge_is_that_of_theory():
    """For rosenbrock x is normal, (1, 1/2), and y is x² and more, normal, (0, 1/200)."""
    exact = law_of(SURFACES["rosenbrock"], numpy.zeros((1, 2)))
    assert exact.spread == pytest.approx([0.5**0.5, (2 * 0.25 + 4 * 0.5 + 0.005) ** 0.5], rel=1e-3)


def test_digits_are_those_of_the_error():
    figure = plot.posterior(optimizer.SGLD(learning_rate=1e-6), lambda x, y: 1e5 * (x**2 + y**2), steps=2000)
    assert figure.get_suptitle().startswith("Right spread: x 0.0025 ± 0.0002 (exact 0.0022)")


def test_outside_the_domain_of_a_surface_there_is_nothing():
    figure = plot.posterior("sgd", lambda x, y: 5 * (x**2 - log(x)) + y**2, start=(1, 1), steps=40)
    weight, x = (lambda x: x**5 * numpy.exp(-5 * x**2)), numpy.linspace(0, 4, 40001)
    mean = numpy.average(x, weights=weight(x))
    spread = numpy.average((x - mean) ** 2, weights=weight(x)) ** 0.5
    assert numbers(figure)[0][2] == pytest.approx(spread, abs=5e-3)


@pytest.mark.parametrize("hill", [lambda x, y: x + y, "beale", lambda x, y: log(1 + x**2) + y**2])
def test_a_density_without_a_spread_is_refused(hill):
    with pytest.raises(ArgumentError, match="does not vanish far away"):
        plot.posterior("sgld", hill, start=(1, 1), steps=40)
