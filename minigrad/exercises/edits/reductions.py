"""Edits of sums, means and maxima over axes, and of logarithms: which axis, whether it is kept, what is computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.edits.trees import expression
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program, Swap

REDUCTIONS = ("sum", "mean", "max", "min", "var")
AXES = ("-1", "0", "1", "-2", "(0, 1)", "None")

INSTEAD = {
    "sum": [("mean", "mean-for-sum"), ("max", "wrong-operation"), ("prod", "wrong-operation")],
    "mean": [("sum", "sum-for-mean"), ("median", "wrong-operation"), ("max", "wrong-operation")],
    "max": [("min", "wrong-operation"), ("mean", "wrong-operation"), ("sum", "wrong-operation")],
    "maximum": [("minimum", "wrong-operation")],
    "log": [("log2", "log-base"), ("log10", "log-base")],
    "log1p": [("log", "missing-term")],
}
"""Function -> what is often written instead, and the id of that mistake."""


def reductions(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every NumPy call with another axis, without keepdims, or to another function."""
    for line, node, _ in text.nodes():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        for other, mistake in INSTEAD.get(name, []):
            call = ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, node.keywords)
            yield from changed(text, [(line, node, call)], mistake, f"{other} is used instead of {name}.")
        if name in REDUCTIONS:
            yield from axes(text, line, node)


def everywhere(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """All reductions at once over another axis, or without keeping their axes."""
    calls = [(line, node) for line, node, _ in text.nodes() if isinstance(node, ast.Call) and reduces(node)]
    if len(calls) < 2:
        return
    names = dict.fromkeys(f"the {ast.unparse(node.func).rpartition('.')[2]}" for _, node in calls)
    present = {over(axis_of(node)) for _, node in calls}
    are, it = ("are", "they") if len(names) > 1 else ("is", "it")
    meant = f"; {it} should be over {present.pop()}" if len(present) == 1 else ""
    for axis in (*AXES, ""):
        new = [ast.keyword("axis", expression(axis))] if axis else []
        swaps: list[Swap] = []
        for line, node in calls:
            kept = [x for x in node.keywords if x.arg != ("axis" if axis else "keepdims")]
            swaps.append((line, node, ast.Call(node.func, node.args, [*new, *kept])))
        mistake, what = "keepdims-missing", "the axes should be kept (keepdims=True)."
        if axis:
            mistake, what = "axis-wrong", f"{' and '.join(names)} {are} over {over(axis)}{meant}."
        yield from changed(text, swaps, mistake, what)


def axis_of(node: ast.Call) -> str:
    """The axis of a reduction as text."""
    return next((ast.unparse(x.value) for x in node.keywords if x.arg == "axis"), "None")


def over(axis: str) -> str:
    """What a reduction is over, in words.

    >>> over("None"), over("-1"), over("axis")
    ('all elements', 'axis -1', 'the axis')
    """
    return "all elements" if axis == "None" else "the axis" if axis == "axis" else f"axis {axis}"


def reduces(node: ast.Call) -> bool:
    """Whether this is a call of a sum, a mean, a maximum ... that keeps its axis."""
    kept = any(x.arg == "keepdims" for x in node.keywords)
    return kept and isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS


def axes(text: Program, line: str, node: ast.Call) -> Iterator[Neighbour]:
    """A reduction over other axes, or without keeping the axis."""
    given = {x.arg: x.value for x in node.keywords}
    what = ast.unparse(node.func).rpartition(".")[2]
    if "keepdims" in given:
        fewer = [x for x in node.keywords if x.arg != "keepdims"]
        shorter = ast.Call(node.func, node.args, fewer)
        kept = f"the axis of the {what} should be kept (keepdims=True)"
        yield from changed(text, [(line, node, shorter)], "keepdims-missing", f"{kept}.")
    present = axis_of(node)
    for axis in AXES:
        if axis != present:
            others = [x for x in node.keywords if x.arg != "axis"]
            call = ast.Call(node.func, node.args, [ast.keyword("axis", expression(axis)), *others])
            why = f"the {what} is over {over(axis)}; it should be over {over(present)}."
            yield from changed(text, [(line, node, call)], "axis-wrong", why)
