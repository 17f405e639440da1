"""Mistakes that show in the structure of what an answer returns, whatever its numbers are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy

from minigrad.exercises.exercise import Symptom
from minigrad.exercises.outcome import Outcome


def structure(names: Sequence[str], expected: Sequence[Outcome], found: Sequence[Outcome]) -> list[Symptom]:
    """What is wrong with how many results there are, and with their shapes, if that is wrong wherever numbers are."""
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
