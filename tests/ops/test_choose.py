"""Clip, maximum, minimum and their kin: at ties, at crossed limits and at NaN the gradient goes where it is said."""

import math

import numpy
import pytest

from minigrad import autograd, np, npx, ops
from minigrad.gluon import nn
from minigrad.npx.activations import BY_NAME

nan = math.nan


def slopes(f, *values):
    xs = [np.array(v, dtype="float64") for v in values]
    for x in xs:
        x.attach_grad()
    with autograd.record():
        y = f(*xs)
    y.backward()
    return y.tolist(), [x.grad.tolist() for x in xs]


def test_where_the_lower_limit_exceeds_the_upper_one_only_the_upper_one_has_a_slope():
    y, found = slopes(ops.clip, [0.0, 1.0, 1.5, 2.0, 3.0], 2.0, 1.0)
    assert y == [1] * 5
    assert found == [[0] * 5, 0, 5]
    y, found = slopes(ops.clip, [0.0, 0.0, 5.0, 2.5], [1.0, 3.0, 1.0, 1.0], [2.0, 2.0, 2.0, 3.0])
    assert y == [1, 2, 2, 2.5]
    assert found == [[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 1, 0]]


def test_clip_equals_the_minimum_of_a_maximum_where_nothing_is_equal():
    rng = numpy.random.default_rng(3)
    values = rng.standard_normal((3, 200))
    expected = slopes(lambda x, low, high: ops.minimum(ops.maximum(x, low), high), *values)
    assert slopes(ops.clip, *values) == expected
    assert slopes(lambda x, low: ops.clip(x, low), *values[:2]) == slopes(ops.maximum, *values[:2])
    assert slopes(lambda x, high: ops.clip(x, None, high), *values[:2]) == slopes(ops.minimum, *values[:2])


def test_at_a_limit_the_value_has_the_slope():
    assert slopes(ops.clip, [1.0, 2.0], 1.0, 2.0)[1] == [[1, 1], 0, 0]


def test_the_gradient_of_clip_goes_to_the_nan():
    y, found = slopes(ops.clip, [nan, 1.0, 1.0, 1.0], [0.0, nan, 0.0, 0.0], [2.0, 2.0, nan, 2.0])
    assert numpy.isnan(y).tolist() == [True, True, True, False]
    assert found == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize("f", [ops.maximum, ops.minimum])
def test_the_gradient_of_a_maximum_goes_to_the_nan(f):
    y, found = slopes(f, [nan, 1.0, nan], [1.0, nan, nan])
    assert numpy.isnan(y).all()
    assert found == [[1, 0, 1], [0, 1, 1]]


@pytest.mark.parametrize("f", [ops.max, ops.min])
def test_the_gradient_of_the_largest_value_goes_to_the_nan(f):
    y, (found,) = slopes(lambda x: f(x, 1), [[nan, 1.0, 2.0], [nan, 0.0, nan], [3.0, 3.0, 3.0]])
    assert numpy.isnan(y).tolist() == [True, True, False]
    assert found == [[1, 0, 0], [0.5, 0, 0.5], [1 / 3] * 3]


@pytest.mark.parametrize("name", BY_NAME)
def test_no_activation_hides_a_nan(name):
    y, (found,) = slopes(BY_NAME[name], [nan, 1.0, -1.0])
    assert numpy.isnan(y).tolist() == [True, False, False]
    assert found[0] != 0


@pytest.mark.parametrize("hybrid", [False, True])
def test_no_layer_hides_a_nan_replayed_or_not(hybrid):
    for layer in (nn.Activation("relu"), nn.LeakyReLU(0.0), nn.PReLU(), nn.Dense(3, activation="relu", in_units=3)):
        layer.initialize()
        layer.hybridize(hybrid)
        for _ in range(3):
            x = np.array([[nan, 1.0, -1.0]])
            x.attach_grad()
            with autograd.record():
                y = layer(x)
            y.backward()
            assert numpy.isnan(y.asnumpy()).any()
            assert x.grad[0, 0].item() != 0


def test_nan_is_the_largest_of_the_k_largest_and_equal_values_keep_their_order():
    values, places = npx.topk(np.array([1, nan, 3]), k=2, ret_typ="both")
    assert places.tolist() == [1, 2]
    assert numpy.isnan(values[0].item())
    assert npx.topk(np.array([3, 1, 3, 2]), k=3).tolist() == [0, 2, 3]
    assert npx.topk(np.array([3, 1, 3, 1]), k=3, is_ascend=True).tolist() == [1, 3, 0]
    assert npx.topk(np.array([0, 200, 7], dtype="uint8"), k=1, ret_typ="value").tolist() == [200]


def test_a_number_beside_float64_keeps_its_digits_and_two_numbers_do_not_widen_float32():
    holds = np.array([True, False])
    w = np.array([1.0, 2.0], dtype="float64")
    for chosen in (
        np.where(holds, 1.2, w), np.where(holds, 1.2 * w, w), np.where(holds, np.array(1.2, dtype="float64"), 1),
        np.where(np.array([1.0, 0.0], dtype="float64"), 1.2, 1),
    ):  # fmt: skip
        assert chosen.dtype == "float64" and chosen.tolist()[0] == 1.2
    alone = np.where(holds, 1.2, 1)
    assert alone.dtype == np.array(1.2).dtype == (w.astype("float32") * alone).dtype == "float32"


def test_an_array_of_numpy_without_axes_keeps_its_digits_too():
    chosen = np.where(np.array([True, False]), numpy.array(1.2), 1)
    assert chosen.dtype == "float64" and chosen.tolist() == [1.2, 1]
