"""Pooling against loops over every window, and its gradients against differences."""

import itertools
import math

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError
from minigrad.ops import pooling
from tests.ops.differences import differences

rng = numpy.random.default_rng(5)


def pooling_by_loops(x, kernel, kind, stride, padding, round_up, count_padding):
    """Each window is cut at the padding's edge; a mean divides by what is left of it, or by what of it is inside x."""
    space = x.shape[2:]
    count = numpy.ceil if round_up else numpy.floor
    places = [int(count((m + 2 * p - k) / s)) + 1 for m, k, s, p in zip(space, kernel, stride, padding)]
    places = [n - ((n - 1) * s - p >= m) for n, m, s, p in zip(places, space, stride, padding)]  # it would see nothing
    y = numpy.zeros((*x.shape[:2], *places))
    for place in itertools.product(*map(range, places)):
        start = [a * s - p for a, s, p in zip(place, stride, padding)]
        stop = [min(a + k, m + p) for a, k, m, p in zip(start, kernel, space, padding)]
        inside = [slice(max(a, 0), max(0, min(b, m))) for a, b, m in zip(start, stop, space)]
        seen = x[:, :, *inside].reshape(*x.shape[:2], -1)
        size = numpy.prod([b - a for a, b in zip(start, stop)]) if count_padding else seen.shape[-1]
        y[:, :, *place] = seen.max(-1) if kind == "max" else seen.sum(-1) / (size if kind == "avg" else 1)
    return y


POOLINGS = {
    "1-d": ((2, 3, 7), (3,), (2,), (1,), False),
    "2 x 2": ((2, 3, 4, 6), (2, 2), (2, 2), (0, 0), False),
    "overlapping, padded": ((2, 2, 7, 6), (3, 3), (2, 2), (1, 1), False),
    "rounded up": ((1, 2, 6, 7), (3, 2), (2, 2), (0, 0), True),
    "rounded up, padded": ((1, 2, 6, 8), (3, 3), (2, 2), (1, 1), True),
    "rounded up to nothing": ((1, 2, 9, 7), (2, 2), (3, 2), (0, 1), True),
    "strides beyond the kernel": ((1, 2, 7, 7), (2, 2), (3, 3), (0, 0), False),
}


@pytest.mark.parametrize("kind", ["max", "avg", "avg inside", "sum"])
@pytest.mark.parametrize("name", POOLINGS)
def test_pooling_equals_a_loop_over_windows_and_its_gradient_equals_differences(name, kind):
    shape, kernel, stride, padding, round_up = POOLINGS[name]
    options = (kernel, kind[:3], stride, padding, round_up, kind != "avg inside")
    raw = rng.permutation(numpy.arange(1.0, 1 + numpy.prod(shape))).reshape(shape)  # no ties
    x = np.array(raw)
    x.attach_grad()
    with autograd.record():
        y = pooling(x, *options)
    numpy.testing.assert_allclose(y.asnumpy(), pooling_by_loops(raw, *options), rtol=1e-12)
    g = rng.standard_normal(y.shape)
    y.backward(np.array(g))
    slope = differences(lambda: pooling_by_loops(raw, *options), raw, g, 1e-3)
    numpy.testing.assert_allclose(x.grad.asnumpy(), slope, rtol=1e-6, atol=1e-6)


def test_of_equal_largest_values_the_first_has_the_whole_gradient():
    x = np.ones((1, 1, 2, 4))
    x.attach_grad()
    with autograd.record():
        y = pooling(x, 2)
    y.backward()
    assert x.grad.tolist() == [[[[1, 0, 1, 0], [0, 0, 0, 0]]]]


def test_the_second_derivative_of_max_pooling_is_that_of_the_winners():
    x = np.array([[[1.0, 3.0, 2.0, -4.0]]])
    x.attach_grad()
    with autograd.record():
        first = autograd.grad((pooling(x, 2) ** 3).sum(), x, create_graph=True)
    first.backward()
    assert first.tolist() == [[[0, 27, 12, 0]]]
    assert x.grad.tolist() == [[[0, 18, 12, 0]]]


def test_an_unknown_kind_of_pooling_names_the_known_ones():
    with pytest.raises(ArgumentError, match="'max', 'avg' or 'sum'"):
        pooling(np.zeros((1, 1, 2, 2)), 2, "median")


def test_a_window_with_a_nan_is_nan_and_gives_its_gradient_to_the_first():
    x = np.array([[[math.nan, 1, 2, 3, 4, math.nan, math.nan, 0]]], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = pooling(x, 2)
    y.backward()
    assert numpy.isnan(y.asnumpy()).tolist() == [[[True, False, True, True]]]
    assert x.grad.tolist() == [[[1, 0, 0, 1, 0, 1, 1, 0]]]


@pytest.mark.parametrize("kind", ["max", "avg", "sum"])
def test_padding_as_wide_as_the_kernel_is_refused_for_windows_would_see_nothing(kind):
    with pytest.raises(ArgumentError, match="smaller than its kernel"):
        pooling(np.ones((1, 1, 4)), 2, kind, padding=2)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "bool"])
def test_the_mean_of_whole_numbers_does_not_wrap_around(dtype):
    largest = 1 if dtype == "bool" else numpy.iinfo(dtype).max
    x = np.array([[[largest] * 4]], dtype=dtype)
    assert pooling(x, 2, "avg").tolist() == [[[largest] * 2]]
    assert pooling(x, 2, "avg").dtype == "float32"
    assert pooling(x, 2, "sum").tolist() == [[[2 * largest] * 2]]


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_the_border_never_wins_over_negative_whole_numbers(dtype):
    x = np.array([[[-100, -3, -50, -7]]], dtype=dtype)
    assert pooling(x, 2, "max", padding=1).tolist() == [[[-100, -3, -7]]]
    assert pooling(x > -60, 2, "max", padding=1).tolist() == [[[False, True, True]]]
