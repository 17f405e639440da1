"""Rules found in no book: one or two sensible edits of a known rule, different for each student."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy

from minigrad.arguments import whole
from minigrad.errors import UsageError
from minigrad.exercises.edits.roles import COUNT, GRADIENT, Roles
from minigrad.exercises.edits.trees import (
    everywhere,
    factors_of,
    is_call,
    is_name,
    is_power,
    put,
    sum_of,
    terms_of,
    uses,
)
from minigrad.exercises.exercise import Exercise, named
from minigrad.exercises.made import exercise_of, from_rule, function_of
from minigrad.exercises.program import RESULT, Program, Swap, renamed

Idea = tuple[str, list[Swap]]
"""What is different, in words, and the swaps that make it so."""


def variant(rule: Any, seed: int) -> Exercise:
    """An exercise on a rule found in no book, the same for the same seed.

    Args:
        rule: the rule to start from: anything that `from_rule` takes, an exercise, or the name of one.
        seed: a whole number, for example a student's. Neighbouring seeds give different rules; after some dozens
            (the number depends on the rule) they repeat.

    A variant differs from its rule in one or two ideas, such as squaring the deviation from the mean instead of the
    gradient. Only variants that go downhill on a parabola are used. The statement says what is different, and the
    neighbours are made like those of any other rule.

    >>> print(variant("rmsprop_step", 1).text.partition(" with ")[0])
    A rule found in no book: rmsprop_step

    Raises UsageError if no idea suits the rule.
    """
    base = named(rule) if isinstance(rule, str) and rule.endswith("_step") else rule
    if not isinstance(base, Exercise):
        base = from_rule(rule)
    found = variants(base) if base.results[0] == "w" else []
    if not found:
        raise UsageError(f"no variant of {base.name} goes downhill; take a rule with a mean or a root in it")
    words, text = found[whole("seed", seed, 0) % len(found)]
    chosen = base.tried[-2].make()[1]
    text = replace(text, name=f"{base.name.removesuffix('_step')}_variant")
    changes = "changes" if len(words) > 1 else "a change"
    statement = f"A rule found in no book: {base.name} with {changes}.\n\n" + "\n".join(f"* {x}" for x in words)
    equations = "\n".join(f"    {equation(text, line)}" for line, _ in text.lines if line != RESULT)
    states = [x for x in base.results[1:] if x in text.positional]
    start = {x: lambda w, x=x: first(base, x, w) for x in states}
    return exercise_of(text, f"{statement}\n\n{equations}", states, chosen, start, has_zeros(base))


def has_zeros(base: Exercise) -> bool:
    """Whether gradients may have elements that are 0."""
    at = base.arguments.index(GRADIENT)
    return any(not numpy.all(probe.make()[0][at]) for probe in base.tried)


def first(base: Exercise, state: str, w: Any) -> Any:
    """The first value of a state: that of the first step's probe, in the shape of w."""
    args, _ = base.tried[1].make()
    given = dict(zip(base.arguments, args))
    if not isinstance(given[state], numpy.ndarray):
        return given[state]
    return w.copy() if numpy.array_equal(given[state], given["w"]) else numpy.zeros_like(w)


@lru_cache  # a teacher asks for many of them
def variants(base: Exercise) -> list[tuple[list[str], Program]]:
    """All variants of a rule that go downhill, in a shuffled order that is always the same."""
    text, found = base.program, []
    known = [skeleton(text)]
    single = list(ideas(base, text))
    for group in [*([x] for x in single), *combinations(single, 2)]:
        after = text.with_swaps([swap for _, swaps in group for swap in swaps])
        if after is not None and skeleton(after) not in known and goes_down(base, after):
            known.append(skeleton(after))
            found.append(([words for words, _ in group], after))
    random.Random(base.name).shuffle(found)
    return found


def ideas(base: Exercise, text: Program) -> Iterator[Idea]:
    """Changes that make sense, each with a description."""
    roles = Roles(base, text)
    weight = roles.new.get(roles.weight, "")
    for line, node, _ in text.nodes():
        if is_power(node, 2) and is_name(node.left, GRADIENT):
            for state in roles.states:
                if state in roles.arrays and roles.new.get(state) != line:
                    apart = put(f"({GRADIENT} - {state}) ** 2")
                    yield f"g² is (g - {state})², with the old {state}.", [(line, node, apart)]
            grown = put(f"absolute({GRADIENT}) ** 1.5")
            yield "g² is |g| to the power 1.5.", [(line, node, grown)]
            damped = put(f"_ / (1 + absolute({GRADIENT}))", _=node)
            yield "g² is g² / (1 + |g|).", [(line, node, damped)]
        if is_call(node, "sqrt") and roles.is_array(node) and line == weight:
            inside = node.args[0]
            yield "The root is a cube root.", [(line, node, put(f"_ ** {1 / 3}", _=inside))]
            yield "The root is a fourth root.", [(line, node, put("_ ** 0.25", _=inside))]
    yield from means(roles, text)
    if weight:
        yield from steps(roles, text, weight)


