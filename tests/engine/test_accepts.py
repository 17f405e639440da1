"""What operations accept: dtypes, and arguments that are explained."""

import numpy
import pytest

from minigrad import autograd, nd, np, ops
from minigrad.errors import DTypeError, KeywordError

A = numpy.array([[1.0, -2.0, 3.5], [4.0, 0.5, -6.0]], dtype="float32")
B = numpy.array([0.5, 2.0, -1.0], dtype="float32")


# DTypes: Python numbers and whole numbers do not widen a float; alone they are float32


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(
    "other",
    [2, 2.5, True, numpy.float64(2), numpy.float32(2), numpy.int64(2), [1, 2, 3], [0.5, 2.0, 3.0]]
    + [np.array([1, 2, 3], dtype=d) for d in ("int8", "int16", "int32", "int64", "uint8", "bool")],
    ids=repr,
)
def test_a_float_keeps_its_dtype_beside_numbers_and_whole_numbers(dtype, other):
    x = np.array([1.0, 2.0, 3.0], dtype=dtype)
    x.attach_grad()
    for f in (ops.add, ops.multiply, ops.divide, ops.power, ops.maximum):
        assert f(x, other).dtype == f(other, x).dtype == dtype
    with autograd.record():
        y = x * other + other
        slope = autograd.grad(y, x, create_graph=True)
    y.backward()
    assert y.dtype == slope.dtype == x.grad.dtype == dtype
    numpy.testing.assert_allclose(x.grad.asnumpy(), numpy.broadcast_to(numpy.asarray(other, "float64"), 3))


def test_two_floats_give_the_wider():
    for a, b, wider in (("float16", "float32", "float32"), ("float32", "float64", "float64")):
        x, y = np.ones(2, dtype=a), np.ones(2, dtype=b)
        x.attach_grad()
        y.attach_grad()
        with autograd.record():
            z = x * y
        z.backward()
        assert z.dtype == wider
        assert (x.grad.dtype, y.grad.dtype) == (a, b)
        assert (x * numpy.ones(2, b)).dtype == wider


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "bool"])
def test_whole_numbers_alone_give_float32_where_the_result_is_not_whole(dtype):
    x = np.array([1, 1], dtype=dtype)
    for f in (ops.exp, ops.sqrt, ops.mean, ops.sin, ops.tanh):
        assert f(x).dtype == "float32"
    with numpy.errstate(all="ignore"):
        for f in () if dtype == "bool" else (ops.softmax, ops.sigmoid, ops.std, ops.exp):
            numpy.testing.assert_allclose(f(9 * x).asnumpy(), f(9 * x.astype("float32")).asnumpy(), rtol=1e-6)
    assert (x / 2).dtype == (x / x).dtype == (x * 0.5).dtype == "float32"
    assert ops.exp(1).dtype == ops.exp([1, 2]).dtype == ops.where(x, 1.0, 0.0).dtype == "float32"
    if dtype != "bool":
        assert (x + x).dtype == (x * 2).dtype == dtype
    assert x.sum().dtype.kind in "iu"


def test_a_named_dtype_is_taken():
    x = np.ones((2, 2))
    assert x.sum(dtype="float64").dtype == x.mean(dtype="float64").dtype == x.astype("float64").dtype == "float64"
    assert ops.one_hot([0, 1], 2, dtype="float64").dtype == "float64"
    assert ops.cumsum(x, dtype="float16").dtype == "float16"


def test_arguments_are_explained():
    x = np.ones(2)
    with pytest.raises(KeywordError, match=r"sum\(\) has no argument 'axes'; it takes x, axis, dtype, keepdims"):
        ops.sum(x, axes=0)
    with pytest.raises(KeywordError, match=r"exp\(\) takes 1 arguments \(x\) but got 2"):
        ops.exp(x, x)
    with pytest.raises(TypeError, match=r"multiply\(\) needs the argument 'b'"):
        ops.multiply(x)


