"""Mistakes that show in what an answer returns or raises, whatever its formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy

from minigrad.exercises.closeness import close
from minigrad.exercises.exercise import Symptom
from minigrad.exercises.outcome import Outcome

ONE_DECISION = (
    "It decides once for a whole array (`if`, `and`, `max`); use functions that decide for each element, such as "
    "np.where or np.maximum."
)


def general(
    names: Sequence[str], expected: Sequence[Outcome], found: Sequence[Outcome], some_right: bool
) -> list[Symptom]:
    """What is wrong with the structure of the results, or what all wrong results have in common.

    `some_right`: whether the answer is right on other probes. If those on which it fails have arrays of several
    elements, their number makes the difference.
    """
    others = [y for y in found if "truth value of an array" not in y.error]
    single = all(y.results is not None and all(numpy.size(x) == 1 for x in y.results) for y in others)
    if len(others) < len(found) and single and (some_right or others):  # one element is as true as a number
        return [Symptom("max-not-elementwise", ONE_DECISION)]
    asked = f"Return {', '.join(names)}."
    given = [(x, y) for x, y in zip(expected, found) if y.results is not None]
    if not given and all(y.kind == "returned" for y in found):
        return [Symptom("shape-wrong", f"{found[0].error}. {asked}")]
    for x, y in given:
        if x.results is None or y.results is None:
            return []
    pairs = [list(zip(x.results or (), y.results or ())) for x, y in given]
    wrong = [row for row in pairs if any(numpy.shape(a) != numpy.shape(b) for a, b in row)]
    if wrong and 2 * len(wrong) >= len(pairs):
        shapes = [(name, numpy.shape(a), numpy.shape(b)) for name, (a, b) in zip(names, wrong[0])]
        name, right, shape = next(row for row in shapes if row[1] != row[2])
        return [Symptom("shape-wrong", f"the result {name} has shape {shape}, expected {right}.")]
    return [] if wrong or not pairs else proportional(names, pairs) or one_end(pairs)


def proportional(names: Sequence[str], pairs: Sequence[Sequence[tuple[Any, Any]]]) -> list[Symptom]:
    """Whether only a factor is wrong: on every probe, results are a multiple of the right ones."""
    ratios: dict[str, list[float]] = {}
    for row in pairs:
        for name, (x, y) in zip(names, row):
            a, b = numpy.ravel(x).astype(float), numpy.ravel(y).astype(float)
            there = a != 0
            if there.any():
                ratio = float(numpy.median(b[there] / a[there]))
                if not numpy.allclose(b, ratio * a, rtol=1e-3, atol=1e-6 * numpy.abs(a).max()) or ratio == 0:
                    return []
                if (there.sum() > 1 or numpy.ndim(x) == 0) and abs(ratio - 1) > 1e-3:
                    ratios.setdefault(name, []).append(ratio)
                    if numpy.ndim(x) == 0 and abs(ratio - ratios[name][0]) > 1e-3:  # any number is some multiple
                        return []
    signs = {numpy.sign(x) for row in ratios.values() for x in row}
    if not ratios or len(signs) > 1 or (len(pairs) == 1 and all(numpy.ndim(x) == 0 for x, _ in pairs[0])):
        return []
    said = " and ".join(f"the result {name} is {times(row)} what it should be" for name, row in ratios.items())
    return [
        Symptom("wrong-factor", f"{said}.") if signs == {1.0} else Symptom("wrong-sign", f"the sign is wrong: {said}.")
    ]


def times(ratios: Sequence[float]) -> str:
    """Factors in words.

    >>> times([2.0, 2.0]), times([2.0, 0.5])
    ('2 times', '0.5 to 2 times')
    """
    low, high = (f"{x:.4g}" for x in (min(ratios), max(ratios)))
    return f"{low} times" if low == high else f"{low} to {high} times"


def one_end(pairs: Sequence[Sequence[tuple[Any, Any]]]) -> list[Symptom]:
    """Whether only the first row or only the last row is ever wrong."""
    alike = partial(close, float32=1e-3)
    end = wrong_end([(numpy.atleast_1d(x), numpy.atleast_1d(y), alike) for row in pairs for x, y in row])
    what = f"only the {end} row or element is wrong: a loop or a slice misses it."
    return [Symptom("off-by-one-boundary", what)] if end else []


def wrong_end(pairs: Sequence[tuple[Any, Any, Callable[[Any, Any], bool]]]) -> str:
    """ "first" or "last" if only that part of each pair, along its first axis, is not close; else ""."""
    off = [(x, y, close) for x, y, close in pairs if len(x) > 1 and not close(x, y)]
    if max((len(x) for x, _, _ in off), default=0) > 2:
        for end, others in ("first", slice(1, None)), ("last", slice(-1)):
            if all(close(x[others], y[others]) for x, y, close in off):
                return end
    return ""


def misplaced(found: Sequence[Outcome], possible: Sequence[Sequence[Any]]) -> bool:
    """Whether every element of the first results is one of its possible values: then the wrong ones were chosen."""
    for y, values in zip(found, possible):
        if y.results is None or not y.single or any(numpy.shape(y.results[0]) != numpy.shape(v) for v in values):
            return False
        if not numpy.any([numpy.isclose(y.results[0], v, rtol=1e-4, atol=1e-7) for v in values], axis=0).all():
            return False
    return True
