"""The race of the training steps is fair: after some steps all contestants have the same weights."""

import gc
from functools import partial

import numpy
import pytest

from minigrad import gpu
from minigrad.bench import gpu as on_gpu
from minigrad.bench import training

SIZES = (16, 12, 9, 8, 5)


def weights(make, steps=4):
    contestant = make()
    for _ in range(steps):
        contestant.step()
    return numpy.concatenate([numpy.asarray(w).ravel() for w in contestant.weights()])


def by_hand(rule, steps=4):
    return weights(lambda: training.of_numpy(SIZES, rule), steps)


def same(found, rule, steps=4):
    moved = abs(by_hand(rule, steps) - by_hand(rule, 0)).max()
    assert moved > 1e-3
    return abs(found - by_hand(rule, steps)).max() < 1e-3 * moved


@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("name", ["minigrad", "hybridized"])
def test_ours_are_what_is_written_by_hand(name, rule):
    assert same(weights(training.ours(SIZES, rule)[name]), rule)


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_pytorchs_are_too(rule):
    pytest.importorskip("torch")
    assert same(weights(lambda: training.of_torch(SIZES, rule)), rule)


@pytest.mark.gpu
@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_on_a_gpu_all_are(rule):
    for make in training.ours(SIZES, rule, gpu()).values():
        assert same(weights(make, 7), rule, 7)
    torch = pytest.importorskip("torch")
    assert same(weights(lambda: training.of_torch(SIZES, rule, "cuda"), 7), rule, 7)

    def captured():
        how = {"capturable": True} if rule == "adam" else {}
        contestant = on_gpu.captured(partial(training.of_torch, SIZES, rule, "cuda", **how))  # 3 steps before
        gc.collect()
        # had the labels been freed, one of these would now be where they were
        held.extend(torch.full((SIZES[0],), 10**6, device="cuda") for _ in range(100))
        return contestant

    held = []
    assert same(weights(captured, 4), rule, 7)


@pytest.mark.parametrize("package", ["autograd", "mygrad", "jax"])
def test_and_those_of_the_others(package):
    pytest.importorskip(package)
    assert same(weights(lambda: getattr(training, f"of_{package}")(SIZES)), "sgd")


def test_jax_runs_apart_from_the_others_and_after_them(monkeypatch):
    monkeypatch.setattr(training, "here", lambda package: True)
    for race in training.races(every=True):
        assert race.last == ("JAX" in race.theirs) == (len(race.theirs) == 1)
