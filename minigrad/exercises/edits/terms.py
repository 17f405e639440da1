"""Edits of sums: a sign flipped, a term left out or counted twice, parentheses left out or too wide."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import Roles, is_one
from minigrad.exercises.edits.trees import (
    Term,
    factors_of,
    is_name,
    is_product,
    is_sum,
    negative,
    product_of,
    products,
    put,
    said,
    sum_of,
    sums,
    swapped,
    terms_of,
    uses,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program


def terms(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every sum with a sign flipped, a term left out, or a term counted twice."""
    roles = Roles(exercise, text)
    for line, node in sums(text):
        parts = terms_of(node)
        for i, (added, term) in enumerate(parts):
            shown, others = said(term), [*parts[:i], *parts[i + 1 :]]

            def instead(*new: Term) -> ast.expr:
                return sum_of([*parts[:i], *new, *parts[i + 1 :]])  # noqa: B023

            mistake, *also = ("decay-sign", "wrong-sign") if decays(roles, term) else ("wrong-sign",)
            yield from swapped(
                text, line, node, instead((not added, term)), mistake, f"{shown} has the wrong sign.", *also
            )
            yield from left_out(roles, text, line, node, term, others)
            twice = put("2 * x", x=term)
            often = (
                ("extra-term", "wrong-factor")
                if roles.is_array(term) or is_one(term)
                else ("wrong-factor", "extra-term")
            )
            what = f"{shown} is counted twice."
            yield from swapped(text, line, node, instead((added, twice)), often[0], what, often[1])
            if roles.is_array(term):
                for hyper in roles.hypers:
                    beside = any(is_name(x, hyper) for _, y in others for _, x in factors_of(y))
                    inside = any(is_name(x, hyper) for _, x in factors_of(term))
                    if hyper not in roles.epsilons and not beside and not inside:
                        more = put(f"{hyper} * _", _=term)
                        what = f"{shown} is multiplied by {hyper}, too."
                        yield from swapped(text, line, node, instead((added, more)), "wrong-factor", what)
            half = put("x / 2", x=term)
            yield from swapped(text, line, node, instead((added, half)), "wrong-factor", f"{shown} is halved.")
        if len(parts) == 2 and parts[0][0] and not parts[1][0]:
            turned = put("y - x", x=parts[0][1], y=parts[1][1])
            what = f"{said(parts[0][1])} and {said(parts[1][1])} are swapped, which flips the sign."
            yield from swapped(text, line, node, turned, "operands-swapped", what, "wrong-sign")
    yield from turned_lines(roles, text)


def decays(roles: Roles, term: ast.expr) -> bool:
    """Whether a term is the decay itself, not a sum that contains it."""
    if roles.weight not in roles.new:
        return False
    return any(uses(x, *roles.decays) and not is_sum(x) for _, x in factors_of(term)) and not any(
        is_sum(x) and uses(x, *roles.decays) for _, x in factors_of(term)
    )


def left_out(
    roles: Roles, text: Program, line: str, node: ast.expr, term: ast.expr, others: list[Term]
) -> Iterator[Neighbour]:
    """A sum without one of its terms."""
    new, shown, state = sum_of(others), said(term), roles.state_of(line)
    whole = node is roles.lines[line]
    if is_one(term):
        yield from swapped(
            text, line, node, new, "missing-term", f"the 1 in {said(node)} is missing.", "wrong-operation"
        )
    elif uses(term, *roles.epsilons) and is_name(term, *roles.epsilons):
        yield from swapped(text, line, node, new, "epsilon-missing", f"{shown} is missing.")
    elif is_one(others[0][1]) and len(others) == 1:
        added = any(plus and x is term for plus, x in terms_of(node))
        mistake = "missing-term" if added or uses(term, *roles.decays) else "scale-missing"
        yield from swapped(text, line, node, new, mistake, f"{said(node)} is missing.", "scale-missing")
    elif whole and state and is_name(new, state):
        mistake = "weight-not-updated" if state == roles.weight else "state-not-updated"
        yield from swapped(text, line, node, new, mistake, f"{state} stays unchanged.", "missing-term")
    elif whole and state in roles.states and uses(term, state) and not uses(sum_of(others), roles.rate):
        what = f"{shown} is missing: a value replaces what it should be added to."
        yield from swapped(text, line, node, new, "assignment-for-accumulation", what, "missing-term")
    elif whole and state and uses(term, state):
        what = f"{shown} is missing: a value replaces what it should be added to."
        yield from swapped(text, line, node, new, "missing-term", what, "assignment-for-accumulation")
    else:
        yield from swapped(text, line, node, new, "missing-term", f"{shown} is missing.")