@pytest.mark.parametrize(
    ("f", "sentence"),
    [
        (lambda: np.ones((2, 3)) + np.ones((4, 3)), r"add\(\) cannot combine shapes \(2, 3\) and \(4, 3\)"),
        (lambda: np.ones((2, 3)) @ np.ones((2, 3)), r"matmul\(\) cannot combine shapes \(2, 3\) and \(2, 3\)"),
        (lambda: np.ones((2, 3)).sum(2), r"sum\(\) cannot take \(2, 3\): axis 2 is out of bounds"),
        (lambda: np.ones((2, 3)).reshape(4, -1), r"reshape\(\) cannot take \(2, 3\)"),
        (lambda: ops.linear(np.ones((2, 3)), np.ones((4, 5))), r"width 3 \(shape \(2, 3\)\) for a weight .*\(4, 5\)"),
        (lambda: np.concatenate([np.ones((2, 3)), np.ones((2, 4))]), r"concatenate\(\) cannot .*\(2, 3\).*\(2, 4\)"),
        (lambda: ops.tensordot(np.ones((2, 3)), np.ones((2, 3)), 1), r"axis 1 of \(2, 3\) with axis 0 of \(2, 3\)"),
        (lambda: ops.softmax_cross_entropy(np.ones((2, 3)), [0, 1, 2]), r"labels must have shape"),
        (lambda: ops.softmax_cross_entropy(np.ones((1, 3)), [3]), r"A label is 3 but the scores have 3 classes"),
        (lambda: ops.softmax_cross_entropy(np.ones((1, 3)), [0.5]), r"A label is 0.5 .* whole numbers from 0 to 2"),
        (lambda: ops.embedding(np.ones((4, 2)), [4]), r"indices go from 4 to 4 but the table has rows 0 to 3"),
        (lambda: ops.einsum("ii->i", np.ones((2, 3))), r"axes 0 and 1, but their lengths are 2 and 3"),
        (lambda: ops.einsum("ij,jk", np.ones((2, 2))), r"names 2 operands but got 1"),
        (lambda: ops.norm(np.ones((2, 2)), 3), r"ord=3"),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_named(f, sentence):
    with pytest.raises(ValueError, match=sentence):
        f()


def test_values_in_a_list_must_be_constants_while_recording():
    x = np.array([1.0])
    x.attach_grad()
    assert np.array([x, x]).shape == (2, 1)
    with pytest.raises(ValueError, match="all rows have the same length"):
        np.array([[1.0, 2.0], [3.0]])
    with autograd.record():
        y = x * 2
        with pytest.raises(RuntimeError, match=r"np\.stack"):
            ops.add(x, [y, y])
        with pytest.raises(RuntimeError, match=r"np\.stack"):
            np.array([y, y])


def test_an_array_of_an_array_is_a_recorded_copy():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = np.array(x) * np.array(x, dtype="float64") * np.asarray(x)
    y.backward()
    assert x.grad.tolist() == [3, 12]


def test_numbers_behind_a_mask_are_not_used():
    """NumPy's asarray uses them silently."""
    hidden = numpy.ma.array([1.0, 99.0, 3.0], mask=[False, True, False])
    for take in (np.array, np.mean, nd.array, lambda m: np.ones(3) + m):
        with pytest.raises(DTypeError, match="a mask; fill it first"):
            take(hidden)
    assert np.array(hidden.filled(0.0)).tolist() == [1, 0, 3]
    assert np.array(numpy.ma.array([1.0, 2.0])).tolist() == [1, 2]


def test_large_whole_numbers_in_a_list_do_not_become_floats():
    assert np.array([2**64 - 1, 2**53 + 1], dtype="uint64").tolist() == [2**64 - 1, 2**53 + 1]
    assert np.array([[2**62 + 1, 1.0]], dtype="int64").tolist() == [[2**62 + 1, 1]]
