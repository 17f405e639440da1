"""The text of each CUDA kernel, compiled for the CPU, gives the numbers of the rule in float64. On a GPU, so does it.

The shim gives the body what CuPy's ElementwiseKernel gives it: see `tests/strict/kernel.py`.
"""

import ctypes
import re
import shutil
import subprocess

import numpy
import pytest
from as_written import Curved, as_written, example
from table import TABLE

from minigrad import optimizer
from minigrad.device import num_gpus
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings.cuda import PREAMBLE, cuda_source
from minigrad.optimizer.rule import maximum, minimum
from minigrad.optimizer.run import run
from tests.strict.kernel import SHIM, compiled, loop

COMPILER = shutil.which("g++")
RULES = [pytest.param(k, id=str(row)) for k, row in enumerate(TABLE)]
DTYPES = ["float32", "float64", "float16"]


def kernel(k, dtype):
    """The source of one kernel, with an example to run it on."""
    opt = TABLE[k].make()
    arrays, scalars = example(opt, dtype, (50,))
    for array in arrays[:2]:
        array[::5] = 0.0
    graph = trace(opt, scalars)
    inputs = [*arrays, *(scalars[name] for name in graph.extras)]
    return cuda_source(graph, [a.dtype for a in inputs]), graph, opt, arrays, scalars, inputs


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Every kernel of every rule and dtype, compiled at once."""
    if COMPILER is None:
        pytest.skip("no g++ to compile the kernels with")
    folder = tmp_path_factory.mktemp("kernels")
    text = [SHIM, PREAMBLE]
    for k in range(len(TABLE)):
        for dtype in DTYPES:
            source, *_ = kernel(k, dtype)
            text.append(loop(*source[:3], f"rule_{k}_{dtype}"))
    (folder / "kernels.cpp").write_text("\n".join(text))
    flags = ["-O1", "-Wall", "-Werror", "-Wno-unused", "-shared", "-fPIC"]
    command = [COMPILER, *flags, "kernels.cpp", "-o", "kernels.so"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "_Float16" in done.stderr and "does not name a type" in done.stderr:
        pytest.skip("this g++ has no float16")
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "kernels.so"))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", RULES)
def test_the_body_of_the_kernel_computes_the_rule(library, k, dtype):
    _, graph, opt, arrays, scalars, inputs = kernel(k, dtype)
    wide = [a.astype("float64") for a in arrays]
    expected = as_written(opt, wide, scalars)
    parameters = graph.fold(opt, scalars)
    outputs = [inputs[graph.arrays.index(name)] for name in graph.written]  # the inputs' own memory
    pointers = (ctypes.c_void_p * len(inputs + outputs))(*(a.ctypes.data for a in inputs + outputs))
    numbers = (ctypes.c_double * max(len(parameters), 1))(*parameters)
    library[f"rule_{k}_{dtype}"](ctypes.c_long(arrays[0].size), pointers, numbers)
    after = dict(zip(["w", *opt.states], expected))
    for name, got in zip(graph.arrays, inputs):
        if name in graph.written:
            scale = numpy.abs(after[name]).max()
            numpy.testing.assert_allclose(got, after[name], rtol=0, atol=64 * numpy.finfo(got.dtype).eps * scale)
    assert graph.written, "a rule that writes nothing"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_functions_that_no_rule_of_minigrad_uses_are_computed_too(dtype):
    opt = Curved()
    arrays, scalars = example(opt, dtype, (50,))
    (expected,) = as_written(opt, [a.astype("float64") for a in arrays], scalars)
    graph = trace(opt, scalars)
    source, parameters = cuda_source(graph, [dtype] * 2), graph.fold(opt, scalars)
    pointers = (ctypes.c_void_p * 3)(*(a.ctypes.data for a in [*arrays, arrays[0]]))
    numbers = (ctypes.c_double * len(parameters))(*parameters)
    compiled(*source[:3], source.preamble)(ctypes.c_long(50), pointers, numbers)
    numpy.testing.assert_allclose(arrays[0], expected, rtol=0, atol=16 * numpy.finfo(dtype).eps)


@pytest.mark.parametrize("k", RULES)
def test_each_array_is_loaded_once_and_stored_once(k):
    source, graph, *_ = kernel(k, "float32")
    words = re.findall(r"\w+", source.operation)
    for name in graph.arrays:
        assert words.count(f"in_{name}") == 1
        assert words.count(f"out_{name}") == (name in graph.written)
    assert "in_g" in words
    assert "out_g" not in words


def test_numbers_are_parameters_so_nothing_is_compiled_again_when_they_change():
    first, second = (
        cuda_source(trace(optimizer.Adam(beta1=beta1, learning_rate=lr)), ["float32"] * 4)
        for beta1, lr in ((0.9, 0.1), (0.5, 0.2))
    )
    assert first == second
    assert "float32 s" in first.in_params


def test_float16_is_computed_in_float_with_float32_states():
    source, *_ = kernel(next(k for k, row in enumerate(TABLE) if row.name == "adam"), "float16")
    assert source.in_params.startswith("float16 in_w, float16 in_g, float32 in_mean, float32 in_var, float32 s")
    assert source.out_params == "float16 out_w, float32 out_mean, float32 out_var"
    assert "float x" in source.operation
    assert "double" not in source.operation


@pytest.mark.gpu
@pytest.mark.skipif(num_gpus() == 0, reason="no GPU")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", RULES)
def test_on_a_gpu_the_kernel_computes_the_rule(k, dtype):
    import cupy

    _, _, opt, arrays, scalars, _ = kernel(k, dtype)
    expected = as_written(opt, arrays, scalars)
    on_gpu = [a if a.ndim == 0 else cupy.asarray(a) for a in arrays]
    run(opt, on_gpu, {n: cupy.asarray(x) if isinstance(x, numpy.ndarray) else x for n, x in scalars.items()})
    for got, want in zip([on_gpu[0], *on_gpu[2:]], expected):
        host = got.get() if hasattr(got, "get") else got
        scale = numpy.abs(want).max()
        numpy.testing.assert_allclose(host, want, rtol=0, atol=64 * numpy.finfo(want.dtype).eps * scale)


def test_a_kernel_is_named_in_ascii_whatever_the_class_is_called():
    def rule(self, w, g, *, lr):
        return w - lr * g

    named = type("Größe", (optimizer.Optimizer,), {"rule": rule})
    rule.__qualname__ = "Größe.rule"
    assert cuda_source(trace(named()), ["float32", "float32"]).name == "minigrad_Gr__e_float32"
    rule.__qualname__ = "rule"  # a function from outside of any class
    assert cuda_source(trace(named()), ["float32", "float32"]).name == "minigrad_rule_float32"


class Mixed(optimizer.Optimizer):
    """Its rule compares a truth with a number, and a number with a truth."""

    def rule(self, w, g, *, lr):
        return w - lr * maximum(w > 0, minimum(g, w < g))


@pytest.mark.skipif(COMPILER is None, reason="no g++ to compile the kernel with")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_truth_may_be_compared_with_a_number(tmp_path, dtype):
    graph = trace(Mixed())
    source = cuda_source(graph, [dtype] * len(graph.arrays))
    (tmp_path / "mixed.cpp").write_text("\n".join([SHIM, PREAMBLE, loop(*source[:3], "mixed")]))
    command = [COMPILER, "-fsyntax-only", "mixed.cpp"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
