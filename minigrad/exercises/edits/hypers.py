"""Edits of hyper-parameters: two of them, or β and 1 - β, swapped."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations

from minigrad.exercises.edits.roles import Roles, is_rest
from minigrad.exercises.edits.trees import everywhere, factors_of, grouped, is_name, put, said, several, sums, terms_of
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program, Swap


def hypers(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every hyper-parameter in place of another, and β in place of 1 - β."""
    roles = Roles(exercise, text)
    for one, two in combinations(roles.hypers, 2):
        swapped = everywhere(text, one, put(two)) + everywhere(text, two, put(one))
        lines = [[x for x in swapped if x[0] == line] for line in dict.fromkeys(x[0] for x in swapped)]
        means = [x for x in swapped if x[1] in in_means(text)]
        for group in [swapped, *lines, means]:
            if are_two(group):
                yield from several(text, group, "hyperparameters-swapped", f"{one} and {two} are swapped.")
    for one, two in permutations(roles.hypers, 2):
        every = everywhere(text, one, put(two))
        groups = [every] if len(every) > 1 else []
        groups += [[x for x in every if x[0] == line] for line in dict.fromkeys(x[0] for x in every)]
        for group in [*groups, *([x] for x in every)]:
            yield from several(text, group, "hyperparameters-swapped", f"{two} is used where {one} belongs.")
    yield from rests(roles, text)


def are_two(swaps: Sequence[Swap]) -> bool:
    """Whether two different things are replaced: each then takes the other's place."""
    return len({ast.unparse(old) for _, old, _ in swaps}) > 1


def in_means(text: Program) -> list[ast.expr]:
    """The names that are β in means of the form `β a + (1 - β) b`."""
    found: list[ast.expr] = []
    for _, node in sums(text):
        terms = [[x for _, x in factors_of(term)] for _, term in terms_of(node)]
        for before, after in pairwise(terms):
            for rest in after:
                for beta in before:
                    if isinstance(beta, ast.Name) and is_rest(rest, beta.id):
                        found += [beta, rest.right]
    return found


def rests(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """β in place of 1 - β, and 1 - β in place of β."""
    swaps: list[Swap] = []
    for hyper in roles.hypers:
        own: list[Swap] = []
        for line, node, above in text.nodes():
            if is_rest(node, hyper):
                own.append((line, node, put(hyper)))
            elif is_name(node, hyper) and not (above and is_rest(above[-1], hyper)):
                own.append((line, node, put(f"1 - {hyper}")))
        if hyper in roles.factors:
            swaps += [x for x in own if roles.state_of(x[0])]
        for group in grouped(own) if own else []:
            what = f"{said(group[0][2])} is used where {said(group[0][1])} belongs."
            if are_two(group):
                what = f"{hyper} and 1 - {hyper} are swapped."
            yield from several(text, group, "hyperparameters-swapped", what)
    yield from several(text, swaps, "hyperparameters-swapped", "every β and 1 - β are swapped.")


def lengths(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """A number of steps that is one too high or too low: in one place, in one line, everywhere."""
    for hyper in [x for x in text.keywords if x.endswith("_steps")]:
        for group in grouped([(line, node) for line, node, _ in text.nodes() if is_name(node, hyper)]):
            for sign, side in ("+", "high"), ("-", "low"):
                swaps = [(line, node, put(f"_ {sign} 1", _=node)) for line, node in group]
                what = f"{hyper} is one step too {side}."
                yield from several(text, swaps, "off-by-one-boundary", what, "count-off-by-one")
