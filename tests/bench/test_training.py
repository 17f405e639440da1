"""The race of the training steps is fair: after some steps all contestants have the same weights."""

import numpy
import pytest

from minigrad.bench import training

SIZES = (16, 12, 9, 8, 5)


def weights(make, steps=4):
    contestant = make()
    for _ in range(steps):
        contestant.step()
    return numpy.concatenate([numpy.asarray(w).ravel() for w in contestant.weights()])


def by_hand(rule, steps=4):
    return weights(lambda: training.of_numpy(SIZES, rule), steps)


def same(found, rule):
    moved = abs(by_hand(rule) - by_hand(rule, 0)).max()
    assert moved > 1e-3
    return abs(found - by_hand(rule)).max() < 1e-3 * moved


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("name", ["minigrad", "hybridized"])
def test_ours_are_what_is_written_by_hand(name, rule):
    assert same(weights(training.ours(SIZES, rule)[name]), rule)


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_pytorchs_are_too(rule):
    pytest.importorskip("torch")
    assert same(weights(lambda: training.of_torch(SIZES, rule)), rule)


@pytest.mark.parametrize("package", ["autograd", "mygrad", "jax"])
def test_and_those_of_the_others(package):
    pytest.importorskip(package)
    assert same(weights(lambda: getattr(training, f"of_{package}")(SIZES)), "sgd")


def test_jax_runs_apart_from_the_others_and_after_them(monkeypatch):
    monkeypatch.setattr(training, "here", lambda package: True)
    for race in training.races(every=True):
        assert race.last == ("JAX" in race.theirs) == (len(race.theirs) == 1)
