"""Edits of products and quotients, powers and comparisons, in programs of arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.patterns import patterns
from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.edits.trees import is_product, put, said
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program

powers = patterns("array_powers", of_arrays=True)
comparisons = patterns("array_comparisons", of_arrays=True)
parentheses = patterns("array_parentheses", of_arrays=True)


def products(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every product and quotient with a factor left out or squared, or with another operation."""
    yield from patterns("array_products", of_arrays=True)(exercise, text)
    for line, node, _ in text.nodes():
        for x in (node.left, node.right) if is_product(node) else ():
            if not is_product(x):
                square = put("x ** 2", x=x)
                yield from changed(text, [(line, x, square)], "wrong-factor", f"the factor {said(x)} appears twice.")


def constants(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every number doubled, halved, or off by one; every size replaced by that of another axis."""
    for line, node, above in text.nodes():
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".shape"):
            for axis in "0", "-1":
                if ast.unparse(node.slice) != axis:
                    size = put(f"x[{axis}]", x=node.value)
                    what = f"the size should be {ast.unparse(node)}, not {ast.unparse(size)}."
                    yield from changed(text, [(line, node, size)], "axis-wrong", what, "wrong-factor")
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and within_sums(above):
            for other in (2 * node.value, node.value / 2, node.value + 1, node.value - 1):
                if other != node.value:
                    what = f"{other:g} is used instead of {node.value}."
                    yield from changed(text, [(line, node, ast.Constant(other))], "wrong-factor", what)


def within_sums(above: list[ast.AST]) -> bool:
    """Whether a number is part of arithmetic only: not an axis, an index or a size."""
    return bool(above) and isinstance(above[-1], (ast.BinOp, ast.UnaryOp)) and not any(
        isinstance(x, (ast.Subscript, ast.Tuple)) for x in above
    )  # fmt: skip
