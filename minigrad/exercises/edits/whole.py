"""Edits that take one number for the whole array, or for a row of it, where each element needs its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import Roles
from minigrad.exercises.edits.trees import is_call, is_product, put, said, several, swapped
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program

REDUCTIONS = {
    "mean_over": "the mean", "sum_over": "the sum", "max_over": "the largest", "norm_over": "the norm",
    "first_over": "the first element",
}  # fmt: skip
AXES = (None, 0, -1)


def whole(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every array replaced by one number for all its elements."""
    roles = Roles(exercise, text)
    for line, node, above in text.nodes():
        if line == RESULT or not roles.is_array(node) or isinstance(node, ast.Compare):
            continue
        if is_product(node) and above and is_product(above[-1]):
            continue
        for function, word in REDUCTIONS.items():
            if above and is_call(above[-1], "sign", "absolute") and function not in ("mean_over", "sum_over"):
                continue  # these would leave little of it
            for axis in AXES if function != "first_over" else AXES[:1]:
                new = put(f"{function}(_, {axis})", _=node)
                over = "all elements" if axis is None else "an axis"
                what = f"{word} over {over} is used instead of {said(node)}."
                if function == "max_over":
                    yield from swapped(text, line, node, new, "max-not-elementwise", what, "axis-wrong")
                else:
                    yield from swapped(text, line, node, new, "axis-wrong", what)


def together(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Everything under a root as one number for the whole array, and likewise both sides of a maximum."""
    for function, word in REDUCTIONS.items():
        what = f"{word} of the whole array is used instead of each element's own value."
        roots = [x for line, node, _ in text.nodes() if is_call(node, "sqrt") for x in means_under(text, line, node)]
        if len(roots) > 1:
            reduced = [(line, x, put(f"{function}(_, None)", _=x)) for line, x in roots]
            yield from several(text, reduced, "axis-wrong", what)
        for line, node, _ in text.nodes():
            if is_call(node, "maximum"):
                x, y = node.args
                one = put(f"maximum({function}(x, None), {function}(y, None)) + 0 * x", x=x, y=y)
                yield from swapped(text, line, node, one, "max-not-elementwise", what, "axis-wrong")
                one_for_all = put(f"x if {function}(x, None) > {function}(y, None) else y", x=x, y=y)
                decision = "one decision is made for the whole array, where each element needs its own."
                yield from swapped(text, line, node, one_for_all, "max-not-elementwise", decision, "axis-wrong")


def means_under(text: Program, line: str, root: ast.expr) -> list[tuple[str, ast.expr]]:
    """The names under a root that are arrays, without ε."""
    return [(line, x) for x in ast.walk(root) if isinstance(x, ast.Name) and x.id not in (*text.keywords, "sqrt")]


def decisions(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """One decision for the whole array where each element needs its own."""
    roles = Roles(exercise, text)
    for line, node, _ in text.nodes():
        if is_call(node, "where") and roles.is_array(node):
            condition = node.args[0]
            for function in "all_over", "any_over":
                what = f"{said(condition)} is decided once for the whole array."
                new = put(f"{function}(_)", _=condition)
                yield from swapped(text, line, condition, new, "max-not-elementwise", what, "axis-wrong")
