"""A picture of the recorded graph: what `backward` will walk through, and in which order."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy

from minigrad.autograd.layout import Layout, Point, layout
from minigrad.device import MODULES, to_host
from minigrad.disk import FilePath, replacing
from minigrad.engine.graph import Leaf, Node
from minigrad.engine.guards import overwritten
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError, KeywordError, UsageError

MOST = 200
"""A picture of more boxes than this is unreadable."""

# Boxes have their own background and arrows are grey, so that the picture is readable on white and on dark pages.
FILL = {"operation": "#dbeafe", "leaf": "#dcfce7", "constant": "#f1f1f1"}
STROKE = {"operation": "#2563a8", "leaf": "#2f8a4e", "constant": "#8a8a8a"}
INK, ARROW, LIT = "#1c1c1c", "#8a8a8a", "#e8710a"
FONT, LINE, LETTER = 12, 16, 0.61  # size, line height, and the width of a letter of a monospaced font in sizes
LONGEST = 40  # letters in a line
SECONDS = 0.8  # for each step of the animation


PICTURES = itertools.count(1)
"""Numbers for the pictures of a session: a notebook that is run again shows the same text."""


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture that Jupyter shows and `save` writes to a file."""

    svg: str

    def __repr__(self) -> str:
        return f"Picture({len(self.svg)} characters of SVG)"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: FilePath) -> None:
        """Write it to an SVG file, which every browser shows."""
        with replacing(path) as file:
            file.write(self.svg.encode())


@dataclass(frozen=True)
class Box:
    """A box before it has a place."""

    kind: str
    lines: list[str]
    step: int = 0  # of the backward pass

    @property
    def size(self) -> Point:
        return max(map(len, self.lines)) * FONT * LETTER + 20, len(self.lines) * LINE + 12


def draw(y: Tensor, animate: bool = False) -> Picture:
    """Draw the graph that was recorded behind `y`, before `backward` frees it.

    From top to bottom: operations (blue, rounded) with their output shapes; arrays with a gradient (green) with their
    names and, after a backward pass with `retain_graph=True`, their gradients; constants that a derivative needs
    (dashed). Small arrays show their values if the graph has saved them; larger gradients show their norm.

    With `animate=True` the steps of the backward pass are numbered and light up one after the other, from the newest
    operation to the oldest; the arrays receive their gradients last.

    >>> from minigrad import np, autograd
    >>> a = np.array(1.0)
    >>> a.attach_grad()
    >>> with autograd.record():
    ...     b = a + a
    ...     c = b * b
    >>> picture = autograd.draw(c)
    >>> picture.svg.count('class="operation"'), picture.svg.count('class="edge"')
    (2, 4)

    Raises GraphError if nothing was recorded or the graph is freed, UsageError if it is too large for a picture.
    """
    boxes, edges = _read(y)
    aside = {i for i, box in enumerate(boxes) if box.kind != "operation"}
    return Picture(_svg(boxes, edges, layout([box.size for box in boxes], edges, aside), animate))


def _read(y: Tensor) -> tuple[list[Box], list[tuple[int, int]]]:
    """The graph behind `y`: a box for each node from the newest to the oldest, then for each constant, and edges."""
    nodes = _reachable(y)
    index = {node: i for i, node in enumerate(nodes)}
    known = {y.node: y.data}
    edges: list[tuple[int, int]] = []
    constants: list[Box] = []
    for node in nodes:
        if type(node) is Leaf:
            continue
        parents = dict(zip(node.names, node.parents))
        if "y" in node.saved:
            known[node] = node.saved["y"]
        edges += [(index[parent], index[node]) for parent in node.parents]
        for name, raw in node.saved.items():
            if name in parents:
                known.setdefault(parents[name], raw)
            elif type(raw) in MODULES and name not in ("y", "aux", "target"):
                edges.append((len(nodes) + len(constants), index[node]))
                constants.append(Box("constant", [_line(name), _content(raw.shape, raw)]))
    steps = 1 + sum(isinstance(node, Node) for node in nodes)
    boxes = []
    for i, node in enumerate(nodes):
        content = _content(node.shape, known.get(node))
        if isinstance(node, Node):
            step = 1 + sum(isinstance(other, Node) for other in nodes[:i])
            options = [value for value in node.saved.values() if type(value) is str]  # as relu in linear
            boxes.append(Box("operation", [_line(", ".join([node.name, *options])), content], step))
        else:
            gradient = [_gradient(node)] if node.fresh else []
            boxes.append(Box("leaf", [_line(node.name or "x"), content, *gradient], steps))
    return [*boxes, *constants], edges


def _reachable(y: Tensor) -> list[Any]:
    """All nodes and leaves that `y` was computed from, from the newest to the oldest."""
    if not isinstance(y, Tensor):
        raise KeywordError(
            f"draw() shows the graph behind an array, but got a {type(y).__name__}; pass the loss itself."
        )
    head: Any = y.node
    if head is None:
        raise GraphError(
            "draw() was called on a value that was not recorded. Compute it inside `with autograd.record():` from at "
            "least one array that has called attach_grad() (or from a network's parameters)."
        )
    if isinstance(head, Node) and y.version[0] > head.number:
        raise overwritten(head)
    found, waiting = {head}, [head]
    while waiting:
        node = waiting.pop()
        if type(node) is Leaf:
            continue
        if node.parents is None:
            raise GraphError(
                "draw() came to a part of the graph that backward() has used and freed. Draw before backward(), or "
                "pass retain_graph=True to it."
            )
        new = set(node.parents) - found
        found |= new
        waiting += new
    if len(found) > MOST:
        raise UsageError(
            f"The graph has {len(found)} operations and arrays, but a picture of more than {MOST} cannot be read. Draw "
            "a part of it: one layer, one step of the loop, or a smaller network of the same kind."
        )
    return sorted(found, key=lambda node: -node.number)


