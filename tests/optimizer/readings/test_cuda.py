"""The text of each CUDA kernel, compiled for the CPU, gives the numbers of the rule in float64. On a GPU, so does it.

The shim gives the body what CuPy's ElementwiseKernel gives it: see `tests/strict/kernel.py`.
"""

import ctypes
import re

import numpy
import pytest
from as_written import Curved, as_written, example
from table import TABLE

from minigrad import optimizer
from minigrad.device import num_gpus
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings import cuda
from minigrad.optimizer.readings.cuda import BLOCK, PREAMBLE, cuda_source, vector_source
from minigrad.optimizer.rule import maximum, minimum
from minigrad.optimizer.run import run
from tests.strict.kernel import HALVES, ONE_THREAD, SHIM, built, compiled, launcher, loop
from tests.strict.nvidia import assembled

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


def in_vectors(k, dtype):
    """The kernel that works on vectors, under a name that no other has."""
    _, graph, *_, inputs = kernel(k, dtype)
    source = vector_source(graph, [a.dtype for a in inputs])
    name = f"vectors_{k}_{dtype}"
    return source._replace(code=source.code.replace(source.name, name), name=name)


@pytest.fixture(scope="module")
def library():
    """Every kernel of every rule and dtype, compiled at once."""
    text = [SHIM, ONE_THREAD, HALVES, PREAMBLE]
    for k in range(len(TABLE)):
        for dtype in DTYPES:
            source, *_ = kernel(k, dtype)
            text.append(loop(*source[:3], f"rule_{k}_{dtype}"))
            vectors = in_vectors(k, dtype)
            code = vectors.code.replace("#include <cuda_fp16.h>", "")
            text.append(f"namespace of_{vectors.name} {{\n{code}\n{launcher(code, vectors.name)}\n}}")
    return built("\n".join(text), "-Wall", "-Werror")


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
    agree(graph, opt, inputs, expected)
    assert graph.written, "a rule that writes nothing"


def agree(graph, opt, inputs, expected):
    after = dict(zip(["w", *opt.states], expected))
    for name, got in zip(graph.arrays, inputs):
        if name in graph.written:
            scale = numpy.abs(after[name]).max(initial=0)
            numpy.testing.assert_allclose(got, after[name], rtol=0, atol=64 * numpy.finfo(got.dtype).eps * scale)


GUARD = 16


def guarded(a):
    """A copy of an array in the middle of a longer one, so that a write beyond its ends is seen; both."""
    whole = numpy.full(a.size + 2 * GUARD, 7, a.dtype)
    inside = whole[GUARD : a.size + GUARD]
    inside[...] = a
    return whole, inside


def launched(library, k, dtype, size):
    """A step of the kernel that works on vectors: what it left and what it should have."""
    opt = TABLE[k].make()
    arrays, scalars = example(opt, dtype, (53,))
    graph = trace(opt, scalars)
    arrays = [numpy.resize(a, size) for a in arrays]
    scalars |= {name: numpy.resize(scalars[name], size) for name in graph.extras}
    inputs = [*arrays, *(scalars[name] for name in graph.extras)]
    expected = as_written(opt, [a.astype("float64") for a in arrays], scalars)
    before = inputs[1].copy()
    source, parameters = in_vectors(k, dtype), graph.fold(opt, scalars)
    real = ctypes.c_double if dtype == "float64" else ctypes.c_float
    whole, inside = zip(*map(guarded, inputs))
    given = [ctypes.c_longlong(size), *(ctypes.c_void_p(a.ctypes.data) for a in inside), *map(real, parameters)]
    blocks = -(-size // (BLOCK * source.width))
    getattr(library, f"launch_{source.name}")(ctypes.c_uint(blocks), ctypes.c_uint(BLOCK), *given)
    for a in whole:
        assert (a[:GUARD] == 7).all()
        assert (a[size + GUARD :] == 7).all()
    assert inside[1].tobytes() == before.tobytes()
    return graph, opt, inside, expected


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", RULES)
def test_the_kernel_computes_the_rule_in_vectors_and_what_is_left_over(library, k, dtype):
    agree(*launched(library, k, dtype, 2 * 4 * BLOCK + 3))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 255, 1023, 1024, 1025, 2049])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["sgd", "adam", "sgld"])
def test_a_kernel_touches_each_element_once_and_none_beyond(library, name, dtype, size):
    agree(*launched(library, next(k for k, row in enumerate(TABLE) if row.name == name), dtype, size))


LAYOUTS = {
    "in order": lambda a: a,
    "one element further": lambda a: a.repeat(2)[1 : 1 + a.size],
    "every second": lambda a: a.repeat(2)[::2],
    "rows as columns": lambda a: a.reshape(6, 10).T.copy().T,
    "a number": lambda a: a[:1].reshape(()),
    "nothing": lambda a: a[:0],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["nag", "adam", "sgld"])
