"""The race of the optimizers is fair: ours and PyTorch's make the same weights of the same gradients."""

import numpy
import pytest

from minigrad.bench import optimizers
from minigrad.bench.optimizers import ALONE, FUSED, NETWORK, RULES, of_minigrad, of_torch, races, read

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _no_small_gradients(monkeypatch):
    """Some rules add ε below the root here and beside it there, which shows only where a gradient is about as small."""

    def values(size):
        w, g = numpy.random.default_rng(1).standard_normal((2, size), dtype="float32")
        return w, g + numpy.sign(g) * numpy.float32(0.2)

    monkeypatch.setattr(optimizers, "values", values)


def weights(contestant):
    for _ in range(3):
        contestant.step()
    return numpy.concatenate(contestant.weights())


@pytest.mark.parametrize("way", ["minigrad", ALONE])
@pytest.mark.parametrize("name", RULES)
def test_after_three_steps_all_have_the_same_weights(name, way):
    rule = RULES[name]
    before = numpy.concatenate(of_minigrad(rule, NETWORK).weights())
    with read(way):
        ours = weights(of_minigrad(rule, NETWORK))
    ways = [{}, {"fused": True}] if rule.theirs in FUSED["cpu"] else [{}]
    assert abs(ours - before).max() > 1e-3
    for how in ways:
        theirs = weights(of_torch(rule, NETWORK, **how))
        assert abs(theirs - ours).max() < 1e-3 * abs(ours - before).max()  # float32 rounds weights of 4 by 2e-7


def test_every_rule_is_run_if_all_are_asked_for_and_else_a_few():
    tasks = [race.task for race in races(every=True)]
    assert len(set(tasks)) == len(tasks) and {task.partition(",")[0] for task in tasks} == set(RULES)
    assert 0 < len(list(races(every=False))) < len(tasks)
