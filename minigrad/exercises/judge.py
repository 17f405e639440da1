"""The judgement: what an answer did on all probes, compared with the right answer and its neighbours."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy

from minigrad.exercises.bench import Value
from minigrad.exercises.beside import beside
from minigrad.exercises.closeness import close
from minigrad.exercises.exercise import Exercise, Neighbour, Symptom
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import VAGUE, rank
from minigrad.exercises.outcome import Outcome, run
from minigrad.exercises.program import Program
from minigrad.exercises.scaling import scaling
from minigrad.exercises.sentences import said
from minigrad.exercises.symptoms import general
from minigrad.optimizer.mistakes import OUT_OF_DOMAIN

UNUSUAL = ("max-not-elementwise", "wrong-operation", "operands-swapped", "extra-term")
"""Mistakes that are tried in pairs only if they explain one more result of the answer."""

PAIRS, CALLS = 5000, 1000
"""The most pairs of mistakes that are tried, and the most where functions have to be called."""

NOT_A_NUMBER = (
    "ZeroDivisionError", "OverflowError", "FloatingPointError", *(f"ValueError: {text}" for text in OUT_OF_DOMAIN),
)  # fmt: skip
"""Errors that Python raises where NumPy would return infinity or NaN."""


def judge(exercise: Exercise, found: Sequence[Outcome], hint: int = 2) -> Feedback:
    """The feedback for a learner whose answer did this on the exercise's probes."""
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Judgement(exercise, found).feedback(hint)


