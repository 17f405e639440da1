"""Run a rule as one CUDA kernel (needs CuPy): each array is loaded once and stored once.

The body is the graph printed as C, for one element. A thread loads 16 bytes of the widest array and as many elements of
the others, works on them one by one, and stores them together; the last thread handles the remainder. For memory that
is not aligned or not contiguous, CuPy's ElementwiseKernel works on one element per thread, with the same code. Scalars
are arguments, so nothing is compiled again when `lr` or `t` changes. float16 arrays are computed in float.
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
"""NumPy's functions under NumPy's names, where C has others. Like NumPy's, they propagate nan."""

TYPES = {"float16": "float16", "float32": "float", "float64": "double"}
"""The name of each dtype in C. For ElementwiseKernel, CuPy defines float16."""
HALVES = "#include <cuda_fp16.h>\ntypedef __half float16;"
BYTES = 16
"""The most that a thread can load at once."""
BLOCK = 256
"""The threads of a block."""


class Kernel(NamedTuple):
    """The arguments of `cupy.ElementwiseKernel`."""

    in_params: str
    out_params: str
    operation: str
    name: str
    preamble: str = PREAMBLE


class VectorKernel(NamedTuple):
    """The arguments of `cupy.RawKernel`; how many elements a thread works on; the dtype of scalars."""

    code: str
    name: str
    width: int
    real: str


def cuda_source(graph: Graph, dtypes: Sequence[Any]) -> Kernel:
    """The kernel of a graph for arrays of the given dtypes, one for each of `graph.arrays`."""
    kinds = {name: numpy.dtype(dtype).name for name, dtype in zip(graph.arrays, dtypes, strict=True)}
    wide = real(kinds.values())
    number = TYPES[wide]
    names = {x: f"s{x.order}" for x in graph.parameters}
    loads = [f"{number} {name}_ = in_{name};" for name in graph.arrays]
    body = []
    for x in graph.nodes:
        args = [names.get(y, f"{y.name}_") for y in x.args]
        if x.op == "where":
            text = "{} ? {} : {}".format(*args)
        elif x.op == "power":
            text = "pow({}, {})".format(*args)
        elif x.op in ("maximum", "minimum"):
            text = f"{x.op}<{number}>({', '.join(args)})"  # an argument may be a bool
        else:
            text = spell(x.op, *args)
        names[x] = f"x{x.order}"
        body.append(f"{'bool' if x.op in CONDITIONS else number} x{x.order} = {text};")
    stores = [f"out_{name} = {TYPES[kinds[name]]}({names.get(x, f'{x.name}_')});" for name, x in graph.written.items()]

    inputs = [f"{kind} in_{name}" for name, kind in kinds.items()]
    inputs += [f"{wide} s{x.order}" for x in graph.parameters]
    outputs = [f"{kinds[name]} out_{name}" for name in graph.written]
    owner = graph.rule.__qualname__.split(".")[-2:][0]
    title = "_".join(["minigrad", re.sub(r"\W", "_", owner, flags=re.ASCII), *dict.fromkeys(kinds.values())])
    return Kernel(", ".join(inputs), ", ".join(outputs), "\n".join(loads + body + stores), title)


def real(dtypes: Any) -> str:
    """The dtype to compute in."""
    return "float64" if "float64" in dtypes else "float32"


def vector_source(graph: Graph, dtypes: Sequence[Any], alone: Sequence[str] = ()) -> VectorKernel:
    """The same kernel for memory that is aligned and contiguous. The arrays named in `alone` hold one number."""
    one = cuda_source(graph, dtypes)
    kinds = {name: numpy.dtype(dtype) for name, dtype in zip(graph.arrays, dtypes, strict=True)}
    types = {name: TYPES[kind.name] for name, kind in kinds.items()}
    vectors = [name for name in graph.arrays if name not in alone]
    width = BYTES // max(kinds[name].itemsize for name in vectors)
    wide = real([kind.name for kind in kinds.values()])
    numbers = [f"s{x.order}" for x in graph.parameters]
    scalars = [f"const {TYPES[wide]} {number}" for number in numbers]

    element = [f"const {types[name]} &in_{name}" for name in graph.arrays] + scalars
    element += [f"{types[name]} &out_{name}" for name in graph.written]
    pointers = [
        f"{'' if name in graph.written else 'const '}{types[name]} *__restrict__ {name}_at" for name in graph.arrays
    ]

    def call(place: str) -> str:
        given = [f"{name}_at[0]" if name in alone else place.format(name) for name in graph.arrays]
        return f"element({', '.join([*given, *numbers, *map(place.format, graph.written)])});"

    text = [
        HALVES if "float16" in types.values() else "",
        one.preamble,
        f"template <typename T> struct alignas({width} * sizeof(T)) Vector {{ T at[{width}]; }};",
        "",
        f"__device__ inline void element({', '.join(element)}) {{",
        *[f"    {line}" for line in one.operation.split("\n")],
        "}",
        "",
        f'extern "C" __global__ void __launch_bounds__({BLOCK})',
        f"{one.name}({', '.join(['const long long size', *pointers, *scalars])}) {{",
        f"    long long start = (blockIdx.x * (long long){BLOCK} + threadIdx.x) * {width};",
        f"    if (start + {width} <= size) {{",
        *[f"        Vector<{types[n]}> {n}_ = *(const Vector<{types[n]}> *)({n}_at + start);" for n in vectors],
        "        #pragma unroll",
        f"        for (int k = 0; k < {width}; k++) {call('{}_.at[k]')}",
        *[f"        *(Vector<{types[n]}> *)({n}_at + start) = {n}_;" for n in graph.written],
        "    } else {",
        f"        for (long long k = start; k < size; k++) {call('{}_at[k]')}",
        "    }",
        "}",
    ]
    return VectorKernel("\n".join(text), one.name, width, wide)


def step(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float]) -> None:
    """Run the rule on CuPy arrays of the same shape, in place."""
    dtypes, size = tuple([a.dtype for a in arrays]), arrays[0].size
    place = dict(zip(graph.arrays, arrays))
    alone = tuple([name for name in graph.extras if place[name].ndim == 0])
    compiled = graph.compiled.get((dtypes, alone))
    if compiled is None:
        source = vector_source(graph, dtypes, alone)
        kernel = xp_of(arrays[0]).RawKernel(source.code, source.name)
        compiled = graph.compiled[dtypes, alone] = kernel, source.width, numpy.dtype(source.real)
    kernel, width, wide = compiled
    if not all([in_vectors(a, width) for name, a in place.items() if name not in alone]):
        one_by_one(graph, arrays, parameters, dtypes)
    elif size:
        with numpy.errstate(over="ignore"):  # a clip_gradient of 1e300 is infinite in float32
            numbers = numpy.array(parameters, wide)
        kernel((-(-size // (BLOCK * width)),), (BLOCK,), (numpy.int64(size), *arrays, *numbers))


def in_vectors(a: Array, width: int) -> bool:
    """Whether an array can be loaded `width` elements at a time."""
    return bool(a.flags.c_contiguous) and a.data.ptr % (width * a.itemsize) == 0


def one_by_one(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], dtypes: tuple[Any, ...]) -> None:
    """The same for memory of any layout."""
    kernel = graph.compiled.get(dtypes)
    if kernel is None:
        parts = cuda_source(graph, dtypes)._asdict()
        kernel = graph.compiled[dtypes] = xp_of(arrays[0]).ElementwiseKernel(**parts)
    place = dict(zip(graph.arrays, arrays))
    outputs = [place[name] for name in graph.written]  # always passed: the kernel allocates nothing
    kernel(*arrays, *parameters, *outputs)
