"""Edits of norms and other totals: a mean for the sum, the wrong axis, the largest, the values for their squares."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.trees import binary, call, is_call, is_power, number, said, several
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program, Swap

Change = tuple[str, ast.expr, tuple[str, ...]]
"""What is said, what stands there instead, and the ids."""


def norms(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every `total(x)` that adds up something else, or not everything: each alone, and all of them."""
    found = [(line, node) for line, node, _ in text.nodes() if is_call(node, "total")]
    roots = [(line, node) for line, node, _ in text.nodes() if is_call(node, "sqrt")]
    every: dict[str, tuple[list[Swap], tuple[str, ...]]] = {}
    for line, node in found:
        for what, new, ids in changes(node):
            every.setdefault(what, ([], ids))[0].append((line, node, new))
    for line, node in roots:
        inside = node.args[0]  # type: ignore[attr-defined]
        every.setdefault("the root is missing.", ([], ("root-missing",)))[0].append((line, node, inside))
        if is_call(inside, "total"):
            base = inside.args[0]
            values = base.left if is_power(base, 2) else base
            mistakes = "power-missing", "root-missing", "wrong-operation"
            every.setdefault("absolute values are added up in place of squares, without a root.", ([], mistakes))[
                0
            ].append((line, node, call("total", call("absolute", values))))
            largest = call("largest", call("absolute", values))
            every.setdefault("the largest element stands for the norm.", ([], ("wrong-operation",)))[0].append(
                (line, node, largest)
            )
            plain = ("absolute-missing", "power-missing", "root-missing", "wrong-operation")
            every.setdefault("a plain sum stands for the norm.", ([], plain))[0].append(
                (line, node, call("total", values))
            )
            mean = binary(call("average", base), "**", number(0.5))
            every.setdefault("the root mean square stands for the norm.", ([], ("mean-for-sum",)))[0].append(
                (line, node, mean)
            )
    for what, (swaps, ids) in every.items():
        if len(swaps) > 1:
            yield from several(text, swaps, ids[0], what, *ids[1:])
        for swap in swaps:
            yield from several(text, [swap], ids[0], f"in {said(swap[1])}: {what}", *ids[1:])


def changes(node: ast.expr) -> Iterator[Change]:
    """What a learner may add up instead."""
    x = node.args[0]  # type: ignore[attr-defined]
    yield "a mean stands for the sum.", call("average", x), ("mean-for-sum",)
    yield "the sum is along the last axis only.", call("sum_over", x, number(-1)), ("axis-wrong", "shape-wrong")
    yield "the sum is along the first axis only.", call("sum_over", x, number(0)), ("axis-wrong", "shape-wrong")
    yield "the last element is left out.", call("all_but_last", x), ("missing-term", "off-by-one-boundary")
    yield "the first element is left out.", call("all_but_first", x), ("missing-term", "off-by-one-boundary")
    yield "only the first row is added up.", call("first_row", x), ("axis-wrong", "missing-term")
    if is_power(x, 2):
        values = x.left
        yield (
            "absolute values are added up in place of squares.",
            call("total", call("absolute", values)),
            ("power-missing",),
        )
