"""The density is the exact one, the samples are the recorded ones, and the verdict is right where theory knows it."""

import re

import numpy
import pytest

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.plot.posterior import around, density, errors, law
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
