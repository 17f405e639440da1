"""Gradients of arrays that are read slice by slice: each slice is added where it belongs, in one array."""

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.engine.registry import raw
from minigrad.errors import AnomalyError
from tests.engine.leaves import leaf

KEYS = (0, -1, slice(1, None), slice(None, None, -1), (slice(None), 1), (..., 0), (None, 1), (0, 2), (), slice(0, 0))
LISTS = ([0, 0], (slice(None), [2, 1, 1]), True)


def values(*shape):
    return numpy.random.default_rng(0).standard_normal(shape)


@pytest.mark.parametrize("whole", ["first", "in between", "last", "never"])
def test_slices_of_every_kind_and_the_whole_array_add_up(whole):
    x, rng = leaf(values(2, 3), dtype="float64"), numpy.random.default_rng(1)
    expected, parts = numpy.zeros((2, 3)), []
    keys = [*KEYS, *LISTS, *KEYS]
    keys.insert({"first": 0, "in between": 5, "last": len(keys), "never": 0}[whole], ...)
    with autograd.record():
        y = x * 1.0  # x is a leaf, y a node
        for key in keys[whole == "never" :]:
            for source in (x, y):
                read = source if key is ... else source[key]
                weight = rng.standard_normal(read.shape)
                numpy.add.at(expected, key, weight)
                parts.append((read * np.array(weight, dtype="float64")).sum())
        total = sum(parts)
    total.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-12)


def test_an_array_that_two_gradients_share_is_not_added_to():
    x = leaf(values(3))
    with autograd.record():
        a, b = x * 1.0, x * 1.0
        read = a[0] + a[0] + a[2]  # before a + b, so that on the way back a has its part of the sum by then
        y = (a + b) * np.array([1.0, 10.0, 100.0])  # one array is the gradient of a and of b
        z = y.sum() + read
    z.backward()
    assert x.grad.asnumpy().tolist() == [4.0, 20.0, 201.0]


@pytest.mark.parametrize("head_grads", [None, [None, None]])
def test_the_ones_that_a_walk_starts_from_stay_ones(head_grads):
    for _ in range(2):
        x = leaf(values(3))
        with autograd.record():
            y = x * 1.0
            z = y[0] + y[1] + y[1]
        autograd.backward([y, z], head_grads)
        assert x.grad.asnumpy().tolist() == [2.0, 3.0, 1.0]


def test_a_head_gradient_of_the_user_is_not_added_to():
    x, given = leaf(values(3)), np.array([1.0, 1.0, 1.0])
    with autograd.record():
        y = x * 1.0
        z = y[0] + y[1]
    autograd.backward([y, z], [given, None])
    assert x.grad.asnumpy().tolist() == [2.0, 2.0, 1.0]
    assert given.asnumpy().tolist() == [1.0, 1.0, 1.0]


def test_a_number_that_is_read_by_keys_and_as_a_whole_has_the_sum_of_all_gradients():
    x = leaf(3.0)
    with autograd.record():
        y = x * 1.0
        z = sum([y[()], 10 * y, 100 * y[None].sum(), 1000 * y, 10_000 * y[...]])
    z.backward()
    assert x.grad.item() == 11_111


def test_many_slices_of_float16_are_added_in_float32():
    x = leaf([0.0] * 4, dtype="float16")
    with autograd.record():
        y = sum([x[1:3] for _ in range(3000)]).astype("float32").sum()
    y.backward()
    assert x.grad.asnumpy().tolist() == [0.0, 3000.0, 3000.0, 0.0]  # one by one, float16 stops at 2048


def test_n_slices_make_one_array_of_the_size_of_their_source(monkeypatch):
    made, forward = [], ops.put_back.forward
    monkeypatch.setattr(ops.put_back, "forward", lambda xp, g, *rest: made.append(g.shape) or forward(xp, g, *rest))
    monkeypatch.setattr("minigrad.engine.backward.raw", raw.__wrapped__)
    x = leaf(values(50, 4), dtype="float64")
    with autograd.record():
        y = sum(ops.square(row).sum() for row in x)
    y.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), 2 * x.asnumpy(), rtol=1e-12)
    assert made == [(4,)]


def test_slices_have_second_derivatives():
    x = leaf(values(4, 2), dtype="float64")
    with autograd.record():
        y = sum((row**3).sum() for row in x) + (x[1:] * x[:-1]).sum()
        (g,) = autograd.grad(y, [x], create_graph=True)
        z = (g[0] * g[1]).sum()
    z.backward()
    a = x.asnumpy()
    first = 3 * a**2
    first[:-1] += a[1:]
    first[1:] += a[:-1]
    expected = numpy.zeros_like(a)
    expected[0] += 6 * a[0] * first[1] + first[0]
    expected[1] += first[1] + 6 * a[1] * first[0]
    expected[2] += first[0]
    numpy.testing.assert_allclose(x.grad.asnumpy(), expected, rtol=1e-12)


def test_a_graph_that_is_kept_gives_the_same_again():
    x = leaf(values(3, 2))
    with autograd.record():
        y = sum((k + 1) * row.sum() for k, row in enumerate(x * 1.0))
    for _ in range(2):
        y.backward(retain_graph=True)
        assert x.grad.asnumpy().tolist() == [[1, 1], [2, 2], [3, 3]]


def test_the_first_nan_in_the_gradient_of_a_slice_is_found():
    x = leaf([0.0, 1.0])
    with pytest.raises(AnomalyError, match=r"backward pass of 'sqrt' made 1 infinite value"), autograd.detect_anomaly():
        with autograd.record():
            y = ops.sqrt(x[0]) + x[1]
        y.backward()
    with pytest.raises(AnomalyError, match=r"backward pass of 'getitem' made 1 NaN value"), autograd.detect_anomaly():
        with autograd.record():
            y = x[0]
        y.backward(np.array(numpy.nan))
    with autograd.detect_anomaly():
        with autograd.record():
            y = x[0] + x[1:].sum()
        y.backward()
    assert x.grad.asnumpy().tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", [np.array, numpy.array])
@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize(
    "read",
    [
        lambda x, t: x[t:2],
        lambda x, t: x[:, t:],
        lambda x, t: x[[t, 2]],
        lambda x, t: np.take(x, [t, 2], 0),
        lambda x, t: np.roll(x, (t, t), (0, 1)),
        lambda x, t: np.repeat(x, [t, 2, 1], 0),
        lambda x, t: np.pad(x, ((t, 0), (0, 0)), "edge"),
    ],
)
def test_a_position_may_be_counted_up_once_it_has_been_used(kind, recorded, read):
    """The gradient went to where the counter stood at the end."""
    found = []
    for after in (0, 1):
        x, t = leaf(values(3, 3), dtype="float64"), kind(1, dtype="int64")
        with autograd.record():
            y = read(x, t)
        t += after
        found.append(autograd.grad(y, x, np.array(values(*y.shape)), create_graph=recorded).tolist())
    assert found[0] == found[1]
