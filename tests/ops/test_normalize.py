"""Normalization against its definition in plain NumPy, and its gradients against differences."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ShapeError
from minigrad.ops.normalize import batch_norm, layer_norm, standardize, sum_of_products

rng = numpy.random.default_rng(6)


def by_definition(x, axis, eps):
    mean = x.mean(axis, keepdims=True)
    return (x - mean) / numpy.sqrt(((x - mean) ** 2).mean(axis, keepdims=True) + eps)


@pytest.mark.parametrize("axis", [-1, 0, (0, 2), (0, 2, 3)])
def test_standardized_values_have_mean_0_and_variance_1(axis):
    y = standardize(np.array(5 + 3 * rng.standard_normal((6, 5, 4, 7))), axis, 0.0).asnumpy()
    numpy.testing.assert_allclose(y.mean(axis), 0, atol=1e-12)
    numpy.testing.assert_allclose(y.var(axis), 1, rtol=1e-12)


@pytest.mark.parametrize("axis", [-1, (0, 2)])
def test_gradients_of_order_1_and_2_equal_differences(axis):
    x = np.array(rng.standard_normal((3, 2, 4)))
    u, v = rng.standard_normal(x.shape), rng.standard_normal(x.shape)

    def slope(raw):
        x = np.array(raw)
        x.attach_grad()
        with autograd.record():
            y = standardize(x, axis, 0.1)
        y.backward(np.array(u))
        return x.grad.asnumpy()

    def near(f, h=1e-6):  # along the direction v
        return (f(x.asnumpy() + h * v) - f(x.asnumpy() - h * v)) / (2 * h)

    numpy.testing.assert_allclose(
        (slope(x.asnumpy()) * v).sum(), near(lambda r: (by_definition(r, axis, 0.1) * u).sum()), rtol=1e-7
    )
    x.attach_grad()
    with autograd.record():
        first = autograd.grad(standardize(x, axis, 0.1), x, np.array(u), create_graph=True)
    first.backward(np.array(v))  # the Hessian is symmetric: its product with v is the slope of the gradient along v
    numpy.testing.assert_allclose(x.grad.asnumpy(), near(slope), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0), (3, 1, 0, 2)])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2, 3), (2, 0), [1, 3], ()])
def test_a_sum_of_products_is_that_of_the_products_in_any_layout(axis, order):
    shape = (64, 3, 8, 10)  # large enough to take the way without an array of products
    a, b = (numpy.float32(rng.standard_normal([shape[i] for i in order])).transpose(numpy.argsort(order)) for _ in "ab")
    axes = tuple(axis) if isinstance(axis, list) else axis
    for x, y in [(a, b), (a, a), (a, b[::-1]), (a[::-1], b[::-1]), (a[:, ::2], b[:, ::2]), (a, b.astype("float64"))]:
        for keepdims in (False, True):
            found = sum_of_products(x, y, axis, keepdims)
            expected = (x.astype("float64") * y).sum(axes, keepdims=keepdims)
            assert found.shape == expected.shape
            assert found.dtype == numpy.result_type(x, y)
            scale = numpy.abs(x * y).sum(axes, keepdims=keepdims)
            assert (abs(found.asnumpy() - expected) <= 1e-6 * scale + 1e-12).all()


def test_a_sum_of_products_needs_one_shape_and_adds_float16_in_float32():
    for a, b in [((2, 3), (3,)), ((2, 3), (1, 3)), ((3,), ())]:
        with pytest.raises(ShapeError, match="they must be the same"):
            sum_of_products(np.ones(a), np.ones(b), 0)
    a = np.array([300, 300, 1], dtype="float16")
    y = sum_of_products(a, np.array([300, -300, 2], dtype="float16"))
    assert (y.dtype, y.item()) == ("float16", 2)


def test_a_sum_of_a_million_products_keeps_its_digits():
    x = numpy.float32(rng.random((2**20 + 7, 2)))
    for a in (x, numpy.ascontiguousarray(x.T)):
        axis = 0 if len(a) > 2 else 1
        found = sum_of_products(np.array(a), np.array(a), axis).asnumpy()
        numpy.testing.assert_allclose(found, (a.astype("float64") ** 2).sum(axis), rtol=1e-6)


def test_layer_norm_scales_and_shifts_along_its_axis():
    x, gamma, beta = rng.standard_normal((4, 3, 5)), rng.standard_normal(3), rng.standard_normal(3)
    y = layer_norm(np.array(x), np.array(gamma), np.array(beta), axis=1, eps=1e-3)
    expected = by_definition(x, 1, 1e-3) * gamma[:, None] + beta[:, None]
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)


def test_batch_norm_uses_the_batch_in_training_and_the_running_statistics_afterwards():
    x, gamma, beta = 2 + rng.standard_normal((6, 3, 2, 2)), rng.standard_normal(3), rng.standard_normal(3)
    mean, var = np.zeros(3, dtype="float64"), np.ones(3, dtype="float64")
    arguments = np.array(x), np.array(gamma), np.array(beta), mean, var

    def wide(v):
        return v[:, None, None]

    y = batch_norm(*arguments, eps=1e-4, momentum=0.8)
    expected = by_definition(x, (0, 2, 3), 1e-4) * wide(gamma) + wide(beta)
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)
    numpy.testing.assert_allclose(mean.asnumpy(), 0.2 * x.mean((0, 2, 3)), rtol=1e-12)
    numpy.testing.assert_allclose(var.asnumpy(), 0.8 + 0.2 * x.var((0, 2, 3)), rtol=1e-12)
    m, v = mean.asnumpy(), var.asnumpy()
    y = batch_norm(*arguments, eps=1e-4, use_running=True)
    expected = (x - wide(m)) / numpy.sqrt(wide(v) + 1e-4) * wide(gamma) + wide(beta)
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)
    assert (mean.asnumpy() == m).all()


def test_batch_norm_may_be_recorded_and_its_gradient_by_a_constant_shift_is_zero():
    x, gamma, beta = (
        np.array(rng.standard_normal((8, 2))),
        np.array([1.5, -2.0], dtype="float64"),
        np.zeros(2, dtype="float64"),
    )
    for t in (x, gamma, beta):
        t.attach_grad()
    with autograd.record():
        y = batch_norm(x, gamma, beta, np.zeros(2, dtype="float64"), np.ones(2, dtype="float64"))
    y.backward(np.array(rng.standard_normal((8, 2))))
    numpy.testing.assert_allclose(x.grad.asnumpy().sum(0), 0, atol=1e-12)
    assert gamma.grad.asnumpy().any()
    assert beta.grad.asnumpy().any()


@pytest.mark.parametrize("use_running", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool", "int64"])
def test_batch_norm_of_whole_numbers_is_not_rounded_to_whole_numbers(dtype, use_running):
    x, gamma, beta = rng.integers(0, 9, (6, 2)).astype(dtype), numpy.array([0.5, 2.0]), numpy.array([0.25, -0.5])
    wide = x.astype("float64")
    expected = (wide / 1.25**0.5 if use_running else by_definition(wide, 0, 0.25)) * gamma + beta
    for scale in ("float32", "float64"):
        vectors = [np.array(v, dtype=scale) for v in (gamma, beta, [0, 0], [1, 1])]
        y = batch_norm(np.array(x, dtype=dtype), *vectors, eps=0.25, use_running=use_running)
        assert y.dtype == scale
        numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-5, atol=1e-6)


def test_scales_of_the_wrong_length_say_what_was_expected():
    with pytest.raises(ShapeError, match=r"3.*axis 1"):
        layer_norm(np.zeros((2, 3)), np.ones(4), np.zeros(4), axis=1)
