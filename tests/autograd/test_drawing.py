"""The picture of the recorded graph shows every operation, array and arrow once, and the order of the backward pass."""

import io
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter

import numpy
import pytest
from PIL import Image

from minigrad import autograd, gluon, np
from minigrad.autograd.boxes import Box
from minigrad.autograd.svg import FILL, LIT
from minigrad.engine.graph import Node
from minigrad.errors import GraphError, KeywordError, MissingFileError, UsageError

SVG = "{http://www.w3.org/2000/svg}"


def attached(value):
    x = np.array(value)
    x.attach_grad()
    return x


def parsed(picture):
    """Boxes by number as (kind, lines of text, step, frame), and edges as (source, target)."""
    root = ElementTree.fromstring(picture.svg)
    boxes = {}
    for group in root.iter(f"{SVG}g"):
        texts = [text for text in group.iter(f"{SVG}text") if text.get("class") != "step"]
        step = [int(text.text) for text in group.iter(f"{SVG}text") if text.get("class") == "step"]
        frame = [float(group.find(f"{SVG}rect").get(name)) for name in ("x", "y", "width", "height")]
        number = int(group.get("data-box"))
        assert number not in boxes
        boxes[number] = (group.get("class"), [text.text for text in texts], *(step or [None]), frame)
    edges = [
        (int(path.get("data-source")), int(path.get("data-target")))
        for path in root.iter(f"{SVG}path")
        if path.get("class") == "edge"
    ]
    return boxes, edges


def network():
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(16, activation="relu"), gluon.nn.Dense(16, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    x, labels = np.ones((8, 4)), np.array(numpy.arange(8))
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x), labels).mean()
    return net, loss


def test_a_network_of_three_layers_is_shown_with_its_parameters_by_name_and_its_shapes():
    net, loss = network()
    boxes, edges = parsed(autograd.draw(loss))
    leaves = {lines[0]: lines[1] for kind, lines, *_ in boxes.values() if kind == "leaf"}
    assert leaves == {p.name: str(p.shape) for p in net.collect_params().values()}
    assert len(leaves) == 6
    constants = sorted(lines for kind, lines, *_ in boxes.values() if kind == "constant")
    assert constants == [["labels", "(8,)"], ["x", "(8, 4)"]]
    operations = [lines for kind, lines, *_ in boxes.values() if kind == "operation"]
    assert operations == [
        ["loss = mean", f"() = {loss.item():.4g}"],
        ["softmax_cross_entropy", "(8,)"],
        ["linear", "(8, 10)"],
        ["linear, relu", "(8, 16)"],
        ["linear, relu", "(8, 16)"],
    ]
    named = Counter((boxes[source][1][0].split("_")[-1], boxes[target][1][0]) for source, target in edges)
    assert named == {
        ("entropy", "loss = mean"): 1,
        ("linear", "softmax_cross_entropy"): 1,
        ("labels", "softmax_cross_entropy"): 1,
        ("linear, relu", "linear"): 1,
        ("weight", "linear"): 1,
        ("bias", "linear"): 1,
        ("linear, relu", "linear, relu"): 1,
        ("x", "linear, relu"): 1,
        ("weight", "linear, relu"): 2,
        ("bias", "linear, relu"): 2,
    }


def test_a_diamond_has_both_its_arrows():
    a = attached(1.0)
    with autograd.record():
        b = a + a
        c = b + b
    boxes, edges = parsed(autograd.draw(c))
    assert [box[1][0] for box in boxes.values()] == ["c = add", "b = add", "a"]
    assert edges == [(1, 0), (1, 0), (2, 1), (2, 1)]


@pytest.mark.parametrize("make", [lambda: network()[1], lambda: chain(30)])
def test_every_box_stands_below_its_inputs_and_overlaps_no_other(make):
    boxes, edges = parsed(autograd.draw(make()))
    frames = {i: box[-1] for i, box in boxes.items()}
    for source, target in edges:
        assert frames[source][1] + frames[source][3] < frames[target][1]
    for i, (x, y, w, h) in frames.items():
        for u, v, p, q in [frames[j] for j in frames if j < i]:
            assert x + w < u or u + p < x or y + h < v or v + q < y


def chain(n):
    y = attached([1.0, 2.0, 3.0, 4.0])
    with autograd.record():
        for _ in range(n):
            y = np.tanh(y)
    return y


