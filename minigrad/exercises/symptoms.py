"""Mistakes that show in what an answer returns or raises, whatever its formula is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.exercises.exercise import Symptom
from minigrad.exercises.outcome import Outcome

ONE_DECISION = (
    "It decides once for a whole array (`if`, `and`, `max`); use what NumPy has for each element, as np.where or "
    "np.maximum."
)


def structure(names: Sequence[str], expected: Sequence[Outcome], found: Sequence[Outcome]) -> list[Symptom]:
    """What is wrong with how many results there are, and with their shapes, if that is wrong wherever numbers are."""
    if all("truth value of an array" in y.error for y in found):
        return [Symptom("max-not-elementwise", ONE_DECISION)]
    asked = f"Return {', '.join(names)}."
    given = [(x, y) for x, y in zip(expected, found) if y.results is not None]
    if not given and all(y.kind == "returned" for y in found):
        return [Symptom("shape-wrong", f"{found[0].error}. {asked}")]
    for x, y in given:
        if x.results is None or y.results is None:
            return []
        if (x.single, len(x.results)) != (y.single, len(y.results)):
            what = "one result" if y.single else f"{len(y.results)} results"
            return [Symptom("shape-wrong", f"it returns {what}. {asked}")]
    wrong = [[numpy.shape(a) != numpy.shape(b) for a, b in zip(x.results or (), y.results or ())] for x, y in given]
    if wrong and all(map(any, wrong)):
        x, y = given[0]
        i = wrong[0].index(True)
        shapes = [numpy.shape((z.results or ())[i]) for z in (x, y)]
        return [Symptom("shape-wrong", f"the result {names[i]} has shape {shapes[1]}, expected {shapes[0]}.")]
    return []


def misplaced(found: Sequence[Outcome], possible: Sequence[Sequence[Any]]) -> bool:
    """Whether every element of the first results is one that it could be: then the wrong ones have been chosen."""
    for y, values in zip(found, possible):
        if y.results is None or not y.single or any(numpy.shape(y.results[0]) != numpy.shape(v) for v in values):
            return False
        if not numpy.any([numpy.isclose(y.results[0], v, rtol=1e-4, atol=1e-7) for v in values], axis=0).all():
            return False
    return True
