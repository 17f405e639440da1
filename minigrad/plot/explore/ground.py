"""What rules walk on: surfaces over two weights and curves over one, as JavaScript with their slopes.

Height and slope are printed from one expression: the surface runs on symbols, and the result is differentiated.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from minigrad.errors import KindError
from minigrad.optimizer.readings.javascript import Writer
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.mathml import MathML
from minigrad.optimizer.readings.notation import Written
from minigrad.optimizer.rule import Symbol, Trace, ancestors, cos, exp
from minigrad.optimizer.sgd import SGD
from minigrad.plot.explore.derivative import gradient
from minigrad.plot.surfaces import SURFACES, Surface


def bowl(x: Any, _: Any) -> Any:
    return x**2 / 2


def wells(x: Any, _: Any) -> Any:
    return x**4 / 4 - x**2 + x / 4


def plain(x: Any, _: Any) -> Any:
    return 2 - 2 * exp(-(x**2) / 2) + x**2 / 50


def waves(x: Any, _: Any) -> Any:
    return x**2 / 4 + 1 - cos(3 * x)


CURVES = {
    found.name: found
    for found in (
        Surface("bowl", bowl, "A parabola: the gradient is the weight.", ((0.0, 0.0),), (-2.5, 0.0), ((-3, 3), (0, 5))),
        Surface(
            "wells", wells, "Two wells, one deeper: momentum may carry the weight over the hill between them.",
            ((-1.4729976011140302, 0.0),), (1.9, 0.0), ((-2.3, 2.3), (-1.6, 3)),
        ),
        Surface(
            "plain", plain,
            "A plain around a well: far out the gradient is small, and so is a step in proportion to it.",
            ((0.0, 0.0),), (-4.0, 0.0), ((-5, 5), (0, 3)),
        ),
        Surface(
            "waves", waves, "A bowl with waves: a short step stays in the nearest one.",
            ((0.0, 0.0),), (-4.2, 0.0), ((-5, 5), (0, 8)),
        ),
    )
}  # fmt: skip
"""Name -> a curve over one weight: a surface that does not depend on y."""


LONGEST = 80
"""The most letters of a formula that is shown."""


class Heights(Writer):
    """Writes expressions in which whatever occurs more than once has a name."""

    def __init__(self, symbols: list[Symbol]) -> None:
        used = Counter([y for x in ancestors(symbols) for y in x.args] + symbols)
        self.named = {x: f"v{x.order}" for x, times in used.items() if x.args and times > 1}
        self.known: set[Symbol] = set()

    def write(self, x: Symbol) -> str:
        return self.named[x] if x in self.known else super().write(x)

    def lines(self) -> list[str]:
        found = []
        for x in sorted(self.named, key=lambda x: x.order):
            found.append(f"const {self.named[x]} = {self.write(x)};")
            self.known.add(x)
        return found


def program(function: Callable[[Any, Any], Any]) -> str:
    """The text of a function `(x, y) => [height, slope in x, slope in y]`.

    >>> print(program(lambda x, y: x**2 + y))
    (x, y) => {
      return [(square(x) + y), (2.0 * x), 1.0];
    }
    """
    x, y, height = traced(function, "array")
    symbols = [height, *gradient(height, x, y)]
    writer = Heights(symbols)
    lines = writer.lines()
    result = f"return [{', '.join(map(writer.write, symbols))}];"
    return "\n  ".join(["(x, y) => {", *lines, result]) + "\n}"


def traced(function: Callable[[Any, Any], Any], op: str) -> tuple[Symbol, Symbol, Symbol]:
    """Symbols for x and y, and the height computed from them."""
    trace = Trace()
    x, y = trace.leaf(op, "x"), trace.leaf(op, "y")
    try:
        return x, y, trace.symbol(function(x, y))
    except TypeError as error:
        raise KindError(
            f"the surface failed on symbols ({error}); expected a function of x and y, written with arithmetic and the "
            "functions of minigrad.optimizer.rule"
        ) from error


class Formula(MathML):
    """Writes a surface for people."""

    def exact(self, value: float) -> Written:
        return super().exact(float(f"{value:.4g}"))


def formula(function: Callable[[Any, Any], Any]) -> str:
    """The height as MathML; empty if it is too long to read at a glance.

    >>> formula(lambda x, y: 2 * x)
    '<mn>2</mn><mspace width="0.17em"/><mi>x</mi>'
    """
    *_, height = traced(function, "hyper")  # a hyper-parameter is one number, and so has no subscript
    written, _ = Formula(Lines(SGD())).write(height)
    return written if len(re.sub("<[^>]*>", "", written)) <= LONGEST else ""


def described(of: Surface, weights: int) -> dict[str, Any]:
    """What the page knows about a surface besides its program."""
    return {
        "weights": weights,
        "sentence": of.sentence,
        "formula": formula(of.function),
        "minima": of.minima,
        "start": of.start,
        "view": of.view,
        "noise": of.noise,
        "lowest": of.lowest if math.isfinite(of.lowest) else None,
    }


def grounds(more: dict[str, Surface]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> program and description, for all surfaces and curves, and for those in `more`."""
    found = {name: (program(of.function), described(of, 2)) for name, of in {**SURFACES, **more}.items()}
    return found | {name: (program(of.function), described(of, 1)) for name, of in CURVES.items()}
