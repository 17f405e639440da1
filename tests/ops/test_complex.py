"""Complex numbers between an array with a gradient and a real loss: the right gradient, or a sentence."""

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.errors import DTypeError, GraphError
from minigrad.gradcheck import gradcheck

C = numpy.array([1 + 2j, 3 - 1j, 0.5j])
Z = numpy.array([[1 + 1j, 2 - 1j, 3], [0.5, 1j, 2 - 2j]])


def weights():
    return np.array(C)


REAL = {
    "a sum with a real path": lambda x: 3 * x + np.abs(x + 1j) ** 2,
    "real part": lambda x: np.real(x * weights()),
    "imaginary part": lambda x: np.imag(x * x * weights()),
    "phase": lambda x: np.abs(np.exp(1j * x) * x + weights()),
    "conjugate": lambda x: np.real(np.conj(x + weights()) * (x * weights())),
    "cast and product": lambda x: np.abs((x.astype("complex128") @ weights()) / (x + 1j)),
    "power and root": lambda x: np.abs((x * weights()) ** 2 + np.sqrt(x + weights())),
    "exponent": lambda x: np.real(1j**x * np.sin(weights() * x)),
    "where": lambda x: np.abs(np.where(x > 0, x * 1j, weights())),
    "cast back": lambda x: np.real(np.mean(x * weights())).astype("float64"),
    "einsum": lambda x: np.abs(np.einsum("i,j->ij", x, weights() * x)),
}


@pytest.mark.parametrize("name", REAL)
def test_gradients_through_complex_numbers_equal_differences(name):
    assert gradcheck(REAL[name], np.array([2.0, -0.5, 1.0], dtype="float64"), order=2)


def test_a_real_function_of_a_complex_number_is_not_halved():
    x = np.array([2.0])
    x.attach_grad()
    with autograd.record():
        y = (3 * x + np.abs(x + 1j) ** 2).sum()
    y.backward()
    assert x.grad.tolist() == pytest.approx([7])  # 3 + 2 x
    assert x.grad.dtype == "float32"


@pytest.mark.parametrize(
    "f",
    [
        lambda z: ops.maximum(z, 1.0),
        lambda z: ops.clip(z, 0, 1),
        lambda z: ops.var(z),
        lambda z: ops.std(z, 0),
        lambda z: ops.max(z),
        lambda z: ops.norm(z),
        lambda z: ops.cumsum(z),
        lambda z: ops.prod(z),
        lambda z: ops.relu(z),
    ],
)
def test_an_operation_without_a_complex_derivative_says_so(f):
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record(), pytest.raises(DTypeError, match=r"met complex.* on the way"):
        f(x * 1j)
    assert f((x * 1j).detach()) is not None  # a constant may go anywhere


def test_a_gradient_starts_from_a_real_number():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * 1j
    with pytest.raises(DTypeError, match=r"backward\(\) was called on complex"):
        y.backward()
    with pytest.raises(DTypeError, match=r"grad\(\) was called on complex"):
        autograd.grad(y, x)


def test_a_function_that_returns_complex_numbers_is_refused():
    class Turn(autograd.Function):
        def forward(self, x):
            return x * 1j

        def backward(self, dy):
            return dy

    x = np.array([1.0])
    x.attach_grad()
    with autograd.record(), pytest.raises(DTypeError, match="Turn"):
        Turn()(x)


def test_a_transform_of_numpys_is_refused():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record(), pytest.raises(GraphError, match="fft"):
        numpy.fft.fft(x)


def test_the_size_of_a_complex_number_has_its_precision():
    z = numpy.array([3 + 4j])
    assert ops.absolute(np.array(z)).dtype == "float64"
    assert ops.absolute(np.array(z.astype("complex64"))).dtype == "float32"


STATISTICS = {
    "var": lambda xp, z: xp.var(z, 1), "std": lambda xp, z: xp.std(z), "cov": lambda xp, z: xp.cov(z),
    "corrcoef": lambda xp, z: xp.corrcoef(z), "norm": lambda xp, z: xp.linalg.norm(z),
    "vdot": lambda xp, z: xp.vdot(z, 1j * z),
}  # fmt: skip


@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_of_complex_numbers_are_numpys(name):
    found = STATISTICS[name](np, np.array(Z)).asnumpy()
    numpy.testing.assert_allclose(found, STATISTICS[name](numpy, Z), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_single_number_has_a_gradient_through_the_imaginary_part(dtype):
    """NumPy's float64 is a float of Python's, and -1j times it a complex, which is no array."""
    x = np.array(3.0, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = np.imag((x + 2j) ** 2) * 5  # 20 x
    y.backward()
    assert x.grad.item() == 20
