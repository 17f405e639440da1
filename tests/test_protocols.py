"""Plain NumPy functions on Tensors: recorded where there is a derivative, computed where none is lost, refused else."""

import numpy
import pytest

import minigrad
from minigrad import autograd, cpu, np
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError, KeywordError

A = numpy.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def leaf(values=A):
    x = np.array(values)
    x.attach_grad()
    return x


RECORDED = {
    "exp": lambda x: numpy.exp(x),
    "mean over an axis": lambda x: numpy.mean(x, axis=0),
    "sum": lambda x: numpy.sum(x, axis=1, keepdims=True),
    "max": lambda x: numpy.max(x),
    "amax": lambda x: numpy.amax(x, 0),
    "abs": lambda x: numpy.abs(x),
    "true_divide": lambda x: numpy.true_divide(1.0, x),
    "remainder": lambda x: numpy.remainder(x, 0.7),
    "clip": lambda x: numpy.clip(x, -0.5, 0.6),
    "where": lambda x: numpy.where(x > 0, x, 2 * x),
    "concatenate": lambda x: numpy.concatenate([x, A, 2 * x], axis=0),
    "stack": lambda x: numpy.stack([x, A]),
    "einsum": lambda x: numpy.einsum("ij,kj->ik", x, A),
    "tensordot": lambda x: numpy.tensordot(A, x, axes=((1,), (1,))),
    "matmul": lambda x: numpy.matmul(A.T, x),
    "dot": lambda x: numpy.dot(x, A.T),
    "linalg.norm": lambda x: numpy.linalg.norm(x),
    "linalg.det": lambda x: numpy.linalg.det(x @ A.T),
    "transpose": lambda x: numpy.transpose(x),
    "reshape": lambda x: numpy.reshape(x, (3, 2)),
    "squeeze": lambda x: numpy.squeeze(x[None]),
    "take": lambda x: numpy.take(x, [0, -1], axis=1),
    "sort": lambda x: numpy.sort(x, axis=1),
    "var": lambda x: numpy.var(x, axis=1, ddof=1),
    "std": lambda x: numpy.std(x),
    "cumsum": lambda x: numpy.cumsum(x, axis=1),
    "pad": lambda x: numpy.pad(x, 1),
    "hstack": lambda x: numpy.hstack([x, A]),
    "split": lambda x: numpy.split(x, 3, axis=1)[1],
    "diff": lambda x: numpy.diff(x),
    "outer": lambda x: numpy.outer(x, A),
    "median": lambda x: numpy.median(x),
    "a numpy array on the left": lambda x: A + A * x - A / (x * x + 1),
    "a numpy matrix on the left": lambda x: A.T @ x,
    "a numpy number on the left": lambda x: numpy.float64(2) * x ** numpy.float64(2),
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_numpy_function_gives_numpys_values_and_is_recorded(name):
    f, x = RECORDED[name], leaf()
    numpy.testing.assert_allclose(f(x).asnumpy(), f(A), rtol=1e-12)
    with autograd.record():
        y = f(x)
    assert type(y) is Tensor
    y.backward()
    h = 1e-6
    direction = numpy.random.default_rng(0).standard_normal(A.shape)
    expected = (f(A + h * direction).sum() - f(A - h * direction).sum()) / (2 * h)
    numpy.testing.assert_allclose((x.grad.asnumpy() * direction).sum(), expected, rtol=1e-6, atol=1e-8)


CONSTANT = {
    "argmax": lambda x: numpy.argmax(x, axis=1),
    "argsort": lambda x: numpy.argsort(x),
    "nonzero": lambda x: numpy.nonzero(x > 0)[1],
    "isclose": lambda x: numpy.isclose(x, A),
    "count_nonzero": lambda x: numpy.count_nonzero(x),
    "searchsorted": lambda x: numpy.searchsorted(A[0][:2] * 0, x),
    "isfinite": lambda x: numpy.isfinite(x),
    "greater": lambda x: numpy.greater(x, 0),
    "floor": lambda x: numpy.floor(x),
    "sign": lambda x: numpy.sign(x),
    "shape": lambda x: numpy.shape(x),
    "ndim": lambda x: numpy.ndim(x),
    "allclose": lambda x: numpy.allclose(x, A),
    "zeros_like": lambda x: numpy.zeros_like(x),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_what_has_no_gradient_to_lose_is_computed_while_recording(name):
    f, x = CONSTANT[name], leaf()
    with autograd.record():
        y = f(x)
    numpy.testing.assert_array_equal(numpy.asarray(y), f(A))
    assert getattr(y, "node", None) is None


def test_options_that_operations_lack_are_numpys_for_constants_and_named_where_a_gradient_would_be_lost():
    assert numpy.sum(np.array(A), initial=3.0).item() == A.sum() + 3
    with autograd.record(), pytest.raises(TypeError, match=r"sum\(\) has no argument 'initial'"):
        numpy.sum(leaf(), initial=3.0)
    with pytest.raises(TypeError, match=r"sum\(\) has no argument 'initial'"):
        np.sum(np.array(A), initial=3.0)
    assert type(numpy.add(np.array(A), A, dtype="float32")) is Tensor


def test_a_tensor_is_not_torn_apart_into_an_object_array():
    assert type(A * np.array(A)) is Tensor
    assert type(numpy.float32(2) + np.array(A)) is Tensor
    assert numpy.array(np.array(A)).dtype == "float64"
    assert minigrad.np.array([np.array(1.0), 2.0]).tolist() == [1, 2]


def test_results_are_tensors_and_plain_arrays_stay_plain():
    x = np.array(A[0])
    for y in (numpy.exp(x), numpy.argsort(x), numpy.heaviside(x, 0.5), numpy.linalg.eigvalsh(np.diag(x))):
        assert isinstance(y, Tensor)
    assert isinstance(numpy.exp(A), numpy.ndarray)
    assert all(isinstance(part, Tensor) for part in numpy.frexp(x))


def test_a_tensor_may_be_out_and_ufuncs_methods_work_on_constants():
    x, target = np.array(A), np.zeros(A.shape, dtype="float64")
    assert numpy.exp(x, out=target) is target
    numpy.testing.assert_allclose(target.asnumpy(), numpy.exp(A))
    numpy.testing.assert_allclose(numpy.add.reduce(x).asnumpy(), A.sum(0))
    assert numpy.negative(np.array([1, 2]), out=np.zeros((2, 2))).tolist() == [[-1, -2], [-1, -2]]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float64"])
@pytest.mark.parametrize("options", [{}, {"casting": "unsafe"}, {"casting": "safe"}, {"where": [True, False, True]}])
@pytest.mark.parametrize("f", [numpy.exp, numpy.cbrt, lambda x, out, **how: numpy.multiply(x, 2.5, out, **how)])
def test_out_takes_what_numpy_lets_an_array_of_its_dtype_take(f, dtype, options):
    x, plain = numpy.array([1, 2, 3], "float32"), numpy.array([1, 0, 1]).astype(dtype)
    target = np.array(plain)
    try:
        f(x, out=plain, **options)
    except TypeError:
        with pytest.raises((TypeError, ValueError)):
            f(np.array(x), out=target, **options)
    else:
        f(np.array(x), out=target, **options)
    numpy.testing.assert_allclose(target.asnumpy(), plain, rtol=1e-3)


@pytest.mark.parametrize(
    "write",
    [
        lambda x, w: numpy.copyto(dst=w, src=numpy.zeros(3)),
        lambda x, w: numpy.clip(x.detach(), 0, 2, w),
        lambda x, w: numpy.sum(x.detach()[None], 0, None, w),
        lambda x, w: np.from_dlpack(w).__iadd__(1),
    ],
)
def test_what_numpy_writes_to_counts_as_changed_however_it_is_named(write):
    x, w = np.array([1.0, 2.0, 3.0], ctx=cpu()), np.ones(3, ctx=cpu())
    x.attach_grad()
    with autograd.record():
        y = (x * w).sum()
    write(x, w)
    assert w.tolist() != [1, 1, 1]
    with pytest.raises(GraphError, match="changed in place"):
        y.backward()


def test_options_by_position_are_in_numpys_order():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert numpy.mean(x, 0, None, None, True).tolist() == [[2, 3]]
    assert numpy.max(x, 0, None, True).tolist() == [[3, 4]]
    assert numpy.prod(x, 0, "float64").tolist() == [3, 8]


def test_several_arrays_are_not_written_to_at_once():
    x = np.array([5.0, -3.0])
    with pytest.raises(KeywordError, match="numpy.divmod .* leave out `out`"):
        numpy.divmod(x, 2, out=(np.zeros(2), np.zeros(2)))
    assert [y.tolist() for y in numpy.divmod(x, 2)] == [[2, -2], [1, 1]]
