"""A picture that grows step by step: a GIF, and in a notebook a page with a slider that needs no network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from minigrad.arguments import one_of
from minigrad.disk import FilePath, replacing
from minigrad.errors import ArgumentError
from minigrad.plot.growing import Moving
from minigrad.plot.style import INK

FRAMES = 60
"""The most pictures; longer walks skip steps."""
SECONDS, REST = 0.12, 2.0
COLOURS = 200
COUNTER = 0.46
"""Inches from the bottom to the step number, which is between the legend and the note."""
DPI = 100


class Animation:
    """A figure that moves. `plot.animate` makes one. Jupyter shows it with a slider, `save` writes a GIF."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        moving: Any = figure.findobj(lambda part: isinstance(part, Moving))
        self.parts: list[Any] = moving
        if not self.parts:
            raise ArgumentError(
                "nothing in this picture grows; animate one of trajectory, race, states, schedule, posterior or graph"
            )
        self.last = max(part.last for part in self.parts)
        self._drawn: list[Image.Image] = []

    @property
    def steps(self) -> list[int]:
        """The step that each picture shows."""
        return sorted({int(step) for step in numpy.linspace(0, self.last, min(FRAMES, self.last + 1)).round()})

    def pictures(self, count: Callable[[], object] = lambda: None) -> list[Image.Image]:
        """A picture for each of the `steps`, drawn at the first request; `count` is called after each."""
        if not self._drawn:
            whole = []
            for picture in self._frames():
                whole.append(picture)
                count()
            self._drawn = reduced(whole)
        return self._drawn

    def _frames(self) -> Iterator[Image.Image]:
        figure = self.figure
        canvas: Any = FigureCanvasAgg(figure)
        figure.set_dpi(DPI)
        above = COUNTER / figure.get_size_inches()[1]
        try:
            for part in self.parts:
                part.set_animated(True)
            canvas.draw()
            behind = canvas.copy_from_bbox(figure.bbox)  # drawn once, which takes most of the time
            for step in self.steps:
                canvas.restore_region(behind)
                for part in sorted(self.parts, key=lambda part: part.zorder):
                    part.grow(step)
                    part.axes.draw_artist(part)
                counter = figure.text(0.99, above, f"step {step}", fontsize=9, color=INK, horizontalalignment="right")
                figure.draw_artist(counter)
                counter.remove()
                yield Image.fromarray(numpy.asarray(canvas.buffer_rgba())[..., :3].copy())
        finally:
            for part in self.parts:
                part.rest()
                part.set_animated(False)

    def save(self, path: FilePath, count: Callable[[], object] = lambda: None) -> None:
        """Write a GIF that plays in a loop."""
        with replacing(path) as file:
            one_of("the ending of the file", Path(path).suffix, ".gif")
            file.write(self.gif(count))

    def gif(self, count: Callable[[], object] = lambda: None) -> bytes:
        """The animation as the bytes of a GIF."""
        first, *others = self.pictures(count)
        durations = [*[int(1000 * SECONDS)] * len(others), int(1000 * REST)]
        file = io.BytesIO()
        first.save(file, "GIF", save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
        return file.getvalue()

    def _repr_html_(self) -> str:
        """The pictures with a button and a slider."""
        *early, last = [
            f'<img alt="step {step}" src="data:image/png;base64,{base64.b64encode(png(picture)).decode()}">'
            for step, picture in zip(self.steps, self.pictures())
        ]
        hidden = [image.replace("<img ", "<img hidden ") for image in early]
        return PLAYER.format(pictures="\n".join([*hidden, last]), last=len(early), wait=int(1000 * SECONDS))

    def _repr_png_(self) -> bytes:
        """The last picture, for viewers that show no HTML."""
        return png(self.pictures()[-1])

    def __repr__(self) -> str:
        return f"<animation of {self.last} steps>"


def reduced(pictures: list[Image.Image]) -> list[Image.Image]:
    """The pictures in the most frequent colours of the last one: equal colours stay equal, and files stay small."""
    counted: Any = pictures[-1].getcolors(pictures[-1].width * pictures[-1].height)
    frequent: dict[tuple[int, ...], tuple[int, ...]] = {}
    for _, colour in sorted(counted, key=lambda pair: (-pair[0], pair[1])):
        frequent.setdefault(tuple(value & ~3 for value in colour), colour)  # Pillow compares six bits of each colour
    known = [*frequent.items()][:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for coarse, _ in known for value in coarse])
    found = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    for picture in found:
        picture.putpalette([value for _, exact in known for value in exact])
    return found


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


# The code is inside the elements, which therefore need no ids: a page may have several players.
PLAYER = """<div style="display:inline-block;background:#fff;color:#333;padding:4px">
<div>{pictures}</div>
<button type="button" aria-label="play or pause" style="width:3em" onclick="
  const slider = this.nextElementSibling;
  if (this.timer) {{ clearInterval(this.timer); this.timer = 0; this.textContent = '&#9654;'; return; }}
  if (+slider.value >= +slider.max) slider.value = 0;
  this.textContent = '&#10074;&#10074;';
  this.timer = setInterval(() => {{
    slider.value = +slider.value + 1;
    slider.oninput();
    if (+slider.value >= +slider.max) this.onclick();
  }}, {wait});">&#9654;</button>
<input type="range" min="0" max="{last}" value="{last}" aria-label="step" style="width:80%;vertical-align:middle"
  oninput="this.parentNode.querySelectorAll('img').forEach((one, i) => one.hidden = i != this.value)">
</div>"""
