"""The stand-in's kernels: the same text, compiled with g++ and run on the host, one thread after the other.

The shim gives the text of an ElementwiseKernel what CuPy gives it: references to one element of each array, and the
scalars. To that of a RawKernel it gives the numbers of its block and its thread.
"""

import ctypes
import functools
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy
import pytest

from tests.strict import record
from tests.strict.array import NUMBERS, ndarray, operand

SHIM = """
#define __device__
inline float sqrt(float x) { return __builtin_sqrtf(x); }
inline float exp(float x) { return __builtin_expf(x); }
inline float log(float x) { return __builtin_logf(x); }
inline float sin(float x) { return __builtin_sinf(x); }
inline float cos(float x) { return __builtin_cosf(x); }
inline float pow(float x, float y) { return __builtin_powf(x, y); }
inline float expm1(float x) { return __builtin_expm1f(x); }
inline double expm1(double x) { return __builtin_expm1(x); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double exp(double x) { return __builtin_exp(x); }
inline double log(double x) { return __builtin_log(x); }
inline double sin(double x) { return __builtin_sin(x); }
inline double cos(double x) { return __builtin_cos(x); }
inline double pow(double x, double y) { return __builtin_pow(x, y); }
typedef float float32; typedef double float64; typedef _Float16 float16;
#define __global__
#define __launch_bounds__(most)
"""
ONE_THREAD = """
static struct { unsigned x; } blockIdx, threadIdx;
#define LANES 1
template <typename T> T __shfl_xor_sync(unsigned, T x, int) { return x; }
"""
"""A thread that runs alone: the warps of a kernel that asks have one lane."""
HALVES = "typedef _Float16 __half;"
"""What stands in the header cuda_fp16.h."""
FLAGS = ["-O1", "-Wno-unused", "-Wno-unknown-pragmas", "-shared", "-fPIC"]


class ElementwiseKernel:
    """`kernel(*arrays, *scalars, *outputs)`, with CuPy's checks of kinds and dtypes."""

    def __init__(self, in_params, out_params, operation, name="kernel", preamble=""):
        self.ins = [p.split() for p in in_params.split(", ")]
        self.outs = [p.split() for p in out_params.split(", ")]
        self.name = name
        self._run = compiled(in_params, out_params, operation, preamble)

    def __call__(self, *args):
        record.note("kernels", self.name)
        if len(args) != len(self.ins) + len(self.outs):
            raise TypeError(f"Wrong number of arguments for '{self.name}'")
        given, outputs = args[: len(self.ins)], args[len(self.ins) :]
        shape = numpy.broadcast_shapes(*(a.shape for a in given if isinstance(a, ndarray)))
        arrays, scalars = [], []
        for (kind, name), a in zip(self.ins, given):
            if isinstance(a, ndarray):
                if a.dtype.name != kind:
                    raise TypeError(f"Type is mismatched. {name} {a.dtype.name} {kind}")
                arrays.append(numpy.ascontiguousarray(numpy.broadcast_to(operand(a), shape)))
            elif isinstance(a, NUMBERS):
                scalars.append(float(a))
            else:
                raise TypeError(f"Unsupported type {type(a)}")
        results = []
        for (kind, name), a in zip(self.outs, outputs):
            if a.dtype.name != kind or a.shape != shape:
                raise TypeError(f"Output {name} is {a.dtype.name} of shape {a.shape}, not {kind} of {shape}")
            results.append(numpy.ascontiguousarray(operand(a)))
        pointers = (ctypes.c_void_p * (len(arrays) + len(results)))(*(a.ctypes.data for a in [*arrays, *results]))
        numbers = (ctypes.c_double * max(1, len(scalars)))(*scalars)
        self._run(ctypes.c_long(results[0].size), pointers, numbers)
        for a, result in zip(outputs, results):
            if result is not a._host:
                a._host[...] = result


