"""The data of the comparison are of every optimizer, and are what is measured."""

import pytest

from minigrad import compare, cpu, datasets
from minigrad.commands import figures
from minigrad.plot.style import FAMILIES

EPOCHS, SEEDS, EARLY = 20, 3, 3


@pytest.fixture(scope="module")
def script():
    return figures.script("compare")


def test_the_data_are_of_every_optimizer_with_a_family(script):
    runs = script.load()
    assert set(runs) == {name for *_, members in FAMILIES.values() for name in members}
    for several in runs.values():
        assert [(len(loss), len(share)) for loss, share in several] == [(EPOCHS, EPOCHS)] * SEEDS


@pytest.mark.parametrize("name", ["sgd", "adam", "signum", "ftrl"])
def test_measuring_again_agrees(script, name):
    with cpu():  # whose random numbers they were; a GPU has others
        *_, run = compare.train(compare.build(name), *datasets.digits(), epochs=EARLY, seed=1)
    old = script.load()
    new = {other: [[list(curve) for curve in one] for one in several] for other, several in old.items()}
    for curve, measured in zip(new[name][1], run.curves):
        curve[:EARLY] = measured
    assert list(script.agree(old, new)) == []
    new[name][1][0][EARLY - 1] *= 1.02
    assert len(list(script.agree(old, new))) == 1


def test_a_mean_outside_the_band_and_another_optimizer_are_told(script):
    old = script.load()
    later = [[[*loss[:-1], loss[-1] * 9], share] for loss, share in old["adam"]]
    assert ["adam: a mean at the end" in one for one in script.agree(old, old | {"adam": later})] == [True]
    assert len(list(script.agree(old, {"adam": old["adam"]}))) == 1
