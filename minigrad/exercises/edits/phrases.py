"""Edits of phrases: what is often written instead of a part of a line."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from minigrad.exercises.edits.trees import expression
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.known import rows
from minigrad.exercises.program import Program, smallest


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
            found = places.get(old, [])
            lines = list(dict.fromkeys(line for line, _ in found))
            groups = [found, *([x for x in found if x[0] == line] for line in lines), *([x] for x in found)]
            for i, group in enumerate(groups):
                if group and group not in groups[:i]:
                    nodes = [x for _, x in group]
                    yield replace(
                        changed(text, group[0][0], nodes, [new] * len(nodes), mistake, what, *also), expected=True
                    )

    return made


def changed(
    text: Program, line: str, old: Sequence[ast.expr], new: Sequence[ast.expr], mistake: str, what: str, *also: str
) -> Neighbour:
    """The neighbour in which several expressions, none inside another, are replaced."""
    after = text
    for x, y in zip(old, new):
        after = after.with_node(x, y)
    lines = {id(node): name for name, whole in text.lines for node in ast.walk(whole)}
    swaps = tuple((lines[id(x)], *smallest(x, y)) for x, y in zip(old, new))
    return Neighbour(mistake, text.text(line), after.text(line), what, after.function, also, after, swaps, text)


def tidied(text: str) -> str:
    """A part of a line as `ast.unparse` writes it."""
    return ast.unparse(expression(text))
