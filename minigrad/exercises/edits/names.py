"""Edits that put one array in place of another, or add what other rules do and this one does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations, product

from minigrad.exercises.edits.roles import COUNT, GRADIENT, Roles, is_rest
from minigrad.exercises.edits.trees import (
    copied,
    everywhere,
    is_call,
    is_name,
    is_power,
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
from minigrad.exercises.program import RESULT, Program, Swap, renamed


def others(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every array in place of another."""
    roles = Roles(exercise, text)
    for line, node, _ in text.nodes():
        if line != RESULT and roles.is_array(node) and (isinstance(node, ast.Name) or is_power(node, 2)):
            for other in sorted(roles.arrays):
                pair = {said(node), other.replace("_new", "")}
                if other != said(node) and len(pair) == 2 and other != line:
                    what = f"{other.replace('_new', '')} is used where {said(node)} belongs."
                    yield from swapped(text, line, node, put(other), "wrong-operation", what)


def exchanged(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Two arrays swapped within a line."""
    roles = Roles(exercise, text)
    for line in roles.lines:
        found = [x for at, x, _ in text.nodes() if at == line and line != RESULT and is_name(x, *roles.arrays)]
        for one, two in combinations(found, 2):
            if ast.dump(one) != ast.dump(two):
                what = f"{said(one)} and {said(two)} are swapped."
                yield from several(text, [(line, one, copied(two)), (line, two, copied(one))], "operands-swapped", what)


def arguments(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Two positional arguments swapped in the signature, or one moved."""
    for one, two in combinations(text.positional, 2):
        swaps = everywhere(text, one, put(two)) + everywhere(text, two, put(one))
        yield from several(text, swaps, "operands-swapped", f"the arguments {one} and {two} are swapped.")
    for moved, place in permutations(text.positional, 2):
        others = [x for x in text.positional if x != moved]
        others.insert(text.positional.index(place), moved)
        swaps = [s for x, y in zip(others, text.positional) for s in everywhere(text, x, put(y)) if x != y]
        yield from several(text, swaps, "operands-swapped", f"the argument {moved} comes where {place} should.")


def numbers(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """A number with a line of its own in place of another, in place of 1 less itself, or swapped with another."""
    roles = Roles(exercise, text)
    own = [line for line, _ in text.lines if line != RESULT and line not in roles.arrays]
    everything: list[Swap] = []
    for one in own:
        places = [(line, node, above) for line, node, above in text.nodes() if is_name(node, one) and line != RESULT]
        for two, (line, node, _) in product([x for x in own if x != one], places):
            what = f"{two.replace('_new', '')} is used where {one.replace('_new', '')} belongs."
            yield from swapped(text, line, node, put(two), "wrong-factor", what, "wrong-operation")
        rests = [
            (line, above[-1], put(one)) if is_rest(above[-1], one) else (line, node, put(f"1 - {one}"))
            for line, node, above in places
            if above and isinstance(above[-1], ast.expr) and line in roles.arrays
        ]
        yield from several(text, rests, "hyperparameters-swapped", f"{one} and 1 - {one} are swapped.")
        for line, old, new in rests:
            what = f"{said(new)} is used where {said(old)} belongs."
            yield from swapped(text, line, old, new, "hyperparameters-swapped", what)
        for hyper, at in product(roles.hypers, [x for x in roles.lines if x in roles.arrays]):
            swaps = everywhere(text, hyper, put(one), [at])
            yield from several(text, swaps, "wrong-factor", f"{one} is used where {hyper} belongs.", "wrong-operation")
        everything += rests
    for at in dict.fromkeys(s[0] for s in everything):
        what = "the two factors of a mean are swapped."
        yield from several(text, [s for s in everything if s[0] == at], "hyperparameters-swapped", what)
    for one, two in combinations(own, 2):
        for line in roles.lines:
            if line in roles.arrays:
                swaps = everywhere(text, one, put(two), [line]) + everywhere(text, two, put(one), [line])
                yield from several(text, swaps, "operands-swapped", f"{one} and {two} are swapped.")


def additions(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """What other rules do: dampening, look-ahead, a running maximum, centred gradients, a rate that falls."""
    roles = Roles(exercise, text)
    weight = roles.new.get(roles.weight, "")
    for state, line in [x for x in roles.updated if x[0] in roles.arrays]:
        x = roles.lines[line]
        for _, term in terms_of(x):
            for hyper in roles.hypers:
                if uses(term, GRADIENT) and uses(x, hyper) and not uses(term, hyper) and len(terms_of(x)) > 1:
                    what = f"{said(term)} is multiplied by 1 - {hyper}, which does not belong here."
                    yield from swapped(text, line, term, put(f"(1 - {hyper}) * _", _=term), "extra-term", what)
            for hyper in roles.hypers:
                apart = not uses(term, hyper) or is_call(term, "maximum")
                if uses(x, hyper) and not uses(x, roles.rate or hyper) and apart:
                    for part in [n for n in ast.walk(x) if is_call(n, "absolute") or is_power(n, 2)]:
                        what = f"{said(part)} is multiplied by 1 - {hyper}, which does not belong here."
                        yield from swapped(text, line, part, put(f"(1 - {hyper}) * _", _=part), "extra-term", what)
        parts = terms_of(x)
        for hyper in roles.hypers:
            if weight and len(parts) == 2 and any(uses(y, GRADIENT) for _, y in parts) and uses(x, hyper):
                again = sum_of([(added, y if not uses(y, state) else renamed(y, {state: line})) for added, y in parts])
                swaps = [s for s in everywhere(text, line, again) if s[0] not in (line, RESULT)]
                what = f"{state} is updated once more before it is used: this rule does not look ahead here."
                yield from several(text, swaps, "extra-term", what)
                break
        larger = put(f"maximum({state}, _)", _=x)
        yield from swapped(text, line, x, larger, "extra-term", f"{state} never falls: a maximum does not belong here.")
        used = [s for s in everywhere(text, line, put(f"maximum({state}, {line})")) if s[0] != RESULT]
        yield from several(text, used, "extra-term", f"the larger {state} is used: a maximum does not belong here.")
        if weight and not uses(roles.lines[weight], roles.weight):
            again = put(f"{roles.weight} + _", _=roles.lines[weight])
            what = f"the old {roles.weight} is added, but the rule computes {roles.weight} afresh."
            yield from swapped(text, weight, roles.lines[weight], again, "extra-term", what)
        if weight:
            for hyper in roles.hypers:
                for sign in "+", "-":
                    ahead = put(f"_ {sign} {hyper} * {line}", _=roles.lines[weight])
                    what = f"{hyper} {state} is added to the weight: this rule does not look ahead here."
                    yield from swapped(text, weight, roles.lines[weight], ahead, "extra-term", what)
        for centre in state, line:
            centred = everywhere(text, GRADIENT, put(f"{GRADIENT} - {centre}"))
            for group in [centred, *([s] for s in centred)]:
                yield from several(text, group, "extra-term", f"{state} is subtracted from the gradient.")
    yield from limited(roles, text)
    for at, node in sums(text):
        for _, term in terms_of(node):
            for array in sorted(roles.arrays & {*text.positional}) if at == weight and roles.is_array(term) else ():
                if len(terms_of(node)) > 1 and not uses(term, array):
                    what = f"{said(term)} is multiplied by {array}, which does not belong here."
                    yield from swapped(text, at, term, put(f"_ * {array}", _=term), "extra-term", what)
    for at, node, _ in text.nodes():
        if roles.rate and is_name(node, roles.rate) and COUNT in text.positional:
            for falling in f"x / sqrt({COUNT})", f"x / {COUNT}":
                what = "the rate falls with the step count, which the rule does not do."
                yield from swapped(text, at, node, put(falling, x=node), "extra-term", what)


def limited(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """The gradient, or another array argument, clipped to two bounds, which no rule does."""
    for array in sorted(roles.arrays & {*text.positional}):
        for bound in (1, 0.5, 5):
            kept = put(f"maximum(minimum({array}, {bound}), -{bound})")
            swaps = everywhere(text, array, kept)
            what = f"{array} is clipped to between {-bound} and {bound}, which the rule does not do."
            yield from several(text, swaps, "extra-term", what)