def test_the_numbered_order_is_that_in_which_backward_visits(monkeypatch):
    a, b = attached([[1.0, 2.0], [3.0, 4.0]]), attached([0.5, 0.25])
    with autograd.record():
        early = np.exp(b)
        c = np.tanh(a) @ np.sin(a)
        d = np.sqrt(c * c + 1)
        y = (d * early + c).sum()  # c is needed early and late, exp waits until its turn
    boxes, _ = parsed(autograd.draw(y, animate=True))
    visited = []
    free = Node.free
    monkeypatch.setattr(Node, "free", lambda node: (visited.append(node.op.name), free(node))[1])
    y.backward()
    drawn = sorted((step, lines[0].split(" = ")[-1]) for kind, lines, step, _ in boxes.values() if kind == "operation")
    assert drawn == list(enumerate(visited, 1))
    assert {step for kind, _, step, _ in boxes.values() if kind == "leaf"} == {len(visited) + 1}


def test_boxes_light_up_in_the_order_of_their_numbers():
    picture = autograd.draw(network()[1], animate=True)
    begins = {}
    for group in ElementTree.fromstring(picture.svg).iter(f"{SVG}g"):
        for light in group.iter(f"{SVG}animate"):
            times = [float(t) for t in light.get("keyTimes").split(";")]
            assert len(times) == len(light.get("values").split(";")) and 0 < times[1] < times[2] < 1
            step = [int(text.text) for text in group.iter(f"{SVG}text") if text.get("class") == "step"]
            begins.setdefault(step[0], set()).add(times[1])
    ordered = [begins[step] for step in sorted(begins)]
    assert all(len(times) == 1 for times in ordered)
    assert [*map(max, ordered)] == sorted(map(max, ordered)) and len(begins) == 6
    assert "<animate" not in autograd.draw(network()[1]).svg


def test_gradients_are_shown_when_there_are_new_ones():
    a, b = attached([3.0]), attached([[1.0, 2.0], [3.0, 4.0]])
    with autograd.record():
        y = (a * b).sum()
    assert [len(lines) for kind, lines, *_ in parsed(autograd.draw(y))[0].values() if kind == "leaf"] == [2, 2]
    y.backward(retain_graph=True)
    boxes, _ = parsed(autograd.draw(y))
    assert sorted(lines[1:] for kind, lines, *_ in boxes.values() if kind == "leaf") == [
        ["(1,) = [3]", "grad = [10]"],
        ["(2, 2)", "|grad| 6"],  # 3 times the norm of four ones
    ]
    assert [lines for kind, lines, *_ in boxes.values() if kind == "operation"] == [
        ["y = sum", "() = 30", "grad = 1"],
        ["multiply", "(2, 2)", "|grad| 2"],
    ]


def test_inner_gradients_are_those_of_the_derivative():
    x = attached([0.5, -0.25])
    with autograd.record():
        inner = np.tanh(x)
        y = (inner * inner).sum()
    y.backward(np.array(3.0), retain_graph=True)
    boxes, _ = parsed(autograd.draw(y))
    found = {lines[0]: lines[-1] for _, lines, *_ in boxes.values()}
    a, b = 3 * 2 * numpy.tanh([0.5, -0.25])
    assert found["inner = tanh"] == f"grad = [{a:.4g}, {b:.4g}]"
    assert found["y = sum"] == "grad = 3"


def test_a_name_is_the_given_one_or_that_of_the_variable_where_the_picture_is_asked_for():
    a, weights, given = np.array(1.0), [np.array(2.0), np.array(3.0)], np.array(4.0)
    given.attach_grad(name="rate")
    for one in (a, *weights):
        one.attach_grad()
    del one
    with autograd.record():
        shown = a * weights[0] + given * weights[1]

    def elsewhere(loss):
        return [lines[0] for _, lines, *_ in parsed(autograd.draw(loss))[0].values()]

    here = [lines[0] for _, lines, *_ in parsed(autograd.draw(shown))[0].values()]
    assert sorted(here) == ["a", "multiply", "multiply", "rate", "shown = add", "weights[0]", "weights[1]"]
    assert sorted(elsewhere(shown)) == ["array", "array", "array", "loss = add", "multiply", "multiply", "rate"]


def test_values_are_shown_where_a_variable_knows_them_and_never_old_ones():
    a = attached(2.0)
    with autograd.record():
        b = a + 1
        y = b + 1
    contents = {lines[0]: lines[1] for _, lines, *_ in parsed(autograd.draw(y))[0].values()}
    assert contents == {"y = add": "() = 4", "b = add": "() = 3", "a": "() = 2"}
    b[...] = 7.0
    contents = {lines[0]: lines[1] for _, lines, *_ in parsed(autograd.draw(y))[0].values()}
    assert contents["b = add"] == "()"


