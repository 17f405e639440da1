"""The judgement: what an answer did on all probes, beside what the right one and its neighbours do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from minigrad.exercises.closeness import close
from minigrad.exercises.exercise import Exercise, Neighbour, Symptom
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import rank
from minigrad.exercises.outcome import Outcome, run
from minigrad.exercises.program import Program
from minigrad.exercises.sentences import said
from minigrad.exercises.symptoms import general

PAIRS = 2000
"""How many pairs of mistakes are tried at most."""


def judge(exercise: Exercise, found: Sequence[Outcome], hint: int = 2) -> Feedback:
    """What to tell a learner whose answer did this on the exercise's probes."""
    return Judgement(exercise, found).feedback(hint)


class Judgement:
    """An answer's outcomes beside those of the reference, probe by probe."""

    def __init__(self, exercise: Exercise, found: Sequence[Outcome]) -> None:
        self.exercise, self.found = exercise, found
        self.expected = [self.outcome(exercise.reference, i) for i in range(len(exercise.tried))]
        off = [i for i in range(len(found)) if not self.agree(self.expected[i], found[i], i)]
        self.off = sorted(off, key=lambda i: found[i].results is None)  # those that have numbers come first

    def outcome(self, function: Callable[..., Any], i: int) -> Outcome:
        exercise = self.exercise
        return run(function, exercise.tried[i], exercise.arguments, exercise.observe)

    def words(self, i: int) -> str:
        """What is special about a probe."""
        return self.exercise.tried[i].words

    def agree(self, expected: Outcome, found: Outcome, i: int) -> bool:
        """Whether two outcomes have the same results to rounding. What both fail on is the same."""
        if expected.results is None or found.results is None:
            return expected.results is found.results
        if (expected.single, len(expected.results)) != (found.single, len(found.results)):
            return False
        if self.exercise.agree:
            return self.exercise.agree(expected.results, found.results, self.exercise.tried[i])
        return all(self.close(x, y) for x, y in zip(expected.results, found.results))

    def close(self, x: Any, y: Any) -> bool:
        """Whether a result is another one, to the exercise's tolerance."""
        return close(x, y, self.exercise.float64, self.exercise.float32)

    def feedback(self, hint: int) -> Feedback:
        beside = self.beside()
        if not self.off and not beside:
            return Feedback(self.exercise.name, True, "All of it is right.")
        explained = self.explanation() if self.off and any(x.results is not None for x in self.found) else ()
        return said(self, explained, self.symptoms() if self.off and not explained else [], beside, hint)

    def symptoms(self) -> list[Symptom]:
        """What is wrong with an answer that no neighbour explains."""
        expected, found = [self.expected[i] for i in self.off], [self.found[i] for i in self.off]
        own: list[Symptom] = []
        if self.exercise.symptoms:
            own = self.exercise.symptoms(found, [self.words(i) for i in self.off])
        return own or ([] if self.exercise.observe else general(self.exercise.results, expected, found))

    def beside(self) -> dict[str, str]:
        """Mistakes that are not in the numbers: id -> a sentence."""
        found: dict[str, str] = {}
        for expected, outcome in zip(self.expected, self.found):
            if outcome.results is None or expected.results is None:
                continue
            for name in outcome.changed:
                found.setdefault("input-modified", f"It changes its argument {name}; work on a copy.")
            names = self.exercise.results
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
        return found

    def explanation(self) -> tuple[Neighbour, ...]:
        """The neighbours that do what the answer does: one, or two mistakes, or none."""
        single = [n for n in self.exercise.neighbours if self.explains(n)]
        if single:
            return tuple(sorted(single, key=lambda n: rank(n.mistake)))
        return tuple(sorted(next(self.pairs(), ()), key=lambda n: rank(n.mistake)))

    def explains(self, neighbour: Neighbour) -> bool:
        """Whether a neighbour does what the answer does, on every probe: first on one where the answer is wrong."""
        function = neighbour.function
        order = [self.off[0], *(i for i in range(len(self.found)) if i != self.off[0])]
        return function is not None and all(self.agree(self.outcome(function, i), self.found[i], i) for i in order)

    def pairs(self) -> Iterator[tuple[Neighbour, Neighbour]]:
        """Two mistakes that together do what the answer does."""
        tried, i = 0, self.off[0]
        right = self.right(self.expected[i])
        firsts: list[tuple[int, Neighbour, Program]] = []
        for neighbour in self.exercise.neighbours:
            if neighbour.program is not None and neighbour.function is not None:
                found = self.right(self.outcome(neighbour.function, i))
                if found >= right:
                    firsts.append((len(found), neighbour, neighbour.program))
        for _, first, text in sorted(firsts, key=lambda x: -x[0]):
            for second in self.exercise.edited(text):
                tried += 1
                if tried > PAIRS:
                    return
                if self.explains(second):
                    yield first, second

    def right(self, outcome: Outcome) -> set[int]:
        """Which results of the answer this outcome has too, on the first probe where the answer is wrong."""
        found = self.found[self.off[0]]
        if outcome.results is None or found.results is None:
            return set()
        return {i for i, (x, y) in enumerate(zip(outcome.results, found.results)) if self.close(x, y)}