def _line(text: str) -> str:
    """A name shortened to one line of printable characters."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LONGEST else "…" + text[-LONGEST + 1 :]


def _content(shape: tuple[int, ...], raw: Any) -> str:
    """A shape, and the numbers if they are known and few."""
    few = raw is not None and raw.size <= 3
    return f"{shape} {_numbers(to_host(raw))}" if few else str(shape)


def _gradient(leaf: Leaf) -> str:
    g = to_host(leaf.grad.data)
    return f"grad {_numbers(g)}" if g.size <= 3 else f"|grad| {numpy.linalg.norm(g.ravel().astype('float64')):.3g}"


def _numbers(array: Any) -> str:
    text = ", ".join(f"{value:.4g}" if isinstance(value, float) else str(value) for value in array.ravel().tolist())
    return f"= {text}" if array.ndim == 0 else f"= [{text}]"


def _svg(boxes: Sequence[Box], edges: Sequence[tuple[int, int]], places: Layout, animate: bool) -> str:
    own = f"minigrad-{next(PICTURES)}"  # several pictures may stand on one page
    last = max(box.step for box in boxes)
    operations = sum(box.kind == "operation" for box in boxes)
    width, height = f"{places.width:.0f}", f"{places.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{own}" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="{FONT}">',
        f"<title>The recorded graph: {operations} operations</title>",
        "<defs>",
        _head(f"{own}-down", ARROW, "auto"),
        _head(f"{own}-up", LIT, "auto-start-reverse"),
        "</defs>",
    ]
    for (source, target), points in zip(edges, places.paths):
        path = _path(points)
        parts.append(
            f'<path class="edge" data-source="{source}" data-target="{target}" d="{path}" fill="none" '
            f'stroke="{ARROW}" stroke-width="1.5" marker-end="url(#{own}-down)"/>'
        )
        if animate and boxes[source].kind != "constant":  # the gradient travels the other way
            parts.append(
                f'<path d="{path}" fill="none" stroke="{LIT}" stroke-width="2.5" marker-start="url(#{own}-up)" '
                f'opacity="0">{_lights(boxes[target].step, last)}</path>'
            )
    for i, (box, centre) in enumerate(zip(boxes, places.centres)):
        parts += _drawn(i, box, centre, last if animate else 0)
    return "\n".join([*parts, "</svg>"])


def _head(name: str, colour: str, orient: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="{orient}"><path d="M0 0.5L10 5L0 9.5z" fill="{colour}"/></marker>'
    )


def _path(points: Sequence[Point]) -> str:
    """Straight through the rows, and between them in curves that begin and end vertically."""
    text = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (_, y0), (x1, y1), (x2, y2) in zip(points[::2], points[1::2], [*points[2::2], points[-1]]):
        if y1 != y0:
            text += f"L{x1:.1f} {y1:.1f}"
        if y2 != y1:
            middle = (y1 + y2) / 2
            text += f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    return text


def _drawn(i: int, box: Box, centre: Point, last: int) -> list[str]:
    """One box with its lines of text; if there is an animation of `last` steps, with its light and its number."""
    width, height = box.size
    x, y = centre[0] - width / 2, centre[1] - height / 2
    frame = (
        f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{8 if box.kind == "operation" else 1}"'
    )
    dashes = ' stroke-dasharray="4 3"' if box.kind == "constant" else ""
    parts = [f'<g class="{box.kind}" data-box="{i}">']
    parts.append(f'<rect {frame} fill="{FILL[box.kind]}" stroke="{STROKE[box.kind]}" stroke-width="1.3"{dashes}/>')
    steps = last and box.step
    if steps:
        light = _lights(box.step, last)
        parts.append(f'<rect {frame} fill="#ffd9a8" stroke="{LIT}" stroke-width="3" opacity="0">{light}</rect>')
    for k, line in enumerate(box.lines):
        bold = ' font-weight="bold"' if k == 0 else ""
        at = f'x="{centre[0]:.1f}" y="{y + 6 + (k + 0.75) * LINE:.1f}"'
        parts.append(f'<text {at} text-anchor="middle" fill="{INK}"{bold}>{escape(line)}</text>')
    if steps:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="{LIT}"/>')
        parts.append(
            f'<text class="step" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" fill="#000000">'
            f"{box.step}</text>"
        )
    return [*parts, "</g>"]


def _lights(step: int, last: int) -> str:
    """Dark until the step begins, bright while it lasts, then a little less; over and over, with a rest at the end."""
    total = last + 2
    begin, end = (step - 0.5) / total, (step + 0.5) / total
    return (
        f'<animate attributeName="opacity" calcMode="discrete" values="0;1;0.7" keyTimes="0;{begin:.4f};{end:.4f}" '
        f'dur="{SECONDS * total:.1f}s" repeatCount="indefinite"/>'
    )
