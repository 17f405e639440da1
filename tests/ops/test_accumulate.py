"""Sums of many values: float16 and float32 against float64, in every order of memory, and gradients."""

import math

import numpy
import pytest

from minigrad import autograd, kv, nd, np, npx, ops
from minigrad.errors import ShapeError
from minigrad.ops.accumulate import added_at, column_sums, row_sums, total

ROWS = 5000
ONES = numpy.ones((ROWS, 3), "float16")

SUMS = {  # of 5,000 rows of ones; one after the other, float16 would stop at 2048
    "sum": (lambda x: x.sum(0), [ROWS] * 3),
    "sum as float16": (lambda x: np.sum(x, 0, "float16"), [ROWS] * 3),
    "sum of slices": (lambda x: x[:, :2].sum(), 2 * ROWS),
    "mean": (lambda x: x.mean(0), [1] * 3),
    "average": (lambda x: np.average(x, 0, np.ones(ROWS, dtype="float16")), [1] * 3),
    "nansum": (lambda x: np.nansum(x, 0), [ROWS] * 3),
    "nanmean": (lambda x: np.nanmean(x, 0), [1] * 3),
    "cumsum": (lambda x: x.cumsum(0)[-1], [ROWS] * 3),
    "trapezoid": (lambda x: np.trapezoid(x, axis=0), [ROWS - 1] * 3),
    "norm": (lambda x: np.linalg.norm(x, axis=0), [math.sqrt(ROWS)] * 3),
    "norm of order 1": (lambda x: np.linalg.norm(x, 1), ROWS),
    "matmul": (lambda x: x.T @ x, numpy.full((3, 3), ROWS)),
    "dot": (lambda x: np.dot(x[:, 0], x[:, 1]), ROWS),
    "tensordot": (lambda x: np.tensordot(x, x, 2), 3 * ROWS),
    "inner": (lambda x: np.inner(x.T, x.T), numpy.full((3, 3), ROWS)),
    "einsum of one": (lambda x: np.einsum("ij->j", x), [ROWS] * 3),
    "einsum of two": (lambda x: np.einsum("ij,ij->j", x, x), [ROWS] * 3),
    "convolution": (lambda x: ops.convolution(x.T.reshape(3, ROWS, 1), np.ones((1, ROWS, 1), dtype="float16")).ravel(),
                    [ROWS] * 3),
}  # fmt: skip


@pytest.mark.parametrize("name", SUMS)
def test_many_halves_are_added_up_and_stay_halves(name):
    f, expected = SUMS[name]
    y = f(np.array(ONES))
    assert y.dtype == "float16"
    numpy.testing.assert_allclose(y.asnumpy().astype("float64"), expected, rtol=1e-3)


def test_numpys_own_functions_on_a_tensor_add_halves_up():
    assert numpy.sum(np.array(ONES), axis=0).tolist() == [ROWS] * 3


