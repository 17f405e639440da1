"""Run a rule on raw arrays, in place, in the fastest way there is: NumPy blocks, a compiled loop, or a CUDA kernel.

All three are readings of the same graph and agree to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy

from minigrad.device import Array
from minigrad.optimizer import run_numpy
from minigrad.optimizer.graph import Graph, Scalars, active, trace

_graphs: WeakKeyDictionary[type, list[Graph]] = WeakKeyDictionary()


def run(optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> None:
    """Take one step: `arrays` are [w, g, *states]; w and the states are changed in place, g is not.

    Args:
        arrays: NumPy or CuPy arrays of one shape; states that are scalars are 0-d NumPy arrays.
        scalars: `lr`, `t`, `wd`, `rescale_grad`, `clip_gradient`, and what else the rule asks for by name: numbers, or
            arrays of the shape of w.
    """
    graph = graph_of(optimizer, len(arrays), scalars)
    parameters, numbers = graph.fold(optimizer, scalars, arrays)
    inputs = graph.inputs(arrays, scalars)
    run_on_cpu(graph, inputs, parameters)
    for place, number in zip(graph.scalar_places, numbers):
        arrays[place][...] = number


def graph_of(optimizer: Any, count: int, scalars: Scalars) -> Graph:
    """The graph of the optimizer's rule for this step, traced when none of those traced before holds."""
    cls = type(optimizer)
    graphs = _graphs.get(cls)
    if graphs is None:
        graphs = _graphs[cls] = []
    prepared = active(scalars)
    for graph in graphs:
        if graph.prepared == prepared and graph.rule is cls.rule and len(graph.states) == count - 2:
            if graph.holds(optimizer, scalars):
                return graph
    graph = trace(optimizer, True, scalars)
    graphs.append(graph)
    return graph


def run_on_cpu(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float]) -> None:
    """Run on NumPy arrays of any layout: what is not contiguous is copied, and copied back."""
    flat = [a if a.ndim == 1 and a.flags.c_contiguous else numpy.ascontiguousarray(a).reshape(-1) for a in arrays]
    if flat[0].size == 0:
        return
    with numpy.errstate(all="ignore"):
        run_numpy.step(graph, flat, parameters)
    for name, array, done in zip(graph.arrays, arrays, flat):
        if done is not array and name in graph.written and not array.flags.c_contiguous:
            array[...] = done.reshape(array.shape)
