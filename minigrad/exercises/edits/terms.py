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
        yield from of_sum(roles, text, line, node)
    yield from turned_lines(roles, text)


def of_sum(roles: Roles, text: Program, line: str, node: ast.expr) -> Iterator[Neighbour]:
    """The same for one sum."""
    parts = terms_of(node)
    for i, (added, term) in enumerate(parts):
        shown, others = said(term), [*parts[:i], *parts[i + 1 :]]

        def instead(added: bool, new: str, what: str, *ids: str, i: int = i, x: ast.expr = term) -> Iterator[Neighbour]:
            whole = sum_of([*parts[:i], (added, put(new, _=x)), *parts[i + 1 :]])
            yield from swapped(text, line, node, whole, ids[0], what, *ids[1:])

        ids = ["decay-sign", "wrong-sign"] if decays(roles, term) else ["wrong-sign"]
        yield from instead(not added, "_", f"{shown} has the wrong sign.", *ids)
        yield from left_out(roles, text, line, node, term, others)
        often = ["extra-term", "wrong-factor"][:: 1 if roles.is_array(term) or is_one(term) else -1]
        yield from instead(added, "2 * _", f"{shown} is counted twice.", *often)
        for hyper in roles.hypers if roles.is_array(term) else ():
            used = any(is_name(x, hyper) for _, y in parts for _, x in factors_of(y))
            if hyper not in roles.epsilons and not used:
                what = f"{shown} is multiplied by {hyper}, too."
                yield from instead(added, f"{hyper} * _", what, "wrong-factor")
        yield from instead(added, "_ / 2", f"{shown} is halved.", "wrong-factor")
    if len(parts) == 2 and parts[0][0] and not parts[1][0]:
        turned = put("y - x", x=parts[0][1], y=parts[1][1])
        what = f"{said(parts[0][1])} and {said(parts[1][1])} are swapped, which flips the sign."
        yield from swapped(text, line, node, turned, "operands-swapped", what, "wrong-sign")


def decays(roles: Roles, term: ast.expr) -> bool:
    """Whether a term is the decay itself, not a sum that contains it."""
    found = [x for _, x in factors_of(term) if uses(x, *roles.decays)]
    return roles.weight in roles.new and bool(found) and not any(map(is_sum, found))


def left_out(
    roles: Roles, text: Program, line: str, node: ast.expr, term: ast.expr, others: list[Term]
) -> Iterator[Neighbour]:
    """A sum without one of its terms."""
    new, shown, state = sum_of(others), said(term), roles.state_of(line)
    whole = node is roles.lines[line]
    what, ids = f"{shown} is missing.", ["missing-term"]
    if is_one(term):
        what, ids = f"the 1 in {said(node)} is missing.", ["missing-term", "wrong-operation"]
    elif is_name(term, *roles.epsilons):
        ids = ["epsilon-missing"]
    elif is_one(others[0][1]) and len(others) == 1:
        added = any(plus and x is term for plus, x in terms_of(node))
        mistake = "missing-term" if added or uses(term, *roles.decays) else "scale-missing"
        what, ids = f"{said(node)} is missing.", [mistake, "scale-missing"]
    elif whole and state and is_name(new, state):
        mistake = "weight-not-updated" if state == roles.weight else "state-not-updated"
        what, ids = f"{state} stays unchanged.", [mistake, "missing-term"]
    elif whole and state and uses(term, state):
        what = f"{shown} is missing: a value replaces what it should be added to."
        ids = ["assignment-for-accumulation", "missing-term"]
        if state not in roles.states or uses(new, roles.rate):
            ids.reverse()
    yield from swapped(text, line, node, new, ids[0], what, *ids[1:])


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
                    first = product_of([*factors[:k], (times, inner[0][1])])
                    also = ("decay-outside-gradient",) if uses(factor, *roles.decays) else ()
                    last = [*inner[1:-1], (inner[-1][0], product_of([(True, inner[-1][1]), *rest]))]
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