class Judgement:
    """An answer's outcomes compared with those of the reference, probe by probe.

    * `returned`: what it did; `found`: the same, with its results in the required structure, if that is possible.
    * `twins`: what it did on the twins of the first probe.
    * `off`: the probes on which its numbers are wrong.
    """

    def __init__(self, exercise: Exercise, returned: Sequence[Outcome]) -> None:
        count = len(exercise.tried)
        self.exercise, self.returned, self.twins = exercise, returned[:count], returned[count:]
        self.expected = exercise.expected
        self.found = [y if exercise.agree else restructured(x, y) for x, y in zip(self.expected, self.returned)]
        off = [i for i in range(count) if not self.agree(self.expected[i], self.found[i], i)]
        self.off = sorted(off, key=lambda i: self.found[i].results is None)  # those with numbers come first
        self.compared: dict[tuple[Value, int, int, tuple[int, ...]], bool] = {}

    def outcome(self, function: Callable[..., Any], i: int) -> Outcome:
        exercise = self.exercise
        return run(function, exercise.tried[i], exercise.arguments, exercise.observe)

    def agree(self, expected: Outcome, found: Outcome, i: int) -> bool:
        """Whether two outcomes have the same results up to rounding, or both fail with the same error."""
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
        """Whether two results on a probe agree in shape and, up to rounding, in value, whatever their dtypes."""
        float64, float32 = self.exercise.tolerances[i], self.exercise.float32  # a number may have any float type
        return close(x, y, float64, float32, self.exercise.slacks[i])

    def words(self, i: int) -> str:
        """What is special about a probe."""
        return self.exercise.tried[i].words

    def feedback(self, hint: int) -> Feedback:
        if all(x.kind == "NotImplementedError" for x in self.found):
            return Feedback(self.exercise.name, False, "It is not written yet.", lesson=self.exercise.lesson)
        found = beside(self)
        if not self.off and not found:
            return Feedback(self.exercise.name, True, "All of it is right.")
        compared = self.off and any(x.results is not None for x in self.found)
        explained = self.explanation() if compared else ()
        overwritten = "input-modified" in found  # which explains wrong numbers
        unexplained = [] if overwritten else self.too_deep if explained else self.off
        symptoms = [x for x in self.symptoms(unexplained) if x.mistake not in found] if unexplained else []
        return said(self, explained, symptoms, found, hint)

    def scaling(self) -> str:
        """A sentence about what the difference on the first probe scales with, or ""."""
        exercise, before = self.exercise, (self.expected[0], self.found[0])
        after = {
            name: (run(exercise.reference, probe, exercise.arguments, exercise.observe), found)
            for (name, probe), found in zip(exercise.twins.items(), self.twins)
        }
        return "" if exercise.agree else scaling(before, after, exercise.results)

    def symptoms(self, off: list[int]) -> list[Symptom]:
        """What is wrong with an answer on probes where no neighbour explains it."""
        expected, found = [self.expected[i] for i in off], [self.found[i] for i in off]
        own: list[Symptom] = []
        if self.exercise.symptoms:
            own = self.exercise.symptoms(found, [self.words(i) for i in off])
        some_right = len(off) < len(self.found)
        return own or ([] if self.exercise.observe else general(self.exercise.results, expected, found, some_right))

    def names(self, n: int) -> list[str]:
        """The names of n results; the first is repeated for a list of arrays."""
        names = [*self.exercise.results]
        return [*names[:1] * (n - len(names)), *names]

    def explanation(self) -> tuple[Neighbour, ...]:
        """The neighbours that together do what the answer does: one, two, or none."""
        single = [n for n in self.exercise.neighbours if self.explains(n)]
        single.sort(key=lambda n: (not n.expected, rank(n.mistake)))
        if single:
            first = single[0]
            others = [n for n in single[1:] if not first.expected and rank(n.mistake) <= rank(first.mistake)]
            also = dict.fromkeys([*first.also, *(x for n in others for x in (n.mistake, *n.also))])
            return (replace(first, also=tuple(x for x in also if x != first.mistake)),)
        return self.pair()

    def explains(self, neighbour: Neighbour) -> bool:
        """Whether a neighbour does what the answer does on every probe, starting with one where the answer is wrong."""
        return self.does(neighbour.program, lambda: neighbour.function)

    @cached_property
    def called(self) -> bool:
        """Whether outcomes can only be compared by calling functions."""
        return bool(self.exercise.observe or self.exercise.agree)

    def does(self, text: Program | None, made: Callable[[], Callable[..., Any] | None]) -> bool:
        """Whether a program, or else the function made of it, does what the answer does on every probe."""
        if text is not None and text.lines and not self.called:
            return all(self.matching(text, i) == self.everything for i in self.order)
        function = made()
        return function is not None and all(self.agree(self.outcome(function, i), self.found[i], i) for i in self.order)

    def is_right(self, neighbour: Neighbour) -> bool:
        """Whether an edit has only made another form of the right answer."""
        function = neighbour.function
        outcomes = [self.outcome(function, i) for i in self.order] if function else []
        return bool(outcomes) and all(self.agree(self.expected[i], x, i) for i, x in zip(self.order, outcomes))

    @cached_property
    def order(self) -> list[int]:
        """The probes: first those on which the answer is wrong, last those on which it fails."""
        failing = [i for i in self.off if self.found[i].results is None]
        wrong = [i for i in self.off if i not in failing]
        failing = [i for i in failing if i not in self.too_deep]
        return [*wrong, *(i for i in range(len(self.found)) if i not in self.off), *failing]

    @cached_property
    def too_deep(self) -> list[int]:
        """The probes that are too deep for the answer, if it is wrong on others, too: that is a separate mistake."""
        deep = [i for i in self.off if self.found[i].kind == "RecursionError"]
        return deep if any(self.found[i].results is not None for i in self.off) else []

    @cached_property
    def everything(self) -> set[int]:
        """The numbers of all results."""
        return set(range(len(self.exercise.results)))

    def matching(self, text: Any, i: int) -> set[int]:
        """Which results of the answer a program reproduces on a probe."""
        found = self.found[i]
        values = self.exercise.bench.results(text, i)
        if found.results is None and values is None:
            return self.everything  # both fail, which counts as the same
        if found.results is None or values is None:
            failed = found.error.startswith(NOT_A_NUMBER) and values is not None
            return self.everything if failed and not all(is_finite(x.value) for x in values or ()) else set()
        given = self.returned[i].results or []
        given = given if len(given) == len(found.results) else found.results  # in their original shapes
        pairs = [*enumerate(zip(values, found.results)), *enumerate(zip(values, given))]
        return {k for k, (x, y) in pairs if self.matches(x, y, k, i)}

    def matches(self, value: Value, result: Any, k: int, i: int) -> bool:
        key = (value, k, i, numpy.shape(result))
        if key not in self.compared:
            self.compared[key] = self.close(without_infinities(value.value), without_infinities(result), i)
        return self.compared[key]

    def pair(self) -> tuple[Neighbour, ...]:
        """Two mistakes that together do what the answer does, or none.

        A first mistake must not spoil a result that the answer has right. Mistakes that explain one more result come
        first, each paired with every other.
        """
        both = ((i, *row) for i in self.off for row in zip(self.expected[i].results or (), self.found[i].results or ()))
        if not any(numpy.isfinite(y).any() and not self.close(x, y, i) for i, x, y in both):  # two mistakes may be NaN
            return ()
        tries = list(islice(self.candidates(), CALLS if self.called else PAIRS))
        return next((found for x in tries if (found := self.fitting(*x))), ())

    def candidates(self) -> Iterator[tuple[Program, Neighbour, Neighbour]]:
        """Pairs of mistakes in one form of the reference, the first of each kind of mistake first."""
        i, usual = self.off[0], [n for n in self.exercise.neighbours if n.swaps]
        for form in [x for x in self.exercise.forms if x.lines]:
            right = set() if self.called else self.matching(form, i)
            kept = [(right if self.called else self.matching(n.program, i), n) for n in usual if n.form is form]
            kept = [x for x in kept if x[0] >= right]
            turns = occurrences([n.mistake for _, n in kept])
            rows = [(-len(x), x == right or not n.expected, k, frequency(n.mistake)) for (x, n), k in zip(kept, turns)]
            kept = [kept[k] for k in sorted(range(len(kept)), key=rows.__getitem__)]
            for i_one, i_two in pairs(len(kept), sum(found > right for found, _ in kept)):
                (one_found, one), (_, two) = kept[i_one], kept[i_two]
                if one.swaps[0][1] is two.swaps[0][1]:
                    continue
                unusual = any(found == right and n.mistake in UNUSUAL for found, n in (kept[i_one], kept[i_two]))
                vague = "wrong-factor" in (one.mistake, two.mistake) and one.mistake in VAGUE and two.mistake in VAGUE
                listed = one.expected and two.expected and one.mistake != two.mistake and apart(one, two)
                if listed or not (unusual or (vague and one_found == right)):
                    yield form, one, two

    def fitting(self, form: Program, one: Neighbour, two: Neighbour) -> tuple[Neighbour, ...]:
        """The two mistakes, the more specific first, if together they do what the answer does."""
        both = together(form, one, two)
        if not both or not self.does(both, both.function):
            return ()
        return tuple(sorted((x for x in (one, two) if not self.is_right(x)), key=lambda x: rank(x.mistake)))