def test_an_array_alone_is_a_graph():
    boxes, edges = parsed(autograd.draw(attached([1.0, 2.0])))
    assert [box[1] for box in boxes.values()] == [["array", "(2,) = [1, 2]"]] and edges == []


def test_names_are_escaped_and_what_cannot_be_shown_is_replaced():
    x = attached(1.0)
    autograd.leaf(x).name = "<a & 'b'>\x00\ud800"
    with autograd.record():
        y = x * 2
    boxes, _ = parsed(autograd.draw(y))
    assert boxes[1][1][0] == "<a & 'b'>??"
    autograd.leaf(x).name = "layer." * 20 + "weight"
    assert parsed(autograd.draw(y))[0][1][1][0] == ("layer." * 20 + "weight")[-39:].rjust(40, "…")


def test_the_png_has_a_box_of_its_colour_wherever_the_svg_has_one():
    _, loss = network()
    picture = autograd.draw(loss, animate=True)
    with Image.open(io.BytesIO(picture.png)) as opened:
        pixels = numpy.asarray(opened.convert("RGB"))
    boxes, _ = parsed(picture)
    for kind, _, _, (x, y, width, height) in boxes.values():
        for corner in ((x + 14, y + 4), (x + width - 6, y + height - 6)):
            seen = pixels[round(2 * corner[1]), round(2 * corner[0])]
            assert "#{:02x}{:02x}{:02x}".format(*seen) in (FILL[kind], LIT), kind
    assert (pixels[:3] == 255).all()


def test_the_repr_is_short():
    assert repr(autograd.draw(network()[1])) == "<graph: 5 operations, 6 leaves, 2 constants>"
    assert repr(autograd.draw(attached(1.0))) == "<graph: 1 leaf>"


def test_two_pictures_on_one_page_share_no_id_and_refer_to_their_own():
    y = chain(3)
    known = set()
    for picture in (autograd.draw(y), autograd.draw(y, animate=True)):
        ids = re.findall(r'\bid="([^"]+)"', picture.svg)
        assert len(set(ids)) == len(ids) and not known & set(ids)
        assert set(re.findall(r"url\(#([^)]+)\)", picture.svg)) <= set(ids)
        known |= set(ids)


def test_jupyter_shows_what_save_writes(tmp_path):
    picture = autograd.draw(chain(3))
    picture.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text("utf-8") == picture._repr_svg_() == picture.svg
    picture.save(tmp_path / "graph.png")
    png, size = picture._repr_png_()
    assert (tmp_path / "graph.png").read_bytes() == png == picture.png
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.png", "graph.svg"]
    with Image.open(tmp_path / "graph.png") as opened:
        root = ElementTree.fromstring(picture.svg)
        for length, shown, pixels in zip(("width", "height"), size.values(), opened.size):
            assert int(root.get(length)) == shown and abs(pixels - 2 * shown) <= 2
    with pytest.raises(MissingFileError, match="create it first"):
        picture.save(tmp_path / "absent" / "graph.svg")


def test_what_cannot_be_drawn_is_refused_with_what_to_do():
    with pytest.raises(KeywordError, match="of type float; pass the loss itself"):
        autograd.draw(1.0)
    with pytest.raises(GraphError, match="not recorded. Compute it inside `with autograd.record"):
        autograd.draw(np.ones(3))
    y = chain(3)
    y.backward()
    with pytest.raises(GraphError, match="freed. Draw before backward.., or pass retain_graph=True"):
        autograd.draw(y)
    assert len(parsed(autograd.draw(chain(199)))[0]) == 200
    with pytest.raises(UsageError, match="has 201 operations and arrays, but .* more than 200 .* Draw a part"):
        autograd.draw(chain(200))
    y = chain(1)
    y += 1
    with pytest.raises(GraphError, match="changed in place"):
        autograd.draw(y)


def test_a_function_of_ones_own_is_shown_by_its_name():
    class Twice(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy * 2

    x = attached([1.0, 2.0])
    with autograd.record():
        y = Twice()(x)
    boxes, _ = parsed(autograd.draw(y))
    assert "Twice" in [lines[0] for _, lines, *_ in boxes.values()]


def test_a_box_is_wide_enough_for_letters_that_are_two_columns_wide():
    assert Box("leaf", ["重み"]).size == Box("leaf", ["abcd"]).size
