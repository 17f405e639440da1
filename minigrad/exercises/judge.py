"""The judgement: what an answer did on all probes, beside what the right one and its neighbours do."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy

from minigrad.exercises.bench import Value
from minigrad.exercises.closeness import close
from minigrad.exercises.exercise import Exercise, Neighbour, Symptom
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import VAGUE, rank
from minigrad.exercises.outcome import Outcome, run
from minigrad.exercises.program import Program
from minigrad.exercises.sentences import said
from minigrad.exercises.symptoms import structure

UNUSUAL = ("axis-wrong", "max-not-elementwise", "wrong-operation", "operands-swapped", "extra-term")
"""Mistakes that are not looked for in pairs."""

PAIRS = 4000
"""How many pairs of mistakes are tried at most."""

NOT_A_NUMBER = ("ZeroDivisionError", "OverflowError", "ValueError: math domain error", "FloatingPointError")
"""What Python raises where NumPy's result is infinite or NaN."""


def judge(exercise: Exercise, found: Sequence[Outcome], hint: int = 2) -> Feedback:
    """What to tell a learner whose answer did this on the exercise's probes."""
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Judgement(exercise, found).feedback(hint)


class Judgement:
    """An answer's outcomes beside those of the reference, probe by probe.

    * `returned`: what it did; `found`: the same, its results brought into the structure asked for, if they can be.
    * `off`: the probes where its numbers are wrong.
    """

    def __init__(self, exercise: Exercise, returned: Sequence[Outcome]) -> None:
        self.exercise, self.returned = exercise, returned
        self.expected = exercise.expected
        self.found = [y if exercise.agree else restructured(x, y) for x, y in zip(self.expected, returned)]
        off = [i for i in range(len(returned)) if not self.agree(self.expected[i], self.found[i], i)]
        self.off = sorted(off, key=lambda i: self.found[i].results is None)  # those that have numbers come first
        self.compared: dict[tuple[Value, int, int], bool] = {}

    def outcome(self, function: Callable[..., Any], i: int) -> Outcome:
        exercise = self.exercise
        return run(function, exercise.tried[i], exercise.arguments, exercise.observe)

    def agree(self, expected: Outcome, found: Outcome, i: int) -> bool:
        """Whether two outcomes have the same results to rounding, or both fail with the same words."""
        if expected.results is None or found.results is None:
            failed, other = (expected, found) if expected.results is None else (found, expected)
            if other.results is None:
                return failed.error == other.error
            return failed.error.startswith(NOT_A_NUMBER) and not all(map(is_finite, other.results))
        if (expected.single, len(expected.results)) != (found.single, len(found.results)):
            return False
        if self.exercise.agree:
            return self.exercise.agree(expected.results, found.results, self.exercise.tried[i])
        return all(self.close(x, y, i) for x, y in zip(expected.results, found.results))

    def close(self, x: Any, y: Any, i: int) -> bool:
        """Whether a result on a probe is another one, to rounding, in shape and value; of what dtype is not asked."""
        tolerance = self.exercise.tolerances[i]
        return close(x, y, tolerance, tolerance, self.exercise.absolute)

    def words(self, i: int) -> str:
        """What is special about a probe."""
        return self.exercise.tried[i].words

    def feedback(self, hint: int) -> Feedback:
        beside = self.beside()
        if not self.off and not beside:
            return Feedback(self.exercise.name, True, "All of it is right.")
        explained = self.explanation() if self.off and any(x.results is not None for x in self.found) else ()
        return said(self, explained, self.symptoms() if self.off and not explained else [], beside, hint)

    def symptoms(self) -> list[Symptom]:
        """What is wrong with an answer that no neighbour explains."""
        expected, found = [self.expected[i] for i in self.off], [self.found[i] for i in self.off]
        symptoms = [] if self.exercise.observe else structure(self.exercise.results, expected, found)
        if self.exercise.symptoms and not symptoms:
            symptoms = self.exercise.symptoms(found, [self.words(i) for i in self.off])
        return symptoms

    def beside(self) -> dict[str, str]:
        """Mistakes that are not in the numbers: id -> a sentence."""
        found: dict[str, str] = {}
        for expected, outcome in zip(self.expected, self.returned):
            if outcome.results is None or expected.results is None:
                continue
            for name in outcome.changed:
                found.setdefault("input-modified", f"It changes its argument {name}; work on a copy.")
            names = self.names(len(expected.results))
            if outcome.kept:
                found.setdefault("state-shared", "What one call returns depends on another call: start afresh in each.")
            for i, j in outcome.shared:
                if max(i, j) < len(names) and (i, j) not in expected.shared:
                    both = f"{names[i]} and {names[j]}"
                    found.setdefault("state-shared", f"{both} are one array: changing one changes the other.")
            for name, x, y in zip(names, expected.results, outcome.results):
                exact = isinstance(x, numpy.ndarray) and name not in self.exercise.free
                if exact and numpy.asarray(x).dtype != numpy.asarray(y).dtype:
                    found.setdefault(
                        "dtype-widened" if numpy.asarray(y).dtype == numpy.float64 else "dtype",
                        f"{name} has dtype {numpy.asarray(y).dtype} where {x.dtype} goes in.",
                    )
            if not self.exercise.agree:
                self.structure(expected, outcome, found)
        if self.off and not self.exercise.agree:
            found.update(self.one_end())
        return found

    def one_end(self) -> dict[str, str]:
        """Whether only the first or the last element is ever wrong: a loop that ends too early."""
        ends = {"first": set[bool](), "last": set[bool]()}
        for i in self.off:
            for x, y in zip(self.expected[i].results or (), self.found[i].results or ()):
                if numpy.shape(x) != numpy.shape(y) or self.found[i].results is None:
                    return {}
                x, y = numpy.ravel(x), numpy.ravel(y)
                if x.size > 1 and not self.close(x, y, i):
                    ends["first"].add(self.close(x[1:], y[1:], i))
                    ends["last"].add(self.close(x[:-1], y[:-1], i))
        for end, right in ends.items():
            if right == {True}:
                return {"off-by-one-boundary": f"Only the {end} element is wrong: a loop or a slice misses it."}
        return {}

    def names(self, n: int) -> list[str]:
        """The names of n results: of a list of arrays the name is repeated."""
        names = [*self.exercise.results]
        return [*names[:1] * (n - len(names)), *names]

    def structure(self, expected: Outcome, outcome: Outcome, found: dict[str, str]) -> None:
        """Add what is wrong with how many results there are, of what shape."""
        assert expected.results is not None and outcome.results is not None
        asked = f"return {', '.join(self.exercise.results)}"
        wanted, got = len(expected.results), len(outcome.results)
        if outcome.nested:
            found.setdefault("shape-wrong", f"The results come in {outcome.nested}; {asked}.")
        elif got != wanted or outcome.single is not expected.single:
            what = "one result" if got == 1 else f"{got} results"
            within = "" if outcome.single or got > 1 else " in a tuple"
            found.setdefault("shape-wrong", f"It returns {what}{within}; {asked}.")
        else:
            for name, x, y in zip(self.names(wanted), expected.results, outcome.results):
                if numpy.shape(x) != numpy.shape(y) and numpy.size(x) == numpy.size(y):
                    found.setdefault("shape-wrong", f"{name} has shape {numpy.shape(y)}, expected {numpy.shape(x)}.")

    def explanation(self) -> tuple[Neighbour, ...]:
        """The neighbours that together do what the answer does: one, or two mistakes, or none."""
        single = [n for n in self.exercise.neighbours if self.explains(n)]
        single.sort(key=lambda n: (not n.expected, rank(n.mistake)))
        if single:
            first = single[0]
            others = [n for n in single[1:] if not first.expected and rank(n.mistake) <= rank(first.mistake)]
            also = dict.fromkeys([*first.also, *(x for n in others for x in (n.mistake, *n.also))])
            return (replace(first, also=tuple(x for x in also if x != first.mistake)),)
        return self.pair()

    def explains(self, neighbour: Neighbour) -> bool:
        """Whether a neighbour does what the answer does, on every probe: first on one where the answer is wrong."""
        text = neighbour.program
        if text is not None and text.lines and not self.exercise.observe and not self.exercise.agree:
            return all(self.matching(text, i) == self.everything for i in self.order)
        function = neighbour.function
        if all(x.results is None for x in self.found):
            return False
        return function is not None and all(self.agree(self.outcome(function, i), self.found[i], i) for i in self.order)

    @cached_property
    def order(self) -> list[int]:
        """The probes, those first on which the answer is wrong."""
        return [*self.off, *(i for i in range(len(self.found)) if i not in self.off)]

    @cached_property
    def everything(self) -> set[int]:
        """The numbers of all results."""
        return set(range(len(self.exercise.results)))

    def matching(self, text: Any, i: int) -> set[int]:
        """Which results of the answer a program has too, on a probe."""
        found = self.found[i]
        values = self.exercise.bench.results(text, i)
        if found.results is None and values is None:
            return self.everything
        if found.results is None or values is None:
            failed = found.error.startswith(NOT_A_NUMBER) and values is not None
            return self.everything if failed and not all(is_finite(x.value) for x in values or ()) else set()
        return {k for k, (x, y) in enumerate(zip(values, found.results)) if self.matches(x, y, k, i)}

    def matches(self, value: Value, result: Any, k: int, i: int) -> bool:
        key = (value, k, i)
        if key not in self.compared:
            self.compared[key] = self.close(without_infinities(value.value), without_infinities(result), i)
        return self.compared[key]

    def pair(self) -> tuple[Neighbour, ...]:
        """Two mistakes that together do what the answer does, or none.

        A first mistake must not spoil a result that the answer has right. If it sets one more result right, the second
        is looked for in the rest; if the answer is wrong in one result only, both are among the usual ones.
        """
        if self.exercise.agree or self.exercise.observe or self.found[self.off[0]].results is None:
            return ()
        i, usual = self.off[0], [n for n in self.exercise.neighbours if n.swaps and n.mistake not in UNUSUAL]
        tried = 0
        for form in self.exercise.forms:
            if not form.lines:
                continue
            right = self.matching(form, i)
            kept = [(self.matching(n.program, i), n) for n in usual if n.form is form]
            kept = sorted((x for x in kept if x[0] >= right), key=lambda x: (-len(x[0]), frequency(x[1].mistake)))
            for i_one, i_two in diagonals(len(kept)):
                (one_found, one), (_, two) = kept[i_one], kept[i_two]
                same = one.swaps[0][1] is two.swaps[0][1]
                if same or (one_found == right and one.mistake in VAGUE and two.mistake in VAGUE):
                    continue
                tried += 1
                if tried > PAIRS:
                    return ()
                both = together(form, one, two)
                if both and all(self.matching(both, k) == self.everything for k in self.order):
                    return one, two
        return ()


