"""Edits of loops that end too early: the first or the last of what is added up, or a row or column of a result."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.arrays import is_product
from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.edits.trees import put
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program

PARTS: list[tuple[str, int, str, tuple[str, ...]]] = [
    ("without_index", -1, "the last one is left out.", ("off-by-one-boundary", "missing-term")),
    ("without_index", 0, "the first one is left out.", ("off-by-one-boundary", "missing-term")),
    ("only_index", -1, "only the last one counts: each replaces the one before.",
     ("assignment-for-accumulation", "missing-term")),
    ("only_index", 0, "only the first one counts.", ("missing-term",)),
]  # fmt: skip
"""(what is taken of an array along an axis, the index, what is wrong, ids)."""

BLANKS: list[tuple[str, str, tuple[str, ...]]] = [
    ("blank_index", "is left at 0: a loop misses it.", ("off-by-one-boundary", "missing-term")),
    ("blank_others", "alone is computed; all others are left at 0.", ("missing-term", "off-by-one-boundary")),
]
"""(which part of a result stays 0, what is wrong, ids)."""


def ends(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Sums and matrix products of all terms but one, or of only one; results with a row or a column of zeros."""
    sums = [(line, node) for line, node, _ in text.nodes() if is_product(node) or is_sum_over(node)]
    for word, index, what, (mistake, *also) in PARTS:
        swaps = [(line, node, shortened(node, word, index)) for line, node in sums]
        for swap in swaps:
            yield from changed(text, [swap], mistake, f"in {ast.unparse(swap[1])} {what}", *also)
        if len(swaps) > 1:
            yield from changed(text, swaps, mistake, f"in every sum {what}", *also)
    arrays = [x for x, y in zip(text.results, exercise.expected[0].results or []) if getattr(y, "ndim", 0)]
    for word, what, (mistake, *also) in BLANKS:
        for index, end in (-1, "last"), (0, "first"):
            for axis, kind in (0, "row or element"), (-1, "column"):
                for chosen in [arrays, *([x] for x in arrays if len(arrays) > 1)]:
                    swaps = [(RESULT, x, put(f"{word}(_, {index}, {axis})", _=x)) for x in chosen]
                    yield from changed(text, swaps, mistake, f"the {end} {kind} {what}", *also)


def is_sum_over(node: ast.AST) -> bool:
    """Whether it is a call of np.sum or np.mean."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.sum", "np.mean")


def shortened(node: ast.expr, word: str, index: int) -> ast.expr:
    """A sum or a matrix product of only some of its terms. A mean still divides by their full number."""
    if isinstance(node, ast.BinOp):
        left, right = (put(f"{word}(_, {index}, {axis})", _=x) for x, axis in ((node.left, -1), (node.right, 0)))
        return ast.BinOp(left, node.op, right)
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    axis = next((x.value for x in node.keywords if x.arg == "axis"), None)
    part = put(f"{word}(x, {index}, axis)", x=node.args[0], axis=axis or put("0"))
    total = ast.Call(ast.Attribute(node.func.value, "sum", ast.Load()), [part], node.keywords)
    if node.func.attr == "sum":
        return total
    return ast.BinOp(total, ast.Div(), put("how_many(x, axis)", x=node.args[0], axis=axis or put("None")))
