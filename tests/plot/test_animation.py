"""An animation shows every step in order, ends as the picture is, and leaves the picture as it was."""

import base64
import io
import re

import numpy
import pytest
from PIL import Image

from minigrad import optimizer, plot
from minigrad.errors import ArgumentError
from minigrad.plot.growing import Growing
from minigrad.plot.style import styles


@pytest.fixture
def figure():
    return plot.trajectory([optimizer.SGD(learning_rate=0.2), optimizer.Adam(learning_rate=0.5)], "valley", steps=20)


def amount(picture, name):
    """How many pixels have the colour of a rule."""
    colour = styles([name])[name].colour
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((numpy.abs(numpy.asarray(picture.convert("RGB")).astype(int) - wanted).max(-1) < 12).sum())


def test_the_gif_has_a_picture_for_each_step_in_which_the_lines_grow(figure, tmp_path):
    plot.animate(figure).save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.format, gif.n_frames, gif.info["loop"]) == ("GIF", 21, 0)
        for name in ("sgd", "adam"):
            seen = []
            for k in (0, 5, 20):
                gif.seek(k)
                seen.append(amount(gif, name))
            assert seen == sorted(seen) and seen[0] < 0.95 * seen[-1]
    assert (tmp_path / "a.gif").stat().st_size < 200_000


def test_equal_animations_are_equal_bytes(figure):
    assert plot.animate(figure).gif() == plot.animate(figure).gif()


def test_of_a_long_walk_steps_are_left_out_but_not_the_last():
    history = plot.record(optimizer.SGD(learning_rate=0.1), "valley", steps=500)
    steps = plot.animate(plot.race(history)).steps
    assert len(steps) == 60 and (steps[0], steps[-1]) == (0, 500)


def test_the_picture_is_afterwards_as_it_was(figure):
    before = [line.get_xydata().copy() for line in figure.findobj(Growing)]
    plot.animate(figure).pictures()
    for line, was in zip(figure.findobj(Growing), before, strict=True):
        numpy.testing.assert_array_equal(line.get_xydata(), was)
        assert not line.get_animated()
    assert not figure.texts[2:]


def test_of_a_sampler_the_samples_gather_after_the_steps_that_are_left_out():
    sampler = plot.posterior(optimizer.SGLD(learning_rate=0.2), "valley", steps=1000)
    moving = plot.animate(sampler)
    assert moving.last == 1000
    (line,) = sampler.findobj(Growing)
    for step, seen in ((50, 0), (100, 0), (101, 1), (600, 500), (1000, 900)):
        line.grow(step)
        assert numpy.isfinite(line.get_xydata()).all(axis=1).sum() == seen
    assert amount(moving.pictures()[3], "sgld") < amount(moving.pictures()[-1], "sgld")


def test_white_is_white_and_most_pixels_are_what_was_drawn(figure):
    moving = plot.animate(figure)
    for drawn, reduced in zip(moving._frames(), moving.pictures(), strict=True):
        drawn, reduced = (numpy.asarray(picture.convert("RGB")).astype(int) for picture in (drawn, reduced))
        assert (reduced[(drawn == 255).all(-1)] == 255).all()
        far = abs(drawn - reduced).max(-1)
        assert (far == 0).mean() > 0.9 and (far > 16).mean() < 1e-3


def test_each_picture_is_counted(figure):
    counted = []
    moving = plot.animate(figure)
    moving.gif(lambda: counted.append(1))
    assert len(counted) == len(moving.steps) == 21


def test_a_notebook_gets_a_player_that_needs_nothing_from_elsewhere(figure):
    page = plot.animate(figure)._repr_html_()
    assert not re.search("https?:|<script|<link", page)  # with a colon, which no picture in base64 has
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert len(pictures) == page.count("<img") == 21
    assert page.count("<img hidden ") == 20 and 'max="20"' in page
    for picture in (pictures[0], pictures[-1]):
        with Image.open(io.BytesIO(base64.b64decode(picture))) as opened:
            assert opened.format == "PNG"
    assert plot.animate(figure)._repr_png_().startswith(b"\x89PNG")
    assert repr(plot.animate(figure)) == "<animation of 20 steps>"


def test_what_does_not_move_is_refused_with_what_to_do():
    still = plot.curves({"sgd": [([1.0, 0.5], [0.5, 0.9])]})
    with pytest.raises(ArgumentError, match="nothing in this picture grows; animate one of trajectory, race, states"):
        plot.animate(still)


def test_a_file_that_is_no_gif_is_refused(figure, tmp_path):
    with pytest.raises(ArgumentError, match="the ending of the file is '.mp4'; it must be '.gif'"):
        plot.animate(figure).save(tmp_path / "a.mp4")


def test_an_interrupted_animation_leaves_the_picture_whole(figure):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plot.animate(figure).gif(stop)
    assert all(len(line.get_xdata()) == 21 and not line.get_animated() for line in figure.findobj(Growing))
