"""Plain NumPy functions on Tensors: recorded where there is a derivative, refused where one would be lost."""

import numpy
import pytest

from minigrad import autograd, gpu, np
from minigrad.errors import DeviceError, GraphError
from minigrad.tensor import Tensor

V = numpy.array([0.5, 1.5, -2.0])


def slope(f):
    x = np.array(V)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    return x.grad.asnumpy()


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (numpy.exp, numpy.exp(V)),
        (lambda x: numpy.add(V, x) * V, V),
        (lambda x: V * x, V),
        (lambda x: numpy.float64(3) - x, -numpy.ones(3)),
        (lambda x: numpy.true_divide(x, 4), numpy.full(3, 0.25)),
        (lambda x: numpy.abs(x), numpy.sign(V)),
        (numpy.sum, numpy.ones(3)),
        (lambda x: numpy.amax(x), [0, 1, 0]),
        (lambda x: numpy.concatenate([x, V, x])[3:], numpy.ones(3)),
        (lambda x: numpy.linalg.norm(x), V / numpy.linalg.norm(V)),
        (lambda x: numpy.median(x), [1, 0, 0]),
        (lambda x: numpy.dot(V, x), V),
    ],
)
def test_numpys_functions_are_recorded_on_either_side(f, expected):
    numpy.testing.assert_allclose(slope(f), expected, rtol=1e-12)


def test_results_are_tensors_and_plain_arrays_stay_plain():
    x = np.array(V)
    for y in (
        numpy.exp(x),
        V + x,
        x + V,
        numpy.mean(x),
        numpy.argsort(x),
        numpy.heaviside(x, 0.5),
        numpy.linalg.eigvalsh(np.diag(x)),
    ):
        assert isinstance(y, Tensor)
    assert isinstance(numpy.exp(V), numpy.ndarray)
    assert all(isinstance(part, Tensor) for part in numpy.frexp(x))
    assert numpy.shape(x) == (3,)


def test_out_may_be_a_tensor_and_a_ufuncs_methods_work_on_constants():
    x, target = np.array(V), np.zeros(3, dtype="float64")
    assert numpy.exp(x, out=target) is target
    numpy.testing.assert_allclose(target.asnumpy(), numpy.exp(V))
    numpy.testing.assert_allclose(numpy.add.reduce(x).item(), V.sum())


@pytest.mark.parametrize("f", [lambda x: numpy.heaviside(x, 0.5), numpy.unwrap, lambda x: numpy.linalg.svd(np.diag(x))])
def test_what_has_no_derivative_is_refused_by_name_while_recording(f):
    with pytest.raises(GraphError, match=r"numpy\.(heaviside|unwrap|linalg\.svd) has no derivative.*detach"):
        slope(f)
    f(np.array(V))


def test_what_cupy_lacks_is_sent_to_the_cpu(gpus):
    with pytest.raises(DeviceError, match=r"CuPy has no spacing.*as_in_ctx\(cpu"):
        numpy.spacing(np.ones(2, ctx=gpu(0)))
