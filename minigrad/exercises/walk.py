"""Probes of an update rule: the states that it reaches from its initial one under seeded gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad.exercises.edits.rules import RULES
from minigrad.exercises.exercise import EXERCISES, Exercise
from minigrad.exercises.probes import Probe, probe, spread

Start = Callable[[Any], Any]
"""Makes the initial value of a state from the initial weight."""

SEED = 20


@dataclass(frozen=True)
class Stop:
    """The point of a walk at which a probe is taken.

    * `words`: what is special there; `step`: the step count; `choice`: which values of the hyper-parameters.
    * `zeros`: whether some elements of the gradient are 0; `scale`: the size of the gradients.
    """

    words: str
    shape: tuple[int, ...]
    step: int
    choice: int = 0
    dtype: str = "float64"
    zeros: bool = False
    gaps: bool = False
    scale: float = 1.0


STOPS = (
    Stop("the third step", (4,), 3),
    Stop("the first step", (4,), 1, zeros=True),
    Stop("two rows, other hyper-parameters, a gradient with zeros", (2, 3), 6, choice=1, zeros=True),
    Stop("an array with gaps in memory, large gradients", (2, 1, 3), 2, choice=2, gaps=True, scale=40.0),
    Stop("the fortieth step, one element", (1,), 40),
    Stop("float32", (5,), 4, choice=1, dtype="float32"),
    Stop("float32, two rows, the second step", (2, 3), 2, dtype="float32", zeros=True),
    Stop("the usual hyper-parameters", (3,), 12, choice=3),
    Stop("small gradients", (3,), 3, choice=3, scale=1e-5),
)
LATE = Stop("a late step", (2,), 1500, choice=3)
"""Where a bias correction that was given up after some steps shows: 0.999¹⁵⁰⁰ is still 0.22."""


def rule(
    states: str = "", *, start: Mapping[str, Start] | None = None, zeros: bool = True, lesson: str = "",
    hypers: Mapping[str, Sequence[float]], **options: Any,
) -> Callable[[Callable[..., Any]], Exercise]:  # fmt: skip
    """Make an exercise of the course from an update rule.

    Args:
        states: the names of its states, in the order in which they are returned.
        start: the initial values of those that do not start at zero.
        zeros: whether an element of a gradient may be 0.
        lesson: the notebook that explains it.
        hypers: four values of each hyper-parameter, the usual one last.
        options: as in `exercise`.
    """

    def made(reference: Callable[..., Any]) -> Exercise:
        counts = "t" in inspect.signature(reference).parameters and not start  # a product of factors would underflow
        stops = (*STOPS, LATE) if counts else STOPS
        found = of_rule(reference, states.split(), hypers, start or {}, zeros, lesson, stops, **options)
        EXERCISES[found.name] = found
        return found

    return made


def of_rule(
    reference: Callable[..., Any], states: Sequence[str], hypers: Mapping[str, Sequence[float]],
    start: Mapping[str, Start], zeros: bool, lesson: str = "", stops: Sequence[Stop] = STOPS, **options: Any,
) -> Exercise:  # fmt: skip
    """An exercise from an update rule, without adding it to the course."""

    def probes() -> Iterator[Probe]:
        for stop in stops:
            yield walked(reference, stop, states, start, zeros, hypers)

    return Exercise(reference, probes, RULES, lesson, ("w", *states), **options)


def walked(
    reference: Callable[..., Any], stop: Stop, states: Sequence[str], start: Mapping[str, Start], zeros: bool,
    hypers: Mapping[str, Sequence[float]],
) -> Probe:  # fmt: skip
    """The probe at a stop: the arguments of that step, after all earlier steps."""
    rng = numpy.random.default_rng(SEED)
    asked = list(inspect.signature(reference).parameters)
    chosen = {name: values[stop.choice] for name, values in hypers.items()}

    def drawn(scale: float = 1.0) -> Any:
        """Normally distributed numbers, moved away from 0."""
        x = rng.normal(size=stop.shape)
        return (scale * (x + numpy.sign(x) * 0.1)).astype(stop.dtype)

    w = drawn()
    values: dict[str, Any] = {"w": w, **{x: start[x](w) if x in start else numpy.zeros_like(w) for x in states}}
    for t in range(1, stop.step + 1):
        values["g"] = drawn(stop.scale)
        if zeros and (stop.zeros or t % 5 == 4):
            values["g"].ravel()[t % values["g"].size] = 0
        values["t"] = t
        for name in asked:
            if name not in ("w", "g", "t", *states, *hypers):
                values[name] = drawn() if name == "noise" else numpy.abs(drawn())  # a ratio, a mean square
        args = [values[name] for name in asked if name not in hypers]
        if t < stop.step:
            with numpy.errstate(all="ignore"):
                returned = reference(*args, **chosen)
            after = returned if isinstance(returned, tuple) else (returned,)
            values.update(zip(("w", *states), after))
    return probe(stop.words, *(spread(x) if stop.gaps and numpy.ndim(x) else x for x in args), **chosen)
