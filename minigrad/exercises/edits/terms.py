"""Edits of arithmetic: a sign, a term, a factor, a power, a root."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program


def terms(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every sum and difference with a sign turned or a term left out."""
    for line, node, _ in text.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            turned = ast.BinOp(node.left, ast.Sub() if isinstance(node.op, ast.Add) else ast.Add(), node.right)
            term = ast.unparse(node.right)
            yield edited(text, line, node, turned, "wrong-sign", f"{term} has the wrong sign.")
            yield edited(text, line, node, node.left, "missing-term", f"{term} is missing.")


def edited(text: Program, line: str, old: ast.expr, new: ast.expr, mistake: str, what: str) -> Neighbour:
    """The neighbour in which one expression stands for another."""
    after = text.with_node(old, new)
    return Neighbour(mistake, text.text(line), after.text(line), what, after.function, program=after)