def frequency(mistake: str) -> int:
    """Which mistakes are tried first in pairs: those of which there are few neighbours, then the many."""
    many = ("wrong-sign", "scale-missing", "missing-term", "old-state-used", "hyperparameters-swapped", "wrong-factor")
    return many.index(mistake) + 1 if mistake in many else len(many) + 1 if mistake == "wrong-state-stored" else 0


def diagonals(n: int) -> Iterator[tuple[int, int]]:
    """All pairs of numbers below n, those with a small sum first."""
    for total in range(1, 2 * n - 2):
        for i in range(max(0, total - n + 1), (total + 1) // 2):
            yield i, total - i


def together(form: Program, one: Neighbour, two: Neighbour) -> Program | None:
    """The program with two mistakes; None if they are in each other's way."""
    ours, theirs = {x[0] for x in one.swaps}, {x[0] for x in two.swaps}
    if ours & theirs or one.program is None or two.program is None:
        return form.with_swaps([*one.swaps, *two.swaps]) or form.with_swaps([*two.swaps, *one.swaps])
    other = dict(two.program.lines)
    return replace(form, lines=tuple((name, other[name] if name in theirs else x) for name, x in one.program.lines))


def without_infinities(x: Any) -> Any:
    """The numbers with NaN for infinities: which of the two a mistake leads to depends on how it is written."""
    array = numpy.asarray(x)
    return (
        x
        if array.dtype.kind != "f" or not numpy.isinf(array).any()
        else numpy.where(numpy.isinf(array), numpy.nan, array)
    )


def is_finite(x: Any) -> bool:
    """Whether all numbers of a result are finite."""
    return bool(numpy.all(numpy.isfinite(numpy.asarray(x, float))))


def restructured(expected: Outcome, outcome: Outcome) -> Outcome:
    """The outcome with its results in the structure that is asked for, if they can be brought into it."""
    if outcome.results is None or expected.results is None:
        return outcome
    results, wanted = outcome.results, expected.results
    if len(results) > len(wanted):
        results = results[: len(wanted)]
    if len(results) == len(wanted):
        results = [
            numpy.reshape(y, numpy.shape(x))
            if numpy.shape(x) != numpy.shape(y) and numpy.size(x) == numpy.size(y) and numpy.ndim(x) and numpy.ndim(y)
            else y
            for x, y in zip(wanted, results)
        ]
        return replace(outcome, results=results, single=expected.single, nested="")
    return outcome
