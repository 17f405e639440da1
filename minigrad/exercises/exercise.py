"""An exercise: a function for a learner to write, with its statement, its probes, and the expected mistakes."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property, partial
from typing import Any

from minigrad.arguments import text
from minigrad.docstrings import docstring
from minigrad.errors import UsageError
from minigrad.exercises.bench import Bench
from minigrad.exercises.mistakes import MISTAKES
from minigrad.exercises.outcome import Observe, Outcome, run
from minigrad.exercises.probes import Probe
from minigrad.exercises.program import Program, Swap, compiled, differences, program, source
from minigrad.exercises.scaling import twins
from minigrad.exercises.words import WORDS

EXERCISES: dict[str, Exercise] = {}
"""Name -> exercise, in the order of the course."""


@dataclass(eq=False)
class Neighbour:
    """A wrong answer that is close to the right one.

    * `mistake`: its id; `also`: other ids that are equally true.
    * `where`: the line of the reference that it changes; `theirs`: its own version of that line.
    * `what`: what is wrong, in one sentence to the learner.
    * `make`: makes the function, or returns None if there is none (a line would need its own result).
    * `program`: its text, if it can be edited further; `swaps`: what was replaced in `form`, if that makes it.
    * `expected`: whether the author of the exercise listed it.
    """

    mistake: str
    where: str
    theirs: str
    what: str
    make: Callable[[], Callable[..., Any] | None]
    also: tuple[str, ...] = ()
    program: Program | None = None
    swaps: tuple[Swap, ...] = ()
    form: Program | None = None
    expected: bool = False

    @cached_property
    def function(self) -> Callable[..., Any] | None:
        """The wrong answer as a function."""
        return self.make()


@dataclass(frozen=True)
class Symptom:
    """A mistake recognized by what an answer does, not by its formula."""

    mistake: str
    what: str


@dataclass(eq=False)
class Exercise:
    """See `exercise`, which makes one."""

    reference: Callable[..., Any]
    probes: Callable[[], Iterable[Probe]]
    edits: Sequence[Callable[[Exercise, Program], Iterable[Neighbour]]]
    lesson: str
    results: tuple[str, ...]
    float64: float = 1e-8
    float32: float = 2e-4
    absolute: float | Callable[[Probe], float] = 0.0
    free: tuple[str, ...] = ()
    observe: Observe | None = None
    agree: Callable[[Any, Any, Any], bool] | None = None
    symptoms: Callable[[Sequence[Outcome], Sequence[str]], list[Symptom]] | None = None
    catalogue: list[Callable[[Exercise], list[Neighbour]]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.reference.__name__

    @property
    def text(self) -> str:
        """What the learner reads: the statement with its equation, an example and hints."""
        return docstring(self.reference)

    @cached_property
    def signature(self) -> inspect.Signature:
        """The signature of the function to write."""
        return inspect.signature(self.reference)

    @property
    def arguments(self) -> list[str]:
        """The names of the positional arguments."""
        return [p.name for p in self.signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]

    @cached_property
    def program(self) -> Program:
        """The text of the reference, as data."""
        return self.parsed()

    def parsed(self, text: str | None = None) -> Program:
        """The reference, or another text in its place, with a line for each result."""
        return program(self.reference, text).naming(self.results)

    @cached_property
    def tried(self) -> list[Probe]:
        """The probes."""
        return list(self.probes())

    @cached_property
    def twins(self) -> dict[str, Probe]:
        """Argument -> the first probe with that argument halved: see `scaling.py`."""
        return twins(self.tried[0], self.arguments)

    @cached_property
    def expected(self) -> list[Outcome]:
        """What the reference does on each probe."""
        return [run(self.reference, probe, self.arguments, self.observe) for probe in self.tried]

    @cached_property
    def tolerances(self) -> list[float]:
        """The relative tolerance of each probe, by the dtype of its arrays."""
        return [self.float32 if is_single(probe.make()) else self.float64 for probe in self.tried]

    @cached_property
    def slacks(self) -> list[float]:
        """The absolute error that counts as rounding, for each probe."""
        return [self.absolute(probe) if callable(self.absolute) else self.absolute for probe in self.tried]

    @cached_property
    def bench(self) -> Bench:
        """Where programs are tried on the probes."""
        return Bench(self.tried, self.arguments)

    @cached_property
    def neighbours(self) -> list[Neighbour]:
        """Every answer that is one mistake away, those of the catalogue first."""
        named = [replace(n, expected=True) for make in self.catalogue for n in make(self)]
        return [*named, *(n for form in self.forms for n in self.edited(form))]

    @cached_property
    def forms(self) -> list[Program]:
        """The reference, and other ways to write it."""
        return [self.program, *map(self.parsed, self.texts[1:])]

    def equally(self, old: str, new: str) -> None:
        """Add another way to write the reference, which brings its own neighbours. Arguments are as in `wrong`."""
        self.others.append((old, new))

    def edited(self, text: Program) -> Iterator[Neighbour]:
        """The neighbours of a program, by the edits that suit this kind of exercise."""
        if text.lines:
            for edits in self.edits:
                yield from edits(self, text)

    def wrong(self, old: str, new: str, mistake: str, what: str, *also: str) -> None:
        """Add an expected mistake: in the reference, the text `old` is replaced by `new`.

        Write a part of a line as `ast.unparse` would: single quotes, no needless parentheses. To change several places,
        put ` ... ` between the parts of `old` and of `new`, in order.
        """
        assert mistake in MISTAKES and all(x in MISTAKES for x in also), mistake
        self.catalogue.append(lambda self: self.replaced(old, new, mistake, what, also))

    def mistaken(self, mistake: str, what: str, *also: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add an expected mistake that is a whole function."""
        assert mistake in MISTAKES and all(x in MISTAKES for x in also), mistake

        def made(function: Callable[..., Any]) -> Callable[..., Any]:
            self.catalogue.append(lambda self: [Neighbour(mistake, "", "", what, lambda: function, also)])
            return function

        return made

    def replaced(self, old: str, new: str, mistake: str, what: str, also: tuple[str, ...]) -> list[Neighbour]:
        """The reference, and every other way to write it, with parts replaced, if it contains them."""
        found = []
        for form, before in zip(self.forms, self.texts):
            if not all(tidy(part) in before for part in old.split(" ... ")):
                continue
            after = self.changed(old, new, before)
            lines = [(x.strip(), y.strip()) for x, y in zip(before.splitlines(), after.splitlines()) if x != y]
            where, theirs = lines[0] if lines else ("", "")
            text = self.parsed(after)
            swaps, make = differences(form, text), partial(self.defined, after)
            found.append(Neighbour(mistake, where, theirs, what, make, also, text, swaps, form))
        assert found, f"{self.name}: {old!r} is not in the reference:\n{self.texts[0]}"
        return found

    @cached_property
    def texts(self) -> list[str]:
        """The text of the reference, and of the other ways to write it."""
        text = source(self.reference)
        return [text, *(self.changed(old, new, text) for old, new in self.others)]

    def changed(self, old: str, new: str, text: str) -> str:
        """A text with parts replaced."""
        for part, other in zip(map(tidy, old.split(" ... ")), map(tidy, new.split(" ... ")), strict=True):
            assert part in text, f"{self.name}: {part!r} is not in\n{text}"
            text = text.replace(part, other)
        return text

    def defined(self, text: str) -> Callable[..., Any]:
        """The function that another text defines."""
        return compiled(ast.parse(text), self.name, self.reference.__globals__ | WORDS)