def means(roles: Roles, text: Program) -> Iterator[Idea]:
    """Other ways to remember."""
    for state in roles.states:
        line = roles.new.get(state, "")
        parts = terms_of(roles.lines[line]) if line else []
        if len(parts) != 2 or not uses(parts[0][1], state) or state not in roles.arrays:
            continue
        x, (_, kept), (_, other) = roles.lines[line], *parts
        if uses(other, GRADIENT) and not any(is_power(y) for y in ast.walk(other)):
            places = [s for s in everywhere(text, GRADIENT, put(f"sign({GRADIENT})")) if s[0] == line]
            yield f"In {state}, the sign of g replaces g.", places
            soft = put(f"{GRADIENT} / (1 + absolute({GRADIENT}))")
            places = [s for s in everywhere(text, GRADIENT, soft) if s[0] == line]
            yield f"In {state}, g is softened to g / (1 + |g|).", places
        else:
            larger = put("maximum(x, y)", x=kept, y=factors_of(other)[-1][1])
            yield f"{state} is a fading maximum, not a mean.", [(line, x, larger)]
            slower = put(f"maximum({state} / 2, _)", _=x)
            yield f"{state} never falls below half of what it was.", [(line, x, slower)]


def steps(roles: Roles, text: Program, weight: str) -> Iterator[Idea]:
    """Other ways to step."""
    x = roles.lines[weight]
    parts = terms_of(x)
    for state in roles.states:
        new = roles.new.get(state, "")
        ahead = roles.lines.get(new)
        if ahead is None or state not in roles.arrays or any(is_power(y) for y in ast.walk(ahead)):
            continue
        mixed = put(f"({new} + {GRADIENT}) / 2")
        places = [s for s in everywhere(text, new, mixed) if s[0] not in (RESULT, new)]
        if places and not uses(ahead, roles.rate):
            yield f"The step uses ({state} + g) / 2, with the new {state}.", places
    for i, (added, term) in enumerate(parts):
        if not added and len(parts) == 2 and is_name(parts[0][1], roles.weight):
            bounded = put("maximum(minimum(x, 0.5), -0.5)", x=term)
            limited = sum_of([*parts[:i], (added, bounded), *parts[i + 1 :]])
            yield "No weight moves by more than ½ in a step.", [(weight, x, limited)]
            if roles.rate and not roles.decays:
                pulled = put(f"_ - 0.01 * {roles.rate} * {roles.weight}", _=x)
                yield "Separately from the step, every weight decays by the fraction 0.01 lr.", [(weight, x, pulled)]
            if COUNT in text.positional and roles.rate:
                slower = put(f"{roles.rate} / {COUNT} ** 0.25")
                places = everywhere(text, roles.rate, slower, [weight])
                yield "The rate falls with the fourth root of the step count.", places


def goes_down(base: Exercise, text: Program) -> bool:
    """Whether the rule goes downhill on a parabola with its usual values, and stays finite on every probe."""
    function = function_of(text)
    hypers: dict[str, Any] = dict(base.tried[-2].make()[1])
    hypers = {k: 0.05 if k == "lr" else x for k, x in hypers.items()}
    states = [x for x in base.results[1:] if x in text.positional]
    w = numpy.array([2.0, -1.5, 0.7])
    curved = numpy.array([1.0, 0.3, 2.0])
    values: dict[str, Any] = {"w": w, **{x: first(base, x, w) for x in states}}
    with numpy.errstate(all="ignore"):
        for t in range(1, 201):
            values.update(g=curved * values["w"], t=t)
            if not all(x in values for x in text.positional):
                return False
            returned = function(*(values[x] for x in text.positional), **hypers)
            values.update(zip(("w", *states), returned if isinstance(returned, tuple) else (returned,)))
    loss = float(numpy.sum(curved * values["w"] ** 2))
    return bool(numpy.isfinite(loss)) and loss < 0.8 * float(numpy.sum(curved * w**2)) and finite(base, text)


def finite(base: Exercise, text: Program) -> bool:
    """Whether all results on all probes are finite."""
    for i in range(len(base.tried)):
        found = base.bench.results(text, i)
        if found is None or not all(numpy.isfinite(x.value).all() for x in found):
            return False
    return True


def skeleton(text: Program) -> str:
    """A program without the names of its lines."""
    return "\n".join(ast.unparse(x) for _, x in text.lines)


def equation(text: Program, line: str) -> str:
    """A line as an equation."""
    steps = {x: f"{x}_{{t-1}}" for x in text.positional if f"{x}_new" in dict(text.lines)}
    steps |= {f"{x}_new": f"{x}_t" for x in steps}
    left, right = steps.get(line, line), ast.unparse(renamed(dict(text.lines)[line], steps))
    for old, new in (" ** 2", "²"), ("sqrt(", "√("), (" * ", " · "), (" ** ", "^"), ("absolute(", "abs("):
        right = right.replace(old, new)
    return f"{left} = {right}"
