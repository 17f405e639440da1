"""Edits of powers, roots, absolute values, signs, maxima, logarithms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.patterns import patterns
from minigrad.exercises.edits.roles import COUNT, Roles
from minigrad.exercises.edits.trees import (
    factors_of,
    grouped,
    is_call,
    is_name,
    is_power,
    is_sum,
    product_of,
    products,
    put,
    said,
    several,
    sum_of,
    swapped,
    terms_of,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program


def powers(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every power, root, absolute value, sign, maximum and logarithm left out or replaced by another."""
    roles = Roles(exercise, text)
    yield from patterns("powers")(exercise, text)
    yield from under_roots(roles, text)
    for line, node, _ in text.nodes():
        if isinstance(node, ast.Name) and node.id in roles.arrays:
            for function in "sign", "absolute", "square":
                what = f"{function}({said(node)}) is used instead of {said(node)}."
                yield from swapped(text, line, node, put(f"{function}(_)", _=node), "wrong-operation", what)
    every = [(line, node, node.args[0]) for line, node, _ in text.nodes() if is_call(node, "sqrt")]
    for group in grouped(every):
        if len(group) > 1:
            yield from several(text, group, "root-missing", "the roots are missing.")
    yield from wider(text)
    yield from rooted(roles, text)
    yield from counts(text)


def under_roots(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A hyper-parameter under a root doubled or halved; the root of each part of a sum."""
    for line, node, _ in text.nodes():
        if is_call(node, "sqrt"):
            (inside,) = node.args
            hypers = [x for x in ast.walk(inside) if isinstance(x, ast.Name) and x.id in roles.hypers]
            for hyper in [x for x in hypers if x.id not in roles.epsilons]:
                for new, word in ("x * 2", "doubled"), ("x / 2", "halved"):
                    what = f"{said(hyper)} is {word} under the root."
                    yield from swapped(text, line, hyper, put(new, x=hyper), "wrong-factor", what)
            if is_sum(inside):
                roots = sum_of([(added, put("sqrt(x)", x=x)) for added, x in terms_of(inside)])
                what = f"the root is taken of each part of {said(inside)}."
                yield from swapped(text, line, node, roots, "wrong-operation", what)


def wider(text: Program) -> Iterator[Neighbour]:
    """`(a * g) ** 2` for `a * g ** 2`."""
    for line, node in products(text):
        parts = factors_of(node)
        for i, (_, factor) in enumerate(parts):
            if is_power(factor, 2):
                base = factor.left
                inner = product_of([*parts[:i], (True, base)])
                new = product_of([(True, put("x ** 2", x=inner)), *parts[i + 1 :]])
                what = f"the factor of {said(factor)} is squared, too."
                yield from swapped(text, line, node, new, "wrong-factor", what, "wrong-operation")


def rooted(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A root where there is none: of a divisor."""
    for line, node in products(text):
        for times, factor in factors_of(node):
            if not times and roles.is_array(factor):
                what = f"a root of {said(factor)} is taken."
                yield from swapped(text, line, factor, put("sqrt(x)", x=factor), "wrong-operation", what, "extra-term")


def counts(text: Program) -> Iterator[Neighbour]:
    """The step count one too high or too low: in one place, in one line, everywhere."""
    for group in grouped([(line, node) for line, node, _ in text.nodes() if is_name(node, COUNT)]):
        for new, side in ("x + 1", "high"), ("x - 1", "low"):
            swaps = [(line, node, put(new, x=node)) for line, node in group]
            yield from several(text, swaps, "count-off-by-one", f"the step count is one too {side}.")
        guarded = [(line, node, put("maximum(x - 1, 1)", x=node)) for line, node in group]
        yield from several(text, guarded, "count-off-by-one", "the step count is one too low, but for the first step.")
