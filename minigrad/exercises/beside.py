"""Mistakes other than wrong numbers: what is changed or shared, dtypes, and the structure of results."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.exercises.outcome import Outcome
from minigrad.exercises.scaling import joined
from minigrad.exercises.symptoms import wrong_end

if TYPE_CHECKING:
    from minigrad.exercises.judge import Judgement

Found = Iterator[tuple[str, str]]
"""Ids with sentences. (`kept` and `dtype` are not in the list of mistakes: they are reported without an id.)"""


def beside(judgement: Judgement) -> dict[str, str]:
    """Mistakes of an answer that are not in its numbers: id -> the first sentence about it."""
    found: dict[str, str] = {}
    whole = not judgement.exercise.agree
    for expected, outcome in zip(judgement.expected, judgement.returned):
        if outcome.results is not None and expected.results is not None:
            names = judgement.names(len(expected.results))
            parts = [*memory(names, expected, outcome), *dtypes(judgement, names, expected, outcome)]
            for mistake, what in [*parts, *(structure(judgement, names, expected, outcome) if whole else ())]:
                found.setdefault(mistake, what)
    end = one_end(judgement) if judgement.off and whole and not judgement.exercise.observe else ""
    if end:
        found["off-by-one-boundary"] = f"Only the {end} element is wrong: a loop or a slice misses it."
    return found


def memory(names: list[str], expected: Outcome, outcome: Outcome) -> Found:
    """Arguments that are changed, values kept from one call to the next, and results that are the same array."""
    if outcome.changed:
        changed = f"argument{'s' * (len(outcome.changed) > 1)} {joined(outcome.changed, 'and')}"
        yield "input-modified", f"It changes its {changed}; work on a copy. (`x += y` changes x itself.)"
    if outcome.kept == "an array":
        yield "state-shared", "What one call returns depends on another call: make new arrays in each."
    elif outcome.kept:
        cure = "start afresh, without random numbers of your own"
        yield "kept", f"What one call returns depends on another call, or on chance: {cure}."
    for i, j in outcome.shared:
        if max(i, j) < len(names) and (i, j) not in expected.shared:
            yield "state-shared", f"{names[i]} and {names[j]} are the same array: changing one changes the other."


def dtypes(judgement: Judgement, names: list[str], expected: Outcome, outcome: Outcome) -> Found:
    """Arrays whose dtype differs from that of the inputs."""
    for name, x, y in zip(names, expected.results or (), outcome.results or ()):
        dtype = numpy.asarray(y).dtype
        if isinstance(x, numpy.ndarray) and name not in judgement.exercise.free and x.dtype != dtype:
            what = f"{name} has dtype {dtype}"
            if dtype != numpy.float64:
                yield "dtype", f"{what}, expected {x.dtype}."
            else:
                why = f"a NumPy number or array of {dtype} has widened it"
                cure = "`float(x)` of a NumPy number x widens nothing, and `.astype` at the end always helps"
                yield "dtype-widened", f"{what} where {x.dtype} goes in: {why}. {cure}."


def structure(judgement: Judgement, names: list[str], expected: Outcome, outcome: Outcome) -> Found:
    """Too many or too few results, and results of another shape."""
    asked = f"return {', '.join(judgement.exercise.results)}"
    wanted, given = expected.results or [], outcome.results or []
    scattered = len(given) > len(wanted) and any(map(numpy.ndim, wanted)) and not any(map(numpy.ndim, given))
    if scattered and outcome.nested != "a dict":
        asked += f", {'an' if len(wanted) == 1 else 'each an'} array: `np.array(...)` makes one of a list"
    if outcome.nested:
        yield "shape-wrong", f"The results come in {outcome.nested}; {asked}."
    elif len(given) != len(wanted) or outcome.single is not expected.single:
        what = "one result" if len(given) == 1 else f"a list or tuple of {len(given)} results"
        within = "" if outcome.single or len(given) > 1 else " in a tuple"
        yield "shape-wrong", f"It returns {what}{within}; {asked}."
    else:
        for name, x, y in zip(names, wanted, given):
            if numpy.shape(x) != numpy.shape(y) and numpy.size(x) == numpy.size(y):
                yield "shape-wrong", f"{name} has shape {numpy.shape(y)}, expected {numpy.shape(x)}."


def one_end(judgement: Judgement) -> str:
    """ "first" or "last" if only that element of the results is ever wrong, else ""."""
    pairs: list[tuple[Any, Any, Any]] = []
    for i in judgement.off:
        found, close = judgement.found[i], partial(judgement.close, i=i)
        for x, y in zip(judgement.expected[i].results or (), found.results or ()):
            if numpy.shape(x) != numpy.shape(y):
                return ""
            pairs.append((numpy.ravel(x), numpy.ravel(y), close))
    return wrong_end(pairs)
