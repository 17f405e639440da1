"""Run a rule on raw arrays, in place, in the fastest way available: a CUDA kernel, a compiled loop, or NumPy blocks.

All are readings of one graph and agree to rounding. `with reading("numpy"):`, or the environment variable
MINIGRAD_READING, chooses between the two for a CPU; the default is "numba" where numba is installed. The reading
"plain" has no graph: it calls the rule at every step. It is the default for rules defined in a notebook or a script,
and the only one for rules that a graph cannot represent, such as those that draw random numbers (`surroundings.py`).
"""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy

from minigrad.device import Array
from minigrad.errors import ArgumentError
from minigrad.optimizer.accepts import FLOATS, check_arrays
from minigrad.optimizer.graph import Graph, Scalars, active, is_own, trace
from minigrad.optimizer.readings import numpy as numpy_reading

Step = Callable[[Graph, Sequence[Array], Sequence[float]], None]

CPU: dict[str, tuple[Step, int, int]] = {"numpy": (numpy_reading.step, 1_000_000, 3)}
"""For each reading: its function, the number of elements from which several threads pay off, and the most threads.

`fastest` adds numba's.
"""

MOST = 64
"""The most graphs kept for one class: there is one for each combination of branches that its optimizers take."""

_graphs: dict[type, list[Graph]] = {}  # a look-up in a WeakKeyDictionary takes 0.14 µs instead of 0.04
_ways: dict[str, dict[type, str]] = {name: {} for name in ("", "numpy", "numba", "plain")}
"""How the rules of each class run, for each choice that `reading` can make."""


def run(optimizer: Any, arrays: Sequence[Array], scalars: Scalars, graph: Graph | None = None) -> None:
    """Take one step: `arrays` are [w, g, *states]; w and the states are changed in place, g is not.

    Args:
        arrays: NumPy or CuPy arrays of the same shape.
        scalars: `lr`, `t`, `wd`, `rescale_grad`, `clip_gradient`, and anything else the rule asks for by name: numbers,
            or arrays of the shape of w.
        graph: the part of the rule to run, if not the whole rule.
    """
    way = _ways[_chosen].get(type(optimizer)) or way_of(optimizer)
    if graph is None and way != "plain":
        graph = held(optimizer, len(arrays), scalars)
        if graph is None:
            _ways[_chosen].pop(type(optimizer), None)  # the kinds of things its rule reads may have changed
            way = way_of(optimizer)
            graph = None if way == "plain" else traced(optimizer, scalars)
    if graph is None:
        from minigrad.optimizer.readings.plain import step

        if not (isinstance(arrays[0], numpy.ndarray) or _chosen == "plain" or is_of_main(type(optimizer))):
            graph_of(optimizer, len(arrays), scalars)  # symbols refuse what a GPU's arrays would accept
        return step(optimizer, arrays, scalars)
    inputs = [*arrays, *[scalars[name] for name in graph.extras]] if graph.extras else list(arrays)
    shape, dtype = inputs[0].shape, inputs[0].dtype
    alike = dtype in FLOATS
    for a in inputs:
        if a.dtype is not dtype or a.shape != shape:
            alike = False
    if not alike:
        check_arrays(type(optimizer).__name__, dict(zip(graph.arrays, inputs)), graph.extras)
    if graph.unproved:
        from minigrad.optimizer.readings.compare import compare

        compare(graph, optimizer, arrays, scalars)
    parameters = graph.fold(optimizer, scalars)
    if isinstance(inputs[0], numpy.ndarray):
        on_cpu(way, graph, inputs, parameters, alike)
    else:
        from minigrad.optimizer.readings import cuda as cuda_reading

        cuda_reading.step(graph, inputs, parameters)
    return None


def graph_of(optimizer: Any, count: int, scalars: Scalars) -> Graph:
    """The graph of the optimizer's rule for this step: one traced earlier that still holds, or a new one."""
    return held(optimizer, count, scalars) or traced(optimizer, scalars)


def held(optimizer: Any, count: int, scalars: Scalars) -> Graph | None:
    """A graph traced earlier that still holds, for `count` arrays."""
    cls = type(optimizer)
    prepared = active(scalars)
    for graph in _graphs.get(cls, ()):
        same = graph.prepared == prepared and graph.rule is cls.rule and len(graph.states) == count - 2
        if same and graph.holds(optimizer, scalars):
            return graph
    return None


