"""The race of the layers is fair: ours and PyTorch's network begin with the same weights, and have the same later."""

import pytest

from minigrad.bench.layers import NETWORKS, of_minigrad, of_torch, races

pytest.importorskip("torch")


@pytest.mark.parametrize("name", NETWORKS)
def test_after_three_steps_both_have_the_same_weights(name):
    (_, *rest), ours, theirs = NETWORKS[name]
    shape = (2, *rest)
    mine, other = of_minigrad(shape, ours), of_torch(shape, ours, theirs)
    before = [w.copy() for w in mine.weights()]
    for _ in range(3):
        mine.step()
        other.step()
    moved = max(abs(a - b).max() for a, b in zip(before, mine.weights()))
    assert moved > 1e-3
    for a, b in zip(mine.weights(), other.weights(), strict=True):
        assert a.shape == b.shape and abs(a - b).max() < 1e-3 * moved


def test_all_networks_take_part():
    assert [race.task for race in races(every=False)] == list(NETWORKS)