def loop(in_params, out_params, operation, name):
    """A C function that runs the text on every element: `name(size, arrays in and out, scalars)`."""
    ins = [p.split() for p in in_params.split(", ")]
    lines, arrays, scalars = [], 0, 0
    for kind, parameter in ins:
        if parameter.startswith("in_"):
            lines.append(f"const {kind} &{parameter} = (({kind}*)arrays[{arrays}])[k];")
            arrays += 1
        else:
            lines.append(f"const {kind} {parameter} = scalars[{scalars}];")
            scalars += 1
    for place, (kind, parameter) in enumerate(p.split() for p in out_params.split(", ")):
        lines.append(f"{kind} &{parameter} = (({kind}*)arrays[{arrays + place}])[k];")
    body = "\n".join([*lines, operation])
    head = f'extern "C" void {name}(long size, void** arrays, double* scalars)'
    return f"{head} {{ for (long k = 0; k < size; k++) {{\n{body}\n}} }}"


@functools.cache
def compiled(in_params, out_params, operation, preamble):
    """The function of `loop`, compiled."""
    return built("\n".join([SHIM, preamble, loop(in_params, out_params, operation, "kernel")])).kernel


class RawKernel:
    """`kernel(grid, block, arguments)`. The real one takes any bytes that it is given; this one checks their types."""

    def __init__(self, code, name):
        self.name = name
        self.parameters = [(kind, "*" in declared) for kind, _, declared in parameters(code, name)]
        self._run = getattr(built("\n".join([SHIM, ONE_THREAD, code, launcher(code, name)])), f"launch_{name}")

    def __call__(self, grid, block, args):
        record.note("kernels", self.name)
        if len(args) != len(self.parameters):
            raise TypeError(f"'{self.name}' has {len(self.parameters)} parameters, but was given {len(args)}")
        if not (0 < grid[0] < 2**31 and 0 < block[0] <= 1024):
            raise ValueError(f"CUDA_ERROR_INVALID_VALUE: a grid of {grid} blocks of {block} threads")
        given = []
        for (kind, is_pointer), a in zip(self.parameters, args):
            if not isinstance(a, ndarray if is_pointer else numpy.generic) or CTYPES[kind][0] != a.dtype.name:
                raise TypeError(f"'{self.name}' was given {a!r} for a parameter of type {kind}")
            given.append(ctypes.c_void_p(operand(a).ctypes.data) if is_pointer else CTYPES[kind][1](a.item()))
        self._run(ctypes.c_uint(grid[0]), ctypes.c_uint(block[0]), *given)


CTYPES = {
    "long long": ("int64", ctypes.c_longlong), "int": ("int32", ctypes.c_int), "float": ("float32", ctypes.c_float),
    "double": ("float64", ctypes.c_double), "float16": ("float16", None),
}  # fmt: skip
"""For each type in C its name in NumPy, and how a number of it is passed."""


def parameters(code, name):
    """The parameters of a kernel: type, name, and the whole declaration."""
    (text,) = re.findall(rf"\b{name}\((.*?)\) {{", code, re.DOTALL)
    found = [re.fullmatch(r"(?:const )?([\w ]+?) (?:\*__restrict__ )?(\w+)", p) for p in text.split(", ")]
    return [(m[1], m[2], m[0]) for m in found]


def launcher(code, name):
    """A C function that runs every thread of a kernel: `launch_name(blocks, threads in each, parameters)`."""
    found = parameters(code, name)
    declared, given = (", ".join(p[k] for p in found) for k in (2, 1))
    return f"""extern "C" void launch_{name}(unsigned blocks, unsigned threads, {declared}) {{
        for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) {name}({given});
    }}"""


@functools.cache
def built(text, *flags):
    """C++ as a library."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ to compile the kernels with")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cuda_fp16.h").write_text(HALVES)
        (Path(folder) / "kernel.cpp").write_text(text)
        command = [compiler, *FLAGS, *(flags or ["-w"]), "-I.", "kernel.cpp", "-o", "kernel.so", "-lm"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if "_Float16" in done.stderr and "does not name a type" in done.stderr:
            pytest.skip("this g++ has no float16")
        assert done.returncode == 0, done.stderr
        return ctypes.CDLL(str(Path(folder) / "kernel.so"))
