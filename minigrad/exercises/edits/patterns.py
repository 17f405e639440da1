"""Edits that look at one expression: tables of patterns, and what is often written instead.

The tables are in this folder, in the format of `known.py`. A, B and C stand for any expression, and for the same one in
what is written instead. In the sentence they stand in braces, where `{all}` is the whole expression. If several
patterns fit an expression, the first one counts.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.edits.trees import expression, filled, said, several
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.known import Row, rows
from minigrad.exercises.program import Program

LETTERS = ("A", "B", "C")


def patterns(table: str, of_arrays: bool = False) -> Callable[[Exercise, Program], Iterator[Neighbour]]:
    """The edits of a table; in array programs, only the smallest part that differs counts as changed."""

    def made(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
        for line, node, _ in text.nodes():
            for part, news in parsed(table):
                found = {"all": node}
                if not fits(node, part, found):
                    continue
                words = {letter: said(x) for letter, x in found.items()}
                for new, row in news:
                    other, (mistake, *also), what = filled(new, found), row.ids, row.what.format(**words)
                    yield from (changed if of_arrays else several)(text, [(line, node, other)], mistake, what, *also)
                break

    return made


@functools.cache
def parsed(table: str) -> list[tuple[ast.expr, list[tuple[ast.expr, Row]]]]:
    """The patterns of a table, each with what is written instead."""
    of_one = groupby(rows(table, Path(__file__).parent), key=lambda row: row.old)
    return [(expression(old), [(expression(row.new), row) for row in news]) for old, news in of_one]


def fits(x: Any, pattern: Any, found: dict[str, ast.expr]) -> bool:
    """Whether an expression fits a pattern; what its letters stand for is added to `found`."""
    if isinstance(pattern, ast.Name) and pattern.id in LETTERS:
        found[pattern.id] = x
        return True
    if isinstance(pattern, list):
        return len(x) == len(pattern) and all(fits(a, b, found) for a, b in zip(x, pattern))
    if not isinstance(pattern, ast.AST):
        return bool(x == pattern)
    return type(x) is type(pattern) and all(
        fits(getattr(x, name), getattr(pattern, name), found) for name in pattern._fields
    )
