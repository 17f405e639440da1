"""At kinks, at large values and at empty axes: what the operations say they take there. Warnings are errors here."""

import math

import numpy
import pytest

from minigrad import autograd, np, npx, ops


def slope(f, *values, dtype="float64", head=None):
    xs = [np.array(v, dtype=dtype) for v in values]
    for x in xs:
        x.attach_grad()
    with autograd.record():
        y = f(*xs)
    y.backward(head)
    found = [x.grad.tolist() for x in xs]
    return found[0] if len(found) == 1 else found


@pytest.mark.parametrize(
    ("f", "values", "expected"),
    [
        (ops.relu, ([-1.0, 0.0, 1.0],), [0, 0, 1]),
        (ops.absolute, ([-2.0, 0.0, 2.0],), [-1, 0, 1]),
        (lambda x: ops.leaky_relu(x, 0.1), ([0.0],), [0.1]),
        (ops.elu, ([0.0],), [1]),
        (ops.maximum, ([1.0, 2.0], [1.0, 0.0]), [[0.5, 1], [0.5, 0]]),
        (ops.minimum, ([1.0, 2.0], [1.0, 0.0]), [[0.5, 0], [0.5, 1]]),
        (ops.max, ([1.0, 3.0, 3.0],), [0, 0.5, 0.5]),
        (ops.min, ([1.0, 1.0, 1.0, 1.0],), [0.25] * 4),
        (ops.norm, ([0.0, 0.0],), [0, 0]),
        (ops.std, ([2.0, 2.0],), [0, 0]),
        (ops.hypot, ([0.0, 3.0], [0.0, 4.0]), [[0, 0.6], [0, 0.8]]),
        (lambda x: ops.clip(x, 0, 1), ([-1.0, 0.0, 0.5, 1.0, 2.0],), [0, 1, 1, 1, 0]),
        (lambda x: x**0, ([0.0, 2.0],), [0, 0]),
        (lambda x: x**1, ([0.0],), [1]),
        (lambda x: x**2, ([0.0, -3.0],), [0, -6]),
        (lambda x: x**3, ([0.0, -2.0],), [0, 12]),
        (lambda x: x ** np.array([0.0, 1.0, 2.0]), ([0.0, 0.0, 0.0],), [0, 1, 0]),
        (lambda n: 2.0**n, ([3.0],), [8 * math.log(2)]),
        (lambda n: 0.0**n, ([2.0],), [0]),
        (lambda x, n: x**n, ([-2.0], [3.0]), [[12], [0]]),
        (ops.prod, ([0.0, 2.0, 3.0],), [6, 0, 0]),
        (ops.prod, ([0.0, 0.0, 3.0],), [0, 0, 0]),
        (ops.prod, ([math.inf, 2.0],), [2, math.inf]),
        (ops.prod, ([math.inf],), [1]),
        (ops.sort, ([2.0, 2.0, 1.0],), [1, 1, 1]),
    ],
)
def test_at_kinks_and_zeros_the_gradient_is_what_is_said(f, values, expected):
    assert slope(f, *values) == pytest.approx(expected) if len(values) == 1 else slope(f, *values) == expected


def test_second_derivatives_at_zero_of_powers():
    x = np.array([0.0, 2.0])
    x.attach_grad()
    with autograd.record():
        for n, second in ((1, [0, 0]), (2, [2, 2]), (3, [0, 12])):
            g = autograd.grad(x**n, x, create_graph=True)
            assert autograd.grad(g + 0 * x, x, create_graph=True).tolist() == second


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_overflows_and_no_digits_are_lost_on_either_side(dtype):
    x = numpy.array([-700.0, -80, -20, -1e-3, 0, 1e-3, 20, 80, 700], dtype=dtype)
    wide = x.astype("float128")
    tiny = numpy.finfo(dtype).tiny
    rtol = 4 * numpy.finfo(dtype).eps
    expected = {
        ops.sigmoid: 1 / (1 + numpy.exp(-wide)),
        ops.softplus: numpy.log1p(numpy.exp(wide)),
        ops.silu: wide / (1 + numpy.exp(-wide)),
        ops.tanh: numpy.tanh(wide),
        ops.expm1: numpy.expm1(numpy.minimum(wide, 80)),
    }
    for f, y in expected.items():
        at = np.array(numpy.minimum(x, 80) if f is ops.expm1 else x)
        numpy.testing.assert_allclose(
            f(at).asnumpy(), y.astype("float64"), rtol=rtol * 40, atol=tiny, err_msg=f.__name__
        )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_softmax_and_its_kin_take_large_scores(dtype):
    x = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]], dtype=dtype)
    numpy.testing.assert_allclose(ops.softmax(x).asnumpy(), [[1, 0, 0], [1 / 3] * 3], rtol=1e-3)
    assert ops.log_softmax(x)[0].tolist() == [0, -1000, -2000]
    assert ops.logsumexp(x, 1)[0].item() == 1000
    labels = np.array([2, 0], dtype="int64")
    loss = ops.softmax_cross_entropy(x, labels)
    assert loss.dtype == dtype
    assert loss.tolist() == pytest.approx([2000, math.log(3)], rel=2e-3)
    g = slope(lambda s: ops.softmax_cross_entropy(s, labels), x.tolist(), dtype=dtype)
    assert numpy.array(g) == pytest.approx(numpy.array([[1, 0, -1], [-2 / 3, 1 / 3, 1 / 3]]), rel=2e-3)


