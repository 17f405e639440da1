"""Equal pictures are equal files: they do not say when and by which version they were drawn."""

import importlib.metadata

import pytest

from minigrad.commands.output import PICTURES, encoded
from minigrad.plot.picture import Picture


def picture():
    figure = Picture(figsize=(1, 1))
    figure.subplots().fill_between([0, 1], [1, 2])  # which an SVG refers to by a name
    return figure


@pytest.mark.parametrize("suffix", PICTURES)
def test_a_picture_drawn_twice_is_the_same_bytes_without_version_or_date(suffix):
    first, second = encoded(picture(), suffix), encoded(picture(), suffix)
    assert first == second
    for said in (importlib.metadata.version("matplotlib"), "CreationDate", "dc:date", "tEXt"):
        assert said.encode() not in first
