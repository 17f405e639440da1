"""An answer tried on all probes of an exercise, and a test of whether calls depend on each other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy

from minigrad.exercises.exercise import Exercise
from minigrad.exercises.outcome import Outcome, run
from minigrad.exercises.probes import copied


def outcomes(
    exercise: Exercise, answer: Callable[..., Any], before: Callable[[int], object] = lambda i: None
) -> list[Outcome]:
    """What the answer does on each probe, and on the twins of the first.

    `before` is called with the number of each probe before it is tried.

    The first probe is tried again at the end. An answer keeps something between calls if its first results have changed
    by then, share memory with the new ones, or differ from them.
    """
    deepest = sys.getrecursionlimit()
    found, copies = [], []
    try:
        for i, probe in enumerate([*exercise.tried, *exercise.twins.values(), exercise.tried[0]]):
            before(i)
            outcome = run(answer, probe, exercise.arguments, exercise.observe)
            sys.setrecursionlimit(deepest)
            found.append(outcome)
            copies.append(copied(outcome.results))
    finally:
        sys.setrecursionlimit(deepest)
    again = found.pop()
    first, *others = found
    first = replace(first, kept=keeps(found, copies, again))
    return [replace(x, results=kept) for x, kept in zip([first, *others], copies)]


def keeps(found: Sequence[Outcome], copies: Sequence[Any], again: Outcome) -> str:
    """What is kept between calls: "an array", if results changed after they were returned, or two equal calls share
    memory; "a value", if two equal calls have different results; else "".
    """
    pairs = zip(found[0].results or [], again.results or [])
    one = any(isinstance(x, numpy.ndarray) and numpy.shares_memory(x, y) for x, y in pairs)
    if one or any(not alike(x.results, kept) for x, kept in zip(found, copies)):
        return "an array"
    return "" if alike(again.results, copies[0]) else "a value"


def alike(x: list[Any] | None, y: list[Any] | None) -> bool:
    """Whether two lists of results are equal, to the last bit."""
    if x is None or y is None:
        return x is y
    return len(x) == len(y) and all(
        numpy.array_equal(a, b, equal_nan=numpy.asarray(a).dtype.kind in "fc") for a, b in zip(x, y)
    )