def test_memory_that_is_not_aligned_or_in_order_is_taken_one_element_a_thread(gpus, monkeypatch, name, dtype, layout):
    opt = next(row for row in TABLE if row.name == name).make()
    arrays, scalars = example(opt, dtype, (60,))
    graph = trace(opt, scalars)
    extras = {name: scalars[name] for name in graph.extras}
    ways = []
    monkeypatch.setattr(cuda, "one_by_one", lambda *args, real=cuda.one_by_one: ways.append(1) or real(*args))
    on_gpu = [LAYOUTS[layout](gpus.array(a)) for a in arrays]
    extra = {name: LAYOUTS[layout](gpus.array(a)) for name, a in extras.items()}
    as_floats = [numpy.asarray(a.get(), "float64") for a in on_gpu]
    expected = as_written(opt, as_floats, scalars | {name: a.get() for name, a in extra.items()})
    run(opt, on_gpu, scalars | extra)
    agree(graph, opt, [a.get() for a in [*on_gpu, *extra.values()]], expected)
    assert bool(ways) == (layout in ("one element further", "every second", "rows as columns"))


def test_a_number_on_the_device_is_read_for_every_element(gpus):
    opt = next(row for row in TABLE if row.name == "lars").make()
    arrays, scalars = example(opt, "float32", (37,))
    expected = as_written(opt, arrays, scalars)
    on_gpu = [gpus.array(a) for a in arrays]
    run(opt, on_gpu, scalars | {"trust": gpus.array(numpy.float32(scalars["trust"]))})
    numpy.testing.assert_allclose(on_gpu[0].get(), expected[0], rtol=1e-6)


def test_a_scalar_beyond_float32_is_infinite(gpus):
    opt = optimizer.SGD(learning_rate=0.5)
    w, g = gpus.array(numpy.ones(5, "float32")), gpus.array(numpy.full(5, 4, "float32"))
    run(opt, [w, g], {"lr": 0.5, "t": 1, "rescale_grad": 1.0, "clip_gradient": 1e300, "wd": 0.0})
    assert w.tolist() == [-1.0] * 5


@pytest.mark.parametrize("capability", [80, 90])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", RULES)
def test_nvidias_compiler_loads_vectors_and_keeps_all_in_registers(k, dtype, capability):
    """16 or 8 bytes of an array at once (halves beside floats are 8), once; nothing is spilled to memory."""
    source, graph = in_vectors(k, dtype), kernel(k, dtype)[1]
    text = assembled(source.code, capability)
    loads = re.findall(r"ld\.global\.(?:nc\.)?v\d\.\w\d+", text)
    stores = re.findall(r"st\.global\.v\d\.\w\d+", text)
    assert len(loads) == len(graph.arrays)
    assert len(stores) == len(graph.written)
    assert "ld.local" not in text


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


def moved_by_one(cupy, k, dtype, size):
    """A step on numbers at the start of a piece of memory, which are taken in vectors, and on the same further on."""
    opt, found = TABLE[k].make(), []
    arrays, scalars = example(opt, dtype, (53,))

    def sent(x):
        return cupy.asarray(numpy.resize(x, size)) if isinstance(x, numpy.ndarray) else x

    for start in (0, 1):
        whole = [cupy.asarray(numpy.full(size + 2, 7, a.dtype)) for a in arrays]
        inside = [a[start : start + size] for a in whole]
        for to, a in zip(inside, arrays):
            to[...] = sent(a)
        run(opt, inside, {name: sent(x) for name, x in scalars.items()})
        for a in whole:
            assert (a.get()[:start] == 7).all()
            assert (a.get()[start + size :] == 7).all()
        found.append([a.get() for a in inside])
    for a, b in zip(*found):
        numpy.testing.assert_allclose(a, b, rtol=0, atol=4 * numpy.finfo(a.dtype).eps * numpy.abs(b).max())


@pytest.mark.gpu
@pytest.mark.skipif(num_gpus() == 0, reason="no GPU")
@pytest.mark.parametrize("size", [1, 3, 4, 1023, 1025, 100_003])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", RULES)
def test_on_a_gpu_vectors_give_what_single_elements_give(k, dtype, size):
    import cupy

    moved_by_one(cupy, k, dtype, size)


@pytest.mark.parametrize("size", [1, 1025])
@pytest.mark.parametrize("dtype", DTYPES)
def test_vectors_give_what_single_elements_give(gpus, dtype, size):
    moved_by_one(gpus, next(k for k, row in enumerate(TABLE) if row.name == "sgld"), dtype, size)


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


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_truth_may_be_compared_with_a_number(dtype):
    graph = trace(Mixed())
    source = cuda_source(graph, [dtype] * len(graph.arrays))
    compiled(*source[:3], source.preamble)


def test_states_may_have_names_that_mean_something_in_c():
    class Own(optimizer.Optimizer):
        states = ("k", "size", "double", "start", "element")

        def rule(self, w, g, k, size, double, start, element, *, lr):
            return w - lr * (k + size), double + g, start - g, element * g, k * g, size - w

    source = vector_source(trace(Own()), ["float32"] * 7)
    text = [SHIM, ONE_THREAD, HALVES, source.code, launcher(source.code, source.name)]
    library = built("\n".join(text), "-Wall", "-Werror")
    arrays = [numpy.arange(1, 8, dtype="float32") + 10 * j for j in range(7)]
    expected = [a.copy() for a in arrays]
    given = [ctypes.c_longlong(7), *(ctypes.c_void_p(a.ctypes.data) for a in arrays), ctypes.c_float(0.5)]
    getattr(library, f"launch_{source.name}")(ctypes.c_uint(1), ctypes.c_uint(BLOCK), *given)
    w, g, k, size, double, start, element = expected
    after = [w - (k + size) / 2, g, double + g, start - g, element * g, k * g, size - w]
    numpy.testing.assert_array_equal(arrays, after)
