"""Every way of running a rule on a CPU gives what its text gives, on arrays of every kind, and changes nothing else."""

import multiprocessing
import os
import re
import subprocess
import sys
import tracemalloc
from functools import cache

import numpy
import pytest
from as_written import Curved, as_written, drawn, example
from table import TABLE

from minigrad import optimizer
from minigrad.errors import ArgumentError
from minigrad.optimizer import Optimizer, graph, rule, threads
from minigrad.optimizer import run as running
from minigrad.optimizer.readings import numpy as numpy_reading
from minigrad.optimizer.run import reading, run

RULES = [pytest.param(row, id=str(row)) for row in TABLE]


def close(got, want, rounding):
    """Equal up to that many roundings of the largest element."""
    for a, b in zip(got, want, strict=True):
        assert a.dtype == b.dtype
        scale = numpy.abs(b[numpy.isfinite(b)]).max(initial=1e-300)
        numpy.testing.assert_allclose(a, b, rtol=0, atol=rounding * numpy.finfo(a.dtype).eps * scale)


def check(opt, arrays, scalars, rounding=0):
    g, expected = arrays[1].copy(), as_written(opt, arrays, scalars)
    run(opt, arrays, scalars)
    close([arrays[0], *arrays[2:]], expected, rounding)
    numpy.testing.assert_array_equal(arrays[1], g)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("row", RULES)
def test_numpy_blocks_give_the_very_bits_of_the_text(row, dtype):
    with reading("numpy"):
        check(row.make(), *example(row.make(), dtype))
        check(row.make(), *example(row.make(), dtype, rescale_grad=1.0, clip_gradient=None, wd=0.0))


def test_rules_drawn_at_random_give_the_very_bits_of_their_text():
    with reading("numpy"):
        for seed in range(200):
            opt = drawn(seed)
            check(opt, *example(opt))


def test_rules_drawn_at_random_compile_to_the_same_numbers():
    pytest.importorskip("numba")
    with reading("numba"):
        for seed in range(8):
            opt = drawn(seed, 30)
            check(opt, *example(opt), rounding=64)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["numpy", "numba"])
def test_functions_that_no_rule_of_minigrad_uses_run_too(name, dtype):
    if name == "numba":
        pytest.importorskip("numba")
    with reading(name):
        check(Curved(), *example(Curved(), dtype), rounding=8)


@pytest.mark.parametrize("name", ["numpy", "numba"])
def test_a_gradient_of_another_dtype_is_widened_before_anything_is_computed(name):
    if name == "numba":
        pytest.importorskip("numba")
    opt = optimizer.Adam()
    arrays, scalars = example(opt, "float32", rescale_grad=1.0, clip_gradient=None, wd=0.0)
    arrays[1] = (arrays[1] * 300).astype("float16")  # whose square is inf
    expected = as_written(opt, arrays, scalars)
    with reading(name):
        run(opt, arrays, scalars)
    assert numpy.isfinite(arrays[3]).all()
    close([arrays[0], *arrays[2:]], expected, 0)


@pytest.mark.parametrize("row", RULES)
def test_the_compiled_loop_gives_the_text_to_rounding(row):
    pytest.importorskip("numba")
    with reading("numba"):
        check(row.make(), *example(row.make(), "float32", (1000,)), rounding=64)


@pytest.mark.parametrize("name", ["adam", "ftrl", "signum"])
def test_the_compiled_loop_computes_in_the_dtype_of_the_arrays(name):
    pytest.importorskip("numba")
    with reading("numba"):
        check(optimizer.create(name), *example(optimizer.create(name), "float64", (1000,)), rounding=64)


@pytest.mark.parametrize("name", ["numpy", "numba"])
@pytest.mark.parametrize("change", ["clipped", "zero", "huge", "nan"])
def test_special_values_pass_through_a_loop_as_through_numpy(name, change):
    if name == "numba":
        pytest.importorskip("numba")
    opt = optimizer.Adamax()
    arrays, scalars = example(opt, "float32", (40,), clip_gradient=0.1 if change == "clipped" else None)
    arrays[1][::3] = {"clipped": 5.0, "zero": 0.0, "huge": numpy.inf, "nan": numpy.nan}[change]
    arrays[1][1::3] *= -1
    with reading(name), numpy.errstate(invalid="ignore"):
        check(opt, arrays, scalars, rounding=8)


