"""Compare the graph of a rule with the rule itself, on some elements of the step about to be taken.

A graph records one run of the rule. If the rule does something else when it runs again (a random number, the time, a
count of its own), the graph would silently be another rule.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from minigrad.device import Array, to_host
from minigrad.optimizer.graph import Graph, Scalars
from minigrad.optimizer.mistakes import mistake
from minigrad.optimizer.readings import numpy as numpy_reading
from minigrad.optimizer.readings import plain

MOST = 1000
"""How many elements are compared."""


def compare(graph: Graph, optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> None:
    """Raise RuleError, before anything is changed, if the graph and the rule differ by more than rounding."""
    names = ["w", "g", *graph.states]
    sampled = sample({**dict(zip(names, arrays)), **{name: scalars[name] for name in graph.extras}})
    numbers = {**scalars, **{name: sampled[name] for name in graph.extras}}
    before = [sampled[name] for name in names]
    with numpy.errstate(all="ignore"):
        expected = plain.after(optimizer, before, numbers)
        got = [x.copy() for x in before]
        if got[0].size:
            numpy_reading.step(graph, [*got, *[numbers[name] for name in graph.extras]], graph.fold(optimizer, scalars))
        for name, old, x, want in zip(["w", *graph.states], [before[0], *before[2:]], [got[0], *got[2:]], expected):
            rounding = 1e-12 * largest(old) + 1e-6 * largest(want - old)  # the numbers may include numpy.float32
            same = numpy.isclose(x, want, rtol=0, atol=rounding, equal_nan=True)
            if not same.all():
                k = int(numpy.argmin(same))
                was, now = float(x[k]), float(numpy.broadcast_to(want, x.shape)[k])
                raise mistake(
                    type(optimizer),
                    f"gives other numbers when it is called again: {was!r}, then {now!r} for the next {name}. "
                    "What changes between calls (random numbers, the time, counts) is computed in "
                    "named(self, index, w, g, states, scalars) and asked for by name, as sgld.py does. "
                    'Or run it as Python: with optimizer.reading("plain")',
                )
    graph.unproved -= 1


def largest(x: Array) -> float:
    """The largest absolute value among the finite ones."""
    return float(numpy.abs(x[numpy.isfinite(x)]).max(initial=0.0))


def sample(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Some elements of each array, evenly spaced, in float64 on the host; an array of one number is repeated."""
    size = arrays["w"].size
    places = slice(None, None, max(1, -(-size // MOST)))
    count = len(range(size)[places])
    return {
        name: to_host(a.reshape(-1)[places] if a.size == size else a).astype("float64") * numpy.ones(count)
        for name, a in ((name, numpy.asarray(a) if isinstance(a, float) else a) for name, a in arrays.items())
    }
