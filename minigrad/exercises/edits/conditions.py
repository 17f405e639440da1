"""Edits of cases: a boundary, a missing case, the wrong case."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.trees import is_call, said, swapped
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program

EDGES: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def conditions(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every case with another boundary, without its condition, or with the other outcome."""
    for line, node, _ in text.nodes():
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from compared(text, line, node)
        elif isinstance(node, ast.BoolOp):
            for i, x in enumerate(node.values):
                others = [y for j, y in enumerate(node.values) if j != i]
                new = others[0] if len(others) == 1 else ast.BoolOp(node.op, others)
                yield from swapped(text, line, node, new, "condition-missing", f"the case {said(x)} is missing.")
            turned = ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
            yield from swapped(text, line, node, turned, "condition-missing", "and stands for or.", "wrong-operation")
        if isinstance(node, ast.IfExp):
            yield from cases(text, line, node, node.test, node.body, node.orelse)
        elif is_call(node, "where"):
            condition, this, that = node.args  # type: ignore[attr-defined]
            yield from cases(text, line, node, condition, this, that)


def compared(text: Program, line: str, node: ast.Compare) -> Iterator[Neighbour]:
    """A comparison with another boundary, or turned."""
    kind = type(node.ops[0])
    if kind in EDGES:
        new = ast.Compare(node.left, [EDGES[kind]()], node.comparators)
        what = f"the boundary of {said(node)} belongs to the other side."
        yield from swapped(text, line, node, new, "off-by-one-boundary", what)
    if kind in TURNED:
        new = ast.Compare(node.left, [TURNED[kind]()], node.comparators)
        yield from swapped(text, line, node, new, "mask-wrong", f"{said(node)} is turned round.", "wrong-operation")
    if isinstance(node.left, ast.Name):
        for step in 1, -1:
            moved = ast.BinOp(node.left, ast.Add(), ast.Constant(step))
            new = ast.Compare(moved, node.ops, node.comparators)
            yield from swapped(text, line, node, new, "off-by-one-boundary", f"{said(node)} is off by one.")


def cases(
    text: Program, line: str, node: ast.expr, condition: ast.expr, this: ast.expr, that: ast.expr
) -> Iterator[Neighbour]:
    """A case that is missing."""
    shown = said(condition)
    yield from swapped(text, line, node, that, "condition-missing", f"the case {shown} is missing.")
    yield from swapped(text, line, node, this, "condition-missing", f"the case that is not {shown} is missing.")
