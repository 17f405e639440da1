"""Edits of norms and other totals: a mean for the sum, the wrong axis, the largest, the values for their squares."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.trees import is_call, is_power, put, said, several
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program, Swap

Change = tuple[str, ast.expr, tuple[str, ...]]
"""A sentence, what is written instead, and the ids."""


def norms(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every `total(x)` and every root replaced by something else: each alone, and all together."""
    every: dict[str, tuple[list[Swap], tuple[str, ...]]] = {}
    for function, changes in ("total", of_total), ("sqrt", of_root):
        for line, node, _ in text.nodes():
            for what, new, ids in changes(node.args[0]) if is_call(node, function) else ():
                every.setdefault(what, ([], ids))[0].append((line, node, new))
    for what, (swaps, ids) in every.items():
        if len(swaps) > 1:
            yield from several(text, swaps, ids[0], what, *ids[1:])
        for swap in swaps:
            yield from several(text, [swap], ids[0], f"in {said(swap[1])}: {what}", *ids[1:])


def of_total(x: ast.expr) -> Iterator[Change]:
    """What a learner may add up instead."""
    yield "a mean is used instead of the sum.", put("average(x)", x=x), ("mean-for-sum",)
    yield "the sum is along the last axis only.", put("sum_over(x, -1)", x=x), ("axis-wrong", "shape-wrong")
    yield "the sum is along the first axis only.", put("sum_over(x, 0)", x=x), ("axis-wrong", "shape-wrong")
    yield "the last element is left out.", put("all_but_last(x)", x=x), ("missing-term", "off-by-one-boundary")
    yield "the first element is left out.", put("all_but_first(x)", x=x), ("missing-term", "off-by-one-boundary")
    yield "only the first row is added up.", put("first_row(x)", x=x), ("axis-wrong", "missing-term")
    if is_power(x, 2):
        what = "absolute values are added up instead of squares."
        yield what, put("total(absolute(x))", x=x.left), ("power-missing",)


def of_root(inside: ast.expr) -> Iterator[Change]:
    """What a learner may write instead of the root of a total."""
    yield "the root is missing.", inside, ("root-missing",)
    if is_call(inside, "total"):
        base = inside.args[0]
        x = base.left if is_power(base, 2) else base
        what = "absolute values are added up instead of squares, without a root."
        yield what, put("total(absolute(x))", x=x), ("power-missing", "root-missing", "wrong-operation")
        yield "the largest element is used instead of the norm.", put("largest(absolute(x))", x=x), ("wrong-operation",)
        plain = "absolute-missing", "power-missing", "root-missing", "wrong-operation"
        yield "a plain sum is used instead of the norm.", put("total(x)", x=x), plain
        what = "the root mean square is used instead of the norm."
        yield what, put("average(x) ** 0.5", x=base), ("mean-for-sum",)