def turned_lines(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """Every line, every result and every use of a line with the opposite sign."""
    for line, expression in text.lines:
        if line != RESULT and roles.is_array(expression):
            what = f"{line.removesuffix('_new')} has the opposite sign."
            yield from swapped(text, line, expression, negative(expression), "wrong-sign", what)
    for line, node, _ in text.nodes():
        if isinstance(node, ast.Name) and node.id in roles.arrays:
            yield from swapped(text, line, node, negative(node), "wrong-sign", f"{said(node)} has the wrong sign.")


def parentheses(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Parentheses that are missing or enclose too much."""
    roles = Roles(exercise, text)
    what = "parentheses are missing or in the wrong place, which changes what is computed."
    for line, node in sums(text):
        parts = terms_of(node)
        for i, (added, term) in enumerate(parts):
            before, after = parts[:i], parts[i + 1 :]
            factors = factors_of(term)
            for k, (times, factor) in enumerate(factors):
                if is_sum(factor):  # a * (b + c) as a * b + c
                    inner, rest = terms_of(factor), factors[k + 1 :]
                    first = product_of([*factors[:k], (times, inner[0][1]), *rest])
                    also = ("decay-outside-gradient",) if uses(factor, *roles.decays) else ()
                    last = [(sign, x) for sign, x in inner[1:]]
                    if rest:
                        first = product_of([*factors[:k], (times, inner[0][1])])
                        last[-1] = (last[-1][0], product_of([(True, last[-1][1]), *rest]))
                    new = sum_of([*before, (added, first), *last, *after])
                    yield from swapped(text, line, node, new, "wrong-operation", what, *also)
            if before and len(factors) > 1:  # a - b * c as (a - b) * c
                for k in range(1, len(factors)):
                    new = product_of([(True, sum_of([*before, (added, product_of(factors[:k]))])), *factors[k:]])
                    yield from swapped(text, line, node, sum_of([(True, new), *after]), "wrong-operation", what)
            if after and len(factors) > 1 and factors[-1][0]:  # a * b + c as a * (b + c)
                inner = [(True, factors[-1][1]), *((sign is added, x) for sign, x in after)]
                wide = product_of([*factors[:-1], (True, sum_of(inner))])
                yield from swapped(text, line, node, sum_of([*before, (added, wide)]), "wrong-operation", what)
    for line, node in products(text):
        factors = factors_of(node)
        for k, (times, factor) in enumerate(factors):
            if not times and is_product(factor):  # a / (b * c) as a / b * c
                divisor, *others = factors_of(factor)
                spread = [*factors[:k], (False, divisor[1]), *others, *factors[k + 1 :]]
                yield from swapped(text, line, node, product_of(spread), "wrong-operation", what)
            if is_sum(factor) and not any(n is node for _, s in sums(text) for _, n in terms_of(s)):
                inner = terms_of(factor)
                first_part = product_of([*factors[:k], (times, inner[0][1])])
                last_part = product_of([(True, inner[-1][1]), *factors[k + 1 :]])
                new = sum_of([(inner[0][0], first_part), *inner[1:-1], (inner[-1][0], last_part)])
                yield from swapped(text, line, node, new, "wrong-operation", what)
