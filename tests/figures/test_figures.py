"""Every figure keeps the contract: its picture is drawn from its data, byte for byte, and can be read as shown."""

import json

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from minigrad.commands import figures
from minigrad.commands.data import written
from minigrad.commands.output import DPI
from minigrad.plot import animation
from minigrad.plot.style import SMALLEST

PAGE = 850
"""Pixels: the width of a column of text where the pictures are shown."""
POINT = 96 / 72
"""Pixels of a screen."""


@pytest.fixture(scope="module", params=figures.names())
def one(request):
    return figures.script(request.param)


def test_the_picture_is_drawn_from_the_data(one):
    committed = one.picture.read_bytes()
    drawn = one.drawn(one.load())
    if drawn != committed and figures.other_versions():
        pytest.skip(figures.other_versions())
    assert drawn == committed


def test_the_page_has_the_words_of_today():
    assert (figures.FOLDER / "README.md").read_text(encoding="utf-8") == figures.page(figures.names())


def test_files_are_small_and_written_as_the_command_writes_them(one):
    assert one.picture.stem == one.path.stem and one.picture.stat().st_size < 500_000
    text = one.data.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert text == f"{written(json.loads(text))}\n"


def test_it_says_what_it_shows_and_everything_can_be_read(one):
    assert one.title.endswith(".") and len(one.title) < 120
    figure = one.draw(one.load())
    moves = not isinstance(figure, Figure)
    figure = figure.figure if moves else figure
    wide = figure.get_figwidth()
    shown = min(PAGE, wide * (animation.DPI if moves else DPI)) / wide
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    assert figure.get_suptitle() in [text.get_text() for text in texts]
    small = {text.get_text() for text in texts if text.get_fontsize() / 72 * shown < SMALLEST * POINT}
    assert small == set()


def changed(data, to):
    """The data with every number replaced."""
    if isinstance(data, dict):
        return {name: changed(value, to) for name, value in data.items()}
    if isinstance(data, list):
        return [changed(value, to) for value in data]
    return to(data) if isinstance(data, float) else data


def test_data_agree_with_themselves_and_not_with_others(one):
    data = one.load()
    assert list(one.agree(data, data)) == []
    assert list(one.agree(data, changed(data, lambda x: 3 * x + 1))) != []
