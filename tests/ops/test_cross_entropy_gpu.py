"""The kernel of softmax cross-entropy gives the numbers of the plain formula, whichever lanes share a row."""

import ctypes

import numpy
import pytest

from minigrad import autograd, gpu, np, ops
from minigrad.ops.cross_entropy_gpu import BLOCK, KERNEL, LANES, TYPES
from tests.strict.kernel import SHIM, built, launcher
from tests.strict.nvidia import assembled
from tests.strict.record import recording

KINDS = [(real, label) for real in ("float32", "float64") for label in ("int32", "int64")]
GUARD = 16

WARPS = """
#include <barrier>
#include <thread>
#include <vector>
static thread_local struct { unsigned x; } blockIdx, threadIdx;
static std::barrier<> *together[8];
static double slots[8][32];
template <typename T> T __shfl_xor_sync(unsigned, T x, int apart) {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    slots[warp][lane] = x;
    together[warp]->arrive_and_wait();
    T other = (T)slots[warp][lane ^ apart];
    together[warp]->arrive_and_wait();
    return other;
}
"""
"""Lanes that exchange numbers, each of them a thread of the host."""


def at_once(code):
    """A C function that runs the blocks one after the other, and the threads of each block at once."""
    text = launcher(code, "cross_entropy")
    head, given = text[: text.index("{")], text[text.rindex("cross_entropy(") : text.rindex(";")]
    return f"""{head} {{
        for (unsigned b = 0; b < blocks; b++) {{
            std::vector<std::thread> running;
            for (unsigned w = 0; w < threads / 32; w++) together[w] = new std::barrier<>(32);
            for (unsigned t = 0; t < threads; t++)
                running.emplace_back([=] {{ blockIdx.x = b; threadIdx.x = t; {given}; }});
            for (auto &one : running) one.join();
        }}
    }}"""


def plain(scores, labels):
    """The losses, and the gradient of their sum, in float64."""
    x = scores.astype("float64")
    with numpy.errstate(all="ignore"):
        e = numpy.exp(x - x.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        rows, columns = numpy.arange(len(x)), numpy.clip(labels, 0, x.shape[1] - 1)
        loss = numpy.log(e.sum(axis=1)) - (x[rows, columns] - x.max(axis=1))
    p[rows, columns] -= 1
    return loss, p


def kernel(real, label):
    return KERNEL.replace("REAL", TYPES[real]).replace("LABEL", TYPES[label])


@pytest.mark.parametrize("shape", [(1, 1), (3, 10), (9, 31), (8, 32), (5, 33), (2, 1000)])
@pytest.mark.parametrize(("real", "label"), KINDS[1:3])
def test_all_lanes_of_a_warp_find_the_loss_and_its_gradient_together(real, label, shape):
    code = kernel(real, label)
    library = built("\n".join([WARPS, SHIM, code, at_once(code)]), "-w", "-std=c++20", "-pthread")
    rng = numpy.random.default_rng(shape[1])
    scores, labels = rng.normal(0, 3, shape).astype(real), rng.integers(-1, shape[1] + 1, shape[0]).astype(label)
    rows, classes = shape
    loss, slope = (numpy.full(n + GUARD, 7, real) for n in (rows, rows * classes))
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in (scores, labels, loss, slope)]
    sizes = ctypes.c_longlong(rows), ctypes.c_longlong(classes)
    blocks = -(-rows * LANES // BLOCK)
    library.launch_cross_entropy(ctypes.c_uint(blocks), ctypes.c_uint(BLOCK), *sizes, *pointers)
    assert (loss[rows:] == 7).all()
    assert (slope[rows * classes :] == 7).all()
    expected = plain(scores, labels)
    rtol = 4e-6 if real == "float32" else 1e-14
    numpy.testing.assert_allclose(loss[:rows], expected[0], rtol=rtol, atol=rtol)
    numpy.testing.assert_allclose(slope[: rows * classes].reshape(shape), expected[1], rtol=rtol, atol=rtol)


@pytest.mark.parametrize("capability", [80, 90])
@pytest.mark.parametrize(("real", "label"), KINDS)
def test_nvidias_compiler_keeps_all_in_registers(real, label, capability):
    assert "shfl.sync.bfly" in assembled(kernel(real, label), capability)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
@pytest.mark.parametrize("labels", ["int32", "int64", "uint8", "float32"])
def test_on_the_device_one_kernel_gives_the_loss_and_its_gradient(gpus, dtype, labels):
    rng = numpy.random.default_rng(0)
    scores, classes = rng.normal(0, 3, (4, 5, 6)).astype(dtype), rng.integers(0, 6, (4, 5))
    expected = plain(scores.reshape(-1, 6), classes.ravel())
    x, y = np.array(scores, ctx=gpu(1), dtype=dtype), np.array(classes, ctx=gpu(1), dtype=labels)
    rtol = {"float16": 1e-3, "float64": 1e-13}.get(dtype, 4e-6)
    if dtype != "int32":
        x.attach_grad()
    with recording() as seen, autograd.record():
        loss = ops.softmax_cross_entropy(x, y)
    assert seen.kernels == ["cross_entropy"]
    assert not seen.waits
    numpy.testing.assert_allclose(loss.asnumpy().ravel(), expected[0], rtol=rtol, atol=rtol)
    assert loss.dtype == ("float32" if dtype == "int32" else dtype)
    if dtype != "int32":
        loss.backward()
        numpy.testing.assert_allclose(x.grad.asnumpy().reshape(-1, 6), expected[1], rtol=rtol, atol=rtol)


def test_a_label_outside_the_classes_is_clipped_also_when_the_gradient_is_recorded(gpus):
    x = np.array([[1.0, 2.0, 4.0], [0.5, 0.0, 1.0]], ctx=gpu(0), dtype="float64")
    slopes = []
    for labels in ([7, -3], [2, 0]):
        x.attach_grad()
        with autograd.record():
            loss = ops.softmax_cross_entropy(x, np.array(labels, ctx=gpu(0), dtype="int64"))
            slope = autograd.grad(loss, x, create_graph=True)
        slopes.append(slope.asnumpy())
        loss.backward()
        slopes.append(x.grad.asnumpy())
    for slope in slopes[1:]:
        numpy.testing.assert_allclose(slope, slopes[0], rtol=1e-12)


@pytest.mark.parametrize(
    "row", [[numpy.nan, 1, 2], [1, numpy.nan, 2], [1, 2, numpy.inf], [-numpy.inf] * 3, [-numpy.inf, 1, 2]], ids=str
)
def test_what_is_not_finite_gives_what_the_formula_gives(gpus, row):
    scores, labels = numpy.array([row, [0, 1, 2]], "float32"), numpy.array([1, 2])
    with gpu(0):
        x = np.array(scores)
        x.attach_grad()
        with autograd.record():
            loss = ops.softmax_cross_entropy(x, np.array(labels, dtype="int64"))
        loss.backward()
    expected = plain(scores, labels)
    numpy.testing.assert_allclose(loss.asnumpy(), expected[0], rtol=1e-6)
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected[1], rtol=1e-6, atol=1e-7)


def test_no_classes_are_refused_and_no_rows_are_not(gpus):
    with gpu(0):
        assert ops.softmax_cross_entropy(np.zeros((0, 3)), np.zeros(0)).shape == (0,)
        with pytest.raises(ValueError, match=r"cannot combine shapes \(0, 0\)"):
            ops.softmax_cross_entropy(np.zeros((0, 0)), np.zeros(0))