def exercise(
    probes: Callable[[], Iterable[Probe]], *, results: str, lesson: str = "",
    edits: Sequence[Callable[[Exercise, Program], Iterable[Neighbour]]] = (), **options: Any,
) -> Callable[[Callable[..., Any]], Exercise]:  # fmt: skip
    """Make an exercise from a function that solves it; its docstring is the statement.

    Args:
        probes: makes the probes: see `probes.py`.
        results: the names of the results, separated by blanks.
        lesson: the notebook that explains it.
        edits: functions that make neighbours of a program.
        options: `float64` and `float32`, the tolerances; `absolute`, an error that always counts as rounding, or a
            function of the probe; `free`, results of any dtype; `observe(returned, args)`, what to compare instead of
            the results; `agree(expected, found, probe)`, a test of equality other than the usual one;
            `symptoms(outcomes, words)`, what is wrong with an answer that no neighbour explains, judged by the probes
            on which it is wrong.
    """

    def made(reference: Callable[..., Any]) -> Exercise:
        found = Exercise(reference, probes, edits, lesson, tuple(results.split()), **options)
        EXERCISES[found.name] = found
        return found

    return made


def is_single(x: Any) -> bool:
    """Whether there is a float32 array among the arguments."""
    if isinstance(x, dict):
        return is_single([*x.values()])
    if isinstance(x, (list, tuple)):
        return any(map(is_single, x))
    return str(getattr(x, "dtype", "")) == "float32"


def tidy(text: str) -> str:
    """A text as `ast.unparse` writes it, if it is a complete line."""
    try:
        return ast.unparse(ast.parse(text)).replace("\n", "\n    ")
    except SyntaxError:
        return text


def named(name: str) -> Exercise:
    """The exercise of this name."""
    if text("exercise", name) not in EXERCISES:
        near = get_close_matches(name, EXERCISES, n=4, cutoff=0.5)
        meant = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
        raise UsageError(f"there is no exercise {name!r}{meant} 'minigrad exercises' lists all of them.")
    return EXERCISES[name]
