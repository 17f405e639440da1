"""The picture of a graph as SVG, which every browser shows, and which may be animated."""

import itertools
from collections.abc import Sequence
from xml.sax.saxutils import escape

from minigrad.autograd.boxes import FONT, LINE, Box
from minigrad.autograd.layout import Layout, Point, bends

# Boxes have their own background and arrows are grey, so that the picture is readable on white and on dark pages.
FILL = {"operation": "#dbeafe", "leaf": "#dcfce7", "constant": "#f1f1f1"}
STROKE = {"operation": "#2563a8", "leaf": "#2f8a4e", "constant": "#8a8a8a"}
INK, ARROW, LIT = "#1c1c1c", "#8a8a8a", "#e8710a"
SECONDS = 0.8  # for each step of the animation

PICTURES = itertools.count(1)
"""Numbers for the pictures of a session: a notebook that is run again shows the same text."""


def svg(boxes: Sequence[Box], edges: Sequence[tuple[int, int]], places: Layout, animate: bool) -> str:
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
    """The path of an arrow."""
    pieces = [("M", points[:1]), *(("L" if len(piece) == 1 else "C", piece) for piece in bends(points))]
    return "".join(letter + " ".join(f"{x:.1f} {y:.1f}" for x, y in piece) for letter, piece in pieces)


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