@pytest.mark.parametrize("n", [*range(1, 70), 1000])
def test_one_large_score_is_found_wherever_it_is(n):
    x = numpy.full((n, n), -1000.0)
    numpy.fill_diagonal(x, 1000.0)
    for scores in (np.array(x), np.array(x.reshape(1, n, n)), np.array(x.T)):
        assert (ops.softmax(scores).asnumpy() == numpy.eye(n)).all()
        assert (ops.log_softmax(scores).asnumpy() == numpy.where(numpy.eye(n), 0, -2000)).all()
    x[0, n // 2] = numpy.nan
    assert numpy.isnan(ops.softmax(np.array(x)).asnumpy()).any(-1).tolist() == [True] + [False] * (n - 1)


def test_a_confident_and_right_score_keeps_the_digits_of_its_gradient():
    x = np.array([[40.0, 0.0]], dtype="float32")
    g = slope(lambda s: ops.softmax_cross_entropy(s, np.array([0])), [[40.0, 0.0]], dtype="float32")
    assert g[0] == pytest.approx([-math.exp(-40), math.exp(-40)], rel=1e-5)
    assert ops.log_softmax(x)[0, 0].item() == 0


def test_empty_axes():
    x = np.zeros((0, 3))
    assert ops.sum(x, 0).tolist() == [0, 0, 0]
    assert ops.prod(x, 0).tolist() == [1, 1, 1]
    assert (ops.linear(x, np.ones((2, 3)), np.ones(2))).shape == (0, 2)
    assert ops.softmax_cross_entropy(x, np.zeros(0)).shape == (0,)
    with pytest.raises(ValueError, match=r"softmax_cross_entropy\(\) cannot combine shapes \(0, 0\)"):
        ops.softmax_cross_entropy(np.zeros((0, 0)), np.zeros(0))
    with pytest.raises(ValueError, match=r"max\(\) cannot take \(0, 3\)"):
        ops.max(x)
    w, b = np.ones((2, 3)), np.ones(2)
    w.attach_grad()
    b.attach_grad()
    w.grad[...] = b.grad[...] = 5
    with autograd.record():
        y = ops.linear(x, w, b)
    y.backward()
    assert w.grad.tolist() == [[0] * 3] * 2
    assert b.grad.tolist() == [0, 0]


def test_a_broadcast_over_nothing_gives_a_gradient_of_zero():
    assert slope(lambda a: a + np.zeros((0, 3)), [1.0, 2.0, 3.0]) == [0, 0, 0]
    assert slope(lambda a: a * np.zeros(0), 2.0) == 0


def test_values_that_are_not_chosen_do_not_spoil_the_gradient():
    def f(a, b):
        return ops.where(np.array([True, False]), a, b)

    head = np.array([numpy.inf, 1.0])
    assert slope(f, [1.0, 2.0], [3.0, 4.0], head=head) == [[numpy.inf, 0], [0, 1]]
    assert slope(lambda a: ops.clip(a, 0, 1), [2.0, 0.5], head=head) == [0, 1]


@pytest.mark.parametrize("root", [np.sqrt, lambda x: x**0.5, lambda x: x ** np.array(0.5)])
def test_a_root_of_zero_that_is_not_chosen_has_no_slope(root):
    """NaN in ml-explore/mlx#3668, tinygrad/tinygrad#12409 and jax-ml/jax#347."""
    assert slope(lambda x, y: np.maximum(root(x * x + y * y), 0.1), 0.0, 0.0) == [0, 0]
    assert slope(lambda x: np.where(x > 0, root(x), 1), [0.0, 4.0]) == [0, 0.25]
    assert slope(lambda x: np.where(x > 0, np.cbrt(x), 1), [0.0, 8.0]) == pytest.approx([0, 1 / 12])
    x = np.array(1.0)
    x.attach_grad()
    with autograd.record():  # (root - 1)^2 at 1: its first derivative is 0, so is the gradient of the root, not its own
        first = autograd.grad((root(x) - 1) ** 2, x, create_graph=True)
    first.backward()
    assert x.grad.item() == 0.5


@pytest.mark.parametrize("places", [[1, 2, 5], [0], [2, 8]])
def test_a_product_of_zero_whose_parts_overflow_has_a_gradient(places):
    """NaN in pytorch/pytorch#194699."""
    factors = numpy.full(9, 1e13)
    factors[places] = 0
    expected = numpy.zeros(9)
    if len(places) == 1:
        expected[places] = numpy.inf  # 1e104
    with numpy.errstate(over="ignore"):
        assert slope(np.prod, factors, dtype="float32") == expected.tolist()
    assert slope(np.prod, [1e30, 0.0, 1e30, 1e-30], dtype="float32") == pytest.approx([0, 1e30, 0, 0])


def test_mean_of_many_float16_values_does_not_overflow():
    x = np.full((70_000,), 1.0, dtype="float16")
    assert ops.mean(x).item() == 1
    x.attach_grad()
    with autograd.record():
        y = ops.mean(x * 2)
    y.backward()
    assert x.grad[0].item() == pytest.approx(2 / 70_000, rel=0.05)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_activations_of_whole_numbers_are_those_of_the_same_numbers_in_float64(dtype):
    limits = numpy.iinfo(dtype) if dtype != "bool" else None
    whole = numpy.array([0, 1, 5, limits.max, limits.min] if limits else [0, 1], dtype)
    for f in (ops.sigmoid, ops.softplus, ops.softsign, ops.silu, ops.gelu, ops.elu, ops.selu, npx.smooth_l1):
        with numpy.errstate(over="ignore"):
            expected = f(np.array(whole.astype("float64"), dtype="float64")).asnumpy()
        with numpy.errstate(all="raise", under="ignore"):
            y = f(np.array(whole, dtype=dtype))
        assert y.dtype == "float32"
        numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=2e-7, atol=1e-40, err_msg=str(f))


