"""Run a rule on raw arrays, in place, in the fastest way there is: a CUDA kernel, a compiled loop, or NumPy blocks.

All are readings of one graph and agree to rounding. `with reading("numpy"):`, or the environment variable
MINIGRAD_READING, chooses between the two for a CPU; by default it is "numba" where numba is installed.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.device import Array
from minigrad.errors import ArgumentError
from minigrad.optimizer.accepts import FLOATS, check
from minigrad.optimizer.graph import Graph, Scalars, active, trace
from minigrad.optimizer.readings import numba as numba_reading
from minigrad.optimizer.readings import numpy as numpy_reading

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Step = Callable[[Graph, Sequence[Array], Sequence[float]], None]

CPU: dict[str, tuple[Step, int, int]] = {
    "numpy": (numpy_reading.step, 1_000_000, 3),
    "numba": (numba_reading.step, 500_000, 16),
}
"""For each reading: its function, the number of elements from which several threads pay, and the most threads."""

_graphs: dict[type, list[Graph]] = {}  # a look-up in a WeakKeyDictionary takes 0.14 µs in place of 0.04


def run(optimizer: Any, arrays: Sequence[Array], scalars: Scalars, graph: Graph | None = None) -> None:
    """Take one step: `arrays` are [w, g, *states]; w and the states are changed in place, g is not.

    Args:
        arrays: NumPy or CuPy arrays of one shape.
        scalars: `lr`, `t`, `wd`, `rescale_grad`, `clip_gradient`, and what else the rule asks for by name: numbers, or
            arrays of the shape of w.
        graph: a part of the rule, if not the whole rule is to run.
    """
    if graph is None:
        graph = graph_of(optimizer, len(arrays), scalars)
    inputs = [*arrays, *[scalars[name] for name in graph.extras]] if graph.extras else list(arrays)
    shape, dtype = inputs[0].shape, inputs[0].dtype
    alike = dtype in FLOATS
    for a in inputs:
        if a.dtype is not dtype or a.shape != shape:
            alike = False
    if not alike:
        check(type(optimizer).__name__, dict(zip(graph.arrays, inputs)), graph.extras)
    parameters = graph.fold(optimizer, scalars)
    if isinstance(inputs[0], numpy.ndarray):
        on_cpu(graph, inputs, parameters, alike)
    else:
        from minigrad.optimizer.readings import cuda as cuda_reading

        cuda_reading.step(graph, inputs, parameters)


def graph_of(optimizer: Any, count: int, scalars: Scalars) -> Graph:
    """The graph of the optimizer's rule for this step: one traced earlier that still holds, or a new one."""
    cls = type(optimizer)
    graphs = _graphs.get(cls)
    if graphs is None:
        graphs = _graphs[cls] = []
    prepared = active(scalars)
    for graph in graphs:
        same = graph.prepared == prepared and graph.rule is cls.rule and len(graph.states) == count - 2
        if same and graph.holds(optimizer, scalars):
            return graph
    graph = trace(optimizer, scalars)
    graphs.append(graph)
    return graph


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Run rules on the CPU in the given way, "numpy" or "numba", within a `with` block.

    >>> from minigrad.optimizer.run import reading
    >>> with reading("numpy"):
    ...     pass  # trainer.step(32)
    """
    global _chosen
    before, _chosen = _chosen, checked(name)
    try:
        yield
    finally:
        _chosen = before


def checked(name: str) -> str:
    """The name, if it is that of a way to run rules on this CPU."""
    if name not in CPU:
        raise ArgumentError(f"unknown way to run a rule on the CPU: {name!r}; there are {', '.join(CPU)}")
    if name == "numba" and fastest() != "numba":
        raise ArgumentError(
            "rules cannot run with numba, which is not installed; in the checkout of minigrad, pip install -e '.[fast]'"
        )
    return name


@cache
def fastest() -> str:
    """The way to run rules on this CPU when nobody chooses."""
    try:
        import numba  # noqa: F401
    except ModuleNotFoundError:
        return "numpy"
    except ImportError as error:
        warnings.warn(f"numba is installed but cannot be used, so rules run with NumPy: {error}", stacklevel=2)
        return "numpy"
    return "numba"


_chosen = checked(os.environ["MINIGRAD_READING"]) if "MINIGRAD_READING" in os.environ else ""


def on_cpu(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], alike: bool) -> None:
    """Run on NumPy arrays of one shape and any layout: what is not contiguous is copied, and copied back.

    `alike` says whether they also have one dtype.
    """
    size, ndim = arrays[0].size, arrays[0].ndim
    for a in arrays:
        if ndim != 1 or not a.flags.c_contiguous:
            flat = [numpy.ascontiguousarray(a).reshape(-1) for a in arrays]
            on_cpu(graph, flat, parameters, alike)
            for name, array, done in zip(graph.arrays, arrays, flat):
                if name in graph.written and not array.flags.c_contiguous:
                    array[...] = done.reshape(array.shape)
            return
    if size == 0:
        return
    name = _chosen or fastest()
    if name == "numba" and not (alike and arrays[0].dtype.itemsize > 2):
        name = "numpy"  # which converts float16, and other mixtures, block by block
    step, pays, most = CPU[name]
    if size < pays:
        step(graph, arrays, parameters)
    else:
        in_parts(step, graph, arrays, parameters, min(most, cores()))


def in_parts(step: Step, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], parts: int) -> None:
    """Run on several threads, each on its own part of the arrays. This thread takes the first."""
    size = arrays[0].size
    length = -(-size // parts // 64) * 64  # whole cache lines, so that no two threads write to one
    views = [[a[start : start + length] for a in arrays] for start in range(0, size, length)]
    others = [pool().submit(step, graph, part, parameters) for part in views[1:]]
    try:
        step(graph, views[0], parameters)
    finally:
        errors = [other.exception() for other in others]  # waits for each to finish
    for error in filter(None, errors):
        raise error


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool() -> ThreadPoolExecutor:
    """The threads that help this one: one less than there are cores."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max(cores() - 1, 1), "minigrad-step")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # threads do not survive a fork