def test_both_sides_of_where_are_computed_without_a_warning():
    opt = optimizer.Ftrl(beta=0.0)
    arrays, scalars = example(opt, "float32", wd=0.0)
    for a in arrays:
        a[...] = 0
    with reading("numpy"):
        run(opt, arrays, scalars)
    assert (arrays[0] == 0).all()


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,), (4, 5), (2, 3, 4)])
@pytest.mark.parametrize("name", ["adam", "nadam", "sgld", "dcasgd"])
def test_every_shape_works(name, shape):
    with reading("numpy"):
        check(optimizer.create(name), *example(optimizer.create(name), "float32", shape))


def test_layouts_that_are_not_contiguous_work():
    opt = optimizer.Adam()
    arrays, scalars = example(opt, "float32", (6, 8))
    w, g, mean, var = arrays
    strided = numpy.zeros((6, 16), "float32")[:, ::2]
    strided[...] = w
    check(opt, [strided, g.T.copy().T, numpy.asfortranarray(mean), var[::-1]], scalars)


def test_a_gradient_that_must_not_be_written_is_only_read():
    opt = optimizer.SGD()
    arrays, scalars = example(opt)
    arrays[1].flags.writeable = False
    check(opt, arrays, scalars)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_arrays_without_elements_are_left_as_they_are(dtype):
    check(optimizer.Adam(), *example(optimizer.Adam(), dtype, (0,)))


def test_blocks_and_threads_meet_without_a_seam(monkeypatch):
    monkeypatch.setattr(numpy_reading, "BLOCK", 4 * 1000)
    monkeypatch.setattr(running, "_graphs", {})
    monkeypatch.setitem(running.CPU, "numpy", (numpy_reading.step, 5000, 3))
    in_threads(monkeypatch, 3)
    for dtype in ("float32", "float64", "float16"):
        for size in (999, 1001, 4999, 5000, 10007):
            with reading("numpy"):
                check(optimizer.Ftrl(), *example(optimizer.Ftrl(), dtype, (size,)))


@pytest.mark.parametrize("part", [0, 1])
def test_an_error_in_a_thread_is_raised(monkeypatch, part):
    done = []

    def step(graph, arrays, parameters):
        if arrays[0].size == (512, 488)[part]:
            raise FloatingPointError
        done.append(arrays[0].size)

    monkeypatch.setitem(running.CPU, "numpy", (step, 100, 2))
    in_threads(monkeypatch, 2)
    opt = optimizer.SGD()
    with reading("numpy"), pytest.raises(FloatingPointError):
        run(opt, *example(opt, shape=(1000,)))
    assert done == [(488, 512)[part]]  # the other has finished


def in_threads(monkeypatch, cores):
    """As if the machine had so many cores, and all of them were always faster than one."""
    monkeypatch.setattr(threads, "cores", lambda: cores)
    monkeypatch.setattr(threads, "helpers", cache(threads.helpers.__wrapped__))
    monkeypatch.setattr(threads.Choice, "together", lambda self: True)


def test_the_faster_way_is_found_and_looked_for_again():
    choice, taken = threads.Choice(), []
    for step in range(200):
        together = choice.together()
        taken.append(together)
        quick = (1.0, 0.6)[together] if step < 100 else (1.0, 5.0)[together]
        choice.took(together, quick + (step == 0) * 100)  # the first step compiles
    assert taken[:6] == [False, True] * 3
    assert sum(taken[6:100]) == 94 - 3  # two cores are free, and every 32nd step looks whether that is still so
    assert not any(taken[103:127]) and sum(taken[103:]) == 3  # another process has one of them