def test_nan_stays_visible_in_the_gradient_of_a_rectifier():
    found = slope(ops.relu, [math.nan, -1.0, 2.0])
    assert math.isnan(found[0]) and found[1:] == [0, 1]
    weights = slope(lambda x: ops.linear(x, np.ones((1, 3), dtype="float64"), None, "relu"), [[math.nan, 1.0, 2.0]])
    assert all(map(math.isnan, weights[0]))


@pytest.mark.parametrize("f", [npx.softmax, npx.log_softmax])
def test_a_softmax_of_nothing_is_nothing(f):
    for shape in ((3, 0, 4), (0, 4), (0,), (4, 0), (2, 3, 0), (0, 0)):
        for axis in range(len(shape)):
            assert f(np.zeros(shape), axis=axis).shape == shape
    half = np.array([1.0, 2.0], dtype="float16")
    assert f(half, dtype="float32").dtype == "float32"
    numpy.testing.assert_array_equal(f(half, dtype="float32").asnumpy(), f(np.array([1.0, 2.0])).asnumpy())


@pytest.mark.parametrize(("f", "expected"), [(npx.softmax, 1), (npx.log_softmax, 0)])
@pytest.mark.parametrize("value", [3.0, -3e38])
def test_a_softmax_of_one_number_is_certain(f, expected, value):
    x = np.array(value)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    assert (y.shape, y.item(), x.grad.item()) == ((), expected, 0)


def test_a_slope_that_an_overflow_has_lost_is_nan_and_not_zero():
    x = np.array([0.0, 1000.0])
    x.attach_grad()
    with numpy.errstate(over="ignore", invalid="ignore"), autograd.record():
        y = np.log(1 + np.exp(x))  # the gradient of exp is 1 / inf = 0 there, and its slope inf; the true one is 1
        y.backward()
    assert x.grad[0].item() == 0.5 and math.isnan(x.grad[1].item())


def test_labels_in_another_order_than_the_scores_are_refused():
    scores = np.zeros((2, 3, 4))
    assert ops.softmax_cross_entropy(scores, np.zeros((2, 3, 1))).shape == (2, 3)
    for shape in ((3, 2), (5,), (2, 4)):
        with pytest.raises(ValueError, match=r"labels must have shape \(2, 3\)"):
            ops.softmax_cross_entropy(scores, np.zeros(shape))


@pytest.mark.parametrize(("labels", "hint"), [(4, True), (5, False), (0, False)])
def test_scores_of_a_batch_that_was_flattened_with_its_samples_get_a_hint(labels, hint):
    """flatten() of Gluon's arrays keeps the batch; that of NumPy's, and ours, does not."""
    with pytest.raises(ValueError, match="labels must have shape") as error:
        ops.softmax_cross_entropy(np.zeros((4 * 72, 3)), np.zeros(labels))
    assert ("npx.batch_flatten" in str(error.value)) == hint


@pytest.mark.parametrize("shift", [numpy.uint8(1), numpy.array([1], "uint8"), [numpy.uint8(1)], numpy.array(1.0)])
def test_a_gradient_is_rolled_back_by_bytes_too(shift):
    assert slope(lambda x: ops.roll(x, shift), [1.0, 2.0, 3.0], head=np.array([10, 20, 30])) == [20, 30, 10]
