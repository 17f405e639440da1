"""Edits of bias corrections: one missing, all missing, another mean's, the root in another place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import Roles
from minigrad.exercises.edits.trees import (
    Term,
    copied,
    factors_of,
    is_call,
    is_name,
    is_power,
    product_of,
    products,
    put,
    said,
    several,
    swapped,
    uses,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program, Swap


def correction(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every factor `1 - beta**t` that is missing, or is not what it should be."""
    roles = Roles(exercise, text)
    found: list[tuple[str, ast.expr, list[Term], ast.BinOp]] = []
    for line, node in products(text):
        parts = factors_of(node)
        found += [(line, node, parts, x) for _, x in parts if roles.is_correction(x)]
    all_of_them: list[Swap] = []
    for line, node, parts, c in found:
        others = [x for x in parts if x[1] is not c]
        all_of_them.append((line, node, product_of(others)))
        second = under_root(text, line, node)
        if len(found) == 1 and not second:
            mistake, also = "bias-correction-missing", ["bias-correction-missing-first"]
        else:
            mistake, also = f"bias-correction-missing-{'second' if second else 'first'}", []
        what = f"the bias correction {said(c)} is missing."
        yield from swapped(text, line, node, product_of(others), mistake, what, *also)
        power = c.right
        if second:
            yield from half_rooted(text, line, node, product_of(others), c)
        if is_power(power):
            wide = put("(1 - b) ** t", b=power.left, t=power.right)
            yield from swapped(text, line, c, wide, "wrong-operation", "the power is taken of the whole parenthesis.")
            what = f"the exponent of {said(power)} is missing."
            yield from swapped(text, line, c, put("1 - b", b=power.left), "power-missing", what)
    firsts = [swap for swap, (line, node, _, _) in zip(all_of_them, found) if not under_root(text, line, node)]
    if 1 < len(firsts) < len(found):
        yield from several(text, firsts, "bias-correction-missing-first", "the first mean is not corrected.")
    if len(found) > 1:
        plus = [(line, c, put("1 + x", x=c.right)) for line, _, _, c in found]
        yield from several(text, plus, "wrong-sign", "β has the wrong sign in the bias corrections.")
        times = [(line, c, put("1 / c", c=c)) for line, _, _, c in found]
        yield from several(text, times, "wrong-operation", "the corrections multiply where they should divide.")
        yield from several(text, all_of_them, "bias-correction-missing", "both bias corrections are missing.")
        first_steps = [(line, c, put("1 - b", b=c.right.left)) for line, _, _, c in found if is_power(c.right)]
        yield from several(text, first_steps, "power-missing", "the exponents of the bias corrections are missing.")
        corrections = [c for _, _, _, c in found]
        if len(corrections) == 2 and said(corrections[0]) != said(corrections[1]):
            (one, _, _, a), (two, _, _, b) = found
            what = "the bias corrections are swapped."
            yield from several(text, [(one, a, copied(b)), (two, b, copied(a))], "hyperparameters-swapped", what)


def under_root(text: Program, line: str, node: ast.expr) -> bool:
    """Whether an expression is under a root: in its own line, or where that line is used."""
    within = node in ast.walk(dict(text.lines)[line])
    return any(
        (x is node or (is_name(x, line) and within)) and any(is_call(y, "sqrt") for y in above)
        for _, x, above in text.nodes()
    )


def half_rooted(text: Program, line: str, node: ast.expr, mean: ast.expr, c: ast.expr) -> Iterator[Neighbour]:
    """`sqrt(v) / c` for `sqrt(v / c)`: the correction folded into the rate without its root."""
    whole = dict(text.lines)[line] is node
    for other, x, _ in text.nodes():
        if is_call(x, "sqrt") and (x.args == [node] or (whole and is_name(x.args[0], line))):
            unrooted, inverse = put("sqrt(m) / c", m=mean, c=c), put("sqrt(m) * sqrt(c)", m=mean, c=c)
            what = f"the root of the correction {said(c)} is missing."
            yield from swapped(text, other, x, unrooted, "root-missing", what)
            yield from swapped(text, other, x, inverse, "wrong-operation", f"the correction {said(c)} is upside down.")


def extra_correction(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """A mean that is corrected although the rule does not correct it."""
    roles = Roles(exercise, text)
    for state, new in roles.updated:
        others = (roles.rate, *roles.epsilons, *roles.decays)
        for beta in [x for x in roles.hypers if x not in others and uses(roles.lines[new], x)]:
            c = put("1 - b ** t" if "t" in text.positional else "1 - b", b=put(beta))
            for line, node, above in text.nodes():
                corrected = any(isinstance(x, ast.expr) and said(x) == said(c) for y in above for x in ast.walk(y))
                if is_name(node, new) and line != RESULT and not corrected:
                    what = f"{state} is divided by {said(c)}, which the rule does not do."
                    yield from swapped(text, line, node, put("x / c", x=node, c=c), "extra-term", what)