def slopes(f, x, recorded, dtype="float16"):
    x = np.array(x, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = f(x)
        g = autograd.grad(y, x, create_graph=True) if recorded else None
    if g is None:
        y.backward()
        g = x.grad
    assert g.dtype == dtype
    return g.asnumpy().astype("float64")


def many(n):
    return np.zeros(n, dtype="int64")


GRADIENTS = {  # 5,000 parts of 1 each
    "broadcast row": (lambda b: np.array(ONES) * b, [1, 1, 1], [ROWS] * 3),
    "broadcast number": (lambda b: np.array(ONES[:, 0]) + b, 1, ROWS),
    "broadcast_to": (lambda b: np.broadcast_to(b, (ROWS, 2)), [1, 1], [ROWS] * 2),
    "repeat": (lambda b: np.repeat(b, ROWS), [1, 1], [ROWS] * 2),
    "tile": (lambda b: np.tile(b, (ROWS, 1)), [1, 1], [ROWS] * 2),
    "bias": (lambda b: ops.linear(np.array(ONES), np.ones((2, 3), dtype="float16"), b), [0, 0], [ROWS] * 2),
    "weight": (lambda w: ops.linear(np.array(ONES), w), [[1, 1, 1]], [[ROWS] * 3]),
    "bias of a convolution": (
        lambda b: ops.convolution(np.ones((50, 1, 100), dtype="float16"), np.ones((2, 1, 1), dtype="float16"), b),
        [0, 0], [ROWS] * 2,
    ),
    "take": (lambda x: np.take(x, many(ROWS)), [1, 1], [ROWS, 0]),
    "index": (lambda x: x[many(ROWS)], [1, 1], [ROWS, 0]),
    "take_along_axis": (lambda x: np.take_along_axis(x, many(ROWS), 0), [1, 1], [ROWS, 0]),
    "embedding": (lambda x: npx.embedding(many(ROWS), x, 2, 1), [[1], [1]], [[ROWS], [0]]),
    "used again and again": (lambda x: sum((x * 1 for _ in range(3000)), x), [1], [3001]),
    "slices": (lambda x: np.stack([x[0] for _ in range(3000)]), [1, 1], [3000, 0]),
    "norm": (np.linalg.norm, [600, 800], [0.6, 0.8]),
    "std": (np.std, [300, -300], [0.5, -0.5]),
    "prod": (np.prod, [1000, 1000, 1e-3], [1, 1, numpy.inf]),
    "mean of squares": (lambda x: np.mean(x * x), numpy.full(4, 200), [100] * 4),
}  # fmt: skip


@pytest.mark.parametrize("recorded", [False, True], ids=["backward", "recorded"])
@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_of_halves_are_added_up_in_float32(name, recorded):
    f, x, expected = GRADIENTS[name]
    with numpy.errstate(over="ignore"):  # the product's third slope is 1e6
        found = slopes(f, x, recorded)
    numpy.testing.assert_allclose(found, expected, rtol=2e-3)


@pytest.mark.parametrize("recorded", [False, True], ids=["backward", "recorded"])
def test_what_70000_classes_or_ties_share_is_not_zero(recorded):
    n = 70_000
    zeros = numpy.zeros(n)
    for f in (np.max, np.min, ops.logsumexp, np.mean):
        numpy.testing.assert_allclose(slopes(f, zeros, recorded), 1 / n, rtol=1e-2)
    of_first = slopes(lambda x: 100 * npx.softmax(x)[0], zeros, recorded)
    numpy.testing.assert_allclose(of_first[:2], [100 / n, 0], rtol=1e-2, atol=1e-7)
    loss = slopes(lambda x: ops.softmax_cross_entropy(x, np.array([0])), zeros[None], recorded)
    numpy.testing.assert_allclose(loss[0, :2], [-1, 1 / n], rtol=1e-2)


def test_softmax_and_its_kin_of_70000_halves():
    x = np.zeros((70_000, 2), dtype="float16")
    numpy.testing.assert_allclose(ops.softmax(x, 0).asnumpy(), 1 / 70_000, rtol=1e-2)
    for y in (ops.logsumexp(x, 0), -ops.log_softmax(x, 0)[0], ops.softmax_cross_entropy(x.T, np.array([0, 1]))):
        assert y.dtype == "float16"
        numpy.testing.assert_allclose(y.asnumpy(), math.log(70_000), rtol=1e-3)


N = 200_000
TENTHS = numpy.full((N, 3), 0.1, "float32")
TENTH = float(TENTHS[0, 0])

LAYOUTS = {  # an array, axes
    "rows": (TENTHS, 0),
    "transposed": (TENTHS.T, 1),
    "every second column": (numpy.full((N, 6), 0.1, "float32")[:, ::2], None),
    "two leading axes": (TENTHS.reshape(400, 500, 3), (0, 1)),
    "three short axes": (TENTHS.reshape(200, 100, 10, 3), (0, 1, 2)),
    "first and last": (TENTHS.reshape(N // 2, 3, 2), (0, 2)),
    "middle": (TENTHS.reshape(2, N // 2, 3), 1),
    "backwards": (TENTHS[::-1], 0),
    "column-major": (numpy.asfortranarray(TENTHS.reshape(N // 2, 3, 2)), (0, 1)),
    "repeated without memory": (numpy.broadcast_to(TENTHS[0], (N, 3)), 0),
    "one column": (TENTHS[:, 1], None),
    "an odd number of rows": (TENTHS[: N - 77], (0,)),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_sums_of_200000_rows_keep_the_digits_of_float32(name):
    x, axis = LAYOUTS[name]
    exact = x.sum(axis=axis, dtype="float64")
    for keepdims in (False, True):
        y = np.sum(np.array(x), axis=axis, keepdims=keepdims)
        assert y.shape == x.sum(axis=axis, keepdims=keepdims).shape
        numpy.testing.assert_allclose(y.asnumpy().ravel(), exact.ravel(), rtol=1e-5)
    numpy.testing.assert_allclose(total(numpy, x, axis), exact, rtol=1e-5)  # in its own memory


STATISTICS = {
    "mean": (lambda x: x.mean(0), [TENTH] * 3),
    "norm": (lambda x: np.linalg.norm(x, axis=0), [TENTH * math.sqrt(N)] * 3),
    "cumsum": (lambda x: x.cumsum(0)[-1], [TENTH * N] * 3),
    "average": (lambda x: np.average(x, 0, np.ones(N)), [TENTH] * 3),
    "row and matrix": (lambda x: np.ones(N) @ x, [TENTH * N] * 3),
    "matrix and column": (lambda x: x.T @ np.ones((N, 1)), [[TENTH * N]] * 3),
    "two vectors": (lambda x: np.dot(x[:, 0], np.ones(N)), TENTH * N),
    "einsum of one": (lambda x: np.einsum("ij->j", x), [TENTH * N] * 3),
    "einsum with a vector": (lambda x: np.einsum("ij,i->j", x, np.ones(N)), [TENTH * N] * 3),
    "variance": (lambda x: np.var(np.concatenate([x, -x]), 0), [TENTH**2] * 3),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_of_200000_rows_keep_the_digits_of_float32(name):
    f, expected = STATISTICS[name]
    numpy.testing.assert_allclose(f(np.array(TENTHS)).asnumpy(), expected, rtol=1e-5)


@pytest.mark.parametrize("recorded", [False, True], ids=["backward", "recorded"])
def test_gradients_over_200000_rows_keep_the_digits_of_float32(recorded):
    x = np.ones((N, 3))
    for f, at in (
        (lambda b: TENTH * (x * b), [1, 1, 1]),
        (lambda b: TENTH * ops.linear(x, np.ones((2, 3)), b), [0, 0]),
        (lambda w: TENTH * ops.linear(x, w), [[1, 1, 1]]),
        (lambda b: TENTH * np.tile(b, (N, 1)), [1, 1]),
        (lambda w: TENTH * npx.embedding(many(N), w, 1, 1), [[1]]),
    ):
        numpy.testing.assert_allclose(slopes(f, at, recorded, "float32"), TENTH * N, rtol=1e-5)


@pytest.mark.parametrize("rows", [1, 1024, 1025, 5000])
@pytest.mark.parametrize(("dtype", "rtol"), [("float16", 2e-3), ("float32", 1e-5), ("float64", 1e-13)])
def test_sums_as_products_with_ones_are_the_sums(rows, dtype, rtol):
    x = numpy.random.default_rng(rows).random((rows, 3)).astype(dtype)
    expected = x.astype("float64").sum(0)
    numpy.testing.assert_allclose(column_sums(numpy, x), expected, rtol=rtol)
    numpy.testing.assert_allclose(row_sums(numpy, x.T), expected, rtol=rtol)


@pytest.mark.parametrize("n", [1, 2, 15, 16, 17, 128, 255, 256, 257, 1000])
@pytest.mark.parametrize(("dtype", "most"), [("float16", 2**-11), ("float32", 1e-6), ("float64", 2e-15)])
@pytest.mark.parametrize("lead", [(1,), (5,), (0,), (3, 1, 2)], ids=str)
def test_sums_of_rows_lose_few_digits_of_the_largest_terms(n, dtype, most, lead):
    x = (numpy.random.default_rng(n).standard_normal((*lead, n)) * 100).astype(dtype)
    x[..., : n // 2] = 1000 - x[..., n - n // 2 :]  # large terms, most of which cancel each other
    x[..., n // 4 : n // 2] *= -1
    expected = numpy.array([math.fsum(row) for row in x.astype("float64").reshape(math.prod(lead), n).tolist()])
    for keepdims in (True, False):
        y = np.sum(np.array(x, dtype=dtype), -1, keepdims=keepdims)
        assert y.shape == (*lead, *[1] * keepdims) and y.dtype == dtype
        apart = abs(y.asnumpy().astype("float64").ravel() - expected)
        assert (apart <= most * abs(x.astype("float64")).sum(-1).ravel()).all()


def test_sums_of_short_rows_have_the_dtype_that_is_asked_for_and_do_not_overflow():
    half = np.full((3, 200), 1000.0, dtype="float16")
    assert np.mean(half, -1).tolist() == [1000] * 3
    assert ops.logsumexp(np.zeros((1, 200), dtype="float16"), -1).item() == numpy.float16(math.log(200))
    whole = np.sum(np.array(numpy.full((2, 200), 2**30, "int32"), dtype="int32"), -1)
    assert (whole.dtype, whole.tolist()) == ("int64", [200 * 2**30] * 2)
    exact = np.sum(np.array([[2.0**24, 1.0]]), -1, "float64")
    assert (exact.dtype, exact.item()) == ("float64", 2**24 + 1)


SHAPES = [
    ((N,), (N,)), ((3, N), (N,)), ((N,), (N, 3)), ((1, N), (N, 3)), ((2, 3, N), (N,)), ((2, 1, N), (2, N, 3)),
    ((2, 1, 3, N), (2, N, 1)), ((3, N - 7), (N - 7,)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_products_by_vectors_of_200000_terms_keep_the_digits_of_float32(shapes):
    a, b = (numpy.full(s, v, "float32") for s, v in zip(shapes, (0.1, 1.1)))
    expected = numpy.matmul(a.astype("float64"), b.astype("float64"))
    y = np.matmul(np.array(a), np.array(b))
    assert y.shape == expected.shape
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=2e-5)


def test_long_products_of_whole_numbers_are_numpys_and_what_does_not_fit_is_refused():
    x = numpy.arange(5000, dtype="int32") % 7
    y = np.dot(np.array(x, dtype="int32"), np.array(x, dtype="int32"))
    assert y.dtype == "int32" and y.item() == sum(k * k for k in x.tolist())
    for n, m in (5000, 5001), (5001, 5000):
        with pytest.raises(ShapeError, match=rf"\({n},\) and \({m},\)"):
            np.dot(np.ones(n), np.ones(m))


def test_the_kernel_of_one_channel_has_the_gradient_of_all_its_places():
    kernel = np.zeros((1, 2, 1))
    kernel.attach_grad()
    with autograd.record():
        y = ops.convolution(np.full((200, 2, 1000), TENTH), kernel)
    y.backward()
    numpy.testing.assert_allclose(kernel.grad.asnumpy().ravel(), TENTH * N, rtol=1e-5)


def test_a_sum_keeps_the_dtype_that_was_asked_for_and_whole_numbers_are_exact():
    x = numpy.full((300, 2), 127, "int8")
    assert np.sum(np.array(x), 0).tolist() == [127 * 300] * 2
    assert np.sum(np.array(x), 0).dtype == "int64"
    assert np.sum(np.array(x), 0, "float16").dtype == np.mean(np.array(x), 0, "float16").dtype == "float16"
    assert np.sum(np.ones((300, 2)), 0, "float64").dtype == "float64"
    assert added_at(numpy, numpy.ones(5, "int32"), numpy.zeros(5, int), (2,)).tolist() == [5, 0]
    assert np.einsum("ij->j", np.array(x, dtype="int64")).tolist() == [127 * 300] * 2


def test_small_and_scattered_gradients_stay_exact():
    g = numpy.array([1.0, 2.0, 4.0], "float32")
    assert added_at(numpy, g, numpy.array([1, 0, 1]), (50,))[:3].tolist() == [2, 5, 0]
    assert added_at(numpy, g, numpy.array([1, 0, 1]), (2,)).tolist() == [2, 5]
    assert added_at(numpy, g, numpy.array([1, 0, 1]), (2,)).dtype == "float32"


def test_the_gradient_of_a_border_is_exact_where_the_whole_is_large():
    c = np.array(0.0, dtype="float16")
    c.attach_grad()
    with autograd.record():
        y = ops.pad(np.zeros(5000, dtype="float16"), 1, constant_values=c)
        slope = autograd.grad(y, c, create_graph=True)
    assert slope.item() == 2


def test_many_arrays_of_halves_are_added_up():
    ones = [np.ones(1, dtype="float16")] * 3000
    assert nd.add_n(*ones).tolist() == [3000]
    assert nd.add_n(*ones).dtype == "float16"
    store = kv.create("local")
    store.init(0, np.zeros(1, dtype="float16"))
    out = np.zeros(1, dtype="float16")
    store.push(0, ones)
    store.pull(0, out=out)
    assert out.tolist() == [3000]


@pytest.mark.parametrize("dtype", [">f2", ">f4", ">f8", "<f2", "<f4", "<f8"])
def test_gradients_are_added_up_in_either_byte_order(dtype):
    """NumPy refuses a dtype in the other order, and float64 must not become float32."""
    values = numpy.array([[0.1], [0.2], [0.3]]).astype(dtype)
    x, native = (np.array(v) for v in (values, values.astype(values.dtype.newbyteorder("="))))
    for a in (x, native):
        a.attach_grad()
        with autograd.record():
            y = np.broadcast_to(a.copy(), (2, 3, 4)).reshape((-1,)).copy()
        y.backward(y)
    assert x.grad.tolist() == native.grad.tolist() != [[0]] * 3
    assert np.prod(x).item() == np.prod(native).item()
    assert np.einsum("ij->i", x).tolist() == np.einsum("ij->i", native).tolist()
