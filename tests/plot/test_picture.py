"""A notebook shows every picture of the package, without `%matplotlib`."""

import os
import subprocess
import sys

import matplotlib.style
import pytest

from minigrad import autograd, np, optimizer
from minigrad.plot import comparison, curves, graph, vectors

RUNS = {"sgd": [([2.0, 1.0], [0.3, 0.6])] * 2, "adam": [([1.5, 0.4], [0.5, 0.8])] * 2}


def recorded():
    w = np.array(1.5)
    w.attach_grad()
    with autograd.record():
        return (2 - w) ** 2


DRAWN = {
    "comparison": lambda: comparison(RUNS),
    "curves": lambda: curves(RUNS),
    "graph": lambda: graph(recorded()),
    "vectors": lambda: vectors(optimizer.SGD(learning_rate=0.1), lambda x, y: x**2 + y**2, (1, 2)),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_notebook_shows_it_with_the_same_bytes_each_time(draw):
    first, second = draw()._repr_png_(), draw()._repr_png_()
    assert first[:8] == b"\x89PNG\r\n\x1a\n"
    assert first == second
    assert b"Software" not in first


DRAWN_ELSEWHERE = """
from minigrad import autograd, np, plot
from minigrad.errors import UsageError

x = np.array(1.5)
x.attach_grad()
with autograd.record():
    y = x * x
assert autograd.draw(y)._repr_svg_()  # which needs no Matplotlib
curves = {"sgd": [([2.0], [0.3])]}
for draw in lambda: plot.curves(curves), lambda: plot.graph(y), lambda: autograd.draw(y).png:
    try:
        draw()
    except UsageError as error:
        print(error)
"""


def test_a_backend_that_is_none_is_said_to_come_from_the_environment(tmp_path):
    (tmp_path / "drawn.py").write_text(DRAWN_ELSEWHERE, encoding="utf-8")
    environment = {**os.environ, "MPLBACKEND": "nope"}
    done = subprocess.run(
        [sys.executable, tmp_path / "drawn.py"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == 3
    assert all("MPLBACKEND is 'nope', which is not a backend; unset it" in line for line in said)


@pytest.mark.parametrize("draw", [pytest.param(draw, id=name) for name, draw in DRAWN.items()])
def test_a_dark_style_of_matplotlib_leaves_it_on_white(draw):
    """Dark letters were on a black page."""
    light = draw()._repr_png_()
    with matplotlib.style.context("dark_background"):
        dark = draw()._repr_png_()
    assert dark == light
