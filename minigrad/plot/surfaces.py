"""Surfaces to walk down: each is one function of x and y, with its minima, a starting point and what it teaches.

A surface is written once, with arithmetic and the functions of `minigrad.optimizer.rule`. So the same text runs on
floats, on NumPy arrays (contours), on Tensors (autograd finds the slope) and on symbols (which can be printed).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad.errors import ArgumentError, KindError, suggestion
from minigrad.guarded import guarded
from minigrad.optimizer.rule import cos, exp, log

Point = tuple[float, float]

VIEW = ((-3.0, 3.0), (-3.0, 3.0))


@dataclass(frozen=True)
class Surface:
    """A height over the plane of two weights. Call it with x and y.

    >>> SURFACES["valley"](-4.0, 1.0)
    3.6
    """

    name: str
    function: Callable[[Any, Any], Any]
    sentence: str = ""
    """What it teaches."""
    minima: tuple[Point, ...] = ()
    """All places where it is lowest, if they are known."""
    start: Point = (-2.0, 2.0)
    """A good place to start from."""
    view: tuple[Point, Point] = VIEW
    """The part worth seeing: its range in x, and in y."""
    noise: float = 0.0
    """The standard deviation of the noise added to each gradient, unless `record` is given another one."""

    @guarded
    def __call__(self, x: Any, y: Any) -> Any:
        try:
            return self.function(x, y)
        except (TypeError, ValueError) as error:
            if not isinstance(x, numpy.ndarray) or x.dtype.kind != "f":
                raise
            raise KindError(
                f"{self.name} fails for many x and y at once, which a picture asks for: {error}. Write it with the "
                "functions of np, such as np.sin(x) for math.sin(x), and np.where(x > 0, a, b) for `a if x > 0 else b`."
            ) from None

    @property
    def lowest(self) -> float:
        """The height of its minima; minus infinity if none is known."""
        return float(self(*self.minima[0])) if self.minima else -math.inf

    @property
    def bottom(self) -> float:
        """The zero from which heights are counted: the height of its minima, or 0 if none is known."""
        return self.lowest if self.minima else 0.0


def surface(of: str | Surface | Callable[[Any, Any], Any]) -> Surface:
    """A surface by name, or your own from a function of x and y.

    >>> surface("beale").minima
    ((3.0, 0.5),)
    >>> surface(lambda x, y: x**2 + y**4)(2.0, 1.0)
    5.0
    """
    if isinstance(of, Surface):
        return of
    if isinstance(of, str):
        if of.lower() not in SURFACES:
            raise ArgumentError(f"no surface is called {of!r}{suggestion(of.lower(), list(SURFACES))}")
        return SURFACES[of.lower()]
    if not callable(of):
        raise KindError(f"{of!r:.60} is not a surface; expected a name such as 'rosenbrock', or a function of x and y")
    name = getattr(of, "__name__", type(of).__name__)
    return Surface("your surface" if name == "<lambda>" else name, of)


def valley(x: Any, y: Any) -> Any:
    return 0.1 * x**2 + 2 * y**2


def rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def beale(x: Any, y: Any) -> Any:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def saddle(x: Any, y: Any) -> Any:
    return x**2 / 2 - y**2 / 2 + y**4 / 4


def rastrigin(x: Any, y: Any) -> Any:
    return 20 + x**2 + y**2 - 10 * cos(2 * math.pi * x) - 10 * cos(2 * math.pi * y)


SAMPLES = ((-2.0, -1), (-1.0, -1), (-0.5, 1), (0.5, -1), (1.0, 1), (1.5, 1))
"""Six samples: a number and a class, -1 or 1. No threshold tells the classes apart, so the best weights are finite."""


def logistic(x: Any, y: Any) -> Any:
    return sum(log(1 + exp(-label * (x * u + y))) for u, label in SAMPLES) / len(SAMPLES)


SURFACES = {
    found.name: found
    for found in (
        Surface(
            "valley", valley, "Twenty times as steep across as along: a rate that is safe for y is slow for x.",
            minima=((0.0, 0.0),), start=(-5.0, -2.0), view=((-6.0, 3.0), (-3.0, 3.0)),
        ),
        Surface(
            "rosenbrock", rosenbrock,
            "A curved valley with a nearly flat floor: it is found at once, and followed slowly.",
            minima=((1.0, 1.0),), start=(-1.2, 1.0), view=((-2.0, 2.0), (-1.0, 3.0)),
        ),
        Surface(
            "beale", beale, "A plain between steep walls: the gradient differs by a factor of thousands.",
            minima=((3.0, 0.5),), start=(1.0, 1.5), view=((-1.0, 4.5), (-2.0, 2.5)),
        ),
        Surface(
            "himmelblau", himmelblau,
            "Four minima of the same height: the rule and its rate decide which one is reached.",
            minima=(
                (3.0, 2.0), (-2.805118086952745, 3.131312518250573),
                (-3.7793102533777469, -3.2831859912861694), (3.5844283403304917, -1.8481265269644036),
            ), start=(0.0, 0.0), view=((-5.5, 5.5), (-5.5, 5.5)),
        ),
        Surface(
            "saddle", saddle,
            "Downhill leads to a saddle, where the gradient is almost zero, and only then to a minimum.",
            minima=((0.0, 1.0), (0.0, -1.0)), start=(-1.8, 0.001), view=((-2.2, 1.2), (-1.7, 1.7)),
        ),
        Surface(
            "rastrigin", rastrigin, "A bowl full of hollows: a short step stays in the nearest one.",
            minima=((0.0, 0.0),), start=(-3.6, 2.6), view=((-5.0, 5.0), (-5.0, 5.0)),
        ),
        Surface(
            "logistic", logistic,
            "The loss of logistic regression on six numbers: x is the slope and y the offset. It is convex, and flat.",
            minima=((1.40506072745842834, 0.05675824719663667),), start=(-4.0, 3.0), view=((-5.0, 5.0), (-4.5, 4.5)),
        ),
        Surface(
            "noisy", valley,
            "The valley with gradients as uncertain as those of small batches: at a fixed rate no rule comes to rest.",
            minima=((0.0, 0.0),), start=(-5.0, -2.0), view=((-6.0, 3.0), (-3.0, 3.0)), noise=1.0,
        ),
    )
}  # fmt: skip
"""Name -> surface."""
