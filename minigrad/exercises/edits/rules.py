"""All edits of update rules, the most specific first: if two explain an answer equally well, the first is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minigrad.exercises.edits.conditions import conditions
from minigrad.exercises.edits.correction import correction, extra_correction
from minigrad.exercises.edits.epsilon import epsilon
from minigrad.exercises.edits.factors import factors, scaled_lines
from minigrad.exercises.edits.hypers import hypers
from minigrad.exercises.edits.names import additions, arguments, exchanged, numbers, others
from minigrad.exercises.edits.powers import powers
from minigrad.exercises.edits.rates import decay, rates, spread
from minigrad.exercises.edits.states import states, stored
from minigrad.exercises.edits.terms import parentheses, terms
from minigrad.exercises.edits.trees import several
from minigrad.exercises.edits.whole import decisions, together, whole
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program

FAMILIES = [
    epsilon, correction, states, rates, decay, terms, hypers, powers, factors, spread, parentheses, conditions,
    decisions, whole, together, arguments, exchanged, numbers, stored,
    extra_correction, additions, scaled_lines, others,
]  # fmt: skip


def rules(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every neighbour of an update rule."""
    found = [neighbour for family in FAMILIES for neighbour in family(exercise, text)]
    yield from found
    yield from twins(text, found)


def twins(text: Program, found: list[Neighbour]) -> Iterator[Neighbour]:
    """The same mistake in two lines that differ only in t and t + 1, as if one function computed both."""
    lines = {name: text.text(name).partition(" = ")[2] for name, _ in text.lines}
    for one in lines:
        for two in lines:
            if one != two and lines[one] and lines[two].replace("(t + 1)", "t") == lines[one]:
                later = {plain(n.theirs): n for n in found if {s[0] for s in n.swaps} == {two}}
                for n in found:
                    other = later.get(plain(n.theirs)) if {s[0] for s in n.swaps} == {one} else None
                    if other is not None:
                        yield from several(text, [*n.swaps, *other.swaps], n.mistake, n.what, *n.also)


def plain(line: str) -> str:
    """A line without its name, with t in place of t + 1."""
    return re.sub(r"\(t \+ 1\)", "t", line.partition(" = ")[2])


RULES = [rules]
