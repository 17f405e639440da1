"""Edits of products: a factor left out, applied twice, halved, turned into a divisor; quotients upside down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, pairwise

from minigrad.exercises.edits.roles import Roles, is_one
from minigrad.exercises.edits.trees import (
    Term,
    copied,
    factors_of,
    is_name,
    is_one_of,
    is_power,
    is_sum,
    product_of,
    products,
    put,
    said,
    several,
    swapped,
    terms_of,
    uses,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program, names_in


def factors(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every product with one factor left out, applied twice, or as a divisor."""
    roles = Roles(exercise, text)
    for line, node in products(text):
        yield from of_product(roles, text, line, node)
    yield from constants(text)
    yield from exchanged(text)


def of_product(roles: Roles, text: Program, line: str, node: ast.expr) -> Iterator[Neighbour]:
    """The same for one product, and two of its factors swapped or multiplied as matrices."""
    parts = factors_of(node)

    def instead(new: list[Term], what: str, mistake: str, *also: str) -> Iterator[Neighbour]:
        yield from swapped(text, line, node, product_of(new), mistake, what, *also)

    for i, (times, factor) in enumerate(parts):
        shown, before, after = said(factor), parts[:i], parts[i + 1 :]
        if sum(is_one_of(factor, x) for _, x in parts) > 1:
            what, ids = f"{shown} is not squared.", ["power-missing"]
        elif node is roles.lines[line] and roles.state_of(line) and is_name(factor, roles.state_of(line)):
            what = f"{shown} is missing: a value replaces what it should multiply."
            ids = ["assignment-for-accumulation", "scale-missing"]
        elif uses(factor, *roles.decays) and is_sum(factor):
            kind = "factor" if uses(factor, "g") else "decay"
            what, ids = f"the {kind} {shown} is missing.", ["missing-term", "scale-missing"]
        elif is_sum(factor) and is_one(terms_of(factor)[0][1]) and terms_of(factor)[1][0]:
            what, ids = f"the part that {shown} adds is missing.", ["missing-term", "scale-missing"]
        else:
            what = f"{'the factor' if times else 'the divisor'} {shown} is missing."
            ids = ["scale-missing", *(["wrong-factor"] if isinstance(factor, ast.Constant) else [])]
        yield from instead([*before, *after], what, *ids)
        if not any(is_power(x, 2) for _, x in parts[i:]):  # else see `wider`
            yield from instead([*parts, (times, factor)], f"{shown} is applied twice.", "wrong-factor")
        for k, (other_times, other) in enumerate(parts):
            if is_power(other, 2) and times and other_times and roles.is_array(factor) and k != i:
                moved = [*parts]
                moved[i], moved[k] = (True, put("x ** 2", x=factor)), (True, other.left)
                what = f"{shown} is squared instead of {said(moved[k][1])}."
                yield from instead(moved, what, "wrong-operation")
        what = f"{shown} divides where it should multiply." if times else f"{shown} multiplies where it should divide."
        yield from instead([*before, (not times, factor), *after], what, "wrong-operation")
        if times and i:
            plus = product_of([*before[:-1], (parts[i - 1][0], put("x + y", x=parts[i - 1][1], y=factor))])
            yield from instead([(True, plus), *after], f"{shown} is added where it should multiply.", "wrong-operation")
        if uses(factor, *roles.hypers) and not roles.is_array(factor):
            for form, what in (
                ("x / 2", f"{shown} is halved."), ("2 * x", f"{shown} is doubled."),
                ("sqrt(x)", f"the root of {shown} is used."),
            ):  # fmt: skip
                yield from instead([*before, (times, put(form, x=factor)), *after], what, "wrong-factor")
    over, under = [x for x in parts if x[0]], [(True, x[1]) for x in parts if not x[0]]
    for i in range(len(over) if under else 0):
        what = f"the quotient {said(node)} is upside down."
        new = [*over[:i], *under, *((False, x) for _, x in over[i:])]
        yield from instead(new, what, "operands-swapped", "wrong-operation")
    for (i, (one, x)), (k, (two, y)) in combinations(enumerate(parts), 2):
        if one is not two:
            new = [*parts]
            new[i], new[k] = (one, y), (two, x)
            yield from instead(new, f"{said(x)} and {said(y)} are swapped.", "operands-swapped", "wrong-operation")
    for i, ((_, x), (times, y)) in enumerate(pairwise(parts)):
        if times and roles.is_array(x) and roles.is_array(y):
            left = product_of(parts[: i + 1])  # `@` has the precedence of `*` and `/`
            new = [(True, ast.BinOp(left, ast.MatMult(), y)), *parts[i + 2 :]]
            what = f"{said(left)} and {said(y)} are multiplied as matrices; they should be multiplied by element."
            yield from instead(new, what, "wrong-operation")


def exchanged(text: Program) -> Iterator[Neighbour]:
    """The last or the first factors of two products, swapped."""
    found = [(line, part) for line, node in products(text) for part in factors_of(node)[:1] + factors_of(node)[-1:]]
    for (one, (a_times, a)), (two, (b_times, b)) in combinations(found, 2):
        if a_times is b_times and a is not b and not is_one_of(a, b):
            what = f"{said(a)} and {said(b)} are swapped."
            own = bool(names_in(a) | names_in(b)) and names_in(a) | names_in(b) <= {*text.keywords}
            mistake = "hyperparameters-swapped" if own else "operands-swapped"
            yield from several(text, [(one, a, copied(b)), (two, b, copied(a))], mistake, what)


def constants(text: Program) -> Iterator[Neighbour]:
    """Numbers with another value; 1 is left alone."""
    for line, node, above in text.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and node.value not in (0, 1):
            exponent = bool(above) and is_power(above[-1]) and above[-1].right is node
            for value in {node.value * 2, node.value / 2, 1 / node.value, 1 - node.value, 1.0}:
                if not exponent:
                    what = f"{node.value:g} has the wrong value."
                    mistake = "wrong-factor" if value != 1 else "scale-missing"
                    yield from swapped(text, line, node, put(f"{value}"), mistake, what)


def scaled_lines(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """A factor applied to a whole line: the rate, a hyper-parameter, 2 or a half."""
    roles = Roles(exercise, text)
    for line, x in text.lines:
        if line == RESULT or not roles.is_array(x):
            continue
        shown = line.removesuffix("_new")
        for hyper in roles.hypers:
            if hyper not in roles.epsilons:
                new = put(f"{hyper} * _", _=x)
                yield from swapped(
                    text, line, x, new, "wrong-factor", f"{shown} is multiplied by {hyper}.", "extra-term"
                )
                rest = put(f"(1 - {hyper}) * _", _=x)
                what = f"{shown} is multiplied by 1 - {hyper}."
                yield from swapped(text, line, x, rest, "extra-term", what, "wrong-factor")
        for value in () if roles.rate else (0.1, 0.01, 0.001):
            what = f"{shown} is multiplied by a rate that the rule does not have."
            yield from swapped(text, line, x, put(f"{value} * _", _=x), "extra-term", what)
            for at, node, _ in text.nodes():
                if at != line and is_name(node, line) and at == roles.new.get(roles.weight):
                    yield from swapped(text, at, node, put(f"{value} * _", _=node), "extra-term", what)
        for value, word in (2.0, "doubled"), (0.5, "halved"):
            yield from swapped(text, line, x, put(f"{value} * _", _=x), "wrong-factor", f"{shown} is {word}.")