def occurrences(words: Sequence[str]) -> list[int]:
    """How often each word has occurred before.

    >>> occurrences(["a", "b", "a"])
    [0, 0, 1]
    """
    seen = Counter[str]()
    found = []
    for word in words:
        found.append(seen[word])
        seen[word] += 1
    return found


def frequency(mistake: str) -> int:
    """The place of a mistake in the order of trying pairs: those with few neighbours come first."""
    many = ("wrong-sign", "scale-missing", "missing-term", "old-state-used", "hyperparameters-swapped", "wrong-factor")
    return many.index(mistake) + 1 if mistake in many else len(many) + 1 if mistake == "wrong-state-stored" else 0


def pairs(n: int, leading: int) -> Iterator[tuple[int, int]]:
    """All pairs of numbers below n: first those with one below `leading`, then the others by their sum."""
    for j in range(n):
        yield from ((i, j) for i in range(min(j, leading)))
    for total in range(1, 2 * n - 2):
        for i in range(max(leading, total - n + 1), (total + 1) // 2):
            yield i, total - i


def apart(one: Neighbour, two: Neighbour) -> bool:
    """Whether two mistakes are in different parts of the program, neither of which contains the other."""
    ours, theirs = ([part for _, part, _ in x.swaps] for x in (one, two))
    return not any(x is y for a, b in ((ours, theirs), (theirs, ours)) for part in a for x in ast.walk(part) for y in b)


def together(form: Program, one: Neighbour, two: Neighbour) -> Program | None:
    """The program with two mistakes; None if they get in each other's way."""
    ours, theirs = {x[0] for x in one.swaps}, {x[0] for x in two.swaps}
    if ours & theirs or one.program is None or two.program is None:
        return form.with_swaps([*one.swaps, *two.swaps]) or form.with_swaps([*two.swaps, *one.swaps])
    other = dict(two.program.lines)
    return replace(form, lines=tuple((name, other[name] if name in theirs else x) for name, x in one.program.lines))


def without_infinities(x: Any) -> Any:
    """The numbers with NaN for infinities: which of the two a mistake gives depends on how it is written."""
    array = numpy.asarray(x)
    infinite = array.dtype.kind == "f" and numpy.isinf(array)
    return numpy.where(infinite, numpy.nan, array) if numpy.any(infinite) else x


def is_finite(x: Any) -> bool:
    """Whether all numbers of a result are finite."""
    return bool(numpy.all(numpy.isfinite(numpy.asarray(x, float))))


def restructured(expected: Outcome, outcome: Outcome) -> Outcome:
    """The outcome with its results in the required structure, if they can be brought into it."""
    given, wanted = outcome.results, expected.results
    if given is None or wanted is None or len(given) < len(wanted):
        return outcome
    sizes = [numpy.size(x) for x in wanted]
    if len(given) == sum(sizes) > len(wanted) and not any(map(numpy.ndim, given)):  # lists of numbers
        given = numpy.split(numpy.asarray(given), numpy.cumsum(sizes)[:-1])
    results = [
        numpy.reshape(y, numpy.shape(x))
        if numpy.shape(x) != numpy.shape(y) and numpy.size(x) == numpy.size(y) and numpy.ndim(x) and numpy.ndim(y)
        else y
        for x, y in zip(wanted, given)
    ]
    return replace(outcome, results=results, single=expected.single, nested="")
