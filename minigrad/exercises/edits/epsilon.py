"""Edits of ε: inside or outside the root, missing, scaled by the bias correction."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import Roles
from minigrad.exercises.edits.trees import (
    Term,
    binary,
    call,
    factors_of,
    is_call,
    is_name,
    name,
    number,
    product_of,
    products,
    said,
    several,
    sum_of,
    sums,
    swapped,
    terms_of,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program, Swap


def epsilon(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every ε that is on the other side of its root, is missing, or is scaled."""
    roles = Roles(exercise, text)
    moved: list[Swap] = []
    dropped: list[Swap] = []
    for line, node in sums(text):
        parts = terms_of(node)
        own = next((x for _, x in parts if is_name(x, *roles.epsilons)), None)
        if own is None:
            continue
        others = [(added, x) for added, x in parts if x is not own]
        dropped.append((line, node, sum_of(others)))
        root = next((x for _, x, _ in text.nodes() if is_call(x, "sqrt") and x.args == [node]), None)  # type: ignore[attr-defined]
        if root is not None:
            outside = binary(call("sqrt", sum_of(others)), "+", own)
            moved.append((line, root, outside))
            yield from swapped(text, line, root, outside, "epsilon-outside-root", f"{said(own)} is outside the root.")
            own_root = binary(call("sqrt", sum_of(others)), "+", call("sqrt", own))
            what = f"{said(own)} has a root of its own: it belongs under the other one."
            yield from swapped(text, line, root, own_root, "epsilon-outside-root", what, "wrong-operation")
            both = binary(root, "+", own)
            yield from swapped(
                text, line, root, both, "epsilon-outside-root", f"{said(own)} is outside the root, too.", "extra-term"
            )
            larger = call("sqrt", call("maximum", sum_of(others), own))
            yield from swapped(text, line, root, larger, "wrong-operation", f"a maximum stands for + {said(own)}.")
        elif len(others) == 1 and is_call(others[0][1], "sqrt"):
            yield from beside_root(roles, text, line, node, others[0][1], own)
        for new, what in (binary(own, "**", number(2)), "squared"), (call("sqrt", own), "under a root"):
            yield from swapped(text, line, own, new, "wrong-factor", f"{said(own)} is {what}.", "wrong-operation")
        for small in 1e-8, 1e-6:
            what = f"{said(own)} is not used; {small:g} stands in its place."
            yield from swapped(text, line, own, number(small), "epsilon-missing", what, "wrong-factor")
        if len(others) == 1:
            never_zero = call("maximum", others[0][1], number(1e-300))
            yield from swapped(text, line, node, never_zero, "epsilon-missing", f"{said(own)} is missing.")
    if len(moved) > 1:
        yield from several(text, moved, "epsilon-outside-root", "ε is outside the roots.")
    if len(dropped) > 1:
        yield from several(text, dropped, "epsilon-missing", "ε is missing.")
    if not roles.epsilons:
        for line, node in products(text):
            for times, factor in factors_of(node):
                for small in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3) if not times and roles.is_array(factor) else ():
                    what = f"an ε of {small:g} is added to {said(factor)}; there is none here."
                    yield from swapped(text, line, factor, binary(factor, "+", number(small)), "extra-term", what)
    for state in roles.states:
        if state in roles.new and state in roles.arrays:
            line = roles.new[state]
            for own_name in roles.epsilons:
                x = roles.lines[line]
                new = binary(x, "+", name(own_name))
                yield from swapped(text, line, x, new, "extra-term", f"{own_name} is added to {state}.")


def beside_root(
    roles: Roles, text: Program, line: str, node: ast.expr, root: ast.expr, own: ast.expr
) -> Iterator[Neighbour]:
    """`sqrt(x) + eps` with ε elsewhere."""
    (inside,) = root.args  # type: ignore[attr-defined]
    shown = said(own)
    under = call("sqrt", binary(inside, "+", own))
    yield from swapped(text, line, node, under, "epsilon-inside-root", f"{shown} is under the root.")
    twice = binary(under, "+", own)
    yield from swapped(text, line, node, twice, "epsilon-inside-root", f"{shown} is under the root, too.", "extra-term")
    larger = call("maximum", root, own)
    yield from swapped(text, line, node, larger, "wrong-operation", f"a maximum stands for + {shown}.")
    squared = call("sqrt", binary(inside, "+", binary(own, "**", number(2))))
    yield from swapped(text, line, node, squared, "epsilon-inside-root", f"the square of {shown} is under the root.")
    mean = roles.lines.get(inside.id, inside) if isinstance(inside, ast.Name) else inside
    factors = factors_of(mean)
    corrections = [x for times, x in factors if not times and roles.is_correction(x)]
    if corrections:
        c = corrections[0]
        others: list[Term] = [x for x in factors if x[1] is not c]
        uncorrected = product_of(others)
        before = binary(binary(call("sqrt", uncorrected), "+", own), "/", call("sqrt", c))
        what = f"{shown} is added before the bias correction, which scales it."
        yield from swapped(text, line, node, before, "epsilon-scaled", what)
        inner = call("sqrt", binary(binary(uncorrected, "+", own), "/", c))
        yield from swapped(
            text, line, node, inner, "epsilon-scaled", f"{what[:-1]}, and it is under the root.", "epsilon-inside-root"
        )
        half = binary(binary(call("sqrt", uncorrected), "+", own), "/", c)
        yield from swapped(
            text, line, node, half, "root-missing", f"the root of {said(c)} is missing.", "epsilon-scaled"
        )
        times_root = binary(binary(call("sqrt", uncorrected), "+", own), "*", call("sqrt", c))
        yield from swapped(
            text, line, node, times_root, "wrong-operation", "The correction multiplies.", "epsilon-scaled"
        )
