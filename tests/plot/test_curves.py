"""The picture of learning curves shows every run once in colour, in order, with labels that can be read."""

import itertools
import math
import subprocess
import sys

import numpy
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from minigrad.plot import curves
from minigrad.plot.curves import OTHERS, PALETTE, PER_ROW

NAMES = [f"optimizer{i}" for i in range(21)]


def made(names, epochs=20):
    rng = numpy.random.default_rng(0)
    falls = rng.uniform(0.1, 0.3, len(names))
    epoch = numpy.arange(epochs)
    return {
        name: ((2.3 * numpy.exp(-fall * epoch)).tolist(), (0.98 - 0.8 * numpy.exp(-fall * epoch)).tolist())
        for name, fall in zip(names, falls)
    }


def coloured(axes):
    return [line for line in axes.lines if to_hex(line.get_color()) != OTHERS]


def test_every_run_is_drawn_in_colour_once_and_named_in_order_of_its_last_loss():
    runs = made(NAMES)
    figure = curves(runs, "twenty-one")
    left = figure.axes[::2]
    assert [len(coloured(axes)) for axes in left] == [7, 7, 7]
    named = [text.get_text() for axes in left for text in axes.texts]
    assert named == sorted(NAMES, key=lambda name: runs[name][0][-1])
    for axes in left:
        for line, text in zip(coloured(axes), axes.texts):
            assert line.get_ydata().tolist() == runs[text.get_text()][0]
            assert line.get_color() == text.get_color()
        assert len({line.get_color() for line in coloured(axes)}) == 7
        assert len(axes.lines) == len(NAMES) + 7  # the others stand behind in grey
    assert figure.get_suptitle() == "twenty-one"


def test_the_right_side_shows_the_accuracy_in_words_and_the_share_of_errors_as_height():
    runs = made(["a", "b"])
    axes = curves(runs).axes[1]
    for line, text in zip(coloured(axes), axes.texts):
        name, accuracy, _ = text.get_text().split()
        assert accuracy == f"{100 * runs[name][1][-1]:.1f}"
        numpy.testing.assert_allclose(line.get_ydata(), 1 - numpy.array(runs[name][1]))
    assert axes.yaxis_inverted()
    ticks = dict(zip([text.get_text() for text in axes.get_yticklabels()], axes.get_yticks()))
    assert ticks["90 %"] == pytest.approx(0.1)


def test_labels_do_not_overlap_even_where_all_lines_end_together():
    runs = {name: ([1.0, 0.1 + 1e-6 * i], [0.5, 0.97]) for i, name in enumerate(NAMES)}
    figure = curves(runs)
    figure.draw_without_rendering()
    for axes in figure.axes:
        # without the line that leads from the end of the curve to its label
        boxes = sorted((Text.get_window_extent(label) for label in axes.texts), key=lambda box: box.y0)
        assert all(above.y0 > below.y1 for below, above in itertools.pairwise(boxes))


def test_a_run_that_diverges_is_drawn_as_far_as_it_goes_and_comes_last():
    runs = made(["good"], 5) | {"bad": ([2.0, math.inf, math.nan, math.nan, math.nan], [0.1] * 5)}
    left = curves(runs).axes[0]
    assert [text.get_text() for text in left.texts] == ["good", "bad (diverged)"]


@pytest.mark.parametrize("epochs", [1, 2])
def test_perfect_accuracy_zero_loss_and_a_single_epoch_can_be_drawn(epochs, tmp_path):
    figure = curves({"perfect": ([0.0] * epochs, [1.0] * epochs), "hopeless": ([1.0] * epochs, [0.0] * epochs)})
    figure.savefig(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_every_line_of_a_row_has_its_own_colour():
    assert PER_ROW <= len(PALETTE) == len(set(PALETTE))


def test_matplotlib_is_imported_only_when_something_is_drawn():
    code = "import sys, minigrad.plot, minigrad.cli; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
