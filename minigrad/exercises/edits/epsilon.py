"""Edits of ε: inside or outside the root, missing, scaled by the bias correction."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import Roles
from minigrad.exercises.edits.trees import (
    factors_of,
    is_call,
    is_name,
    product_of,
    products,
    put,
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
        root = next((x for _, x, _ in text.nodes() if is_call(x, "sqrt") and x.args == [node]), None)
        if root is not None:
            outside = put("sqrt(x) + e", x=sum_of(others), e=own)
            moved.append((line, root, outside))
            yield from swapped(text, line, root, outside, "epsilon-outside-root", f"{said(own)} is outside the root.")
            apart = put("sqrt(x) + sqrt(e)", x=sum_of(others), e=own)
            what = f"{said(own)} has its own root; it belongs under the other one."
            yield from swapped(text, line, root, apart, "epsilon-outside-root", what, "wrong-operation")
            both = put("x + e", x=root, e=own)
            what = f"{said(own)} is outside the root, too."
            yield from swapped(text, line, root, both, "epsilon-outside-root", what, "extra-term")
            larger = put("sqrt(maximum(x, e))", x=sum_of(others), e=own)
            what = f"a maximum is used instead of + {said(own)}."
            yield from swapped(text, line, root, larger, "wrong-operation", what)
        elif len(others) == 1 and is_call(others[0][1], "sqrt"):
            yield from beside_root(roles, text, line, node, others[0][1], own)
        for instead, how in ("e ** 2", "squared"), ("sqrt(e)", "under a root"):
            what = f"{said(own)} is {how}."
            yield from swapped(text, line, own, put(instead, e=own), "wrong-factor", what, "wrong-operation")
        for small in 1e-8, 1e-6:
            what = f"{said(own)} is not used; {small:g} is used instead."
            yield from swapped(text, line, own, put(f"{small}"), "epsilon-missing", what, "wrong-factor")
        if len(others) == 1:
            never_zero = put("maximum(x, 1e-300)", x=others[0][1])
            yield from swapped(text, line, node, never_zero, "epsilon-missing", f"{said(own)} is missing.")
    if len(moved) > 1:
        yield from several(text, moved, "epsilon-outside-root", "ε is outside the roots.")
    if len(dropped) > 1:
        yield from several(text, dropped, "epsilon-missing", "ε is missing.")
    if not roles.epsilons:
        for line, node in products(text):
            for times, factor in factors_of(node):
                for small in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3) if not times and roles.is_array(factor) else ():
                    what = f"an ε of {small:g} is added to {said(factor)}; the rule has no ε here."
                    yield from swapped(text, line, factor, put(f"_ + {small}", _=factor), "extra-term", what)
    for state, line in roles.updated:
        for name in roles.epsilons if state in roles.arrays else ():
            x = roles.lines[line]
            yield from swapped(text, line, x, put(f"_ + {name}", _=x), "extra-term", f"{name} is added to {state}.")


def beside_root(
    roles: Roles, text: Program, line: str, node: ast.expr, root: ast.Call, own: ast.expr
) -> Iterator[Neighbour]:
    """`sqrt(x) + eps` with ε elsewhere."""
    (inside,) = root.args
    shown = said(own)
    parts = {"x": inside, "e": own}

    def instead(new: str, what: str, *ids: str) -> Iterator[Neighbour]:
        yield from swapped(text, line, node, put(new, **parts), ids[0], what, *ids[1:])

    yield from instead("sqrt(x + e)", f"{shown} is under the root.", "epsilon-inside-root")
    yield from instead("sqrt(x + e) + e", f"{shown} is under the root, too.", "epsilon-inside-root", "extra-term")
    yield from instead("maximum(sqrt(x), e)", f"a maximum is used instead of + {shown}.", "wrong-operation")
    yield from instead("sqrt(x + e ** 2)", f"the square of {shown} is under the root.", "epsilon-inside-root")
    mean = roles.lines.get(inside.id, inside) if isinstance(inside, ast.Name) else inside
    factors = factors_of(mean)
    corrections = [x for times, x in factors if not times and roles.is_correction(x)]
    if corrections:
        parts |= {"m": product_of([x for x in factors if x[1] is not corrections[0]]), "c": corrections[0]}
        what = f"{shown} is added before the bias correction, which scales it"
        yield from instead("(sqrt(m) + e) / sqrt(c)", f"{what}.", "epsilon-scaled")
        inside_too = f"{what}, and it is under the root."
        yield from instead("sqrt((m + e) / c)", inside_too, "epsilon-scaled", "epsilon-inside-root")
        unrooted = f"the root of {said(corrections[0])} is missing."
        yield from instead("(sqrt(m) + e) / c", unrooted, "root-missing", "epsilon-scaled")
        turned = "the correction multiplies; it should divide."
        yield from instead("(sqrt(m) + e) * sqrt(c)", turned, "wrong-operation", "epsilon-scaled")
