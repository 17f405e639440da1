"""A graph is drawn with every box, name and arrow, at any size and in any format, and lights up in backward's order."""

import io
import xml.etree.ElementTree as ElementTree

import numpy
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

from minigrad import autograd, np, plot
from minigrad.autograd.png import Scaled
from minigrad.autograd.svg import LIT
from minigrad.engine.graph import Node
from minigrad.errors import GraphError, KeywordError
from minigrad.plot.growing import Moving


def made():
    """(a + a) (a + a) [2, 4]: two arrows from `a` to each sum."""
    a = np.array(1.5)
    a.attach_grad(name="a")
    with autograd.record():
        return (a + a) * (a + a) * np.array([2.0, 4.0])


def boxes(axes):
    """Frame -> the lines of text inside, from top to bottom."""
    frames = [p.get_bbox() for p in axes.patches if isinstance(p, FancyBboxPatch) and not isinstance(p, Moving)]
    texts = sorted(axes.findobj(Scaled), key=lambda text: text.get_position()[1])
    return {f.bounds: [t.get_text() for t in texts if f.contains(*t.get_position())] for f in frames}


def ends(axes, arrow):
    """The boxes between which an arrow runs, by their first lines: it touches the edges of both."""
    found = []
    for x, y in arrow._path_original.vertices[[0, -1]]:
        touched = [lines[0] for (left, top, w, h), lines in boxes(axes).items()
                   if left <= x <= left + w and min(abs(y - top), abs(y - top - h)) < 1e-6]  # fmt: skip
        assert len(touched) == 1
        found += touched
    return tuple(found)


def test_every_box_has_its_lines_and_every_arrow_runs_from_a_box_to_one_that_uses_it():
    y = made()
    (axes,) = plot.graph(y).axes
    assert sorted(boxes(axes).values()) == [
        ["a", "()"],
        ["add", "() = 3"],
        ["add", "() = 3"],
        ["b", "(2,) = [2, 4]"],  # as the derivative of a product calls its second factor
        ["multiply", "()"],
        ["y = multiply", "(2,) = [18, 36]"],  # named after the variable here, where the picture is asked for
    ]
    drawn = [p for p in axes.patches if isinstance(p, FancyArrowPatch) and not isinstance(p, Moving)]
    assert sorted(ends(axes, arrow) for arrow in drawn) == [
        *[("a", "add")] * 4,
        *[("add", "multiply")] * 2,
        ("b", "y = multiply"),
        ("multiply", "y = multiply"),
    ]


def test_the_boxes_stand_where_the_svg_has_them():
    y = made()
    rects = ElementTree.fromstring(autograd.draw(y).svg).iter("{http://www.w3.org/2000/svg}rect")
    expected = [[float(rect.get(name)) for name in ("x", "y", "width", "height")] for rect in rects]
    numpy.testing.assert_allclose([*boxes(plot.graph(y).axes[0])], expected, atol=0.05)


def test_the_title_counts_what_backward_will_do_and_is_right(monkeypatch):
    y, visited = made(), []
    title = plot.graph(y).get_suptitle()
    free = Node.free
    monkeypatch.setattr(Node, "free", lambda node: (visited.append(node), free(node))[1])
    y.backward()
    assert len(visited) == 4
    assert title == "4 operations to go back through, and 1 array that receives a gradient"


def test_it_stands_in_axes_beside_other_pictures_and_its_letters_shrink_with_its_boxes():
    figure = Figure(figsize=(6, 2))
    left, right = figure.subplots(1, 2)
    right.plot([1, 2, 3])
    y = made()
    assert plot.graph(y, left) is figure and len(figure.axes) == 2
    for target in (figure, plot.graph(y)):
        target.draw_without_rendering()
        for text in target.axes[0].findobj(Scaled):
            (bottom, top) = target.axes[0].transData.transform([(0, 0), (0, 32 + 12)])[:, 1]  # a box of two lines
            assert text.get_window_extent().height < 0.45 * abs(top - bottom)
    assert left.get_aspect() == 1


@pytest.mark.parametrize(
    ("kind", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG"), ("jpg", b"\xff\xd8")]
)
def test_it_is_saved_in_every_format(kind, begins):
    file = io.BytesIO()
    plot.graph(made()).savefig(file, format=kind)
    assert file.getvalue().startswith(begins)


def test_what_backward_has_come_to_lights_up_in_its_order():
    y = made()
    figure = plot.graph(y)
    (axes,) = figure.axes
    moving = plot.animate(figure)
    assert moving.steps == [0, 1, 2, 3, 4, 5]
    lit = [orange(picture) for picture in moving.pictures()]
    assert lit[0] == 0 and lit == sorted(lit) and len(set(lit)) == 6 and moving.pictures()[5].mode == "P"
    frames = {
        p.get_bbox().bounds: p.last for p in axes.patches if isinstance(p, FancyBboxPatch) and isinstance(p, Moving)
    }
    order = sorted((step, boxes(axes)[frame][0]) for frame, step in frames.items())
    assert order == [(1, "y = multiply"), (2, "multiply"), (3, "add"), (4, "add"), (5, "a")]
    backs = [p for p in axes.patches if isinstance(p, FancyArrowPatch) and isinstance(p, Moving)]
    assert sorted((p.last, *ends(axes, p)) for p in backs) == [
        (1, "multiply", "y = multiply"),  # the constant gets no gradient
        (2, "add", "multiply"),
        (2, "add", "multiply"),
        *[(3, "a", "add")] * 2,
        *[(4, "a", "add")] * 2,
    ]


def orange(picture):
    """How many pixels are lit."""
    wanted = [int(LIT[i : i + 2], 16) for i in (1, 3, 5)]
    return int((abs(numpy.asarray(picture.convert("RGB")).astype(int) - wanted).max(-1) < 20).sum())


def test_the_picture_that_does_not_move_is_not_lit_neither_before_nor_after():
    figure = plot.graph(made())
    for _ in range(2):
        with Image.open(io.BytesIO(figure._repr_png_())) as opened:
            assert orange(opened) == 0
        plot.animate(figure).pictures()


def test_what_cannot_be_drawn_is_refused_with_what_to_do():
    with pytest.raises(KeywordError, match="of type float; pass the loss itself"):
        plot.graph(1.0)
    with pytest.raises(GraphError, match="was not recorded. Compute it inside `with autograd.record"):
        plot.graph(np.ones(3))