def traced(optimizer: Any, scalars: Scalars) -> Graph:
    """Trace a new graph, and keep it."""
    graph, graphs = trace(optimizer, scalars), _graphs.setdefault(type(optimizer), [])
    if not is_own(type(optimizer)):
        from minigrad.optimizer.surroundings import watch

        watch(graph, optimizer, graphs)
    del graphs[: 1 - MOST]
    graphs.append(graph)
    return graph


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Run rules in the given way within a `with` block: "numpy" or "numba" on a CPU, or "plain" anywhere.

    Plain calls the rule itself, on real arrays, at every step, so that it can print, stop at a breakpoint or draw
    random numbers. A rule that does so, or that uses anything but numbers and known functions, is plain whatever you
    choose.

    >>> from minigrad import np, optimizer
    >>> class Loud(optimizer.SGD):
    ...     def rule(self, w, g, *, lr):
    ...         print("the gradient is", g)
    ...         return w - lr * g
    >>> with optimizer.reading("plain"):
    ...     Loud().update(0, np.array([1.0, 2.0]), np.array([0.5, -1.0]), None)
    the gradient is [ 0.5 -1. ]
    """
    global _chosen
    before, _chosen = _chosen, checked(name)
    try:
        yield
    finally:
        _chosen = before


def checked(name: str) -> str:
    """The name, if it is a reading that works on this CPU."""
    if name not in ("numpy", "numba", "plain"):
        raise ArgumentError(f"unknown way to run a rule on the CPU: {name!r}; expected 'numpy', 'numba' or 'plain'")
    if name == "numba" and fastest() != "numba":
        raise ArgumentError(
            "rules cannot run with numba, which is not installed; in the checkout of minigrad, pip install -e '.[fast]'"
        )
    return name


def chosen() -> str:
    """The name of the chosen reading, or "" if none was chosen."""
    return _chosen


def way_of(optimizer: Any) -> str:
    """The reading in which the rule of an optimizer runs: the chosen or the fastest one, unless it is plain.

    A rule of a notebook or a script is plain unless another reading is chosen; one that a graph cannot represent always
    is.
    """
    cls, known = type(optimizer), _ways[_chosen]
    if cls not in known:
        known[cls] = "plain" if _chosen != "plain" and is_plain(optimizer) else _chosen or fastest()
    return known[cls]


def is_plain(optimizer: Any) -> bool:
    """Whether a rule is from a notebook or a script, with nothing chosen, or one that a graph cannot represent."""
    if is_own(type(optimizer)) or not hasattr(type(optimizer), "rule"):
        return False
    if not _chosen and is_of_main(type(optimizer)):
        return True
    from minigrad.optimizer.surroundings import closed

    return not closed(optimizer)


def is_of_main(cls: Any) -> bool:
    """Whether the rule of a class, or a method that it calls, is defined in a notebook or a script."""
    names = ("rule", *getattr(getattr(cls.rule, "__code__", None), "co_names", ()))
    return any(getattr(getattr(cls, name, None), "__module__", "") == "__main__" for name in names)


@cache
def fastest() -> str:
    """The default reading on this CPU."""
    try:
        import numba  # noqa: F401
    except ModuleNotFoundError:
        return "numpy"
    except ImportError as error:
        warnings.warn(f"numba is installed but cannot be used, so rules run with NumPy: {error}", stacklevel=2)
        return "numpy"
    from minigrad.optimizer.readings.numba import step

    CPU["numba"] = (step, 500_000, 16)
    return "numba"


_chosen = checked(os.environ["MINIGRAD_READING"]) if "MINIGRAD_READING" in os.environ else ""


def on_cpu(way: str, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], alike: bool) -> None:
    """Run on NumPy arrays of the same shape and any layout. `alike` says whether they also have the same dtype."""
    size, ndim = arrays[0].size, arrays[0].ndim
    for a in arrays:
        if ndim != 1 or not a.flags.c_contiguous:
            on_flat(way, graph, arrays, parameters, alike)
            return
    if size == 0:
        return
    if way != "numba" or graph.moving or not (alike and arrays[0].dtype.itemsize > 2):
        way = "numpy"  # which converts float16, and other mixtures, block by block
    step, pays, most = CPU[way]
    if size < pays:
        step(graph, arrays, parameters)
    else:
        from minigrad.optimizer.threads import in_parts

        in_parts(step, graph, arrays, parameters, most)


def on_flat(way: str, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], alike: bool) -> None:
    """The same on the arrays with one axis each; those that are not contiguous are copied, and copied back."""
    flat = [numpy.ascontiguousarray(a).reshape(-1) for a in arrays]
    on_cpu(way, graph, flat, parameters, alike)
    for name, array, done in zip(graph.arrays, arrays, flat):
        if name in graph.written and not array.flags.c_contiguous:
            array[...] = done.reshape(array.shape)
