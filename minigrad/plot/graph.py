"""The recorded graph as a Matplotlib picture: with a title, next to others, in any format that Matplotlib writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from minigrad.autograd.boxes import Box
from minigrad.autograd.drawing import draw
from minigrad.autograd.layout import Layout
from minigrad.engine.tensor import Tensor
from minigrad.guarded import guarded
from minigrad.plot.sheet import LEFT, RIGHT, titled
from minigrad.plot.style import on_white
from minigrad.plot.trajectory import WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 72
"""Points per inch: the layout of a graph is in points."""
NOTE = (
    "Blue: operations, with the shapes of their results. Green: arrays that get a gradient. Dashed: constants that a "
    "derivative needs. Gradients go back along the arrows, from the newest operation to the oldest."
)


@guarded
@on_white
def graph(y: Tensor, axes: Any = None) -> Figure:
    """Draw the graph that was recorded behind `y`, before `backward` frees it: the boxes of `autograd.draw`.

    It is a figure with a title and a note, or it is drawn into your own `axes`, as large as they allow. `animate`
    lights up whatever `backward` has reached: in each step an operation, and the arrows to what it was computed from;
    last, the arrays that receive their gradients. (`autograd.draw` gives the same picture as SVG.)

    >>> from minigrad import autograd, np
    >>> w = np.array(1.5)
    >>> w.attach_grad()
    >>> with autograd.record():
    ...     loss = (2 - w) ** 2
    >>> graph(loss).get_suptitle()
    '2 operations to go back through, and 1 array that receives a gradient'

    Raises GraphError if nothing was recorded or the graph is freed, UsageError if it is too large for a picture.
    """
    from minigrad.autograd.png import paint  # imports Matplotlib

    picture = draw(y)
    boxes, places = picture.boxes, picture.places
    if axes is None:
        width = max(WIDTH, places.width / POINTS + LEFT + RIGHT)
        axes = titled(finding(boxes), NOTE, width, places.height / POINTS).subplots()
    paint(axes, boxes, places)
    light(axes, boxes, picture.edges, places)
    found: Figure = axes.get_figure(root=True)
    return found


def finding(boxes: Sequence[Box]) -> str:
    """What `backward` will do."""
    operations, leaves = (sum(box.kind == kind for box in boxes) for kind in ("operation", "leaf"))
    which = "array that receives" if leaves == 1 else "arrays that receive"
    return f"{operations} operation{'' if operations == 1 else 's'} to go back through, and {leaves} {which} a gradient"


def light(axes: Any, boxes: Sequence[Box], edges: Sequence[tuple[int, int]], places: Layout) -> None:
    """Add what is invisible until it lights up: a frame around each box, an arrow back along each edge."""
    from minigrad.plot.lights import Back, Frame

    for (source, target), points in zip(edges, places.paths):
        if boxes[source].step:
            axes.add_patch(Back(boxes[target].step, points))
    for box, centre in zip(boxes, places.centres):
        if box.step:
            axes.add_patch(Frame(box, centre))
