"""Run a rule as one compiled loop (needs numba): each element is loaded once, worked on in registers, stored once.

The loop is the graph printed as Python. As in NumPy, arithmetic is in the dtype of the arrays and in the order written
(no fast-math), except that a division by a scalar becomes a multiplication by its inverse. Results agree to rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.define import define
from minigrad.device import Array
from minigrad.optimizer.graph import Graph
from minigrad.optimizer.readings import numpy as numpy_reading
from minigrad.optimizer.readings.numpy import local
from minigrad.optimizer.rule import FLOAT, spell


def source(graph: Graph) -> str:
    """The loop as Python text, a function of the arrays and then the parameters."""
    parameters = [f"s{x.order}" for x in graph.parameters]
    names = dict(zip(graph.parameters, parameters))
    arrays = {name: local(name) for name in graph.arrays}
    divisors = {x.args[1]: f"inverse{x.args[1].order}" for x in graph.nodes if divides_by_scalar(x)}
    before = [f"{inverse} = real(1 / {names[x]})" for x, inverse in divisors.items()]
    before += [f"{s} = real({s})" for s in parameters]

    body = [f"{name} = {name}_[i]" for name in arrays.values()]
    for x in graph.nodes:
        args = [names.get(y, local(y.name)) for y in x.args]
        if divides_by_scalar(x):
            text = f"{args[0]} * {divisors[x.args[1]]}"
        else:
            text = spell(x.op, *args)
        names[x] = f"x{x.order}"
        body.append(f"x{x.order} = {text}")
    body += [f"{arrays[name]}_[i] = {names.get(x, local(x.name))}" for name, x in graph.written.items()]

    head = f"def step({', '.join([*(f'{name}_' for name in arrays.values()), *parameters])}):"
    return "\n    ".join([head, *before, "for i in range(w_.size):", *(f"    {line}" for line in body)])


LIMITS = {numpy.dtype(name): 1 / float(numpy.finfo(name).max) for name in ("float32", "float64")}
"""For each dtype: the inverse of a smaller number is not finite."""


def divisors(graph: Graph) -> list[int]:
    """Which of the parameters something is divided by."""
    found = {x.args[1] for x in graph.nodes if divides_by_scalar(x)}
    return [k for k, x in enumerate(graph.parameters) if x in found]


def divides_by_scalar(x: Any) -> bool:
    return x.op == "divide" and not x.args[1].is_array


def loop(graph: Graph, dtype: Any) -> Callable[..., None]:
    """The compiled loop of a graph for arrays of this dtype."""
    import numba

    functions = {op: getattr(numpy, op) for op in FLOAT} | {"real": dtype.type}
    step = define(source(graph), "step", functions)
    return numba.njit(step, nogil=True, error_model="numpy")  # type: ignore[no-any-return]


def step(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float]) -> None:
    """Run the rule on flat arrays of the same length and dtype, in place."""
    dtype = arrays[0].dtype
    run = graph.compiled.get(dtype)
    if run is None:
        run = graph.compiled[dtype] = loop(graph, dtype)
        graph.compiled["divisors"] = divisors(graph)
    limit = LIMITS[dtype]
    for k in graph.compiled["divisors"]:
        if abs(parameters[k]) < limit and parameters[k] != 0:  # its inverse would be infinite, and 0 times that a NaN
            return numpy_reading.step(graph, arrays, parameters)
    run(*arrays, *parameters)
    return None