def _step_in_child(done):
    opt = optimizer.SGD()
    arrays, scalars = example(opt, shape=(1_100_000,))
    with reading("numpy"):
        run(opt, arrays, scalars)
    done.put(bool(numpy.isfinite(arrays[0]).all()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_starts_its_own_threads(monkeypatch):
    monkeypatch.setattr(threads.Choice, "together", lambda self: True)
    opt = optimizer.SGD()
    with reading("numpy"):
        run(opt, *example(opt, shape=(1_100_000,)))
    context = multiprocessing.get_context("fork")
    done = context.Queue()
    child = context.Process(target=_step_in_child, args=(done,))
    child.start()
    assert done.get(timeout=20)
    child.join(20)


def test_a_step_needs_at_most_4_mib_beside_the_states():
    for opt in (optimizer.Adam(), optimizer.Ftrl(), optimizer.Nadam()):
        arrays, scalars = example(opt, "float32", (2_000_000,))
        with reading("numpy"):
            tracemalloc.start()
            try:
                run(opt, arrays, scalars)
                assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
            finally:
                tracemalloc.stop()


def test_states_may_trade_places():
    class Swap(Optimizer):
        states = ("a", "b", "c")

        def rule(self, w, g, a, b, c, *, lr):
            return a, b, w, 0.5

    check(Swap(), *example(Swap()))


def test_one_value_may_be_the_next_of_several():
    class Same(Optimizer):
        states = ("a", "b")

        def rule(self, w, g, a, b, *, lr):
            a = w - lr * g
            return a, a, a

    check(Same(), *example(Same()))


def test_an_unknown_reading_is_refused():
    with pytest.raises(ArgumentError, match="'fortran'; expected 'numpy', 'numba'"), reading("fortran"):
        pass


def test_without_numba_rules_run_with_numpy_and_say_so_when_asked_for_more(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.setattr(running, "_ways", {name: {} for name in running._ways})  # other tests may have stepped Adam
    running.fastest.cache_clear()
    try:
        check(optimizer.Adam(), *example(optimizer.Adam(), "float32"))
        assert running.way_of(optimizer.Adam()) == "numpy"
        with pytest.raises(ArgumentError, match=r"pip install -e '\.\[fast\]'"), reading("numba"):
            pass
    finally:
        running.fastest.cache_clear()


def test_numba_is_imported_by_the_first_step_not_by_minigrad():
    code = "import sys, minigrad; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def named(state):
    """A rule with one state of this name."""
    text = (
        "def rule(self, w, g, v, *, lr, t):\n    new = 0.9 * v + sqrt(abs(g)) + g**2\n"
        "    u = new * new + abs(v)\n    return w - lr * maximum(u, g) / (3 + sign(w)) + v * t, new"
    )
    scope = {"sqrt": rule.sqrt, "maximum": rule.maximum, "sign": rule.sign}
    exec(re.sub(r"\bv\b", state, text), scope)
    return type("Named", (Optimizer,), {"states": (state,), "rule": scope["rule"]})()


STATES = [
    "x9", "x12", "s5", "inverse5", "i", "real", "range", "w_", "w__", "w_own", "add", "multiply", "copyto", "absolute",
    "bool", "step", "_r0", "_rms", "_s6", "_mask0",
]  # fmt: skip


@pytest.mark.parametrize("way", ["numpy", "numba"])
@pytest.mark.parametrize("state", STATES)
def test_a_state_may_have_any_name(state, way):
    if way == "numba":
        pytest.importorskip("numba")
    arrays, scalars = example(named("v"), "float64")
    expected = [a.copy() for a in arrays]
    with reading("plain"):
        run(named("v"), expected, scalars)
    with reading(way):
        run(named(state), arrays, scalars)
    close(arrays, expected, rounding=8)


@pytest.mark.parametrize("way", ["numpy", "numba", "plain"])
def test_a_division_by_a_number_without_an_inverse_is_a_division(way):
    if way == "numba":
        pytest.importorskip("numba")

    class Tiny(Optimizer):
        def rule(self, w, g, *, lr):
            return w - g / lr

    w, g = numpy.ones(3, "float32"), numpy.array([0, 1e-40, -1e-3], "float32")
    with reading(way):
        run(Tiny(), [w, g], {**graph.PREPARATION, "lr": 1e-40, "t": 1})
    numpy.testing.assert_allclose(w, [1, 0, 1e37], rtol=1e-4)
