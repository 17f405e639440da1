"""Every operation on a GPU other than CUDA's current one: a CPU's values and gradients, and no waiting."""

import numpy
import pytest

from minigrad import autograd, cpu, gpu, np
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
    from minigrad.errors import DeviceError

    x = np.ones(2, ctx=gpu(1))
    if name == "list":
        assert (x + [1, 2]).asnumpy().tolist() == [2, 3]
        return
    with pytest.raises(DeviceError, match=r"arrays on gpu\(1\) and on cpu\(0\)"):
        x + numpy.ones(2)
