"""Edits of phrases: what is often written instead of a part of a line."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from minigrad.exercises.edits.trees import expression, grouped, several
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.known import rows
from minigrad.exercises.program import Program, Swap, smallest


def phrases(table: str) -> Callable[[Exercise, Program], Iterator[Neighbour]]:
    """The edits of a table: a part is replaced everywhere; if it occurs more than once, also per line and one by one.

    Unlike a mistake of the catalogue, a phrase is tried in pairs with every other mistake.
    """

    @functools.cache  # only when needed: a process that runs an answer never needs them
    def parts() -> list[tuple[str, ast.expr, str, tuple[str, ...]]]:
        return [(tidied(x.old), expression(x.new), x.what, x.ids) for x in rows(table) if x.kind == "part"]

    def made(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
        places: dict[str, list[tuple[str, ast.expr]]] = {}
        for line, whole in text.lines:
            for node in ast.walk(whole):
                if isinstance(node, ast.expr):
                    places.setdefault(ast.unparse(node), []).append((line, node))
        for old, new, what, (mistake, *also) in parts():
            groups = grouped(places.get(old, []))
            for i, group in enumerate(groups):
                if group not in groups[:i]:
                    swaps = [(line, node, new) for line, node in group]
                    for neighbour in changed(text, swaps, mistake, what, *also):
                        yield replace(neighbour, expected=True)

    return made


def changed(text: Program, swaps: Sequence[Swap], mistake: str, what: str, *also: str) -> Iterator[Neighbour]:
    """Like `several`, but only the smallest parts that differ count as replaced."""
    yield from several(text, [(line, *smallest(old, new)) for line, old, new in swaps], mistake, what, *also)


def tidied(text: str) -> str:
    """A part of a line as `ast.unparse` writes it."""
    return ast.unparse(expression(text))
