"""The stand-in's ElementwiseKernel: the same text, compiled with g++ and run on the host.

The shim gives the text what CuPy gives it: references to one element of each array, and the scalars.
"""

import ctypes
import functools
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
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline double exp(double x) { return __builtin_exp(x); }
inline double log(double x) { return __builtin_log(x); }
inline double sin(double x) { return __builtin_sin(x); }
inline double cos(double x) { return __builtin_cos(x); }
inline double pow(double x, double y) { return __builtin_pow(x, y); }
typedef float float32; typedef double float64; typedef _Float16 float16;
"""


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
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("no g++ to compile the kernels with")
    with tempfile.TemporaryDirectory() as folder:
        text = [SHIM, preamble, loop(in_params, out_params, operation, "kernel")]
        (Path(folder) / "kernel.cpp").write_text("\n".join(text))
        command = [compiler, "-w", "-O1", "-shared", "-fPIC", "kernel.cpp", "-o", "kernel.so", "-lm"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if "_Float16" in done.stderr:
            pytest.skip("this g++ has no float16")
        assert done.returncode == 0, done.stderr
        return ctypes.CDLL(str(Path(folder) / "kernel.so")).kernel
