"""Edits of array programs: the incoming gradient, transposes, matrix products, the results and their order."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import TypeGuard

from minigrad.exercises.edits.patterns import patterns
from minigrad.exercises.edits.phrases import changed
from minigrad.exercises.edits.trees import is_name, put
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program

UPSTREAM = "g"
"""The name of the incoming gradient."""

NO_UPSTREAM = f"{UPSTREAM}, the incoming gradient, is not used."


def upstream(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Ones instead of the incoming gradient: everywhere, or in one line."""
    uses = [(line, node) for line, node, _ in text.nodes() if is_name(node, UPSTREAM)]
    lines = list(dict.fromkeys(line for line, _ in uses))
    for chosen in [lines, *([x] for x in lines)] if len(lines) > 1 else [[x] for x in lines]:
        swaps = [(line, node, put(f"np.ones_like({UPSTREAM})")) for line, node in uses if line in chosen]
        yield from changed(text, swaps, "upstream-missing", NO_UPSTREAM)


def transposes(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Each transpose left out, all of them left out, and one too many at each operand of a matrix product."""
    found = [(line, node) for line, node, _ in text.nodes() if is_transpose(node)]
    for line, turned in found:
        what = f"{ast.unparse(turned.value)} should be transposed."
        yield from changed(text, [(line, turned, turned.value)], "transpose-missing", what)
    if len(found) > 1:
        swaps = [(line, node, node.value) for line, node in found]
        yield from changed(text, swaps, "transpose-missing", "the transposes are missing.")
    for line, node, _ in text.nodes():
        if is_product(node):
            for x in node.left, node.right:
                if not is_transpose(x):
                    what = f"{ast.unparse(x)} should not be transposed."
                    yield from changed(text, [(line, x, put("x.T", x=x))], "transpose-missing", what)
            what = f"{ast.unparse(node)} comes out transposed."
            yield from changed(text, [(line, node, put("x.T", x=node))], "transpose-missing", what, "shape-wrong")


def matrices(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every matrix product with its operands exchanged, or element by element."""
    yield from patterns("array_matrices", of_arrays=True)(exercise, text)
    products = [(line, node) for line, node, _ in text.nodes() if is_product(node)]
    if len(products) > 1:
        swapped = [(line, x, put("y @ x", x=x.left, y=x.right)) for line, x in products]
        what = "the matrices are multiplied in the wrong order."
        yield from changed(text, swapped, "operands-swapped", what, "order-wrong")
        by_element = [(line, x, put("x * y", x=x.left, y=x.right)) for line, x in products]
        what = "* is used where the matrix product @ is needed."
        yield from changed(text, by_element, "wrong-operation", what)


def exchanged(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Two arguments swapped everywhere."""
    uses = [(line, node) for line, node, _ in text.nodes()]
    given = dict(zip(exercise.arguments, exercise.tried[0].make()[0]))
    names = [x for x in text.positional if any(is_name(node, x) for _, node in uses)]
    for a, b in itertools.combinations(names, 2):
        swaps = [(line, x, put(b if is_name(x, a) else a)) for line, x in uses if is_name(x, a, b)]
        what = f"{a} and {b} are swapped."
        numbers = all(isinstance(given[x], (int, float)) for x in (a, b))
        mistake = "hyperparameters-swapped" if numbers else "operands-swapped"
        yield from changed(text, swaps, mistake, what)


def results(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """The results in another order, with the opposite sign, or several times over."""
    names, found = exercise.results, text.results
    whole = dict(text.lines)[RESULT]
    if len(found) == len(names) > 1:
        for order in itertools.permutations(range(len(found))):
            if list(order) != sorted(order):
                new = ast.Tuple([found[i] for i in order], ast.Load())
                what = f"return the results in this order: {', '.join(names)}."
                yield from changed(text, [(RESULT, whole, new)], "wrong-returned-order", what)
        turned = [(RESULT, x, put("-x", x=x)) for x in found]
        yield from changed(text, turned, "wrong-sign", "all results have the wrong sign.")
    for name, x in zip(names, found):
        yield from changed(text, [(RESULT, x, put("-x", x=x))], "wrong-sign", f"{name} has the wrong sign.")


def zeros(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """One of several results left at 0."""
    if len(exercise.results) > 1:
        for name, x in zip(exercise.results, text.results):
            yield from changed(text, [(RESULT, x, put("0 * x", x=x))], "missing-term", f"{name} stays 0.")


def counted_twice(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Results that are doubled, halved, or means instead of sums."""
    yield from times(exercise, text, "2", "extra-term", "is counted twice.", "wrong-factor")
    yield from times(exercise, text, "0.5", "wrong-factor", "is half of what it should be.")
    for count in f"1 / {UPSTREAM}.shape[0]", f"1 / {UPSTREAM}.shape[-1]", f"1 / {UPSTREAM}.size":
        yield from times(exercise, text, count, "mean-for-sum", "is a mean; it should be a sum.", "wrong-factor")


def rescaled(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Results multiplied by a fixed number, or multiplied or divided by a size."""
    first = exercise.arguments[0]
    for factor in "2", "0.5":
        yield from times(exercise, text, factor, "wrong-factor", f"is {factor} times what it should be.")
    for count in f"{first}.shape[0]", f"{first}.shape[-1]", f"{first}.size":
        yield from times(exercise, text, f"1 / {count}", "wrong-factor", f"is divided by {count}.", "extra-term")
        yield from times(exercise, text, count, "wrong-factor", f"is multiplied by {count}.", "extra-term")


def times(exercise: Exercise, text: Program, factor: str, mistake: str, what: str, *also: str) -> Iterator[Neighbour]:
    """All results together, and each alone, with an extra factor."""
    pairs = list(zip(exercise.results, text.results))
    for chosen in [pairs, *([x] for x in pairs if len(pairs) > 1)]:
        swaps = [(RESULT, x, put(f"({factor}) * _", _=x)) for _, x in chosen]
        who = "every result" if len(chosen) > 1 else chosen[0][0]
        yield from changed(text, swaps, mistake, f"{who} {what}", *also)


def is_transpose(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr == "T"


def is_product(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
