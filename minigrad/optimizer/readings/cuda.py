"""Run a rule as one CUDA kernel (needs CuPy): each array is loaded once and stored once.

The kernel's body is the graph printed as C. Scalars are arguments, so nothing is compiled again when `lr` or `t`
changes. float16 arrays are computed in float.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy

from minigrad.device import Array, xp_of
from minigrad.optimizer.graph import Graph
from minigrad.optimizer.rule import CONDITIONS, spell

PREAMBLE = """
template <typename T> __device__ T square(T x) { return x * x; }
template <typename T> __device__ T absolute(T x) { return x > 0 ? x : 0 - x; }
template <typename T> __device__ T sign(T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
template <typename T> __device__ T maximum(T x, T y) { return x >= y || x != x ? x : y; }
template <typename T> __device__ T minimum(T x, T y) { return x <= y || x != x ? x : y; }
"""
"""NumPy's functions under NumPy's names, where C has others. As NumPy's do, they pass nan on."""


class Kernel(NamedTuple):
    """The arguments of `cupy.ElementwiseKernel`."""

    in_params: str
    out_params: str
    operation: str
    name: str
    preamble: str = PREAMBLE


def cuda_source(graph: Graph, dtypes: Sequence[Any]) -> Kernel:
    """The kernel of a graph for arrays of the given dtypes, one for each of `graph.arrays`."""
    kinds = {name: numpy.dtype(dtype).name for name, dtype in zip(graph.arrays, dtypes, strict=True)}
    real = "double" if "float64" in kinds.values() else "float"
    names = {x: f"s{x.order}" for x in graph.parameters}
    loads = [f"{real} {name}_ = in_{name};" for name in graph.arrays]
    body = []
    for x in graph.nodes:
        args = [names.get(y, f"{y.name}_") for y in x.args]
        if x.op == "where":
            text = "{} ? {} : {}".format(*args)
        elif x.op == "power":
            text = "pow({}, {})".format(*args)
        elif x.op in ("maximum", "minimum"):
            text = f"{x.op}<{real}>({', '.join(args)})"  # one of them may be a bool
        else:
            text = spell(x.op, *args)
        names[x] = f"x{x.order}"
        body.append(f"{'bool' if x.op in CONDITIONS else real} x{x.order} = {text};")
    stores = [f"out_{name} = {names.get(x, f'{x.name}_')};" for name, x in graph.written.items()]

    inputs = [f"{kind} in_{name}" for name, kind in kinds.items()]
    inputs += [f"{'float64' if real == 'double' else 'float32'} s{x.order}" for x in graph.parameters]
    outputs = [f"{kinds[name]} out_{name}" for name in graph.written]
    owner = graph.rule.__qualname__.split(".")[-2:][0]
    title = "_".join(["minigrad", re.sub(r"\W", "_", owner, flags=re.ASCII), *dict.fromkeys(kinds.values())])
    return Kernel(", ".join(inputs), ", ".join(outputs), "\n".join(loads + body + stores), title)


def step(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float]) -> None:
    """Run the rule on CuPy arrays of one shape, in place."""
    dtypes = tuple(a.dtype for a in arrays)
    kernel = graph.compiled.get(dtypes)
    if kernel is None:
        parts = cuda_source(graph, dtypes)._asdict()
        kernel = graph.compiled[dtypes] = xp_of(arrays[0]).ElementwiseKernel(**parts)
    place = dict(zip(graph.arrays, arrays))
    outputs = [place[name] for name in graph.written]  # always passed: the kernel allocates nothing
    kernel(*arrays, *parameters, *outputs)
