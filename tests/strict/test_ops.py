"""Every operation on a GPU other than CUDA's current one: a CPU's values and gradients, and no waiting."""

import math

import numpy
import pytest

from minigrad import autograd, cpu, gpu, np, ops
from minigrad.errors import DeviceError, MinigradError
from tests.ops.table import TABLE
from tests.ops.test_table import every, generator, some_shapes
from tests.strict.record import recording


def run(row, arrays, ctx):
    """The value, the gradients and the gradients of the gradients, as Tensors."""
    inputs = [np.array(a, ctx=ctx) for a in arrays]
    floating = [x for x in inputs if x.dtype.kind == "f"]
    if not row.smooth:
        return [row.f(*inputs)]
    for x in floating:
        x.attach_grad()
    with autograd.record():
        y = row.f(*inputs)
        slopes = autograd.grad(y, floating, create_graph=True)
        again = sum([(s * s).sum() for s in slopes[1:]], (slopes[0] * slopes[0]).sum())
    y.backward(retain_graph=True)
    first = [x.grad.copy() for x in floating]
    if again.node is not None:
        again.backward()
    return [y, *first, *slopes, *(x.grad for x in floating)]


@every(TABLE)
def test_an_operation_and_its_gradients_do_on_a_gpu_what_they_do_on_a_cpu(gpus, row):
    arrays = [numpy.asarray(a) for a in row.draw(generator(row), some_shapes(row))]
    arrays = [a.astype("float32") if a.dtype.kind == "f" else a for a in arrays]
    with numpy.errstate(all="ignore"):
        expected = run(row, arrays, cpu())
        with recording() as seen:
            found = run(row, arrays, gpu(1))
    assert not seen.waits
    for f, e in zip(found, expected, strict=True):
        assert f.ctx is gpu(1)
        assert type(f.data) is gpus.ndarray
        assert f.dtype == e.dtype
        numpy.testing.assert_allclose(f.asnumpy(), e.asnumpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["numpy", "list"])
def test_an_array_of_the_host_beside_one_of_a_gpu_is_named(gpus, name):
    x = np.ones(2, ctx=gpu(1))
    if name == "list":
        assert (x + [1, 2]).asnumpy().tolist() == [2, 3]
        return
    with pytest.raises(DeviceError, match=r"arrays on gpu\(1\) and on cpu\(0\)"):
        x + numpy.ones(2)


AS_ON_A_CPU = {  # where CuPy alone gives something else, or refuses
    "clip at NaN": lambda a: ops.clip(a([math.nan, 1.0, 3.0]), a(math.nan), a([2.0, math.nan, 2.0])),
    "clip from below": lambda a: ops.clip(a([1.0, -3.0]), 0),
    "clip without limits": lambda a: ops.clip(a([1.0, -3.0])),
    "clip of complex numbers": lambda a: ops.clip(a([1.0, -3.0]) * 1j, 0, 1),
    "many equations, one right side": lambda a: np.linalg.solve(a([[[2.0]], [[4.0]]]), a([[8.0]])),
    "one matrix, many right sides": lambda a: np.linalg.solve(a([[2.0]]), a([[[8.0]], [[6.0]]])),
    "a number over axis 0": lambda a: np.sum(a(2.0), 0) + np.mean(a(2.0), -1) + np.max(a(2.0), 0),
}


@pytest.mark.parametrize("what", AS_ON_A_CPU)
def test_a_gpu_gives_what_numpy_gives(gpus, what):
    here, there = (AS_ON_A_CPU[what](lambda x, ctx=ctx: np.array(x, ctx=ctx)) for ctx in (cpu(), gpu(1)))
    assert there.ctx is gpu(1)
    numpy.testing.assert_array_equal(there.asnumpy(), here.asnumpy())


def test_the_slope_of_a_remainder_counts_the_whole_divisors_on_a_gpu_too(gpus):
    divisor = np.array(0.1, dtype="float64", ctx=gpu(1))  # a little above 1/10
    divisor.attach_grad()
    with autograd.record():
        y = 1.0 % divisor
    y.backward()
    assert divisor.grad.item() == -9


REFUSED = {
    "an order of complex numbers": (TypeError, lambda a: np.searchsorted(a * 1j, a)),
    "text for bins": (TypeError, lambda a: np.histogram(a, "auto")),
    "a root of what has none": (numpy.linalg.LinAlgError, lambda a: np.linalg.cholesky(-np.outer(a, a))),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cupy_refuses_in_its_own_way_is_refused_in_a_sentence(gpus, what):
    kind, f = REFUSED[what]
    with pytest.raises(MinigradError) as caught:
        f(np.array([1.0, 2.0], ctx=gpu(1)))
    assert isinstance(caught.value, kind)


def test_a_gpu_is_not_asked_whether_a_matrix_is_singular(gpus):
    a = np.ones((2, 2), ctx=gpu(1))
    with recording() as seen:
        inverse = np.linalg.inv(a)
    assert not seen.waits
    assert not numpy.isfinite(inverse.asnumpy()).any()
