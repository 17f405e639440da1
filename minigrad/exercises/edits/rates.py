"""Edits of where the learning rate and the decay act: inside or outside the velocity, in the gradient or beside it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from minigrad.exercises.edits.roles import GRADIENT, Roles, is_one_minus
from minigrad.exercises.edits.trees import (
    everywhere,
    factors_of,
    is_name,
    is_sum,
    negative,
    product_of,
    products,
    put,
    said,
    several,
    sum_of,
    sums,
    swapped,
    terms_of,
    uses,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import RESULT, Program, Swap


def then(text: Program, swaps: list[Swap], line: str, new: Callable[[ast.expr], ast.expr]) -> list[Swap]:
    """The swaps, followed by one of a whole line."""
    after = text.with_swaps(swaps)
    before = dict(text.lines).get(line)
    if after is None or before is None:
        return []
    return [*(x for x in swaps if x[0] != line), (line, before, new(dict(after.lines)[line]))]


def without(x: ast.expr, factor: str) -> ast.expr | None:
    """A product without the factor of this name; None if it has none."""
    parts = factors_of(x)
    others = [part for part in parts if not (part[0] and is_name(part[1], factor))]
    return product_of(others) if len(others) < len(parts) else None


def rates(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """The learning rate inside the velocity instead of outside, and the other way round."""
    roles = Roles(exercise, text)
    weight = roles.new.get(roles.weight)
    if not roles.rate or weight is None:
        return
    for state, line in [x for x in roles.updated if uses(roles.lines[x[1]], x[0])]:
        inside = [without(x, roles.rate) for _, x in terms_of(roles.lines[line])]
        if any(inside):
            yield from outside(roles, text, state, line, inside)
        elif uses(roles.lines[weight], roles.rate):
            yield from into(roles, text, state, line, weight)


def outside(roles: Roles, text: Program, state: str, line: str, inside: list[ast.expr | None]) -> Iterator[Neighbour]:
    """`v = momentum v - g; w = w + lr v`, for a velocity with the rate inside."""
    x = roles.lines[line]
    parts = terms_of(x)
    bare = sum_of([(added, y or term) for (added, term), y in zip(parts, inside)])
    turned = sum_of([(added if y is None else not added, y or term) for (added, term), y in zip(parts, inside)])
    what = f"the rate multiplies {state} when it is applied; it belongs inside {state}."
    new_uses = [s for s in everywhere(text, line, put(f"{roles.rate} * {line}")) if s[0] != RESULT]
    old_uses = [s for s in everywhere(text, state, put(f"{roles.rate} * {state}")) if s[0] not in (RESULT, line)]
    minus_new = [(a, b, negative(c)) for a, b, c in new_uses]
    minus_old = [(a, b, negative(c)) for a, b, c in old_uses]
    if not new_uses:
        return
    for more in ([], old_uses) if old_uses else ([],):
        yield from several(text, [(line, x, bare), *new_uses, *more], "rate-outside-velocity", what)
    for more in ([], minus_old) if old_uses else ([],):
        yield from several(text, [(line, x, turned), *minus_new, *more], "rate-outside-velocity", what, "wrong-sign")
    yield from several(
        text, [(line, x, turned), *new_uses], "wrong-sign", f"{what} The sign is wrong, too.", "rate-outside-velocity"
    )
    twice = f"the rate multiplies {state} when it is applied, although it is inside {state} as well."
    yield from several(text, new_uses, "rate-outside-velocity", twice, "wrong-factor")


def into(roles: Roles, text: Program, state: str, line: str, weight: str) -> Iterator[Neighbour]:
    """`m = beta m + lr (1 - beta) g; w = w - m`, for a rate that belongs outside."""
    x = roles.lines[line]
    what = f"the rate is inside {state}; it belongs where {state} is applied."
    parts = terms_of(x)
    if all(uses(term, state) for _, term in parts):
        return
    for sign in True, False:
        moved = [
            (added, term) if uses(term, state) else (added is sign, put(f"{roles.rate} * _", _=term))
            for added, term in parts
        ]
        into_line = (line, x, sum_of(moved))
        if sign:
            yield from several(text, [into_line], "rate-inside-velocity", what, "wrong-factor")
        for other, node in products(text):
            bare = without(node, roles.rate)
            if other == weight and bare is not None:
                yield from several(text, [into_line, (other, node, bare)], "rate-inside-velocity", what)
                early = everywhere(text, GRADIENT, put(f"{roles.rate} * {GRADIENT}"))
                scaled = "the gradient is multiplied by the rate before anything else; the rate belongs to the step."
                if sign and all(s[0] != weight for s in early):
                    yield from several(text, [*early, (other, node, bare)], "rate-inside-velocity", scaled)
                    yield from several(text, early, "rate-inside-velocity", scaled, "wrong-factor")
                if not sign:
                    swaps = [into_line, (other, node, negative(bare))]
                    yield from several(text, swaps, "rate-inside-velocity", what, "wrong-sign")


def decay(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """The decay beside the step, in the gradient, after the update, or on a state."""
    roles = Roles(exercise, text)
    weight = roles.new.get(roles.weight)
    for own in roles.decays:
        for swaps, in_gradient in undecayed(roles, text, own):
            if weight is not None:
                yield from elsewhere(roles, text, own, swaps, in_gradient, weight)


def undecayed(roles: Roles, text: Program, own: str) -> Iterator[tuple[list[Swap], bool]]:
    """Ways to take the decay out (a term `wd * w`, a factor `1 - lr * wd`), and whether it was in the gradient."""
    for line, node in sums(text):
        parts = terms_of(node)
        others = [(added, x) for added, x in parts if not uses(x, own)]
        apart = 0 < len(others) < len(parts) and not any(is_sum_with(x, own) for _, x in parts)
        if apart and roles.is_array(node):
            yield [(line, node, sum_of(others))], any(is_name(x, GRADIENT) for _, x in others)
    for line, node in products(text):
        parts = factors_of(node)
        others = [x for x in parts if not (is_one_minus(x[1]) and uses(x[1].right, own))]
        if len(others) < len(parts):
            yield [(line, node, product_of(others))], False


def is_sum_with(x: ast.expr, own: str) -> bool:
    """Whether a term has a sum inside it that contains the decay."""
    return any(is_sum(y) and uses(y, own) for y in ast.walk(x))


def elsewhere(
    roles: Roles, text: Program, own: str, swaps: list[Swap], in_gradient: bool, weight: str
) -> Iterator[Neighbour]:
    """The decay in every other place."""
    scaled, decayed = f"{roles.rate} * {own}", f"{own} * {roles.weight}"

    def line(mistake: str, what: str, where: str, new: str, *also: str) -> Iterator[Neighbour]:
        found = then(text, swaps, where, lambda x: put(new, _=x))
        if found:
            yield from several(text, found, mistake, what, *also)

    after = "the decay uses the weight after it has moved."
    for factor, more in (scaled, ()), (own, ("scale-missing",)):
        yield from line("decay-after-update", after, weight, f"_ * (1 - {factor})", "new-state-used", *more)
    for state, new in roles.updated:
        faded = [f"{h} * {state}" for h in roles.hypers if h not in (own, roles.rate)]
        for ahead in state, *faded:
            point = put(f"{roles.weight} + {ahead}")
            what = "the decay is of a point other than the weight."
            yield from several(text, decay_of(text, own, roles.weight, point), "wrong-operation", what, "extra-term")
        on_state = f"{state} decays, not the weight."
        for factor in scaled, own:
            yield from line("decay-on-state", on_state, new, f"_ - {factor} * {state}")
            yield from line("decay-on-state", on_state, new, f"(1 - {factor}) * _")
        yield from line("decay-on-state", on_state, new, f"_ + {own} * {state}")
        for value in state, new, *faded:
            yield from several(text, decay_of(text, own, roles.weight, put(value)), "decay-on-state", on_state)
            for factor in scaled, own:
                yield from line("decay-on-state", on_state, weight, f"_ - {factor} * ({value})")
    for factor in scaled, own:
        shrunk = put(f"(1 - {factor}) * {GRADIENT}")
        places = [s for s in everywhere(text, GRADIENT, shrunk) if s[0] != RESULT]
        what = "the gradient shrinks by the decay; the weight should."
        yield from several(text, [*swaps, *places], "wrong-operation", what, "missing-term")
    if in_gradient:
        what = "the decay is applied separately from the step; it should be part of the gradient."
        outside = "decay-outside-gradient"
        yield from line(outside, what, weight, f"_ - {scaled} * {roles.weight}")
        ids = (outside, "scale-missing") if roles.states else ("scale-missing", outside)  # else beside is right
        what = f"{what[:-1]}, and the rate is missing." if roles.states else "the decay is not multiplied by the rate."
        yield from line(ids[0], what, weight, f"_ - {decayed}", ids[1])
        return
    what = "the decay goes through the gradient; it should be separate from the step."
    places = [s for s in everywhere(text, GRADIENT, put(f"{GRADIENT} + {decayed}")) if s[0] != RESULT]
    groups = [places, *([s] for s in places)] if places else []
    groups += [[s for s in places if s[0] == where] for where in dict.fromkeys(s[0] for s in places)]
    for kept in swaps, []:
        for group in groups:
            also = [] if kept else ["extra-term"]
            yield from several(text, [*kept, *group], "decay-in-gradient", what, *also)
    for x_line, node, _ in text.nodes():
        apart = roles.is_array(node) and not uses(node, roles.weight, roles.rate)
        if x_line == weight and apart and swaps[0][1] is not node:
            with_decay = put(f"_ + {decayed}", _=node)
            yield from several(text, [*swaps, (x_line, node, with_decay)], "decay-in-gradient", what)


def decay_of(text: Program, own: str, weight: str, new: ast.expr) -> list[Swap]:
    """The swaps that replace the weight that the decay multiplies."""
    decays = [(line, node) for line, node in products(text) if uses(node, own)]
    return [(line, x, new) for line, node in decays for _, x in factors_of(node) if is_name(x, weight)]


def spread(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """`lr * a + b` for `lr * (a + b)`, with the sign kept: a factor that does not reach everything it should."""
    roles = Roles(exercise, text)
    for line, node in sums(text):
        parts = terms_of(node)
        for i, (added, term) in enumerate(parts):
            factors = factors_of(term)
            for k, (times, factor) in enumerate(factors):
                inner = terms_of(factor)
                for one in range(len(inner)) if times and len(inner) > 1 else []:
                    others = [x for j, x in enumerate(inner) if j != one]
                    kept = product_of([*factors[:k], (True, sum_of(others)), *factors[k + 1 :]])
                    sign, loose = inner[one]
                    if roles.state_of(line) in roles.states and uses(loose, roles.state_of(line)):
                        continue  # a mean written as s + (1 - beta) * (g - s)
                    new = sum_of([*parts[:i], (added, kept), (sign is added, loose), *parts[i + 1 :]])
                    left = said(product_of([*factors[:k], *factors[k + 1 :]]))
                    what = f"{said(loose)} is not multiplied by {left}."
                    yield from swapped(text, line, node, new, "scale-missing", what)
