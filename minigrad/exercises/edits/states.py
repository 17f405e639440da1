"""Edits of states: old for new, new for old, not updated, another quantity returned, another order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from minigrad.exercises.edits.roles import Roles, is_rest
from minigrad.exercises.edits.trees import (
    everywhere,
    factors_of,
    grouped,
    is_name,
    is_one_of,
    negative,
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
from minigrad.exercises.program import RESULT, Program, inside, renamed, replaced

USUAL = (0.9, 0.99, 0.999, 0.5, 0.95)
"""Factors that a learner may write as numbers."""


def states(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every state used too early or too late, not updated, or replaced by something else."""
    roles = Roles(exercise, text)
    yield from not_updated(roles, text)
    yield from old_or_new(roles, text)
    yield from assigned(roles, text)
    yield from drawn(roles, text)
    yield from again(roles, text)
    yield from order(exercise, text)


def not_updated(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A state's line that changes nothing, and a result that is an argument, unchanged."""
    for state, line in roles.updated:
        if any(at != RESULT and is_name(x, line) for at, x, _ in text.nodes()):
            what = f"{state} stays unchanged."
            yield from swapped(text, line, roles.lines[line], put(state), "state-not-updated", what, "old-state-used")
    swaps = []
    for state, node in roles.results:
        if state in text.positional and not is_name(node, state):
            mistake = "weight-not-updated" if state == roles.weight else "state-not-updated"
            what = f"{state} is returned unchanged."
            yield from swapped(text, RESULT, node, put(state), mistake, what)
            if state != roles.weight:
                swaps.append((RESULT, node, put(state)))
        if isinstance(node, ast.Name) and node.id in roles.new and node.id != state:
            what = f"the new {node.id} is returned as {state}; return the {node.id} that was passed in."
            yield from swapped(
                text, RESULT, node, put(roles.new[node.id]), "new-state-used", what, "wrong-state-stored"
            )
    if len(swaps) > 1:
        yield from several(text, swaps, "state-not-updated", "the states are returned unchanged.")


def old_or_new(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """The old value where the new one is due, and the other way round: in one place, in a line, everywhere."""
    everything = []
    for state, new in roles.new.items():
        before, after = f"the old {state} is used where the new one is due.", f"the new {state} is used too early."
        olds = [x for x in everywhere(text, new, put(state)) if x[0] != RESULT]
        news = [x for x in everywhere(text, state, put(new)) if x[0] not in (RESULT, new)]
        everything += [x for x in olds if state != roles.weight]
        if not roles.epsilons:  # a state that divides may be 0 at first
            divisors = {id(x) for _, node in products(text) for times, x in factors_of(node) if not times}
            for at, node, old in [x for x in olds if id(x[1]) in divisors]:
                for other in put("1"), node:
                    unless_zero = put("where(x > 0, x, y)", x=old, y=other)
                    yield from several(text, [(at, node, unless_zero)], "old-state-used", before)
        for swaps, mistake, what in (olds, "old-state-used", before), (news, "new-state-used", after):
            for group in grouped(swaps):
                yield from several(text, group, mistake, what)
        yield from computed_again(roles, text, state, new, after)
    if everything:
        yield from several(text, everything, "old-state-used", "the old states are used where the new ones are due.")


def computed_again(roles: Roles, text: Program, state: str, new: str, what: str) -> Iterator[Neighbour]:
    """A line that a state is computed from, computed again with the new state."""
    for line, x in text.lines:
        if uses(x, state) and uses(roles.lines[new], line) and line not in roles.new.values():
            later = renamed(x, {state: new})
            swaps = [s for s in everywhere(text, line, later) if s[0] not in (new, RESULT)]
            yield from several(text, swaps, "new-state-used", what)


def assigned(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A state that is replaced by the gradient, or by what should only move it."""
    for state, line in roles.updated:
        x = roles.lines[line]
        for added, term in terms_of(x):
            if added and not uses(term, state):
                for times, factor in factors_of(term):
                    if times and roles.is_array(factor):
                        what = f"{said(factor)} replaces {state} instead of moving it."
                        mistakes = "assignment-for-accumulation", "missing-term"
                        yield from swapped(text, line, x, factor, mistakes[0], what, mistakes[1])
        parts = terms_of(x)
        if len(parts) == 2 and uses(parts[0][1], state) and len(factors_of(parts[0][1])) == 2:
            plain = put(f"{state} + _", _=factors_of(parts[1][1])[-1][1])
            what = f"{state} is a plain sum: its factors are missing."
            yield from swapped(text, line, x, plain, "scale-missing", what, "extra-term")
        elif is_name(parts[0][1], state) and len(parts) == 2:
            for beta in (*roles.hypers, *USUAL):
                mean = put("b * s + (1 - b) * x", b=put(f"{beta}"), s=put(state), x=parts[1][1])
                what = f"{state} is a running mean; it should be a sum."
                yield from swapped(text, line, x, mean, "extra-term", what, "wrong-operation")


def drawn(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """`s + (1 - b) * (x - s)`, another form of `b * s + (1 - b) * x`, with a sign flipped or without its s."""
    for state, line in roles.updated:
        parts = terms_of(roles.lines[line])
        old, new = factors_of(parts[0][1]), factors_of(parts[-1][1])
        if len(parts) == 2 and len(old) == 2 and is_name(old[1][1], state) and is_rest(new[0][1], said(old[0][1])):
            x = product_of(new[1:])
            apart = f"the difference {said(x)} - {state}"
            for other, mistake, what in (
                ("r * (x - s)", "assignment-for-accumulation", f"{apart} replaces {state} instead of moving it."),
                ("s - r * (x - s)", "wrong-sign", f"{apart} is subtracted from {state}; it should be added."),
                ("s + r * (x + s)", "wrong-sign", f"a sum is used instead of {apart}."),
            ):
                instead = put(other, s=put(state), r=new[0][1], x=x)
                yield from swapped(text, line, roles.lines[line], instead, mistake, what)


def again(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A state that is updated twice."""
    for state, line in roles.updated:
        x = twice = roles.lines[line]
        if uses(x, state):
            for _, node, _ in inside(state, x, []):
                if is_name(node, state):
                    twice = replaced(twice, node, x)
            what = f"{state} is updated twice in one step."
            yield from swapped(text, line, x, twice, "extra-term", what, "new-state-used")


def order(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """The results in another order."""
    found, last = text.results, dict(text.lines)[RESULT]
    for new in permutations(found):
        if list(new) != found and len(found) < 6:
            what = f"the results are in the wrong order; return {', '.join(exercise.results)}."
            yield from swapped(text, RESULT, last, ast.Tuple(list(new), ast.Load()), "wrong-returned-order", what)


def stored(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """A result that is some other array."""
    roles = Roles(exercise, text)
    parts: dict[str, ast.expr] = {line: put(line) for line in roles.lines if line in roles.arrays}
    for line, node, _ in text.nodes():
        if line != RESULT and roles.is_array(node) and node is not roles.lines[line]:
            parts.setdefault(ast.unparse(node), node)
    for state, node in roles.results:
        new = roles.new.get(state, "")
        own = {id(x) for x in ast.walk(roles.lines.get(new, node))}
        elsewhere = any(is_name(x, new) for at, x, _ in text.nodes() if at != RESULT)
        if state not in roles.arrays:
            yield from stored_number(roles, text, state, node)
            continue
        others = [*parts.values()]
        if new and state != roles.weight:
            more = [f"{new} * {x}" for x in (*roles.hypers, 2)] + [f"{new} / 2"]
            more += [*(f"{new} + {x}" for x in roles.epsilons), f"{state} - {new}"]
            others += map(put, (f"sqrt({new})", f"square({new})", f"{new} - {state}", *more))
            others += [put(f"{new} / _", _=x) for x in roles.corrections(text)]
        if state != roles.weight:
            others = [*others, *map(negative, others)]
            if not elsewhere:  # then what is in the line of the state is a mistake there
                others = [x for x in others if id(x) not in own]
        for x in others:
            if not is_one_of(x, node) and not is_one_of(x, negative(node)) and not is_name(x, state):
                shown = said(x)
                if state == roles.weight and x_in(shown, roles.lines.get(new, node)):
                    what = f"{shown} is returned as {state}, which is only a part of it."
                    yield from swapped(text, RESULT, node, x, "missing-term", what, "wrong-state-stored")
                else:
                    what = f"{shown} is returned as {state}, but it is another quantity."
                    yield from swapped(text, RESULT, node, x, "wrong-state-stored", what)


def stored_number(roles: Roles, text: Program, state: str, node: ast.expr) -> Iterator[Neighbour]:
    """A state that is a number, and another number in its place."""
    for line, x, _ in text.nodes():
        if line != RESULT and not roles.is_array(x) and not isinstance(x, ast.Constant) and not is_name(x, state):
            what = f"{said(x)} is returned as {state}, but it is another quantity."
            yield from swapped(text, RESULT, node, x, "wrong-state-stored", what)
    for line in roles.lines:
        if line not in (RESULT, *roles.arrays):
            what = f"{line.removesuffix('_new')} is returned as {state}, but it is another quantity."
            yield from swapped(text, RESULT, node, put(line), "wrong-state-stored", what)


def x_in(shown: str, whole: ast.expr) -> bool:
    """Whether an expression is part of another one, by its text."""
    return any(isinstance(part, ast.expr) and said(part) == shown for part in ast.walk(whole))
