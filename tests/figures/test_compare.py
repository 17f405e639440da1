"""The committed picture of the comparison is what the committed data give, and the data are what is measured."""

import importlib.util
import io
from pathlib import Path

import matplotlib
import matplotlib.image
import numpy
import pytest

from minigrad import compare, cpu, datasets
from minigrad.commands.output import DPI
from minigrad.plot import comparison
from minigrad.plot.style import FAMILIES

FOLDER = Path(__file__).parents[2] / "figures"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("figures_compare", FOLDER / "compare.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_drawn_from_the_data(script):
    committed = (FOLDER / "compare.png").read_bytes()
    if f"version{matplotlib.__version__}," not in committed[:200].decode("latin-1"):
        pytest.skip("the picture was drawn by another matplotlib")
    drawn = io.BytesIO()
    comparison(script.load()).savefig(drawn, format="png", dpi=DPI)
    pixels = [matplotlib.image.imread(io.BytesIO(data)) for data in (committed, drawn.getvalue())]
    numpy.testing.assert_array_equal(*pixels)


def test_the_data_are_of_every_optimizer_with_a_family(script):
    runs = script.load()
    assert set(runs) == {name for *_, members in FAMILIES.values() for name in members}
    for several in runs.values():
        assert [(len(loss), len(share)) for loss, share in several] == [(script.EPOCHS, script.EPOCHS)] * len(
            script.SEEDS
        )


@pytest.mark.parametrize("name", ["sgd", "adam", "signum", "ftrl"])
def test_measuring_again_agrees(script, name):
    seed = script.SEEDS[1]
    with cpu():  # whose random numbers they were; a GPU has others
        *_, run = compare.train(compare.build(name), *datasets.digits(), epochs=3, seed=seed)
    loss, accuracy = script.load()[name][script.SEEDS.index(seed)]
    numpy.testing.assert_allclose(run.loss, loss[:3], rtol=0.01)
    numpy.testing.assert_allclose(run.accuracy, accuracy[:3], atol=2 / 359 + 1e-4)
