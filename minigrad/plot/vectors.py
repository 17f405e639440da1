"""One step of an optimizer taken apart: the vectors that its rule adds up, drawn on its surface."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from minigrad.arguments import MANY, whole
from minigrad.errors import ArgumentError
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.readings.latex import Latex
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.notation import QUOTIENT, stem_of
from minigrad.optimizer.readings.worked import Run, Step
from minigrad.optimizer.rule import Symbol
from minigrad.plot import surfaces
from minigrad.plot.history import beginning, slope
from minigrad.plot.style import FRAME, INK, on_white

if TYPE_CHECKING:
    from minigrad.plot.picture import Picture

Point = Any
"""A NumPy array of two numbers."""

Surface = Callable[[Any, Any], Any]

SUM, GRADIENT, MEMORY = "#0067a5", "#c2410c", "#007a33"
CASES = re.compile(r"\\begin\{cases\}(?:(?!\\begin).)*?\\end\{cases\}")
"""The innermost cases in LaTeX."""
SHAPE = numpy.array([1.2, 1.0])
"""Width and height of a panel."""


class Arrow(NamedTuple):
    """A vector from one place to another, with its name in LaTeX. A sum is drawn heavier than its parts."""

    start: Point
    end: Point
    name: str
    colour: str
    is_sum: bool = False


@guarded
@on_white
def vectors(
    optimizer: Optimizer, surface: Surface, start: Sequence[float], step: int = 3, steps: int = 12,
    minimum: Sequence[float] | None = None,
) -> Picture:  # fmt: skip
    """Draw the path of an optimizer down a surface, and take one of its steps apart.

    On the left are `steps` steps from `start`. On the right is step number `step`. The rule computes the new weight
    as a sum: its terms are drawn head to tail, with their names in `optimizer.equation()`. Terms made from the gradient
    are orange, memories of earlier steps green, and what the rule makes of both blue. A rule whose new weight is not a
    sum is drawn as one arrow. The optimizer is not changed.

    `surface(x, y)` is the height at the weights x and y, written with arithmetic and the functions of `np`. If you give
    its `minimum`, a cross marks it, and the panel on the left shows the region between it and the start: the same for
    every rule whose path stays near it.

    >>> from minigrad import optimizer
    >>> figure = vectors(optimizer.SGD(learning_rate=0.1), lambda x, y: 0.1 * x**2 + 2 * y**2, start=(-4, 1.5))
    >>> [text.get_text() for text in figure.axes[1].texts if text.get_text()]
    ['$-\\\\eta g_t$', '$w_{t-1}$', '$w_t$']
    """
    from minigrad.plot.picture import Picture

    whole("step", step, 1, MANY)
    lines = Lines(optimizer)
    run = Run(optimizer, lines, numpy.array(beginning(start)))
    with numpy.errstate(all="ignore"):
        done = [run.step(slope(surface, run.arrays["w"])) for _ in range(max(step, whole("steps", steps, 1, MANY)) + 1)]
    taken, path = done[step - 1], [one.w for one in done]
    if not all(numpy.isfinite(one.w).all() for one in done):
        raise ArgumentError(f"{optimizer} diverges within {len(done) - 1} steps; take fewer steps or a lower rate")
    if not taken.acts:
        raise ArgumentError(f"{optimizer} leaves the weight alone in step {step}; choose a step that moves it")
    arrows, points = apart(lines, taken.values, taken.w, done[step])
    figure = Picture(figsize=(8.5, 3.9), layout="constrained")
    figure.suptitle(str(optimizer), color=INK, fontsize=10)
    left, right = figure.subplots(1, 2)
    places = numpy.array([*path, *(arrow.end for arrow in arrows)])
    ends = places if minimum is None else numpy.array([start, minimum])
    inside = (abs(places - middle_of(ends)) < reach_of(ends)).all()
    frame(left, surface, ends if inside else numpy.array([*ends, *places]), f"{len(path) - 1} steps")
    frame(right, surface, numpy.array([p for arrow in arrows for p in arrow[:2]]), f"step {step}, taken apart")
    left.set(xlabel="x, one weight", ylabel="y, the other")
    if minimum is not None:
        left.plot(*minimum, color=SUM, marker="x", markersize=8, markeredgewidth=2)
    left.plot(*numpy.transpose(path), color=INK, linewidth=1, marker="o", markersize=4)
    for line in left.indicate_inset_zoom(right, edgecolor=INK).connectors or ():
        line.set_visible(False)
    middle = numpy.mean([(arrow.start + arrow.end) / 2 for arrow in arrows], axis=0)
    for arrow in arrows:
        draw(right, arrow, middle)
    for name, place in points.items():
        right.plot(*place, color=INK, marker="o", markersize=6)
        write(right, name, place, gap(place, arrows), INK)
    figure.draw_without_rendering()  # axes of equal scale find their places only in a second drawing
    return figure


def apart(
    lines: Lines, values: Mapping[Symbol, Any], before: Point, following: Step
) -> tuple[list[Arrow], dict[str, Point]]:
    """The vectors of one step, and the places that have a name, some of them only in the following step."""
    latex = Latex(lines)
    list(latex.rows())  # from here on, whatever has its own line is written by name
    after = following.w
    points = {"w_{t-1}": before, "w_t": after}
    first, terms = spine(lines.graph.results["w"])
    if first.name != "w":
        return [Arrow(before, after, "w_t - w_{t-1}", SUM)], points
    arrows, place = [], before
    for term, sign, total in terms:
        head, rest = spine(term)
        whole_term = arrow_of(latex, term, sign, place, values)
        if rest:
            whole_term = whole_term._replace(colour=SUM, is_sum=True)
        arrows.append(whole_term)
        for part, sign_of_part, _ in [(head, 1, head), *rest] if rest else []:
            arrows.append(arrow_of(latex, part, sign * sign_of_part, place, values))
            place = arrows[-1].end
        place = whole_term.end
        if total in latex.defined:
            points.setdefault(latex.write(total)[0], place)
            name = latex.defined[total]
            if stem_of(name) != name and name in following.seen:
                points.setdefault(latex.name(stem_of(name), 0), following.seen[name])
    # A step back along a vector and forward again along the same one is drawn only once.
    return [a for i, a in enumerate(arrows) if not any(reverse(a, b) for b in arrows[i + 1 :])], points


def spine(x: Symbol) -> tuple[Symbol, list[tuple[Symbol, int, Symbol]]]:
    """A sum as its first term and the others, each with its sign and the sum so far."""
    if x.op not in ("add", "subtract"):
        return x, []
    first, terms = spine(x.args[0])
    return first, [*terms, (x.args[1], 1 if x.op == "add" else -1, x)]


def arrow_of(latex: Latex, x: Symbol, sign: int, place: Point, values: Mapping[Symbol, Any]) -> Arrow:
    name = latex.within(x, QUOTIENT)
    return Arrow(place, place + sign * values[x], name if sign > 0 else f"-{name}", colour(latex, x))


def colour(latex: Latex, x: Symbol) -> str:
    """The colour of a term, which is made from the gradient, from another line of the rule, or from states alone."""
    if x in latex.defined:
        return SUM
    found = {colour(latex, y) for y in x.args}
    return GRADIENT if x.name == "g" or GRADIENT in found else SUM if SUM in found else MEMORY


def reverse(a: Arrow, b: Arrow) -> bool:
    return numpy.allclose(a.start, b.end) and numpy.allclose(a.end, b.start)


def frame(axes: Any, surface: Surface, places: Any, title: str) -> None:
    """Contours of the surface around the places, with equal scales, so that gradients are at right angles to them."""
    (west, south), (east, north) = middle_of(places) - reach_of(places), middle_of(places) + reach_of(places)
    x, y = numpy.meshgrid(numpy.linspace(west, east, 200), numpy.linspace(south, north, 200))
    height = numpy.asarray(surfaces.surface(surface)(x, y))
    levels = numpy.unique(numpy.quantile(height, numpy.linspace(0, 1, 16)))
    axes.contour(x, y, height, levels, colors=FRAME, linewidths=0.8)
    axes.set_aspect("equal")
    axes.set_title(title, color=INK, fontsize=10)
    axes.tick_params(color=FRAME, labelcolor=INK)
    axes.spines[:].set_color(FRAME)


def middle_of(places: Any) -> Point:
    return (places.min(axis=0) + places.max(axis=0)) / 2


def reach_of(places: Any) -> Point:
    """Half the width and height of a panel around the places."""
    return (0.7 * max(numpy.ptp(places, axis=0) / SHAPE) or 1.0) * SHAPE


def draw(axes: Any, arrow: Arrow, middle: Point) -> None:
    """An arrow with its name next to it, on the side away from the middle of the picture."""
    style = {"arrowstyle": "-|>", "color": arrow.colour, "mutation_scale": 14, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", arrow.end, arrow.start, arrowprops={**style, "linewidth": 2.8 if arrow.is_sum else 1.8})
    along, out = arrow.end - arrow.start, (arrow.start + arrow.end) / 2 - middle
    across = numpy.array([-along[1], along[0]]) / (numpy.hypot(*along) or 1)
    write(axes, arrow.name, (arrow.start + arrow.end) / 2, across if across @ out >= 0 else -across, arrow.colour)


def gap(place: Point, arrows: Sequence[Arrow]) -> Point:
    """A direction from a place along which no arrow goes."""
    ends = [ends for a in arrows for ends in ((a.start, a.end), (a.end, a.start))]
    taken = [
        (there - here) / (numpy.hypot(*(there - here)) or 1) for here, there in ends if numpy.allclose(here, place)
    ]
    away = -numpy.sum(taken, axis=0)
    return away / (numpy.hypot(*away) or 1)


def write(axes: Any, name: str, place: Point, direction: Point, ink: str) -> None:
    """Write LaTeX next to a place."""
    side = "center" if abs(direction[0]) < 0.4 else "left" if direction[0] > 0 else "right"
    how = {"horizontalalignment": side, "verticalalignment": "center", "textcoords": "offset points", "fontsize": 12}
    shown = name.replace(r"\frac", r"\dfrac")
    while (short := CASES.sub(r"\\{\\ldots\\}", shown)) != shown:  # Matplotlib has no cases
        shown = short
    axes.annotate(f"${shown}$", place, (8 if side != "center" else 13) * direction, color=ink, **how)
