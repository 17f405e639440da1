"""A picture of the recorded graph: what `backward` will walk through, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from minigrad.autograd.boxes import Box, read, variables
from minigrad.autograd.layout import Layout, layout
from minigrad.autograd.svg import svg
from minigrad.disk import FilePath, replacing
from minigrad.engine.tensor import Tensor


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture that Jupyter shows and `save` writes to a file."""

    boxes: Sequence[Box]
    edges: Sequence[tuple[int, int]]
    """From each box to the box that uses it, by their places in `boxes`."""
    places: Layout
    animate: bool

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        return svg(self.boxes, self.edges, self.places, self.animate)

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, without the animation, for pages that show no SVG."""
        from minigrad.autograd.png import png  # imports Matplotlib

        return png(self.boxes, self.places, self.animate)

    def __repr__(self) -> str:
        counts = {kind: sum(box.kind == kind for box in self.boxes) for kind in ("operation", "leaf", "constant")}
        named = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items() if count)
        return f"<graph: {named}>".replace("leafs", "leaves")

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return self.png, {"width": round(self.places.width), "height": round(self.places.height)}

    def save(self, path: FilePath) -> None:
        """Write it to a file: as PNG if its name ends in .png, else as SVG."""
        with replacing(path) as file:
            file.write(self.png if Path(path).suffix == ".png" else self.svg.encode())


def draw(y: Tensor, animate: bool = False) -> Picture:
    """Draw the graph that was recorded behind `y`, before `backward` frees it.

    From top to bottom: operations (blue, rounded) with their output shapes; arrays with a gradient (green); constants
    that a derivative needs (dashed). Small arrays show their values if they are known. After a backward pass with
    `retain_graph=True` the picture has the gradients too (of large arrays, their norms).

    An array has the name given to `attach_grad(name=)`, a parameter its own. Anything else is named after the variable
    that holds it where `draw` is called: "loss = mean" is the operation whose result is in the variable `loss`.

    With `animate=True` the steps of the backward pass are numbered and light up one after the other, from the newest
    operation to the oldest; the arrays receive their gradients last.

    >>> from minigrad import np, autograd
    >>> a = np.array(1.0)
    >>> a.attach_grad()
    >>> with autograd.record():
    ...     b = a + a
    ...     c = b * b
    >>> autograd.draw(c)
    <graph: 2 operations, 1 leaf>
    >>> [box.lines[0] for box in autograd.draw(c).boxes]
    ['c = multiply', 'b = add', 'a']

    Raises GraphError if nothing was recorded or the graph was freed, UsageError if it is too large for a picture.
    """
    boxes, edges = read(y, variables())
    aside = {i for i, box in enumerate(boxes) if box.kind != "operation"}
    return Picture(boxes, edges, layout([box.size for box in boxes], edges, aside), animate)
