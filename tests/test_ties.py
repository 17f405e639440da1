"""Ties: the test is Tukey's, and equal optimizers are rarely told apart."""

import math

import numpy
import pytest

from minigrad.errors import ArgumentError
from minigrad.ties import finding, studentized_range, ties, verdict


@pytest.mark.parametrize(  # from the tables of the studentized range, upper 5 % points
    ("means", "freedom", "point"), [(2, 2, 6.085), (3, 2, 8.331), (5, 10, 4.654), (10, 20, 5.008), (20, 40, 5.358)]
)
def test_the_studentized_range_is_that_of_the_printed_tables(means, freedom, point):
    assert studentized_range(means, freedom) == pytest.approx(point, rel=0.02)


@pytest.mark.parametrize(("shift", "apart"), [(0.98, False), (1.02, True)])
def test_two_optimizers_are_compared_by_students_t_for_pairs(shift, apart):
    differences = numpy.array([0.1, -0.2, 0.1])
    threshold = 4.303 * differences.std(ddof=1) / math.sqrt(3)  # t for 2 degrees of freedom, two-sided, 5 %
    base = numpy.array([5.0, 1.0, 9.0])  # what a seed does to both is no noise
    places = ties({"a": base, "b": base + differences + shift * threshold}).places
    assert places == ({"b": (1, 1), "a": (2, 2)} if apart else {"b": (1, 2), "a": (1, 2)})


def test_among_equal_optimizers_a_difference_is_seen_once_in_twenty_times():
    rng = numpy.random.default_rng(1)
    seen = 0
    for _ in range(1000):
        scores = rng.normal(size=(6, 3)) + rng.normal(size=3)
        places = ties(dict(zip("abcdef", scores))).places
        seen += any(place != (1, 6) for place in places.values())
    assert 30 <= seen <= 72


def test_places_overlap_where_neighbours_tie_and_the_ends_do_not():
    rng = numpy.random.default_rng(0)
    noise = rng.normal(size=(3, 4)) * 0.1
    noise -= noise.mean(1, keepdims=True)
    apart = ties(dict(zip("abc", noise))).apart
    scores = dict(zip("abc", noise - 0.7 * apart * numpy.arange(3)[:, None]))
    assert ties(scores).places == {"a": (1, 2), "b": (1, 3), "c": (2, 3)}
    assert ties(scores).first == ["a", "b"]


def test_one_seed_tells_nothing_apart():
    assert ties({"a": [1.0], "b": [2.0]}).places == {"b": (1, 2), "a": (1, 2)}
    assert finding(verdict({"a": [([1.0], [0.1])], "b": [([0.1], [0.9])]})) == "One seed cannot tell 2 optimizers apart"


def runs(**ends):
    """One run for each pair of a last loss and a last accuracy."""
    return {name: [([9.0, loss], [0.1, accuracy]) for loss, accuracy in pairs] for name, pairs in ends.items()}


ENDS = {
    "a": [(0.10, 0.971), (0.11, 0.972), (0.10, 0.969)],
    "b": [(0.20, 0.970), (0.21, 0.971), (0.22, 0.971)],
    "c": [(0.90, 0.800), (0.93, 0.801), (0.91, 0.799)],
}


def test_losses_are_compared_as_factors():
    found = verdict(runs(**ENDS))
    small = verdict(runs(**{name: [(loss / 1000, share) for loss, share in pairs] for name, pairs in ENDS.items()}))
    assert found.loss.places == small.loss.places == {"a": (1, 1), "b": (2, 2), "c": (3, 3)}
    assert small.loss.apart == pytest.approx(found.loss.apart)
    assert found.accuracy.places == {"b": (1, 2), "a": (1, 2), "c": (3, 3)}


def test_what_diverged_has_no_place_and_does_not_disturb_the_others():
    diverged = verdict(runs(**ENDS, bad=[(0.1, 0.99), (math.nan, 0.1), (0.1, 0.99)]))
    assert diverged.diverged == ["bad"]
    assert diverged[:2] == verdict(runs(**ENDS))[:2]
    none = verdict(runs(bad=[(math.inf, 0.1)]))
    assert none.loss.places == {}
    assert finding(none) == "No optimizer converged: nothing to compare"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("abc", "By test accuracy, 2 of 3 optimizers tie for first; by training loss, a leads alone"),
        ("ac", "a leads alone, by test accuracy and by training loss"),
        ("a", "One optimizer: nothing to compare"),
    ],
)
def test_the_finding_is_a_sentence(names, sentence):
    assert finding(verdict(runs(**{name: ENDS[name] for name in names}))) == sentence


def test_a_loss_of_zero_is_the_best():
    found = verdict(runs(none=[(0.0, 0.9), (0.0, 0.9)], some=[(0.1, 0.9), (0.11, 0.9)]))
    assert list(found.loss.places) == ["none", "some"]


def test_runs_that_cannot_be_paired_by_seed_are_refused():
    with pytest.raises(ArgumentError, match="sgd has 2 runs and adam has 1, but optimizers are compared seed by seed"):
        verdict({"sgd": [([1.0], [0.5])] * 2, "adam": [([1.0], [0.5])]})


def test_an_accuracy_that_is_no_number_has_no_place():
    """All comparisons with it are false, so it shared the first place."""
    found = verdict({"sgd": [([1.0], [math.nan])] * 2, "adam": [([1.0], [0.5])] * 2})
    assert found.diverged == ["sgd"] and list(found.accuracy.places) == ["adam"]
