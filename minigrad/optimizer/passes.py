"""A step in two passes, for rules that need the norm of an array that they compute.

LAMB steps by `lr * trust * r`, and trust takes the norm of r, a sum over all elements. The first pass computes
everything that does not depend on `trust`, and leaves r in an array. The optimizer's `measure` computes `trust` from
it, and the second pass goes on from r: nothing is computed twice.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import Array, xp_of
from minigrad.dtypes import single
from minigrad.optimizer.graph import Graph, Scalars
from minigrad.optimizer.readings.compare import compare
from minigrad.optimizer.rule import CONDITIONS, Symbol, ancestors
from minigrad.optimizer.run import graph_of, run, way_of


def run_in_two(optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> None:
    """Take one step, like `run`; the numbers in `optimizer.measured` are found between the passes.

    In the reading "plain" the first pass works on copies, and then the whole rule is called.
    """
    w = arrays[0]
    unknown = 1.0 if isinstance(w, numpy.ndarray) else w  # on a GPU a norm is an array
    whole = graph_of(optimizer, len(arrays), {**scalars, **dict.fromkeys(optimizer.measured, unknown)})
    if "passes" not in whole.compiled:
        whole.compiled["passes"] = in_two(whole, optimizer.measured)
    first, second = whole.compiled["passes"]
    plain = way_of(optimizer) == "plain"
    if whole.unproved and not plain:
        compare(whole, optimizer, arrays, {**scalars, **dict.fromkeys(optimizer.measured, 1.0)})
    given = [a.copy() for a in arrays] if plain else arrays
    made = [xp_of(w).empty_like(w, dtype=single(w.dtype)) for _ in first.states[len(whole.states) :]]
    if first.written:
        run(optimizer, [*given, *made], scalars, first)
    measured = optimizer.measure(w, *made)
    if not isinstance(w, numpy.ndarray):  # on a GPU it takes arrays, but a user's `measure` may give numbers
        measured = {name: xp_of(w).asarray(x, dtype=single(w.dtype)) for name, x in measured.items()}
    scalars = {**scalars, **measured}
    if plain:
        run(optimizer, arrays, scalars)
    else:
        run(optimizer, [*arrays, *made], scalars, second)


def in_two(graph: Graph, measured: Sequence[str]) -> tuple[Graph, Graph]:
    """The graph up to the measured numbers, and from them on.

    Both have states that the rule does not: the arrays that the first pass hands to the second.
    """
    ordered = sorted(ancestors(list(graph.results.values())), key=lambda x: x.order)
    late: set[Symbol] = set()
    for x in ordered:  # comparisons are late too: their true and false cannot be handed on in an array of numbers
        if x.name in measured or x.op in CONDITIONS or any(y in late for y in x.args):
            late.add(x)
    second = {name: x for name, x in graph.written.items() if name == "w" or x in late}
    first = {name: x for name, x in graph.written.items() if name not in second}
    read = {*second.values(), *(y for x in late for y in x.args)} - late
    handed = [x for x in ordered if x in read and x.is_array and (x.args or x.name in first)]

    trace = graph.results["w"].trace
    made = "made" + "_" * max(map(len, graph.arrays))  # a name that no state has
    names = [f"{made}{k}" for k in range(len(handed))]
    again = {x: trace.leaf("array", name) for x, name in zip(handed, names)}
    for x in ordered:
        if x in late and x.args:
            again[x] = trace.node(x.op, *(again.get(y, y) for y in x.args))

    def part(results: dict[str, Symbol]) -> Graph:
        return Graph(graph.rule, trace, (*graph.states, *names), graph.asked, graph.prepared, results)

    return part(first | dict(zip(names, handed))), part({name: again.get(x, x) for name, x in second.items()})
