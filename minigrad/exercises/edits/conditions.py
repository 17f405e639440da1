"""Edits of cases: a boundary, a missing case, the wrong case."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.patterns import patterns
from minigrad.exercises.edits.trees import said, swapped
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program


def conditions(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every case with another boundary, without its condition, or with the other outcome."""
    yield from patterns("conditions")(exercise, text)
    for line, node, _ in text.nodes():
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
            for step in 1, -1:
                moved = ast.BinOp(node.left, ast.Add(), ast.Constant(step))
                new = ast.Compare(moved, node.ops, node.comparators)
                yield from swapped(text, line, node, new, "off-by-one-boundary", f"{said(node)} is off by one.")
