"""A notebook shows every picture of the package, without `%matplotlib`."""

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
