"""The rate that is found is the best one that theory or trying finds, and only a rate is changed."""

import math

import numpy
import pytest

from minigrad import lr_scheduler, optimizer
from minigrad.plot import record, tuned
from minigrad.plot.tuning import RATES, end


def test_gradient_descent_on_a_quadratic_gets_the_rate_that_theory_gives():
    """Each step multiplies x by 1 - 0.2 η and y by 1 - 4 η. The larger factor decides."""
    best = min(RATES, key=lambda rate: max(abs(1 - 0.2 * rate), abs(1 - 4 * rate)))
    assert tuned("sgd", "valley", steps=300).lr == best == 0.2


@pytest.mark.parametrize("name", ["adam", "ftrl", "lamb", "signum"])
def test_no_other_rate_of_the_grid_ends_lower(name):
    best = tuned(name, "rosenbrock", steps=30)
    ends = [end(record(optimizer.create(name, learning_rate=rate), "rosenbrock", steps=30)) for rate in RATES]
    assert best.lr == RATES[int(numpy.argmin(ends))]


def test_under_noise_the_seeds_are_not_those_of_recordings(monkeypatch):
    seen = set()

    def spy(*arguments):
        seen.add(arguments[5])
        return record(*arguments)

    monkeypatch.setattr("minigrad.plot.tuning.record", spy)
    tuned("sgd", "noisy", steps=5)
    assert len(seen) == 3 and min(seen) > 20


def test_an_optimizer_keeps_everything_but_its_rate_and_stays_as_it_is():
    rule = optimizer.Adam(learning_rate=3.0, beta1=0.5, wd=0.01)
    best = tuned(rule, "valley", steps=20)
    assert (rule.lr, best.beta1, best.wd) == (3.0, 0.5, 0.01) and best.lr != 3.0


def test_what_has_no_rate_to_choose_is_returned_as_it_is():
    for rule in (optimizer.AdaDelta(), optimizer.SGD(lr_scheduler=lr_scheduler.FactorScheduler(5))):
        assert tuned(rule, "valley", steps=5) is rule


def test_nag_has_the_momentum_without_which_it_is_sgd():
    assert tuned("NAG", "valley", steps=5).momentum == 0.9


def test_the_end_is_the_median_of_the_last_tenth_and_infinite_after_a_divergence():
    history = record(optimizer.SGD(learning_rate=0.45), "valley", steps=50)
    assert end(history) == sorted(history.losses[-5:])[2]
    assert end(record(optimizer.SGD(learning_rate=50), "rosenbrock", steps=50)) == math.inf
