"""Edits of products and quotients, powers and comparisons, in programs of arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program

EDGES: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def products(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every product and quotient without a factor, with one squared, or with another operation."""
    for line, node, _ in text.nodes():
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))):
            continue
        left, right = node.left, node.right
        a, b = ast.unparse(left), ast.unparse(right)
        if isinstance(node.op, ast.Mult):
            yield changed(text, line, [node], [right], "scale-missing", f"the factor {a} is missing.")
            yield changed(text, line, [node], [left], "scale-missing", f"the factor {b} is missing.")
            over = ast.BinOp(left, ast.Div(), right)
            yield changed(text, line, [node], [over], "wrong-operation", f"{b} should multiply, not divide.")
            for op, what in (ast.Add(), "added"), (ast.Sub(), "subtracted"):
                other = ast.BinOp(left, op, right)
                yield changed(
                    text, line, [node], [other], "wrong-operation", f"{a} and {b} are {what}, not multiplied."
                )
        else:
            yield changed(text, line, [node], [left], "scale-missing", f"it is not divided by {b}.")
            times = ast.BinOp(left, ast.Mult(), right)
            yield changed(text, line, [node], [times], "wrong-operation", f"{b} should divide, not multiply.")
        for x in left, right:
            if not (isinstance(x, ast.BinOp) and isinstance(x.op, (ast.Mult, ast.Div))):
                square = ast.BinOp(x, ast.Pow(), ast.Constant(2))
                yield changed(text, line, [x], [square], "wrong-factor", f"the factor {ast.unparse(x)} is there twice.")


def parentheses(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every sum in parentheses without them, so that a factor belongs to one of its terms only; terms left out."""
    for line, node, _ in text.nodes():
        if not isinstance(node, ast.BinOp):
            continue
        left, right = node.left, node.right
        if isinstance(node.op, (ast.Mult, ast.Div)) and is_sum(left):
            assert isinstance(left, ast.BinOp)
            other = ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
            what = f"the parentheses are missing in {ast.unparse(node)}."
            yield changed(text, line, [node], [other], "wrong-operation", what, "scale-missing")
        if isinstance(node.op, (ast.Mult, ast.Div)) and is_sum(right):
            assert isinstance(right, ast.BinOp)
            other = ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
            what = f"the parentheses are missing in {ast.unparse(node)}."
            yield changed(text, line, [node], [other], "wrong-operation", what, "scale-missing")
        if is_sum(node):
            rest = ast.UnaryOp(ast.USub(), right) if isinstance(node.op, ast.Sub) else right
            yield changed(text, line, [node], [rest], "missing-term", f"{ast.unparse(left)} is missing.")


def is_sum(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub))


def powers(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every power without its exponent, or with a product in place of it; every root left out."""
    for line, node, _ in text.nodes():
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            x, n = ast.unparse(node.left), ast.unparse(node.right)
            yield changed(text, line, [node], [node.left], "power-missing", f"the exponent {n} of {x} is missing.")
            times = ast.BinOp(node.left, ast.Mult(), node.right)
            yield changed(
                text, line, [node], [times], "power-missing", f"{x} is multiplied by {n}, not raised to it.",
                "wrong-operation",
            )  # fmt: skip
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sqrt":
            yield changed(text, line, [node], node.args, "root-missing", "the square root is missing.")


def comparisons(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every comparison with the boundary on the other side, or turned round."""
    for line, node, _ in text.nodes():
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            shown, kind = ast.unparse(node), type(node.ops[0])
            if kind in EDGES:
                other = ast.Compare(node.left, [EDGES[kind]()], node.comparators)
                what = f"the boundary of {shown} belongs to the other side."
                yield changed(text, line, [node], [other], "off-by-one-boundary", what, "mask-wrong")
            other = ast.Compare(node.left, [TURNED[kind]()], node.comparators)
            yield changed(text, line, [node], [other], "mask-wrong", f"{shown} is turned round.")


def constants(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every number in the text twice as large, half as large, or one off; every size, that of another axis."""
    for line, node, above in text.nodes():
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".shape"):
            for axis in "0", "-1":
                if ast.unparse(node.slice) != axis:
                    size = ast.Subscript(node.value, ast.parse(axis, mode="eval").body, ast.Load())
                    what = f"the size is {ast.unparse(node)}, not {ast.unparse(size)}."
                    yield changed(text, line, [node], [size], "axis-wrong", what, "wrong-factor")
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and within_sums(above):
            for other in (2 * node.value, node.value / 2, node.value + 1, node.value - 1):
                if other != node.value:
                    what = f"{other:g} stands where {node.value} is meant."
                    yield changed(text, line, [node], [ast.Constant(other)], "wrong-factor", what)


def within_sums(above: list[ast.AST]) -> bool:
    """Whether what a number is part of are sums, products and powers: it is no axis, index or size."""
    return bool(above) and isinstance(above[-1], (ast.BinOp, ast.UnaryOp)) and not any(
        isinstance(x, (ast.Subscript, ast.Tuple)) for x in above
    )  # fmt: skip
