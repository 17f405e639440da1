"""Statistics of whole numbers against NumPy's in float64; quantiles beside infinity and of many halves; no variance."""

import contextlib
import math
import warnings

import numpy
import pytest

from minigrad import autograd, np, ops
from minigrad.errors import ArgumentError
from minigrad.gradcheck import gradcheck

INF, NAN = math.inf, math.nan
WHOLE = ["bool", "int8", "uint8", "int16", "int32", "int64"]
rng = numpy.random.default_rng(3)


def drawn(dtype, shape):
    """Values up to the limits of the dtype, where sums, squares and even sizes leave it, the same in any order."""
    rng = numpy.random.default_rng(3)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    info = numpy.iinfo("int32" if dtype == "int64" else dtype)
    x = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    x.flat[:2] = info.min, info.max
    return x


FUNCTIONS = {
    "mean": (np.mean, numpy.mean),
    "var": (np.var, numpy.var),
    "std": (np.std, numpy.std),
    "median": (np.median, numpy.median),
    "median of columns": (lambda x: np.median(x, 0), lambda x: numpy.median(x, 0)),
    "quantile": (lambda x: np.quantile(x, 0.3, 1), lambda x: numpy.quantile(x, 0.3, 1)),
    "percentile": (lambda x: np.percentile(x, [10, 55.5]), lambda x: numpy.percentile(x, [10, 55.5])),
    "average": (
        lambda x: np.average(x, 0, np.array([1, 2, 3, 4], dtype="int8")),
        lambda x: numpy.average(x, 0, [1, 2, 3, 4]),
    ),
    "cov": (np.cov, numpy.cov),
    "corrcoef": (np.corrcoef, numpy.corrcoef),
    "trapezoid": (np.trapezoid, numpy.trapezoid),
    "norm": (np.linalg.norm, numpy.linalg.norm),
    "norm along an axis": (lambda x: x.norm(axis=1), lambda x: numpy.linalg.norm(x, axis=1)),
    "norm of order 1": (lambda x: np.linalg.norm(x, 1), lambda x: numpy.linalg.norm(x, 1)),
    "norm of order inf": (lambda x: np.linalg.norm(x, INF), lambda x: numpy.linalg.norm(x, INF)),
    "norm of a vector": (lambda x: np.linalg.norm(x[0], 1), lambda x: numpy.linalg.norm(x[0], 1)),
    "largest size": (lambda x: ops.norm(x[0], INF), lambda x: numpy.linalg.norm(x[0], INF)),
    "nansum": (np.nansum, numpy.nansum),
    "nanmean": (np.nanmean, numpy.nanmean),
    "nanmax": (np.nanmax, numpy.nanmax),
    "interp": (
        lambda x: np.interp(np.array([0.5, 2.25]), np.arange(5), x[0]),
        lambda x: numpy.interp([0.5, 2.25], numpy.arange(5), x[0]),
    ),
    "standardize": (
        ops.standardize,
        lambda x: (x - x.mean(-1, keepdims=True)) / numpy.sqrt(x.var(-1, keepdims=True) + 1e-5),
    ),
    "logsumexp of small ones": (lambda x: ops.logsumexp(x % 5), lambda x: numpy.log(numpy.exp(x % 5).sum())),
    "softmax of small ones": (
        lambda x: ops.softmax(x % 5, 0),
        lambda x: numpy.exp(x % 5) / numpy.exp(x % 5).sum(0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ["nansum", "nanmean", "nanmax", "nanmin"])
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 1, "keepdims": True}])
def test_a_statistic_of_what_is_not_nan_is_numpys_where_all_is_nan_too(name, options):
    for x in (numpy.full((2, 3), numpy.nan), numpy.array([[numpy.nan, 1.0, -INF], [numpy.nan, INF, -INF]])):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy warns of nothing but NaN
            expected = getattr(numpy, name)(x, **options)
            numpy.testing.assert_array_equal(getattr(np, name)(np.array(x), **options).asnumpy(), expected)


@pytest.mark.parametrize(
    ("name", "dtype"), [(n, d) for n in FUNCTIONS for d in WHOLE if d != "bool" or "small ones" not in n]
)
def test_a_statistic_of_whole_numbers_is_numpys_in_float64(name, dtype):
    ours, theirs = FUNCTIONS[name]
    x = drawn(dtype, (4, 5))
    y, expected = ours(np.array(x)), theirs(x.astype("float64"))
    numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=2e-6, atol=2e-6 * numpy.abs(expected).max())
    if not name.startswith("nansum") and name != "nanmax":  # these stay whole, as in NumPy
        assert y.dtype == "float32"


def test_the_middle_of_bytes_and_of_pairs():
    assert np.median(np.array([1, 2, 3, 4], dtype="int32")).item() == 2.5
    assert np.median(np.array([250, 255], dtype="uint8")).item() == 252.5
    assert np.quantile(np.array([0, 255], dtype="uint8"), [0, 0.2, 1]).tolist() == [0, 51, 255]
    assert np.ptp(np.array([32767, -1], dtype="int16")).item() == 32768  # -32768 in numpy/numpy#16234
    assert np.ptp(np.array(numpy.array([2**64 - 1, 7], "uint64"))).item() == 2**64 - 8
    x, y = np.array([0, 100, 200], dtype="uint8"), np.array([0, 200, 10], dtype="uint8")
    assert np.interp(np.array([50, 150], dtype="uint8"), x, y).tolist() == [100, 105]


@pytest.mark.parametrize(
    "values",
    [[INF, 5, 4], [1, INF, INF, 2, 3], [-INF, 1, 2], [-INF, 1], [1, INF], [-INF, -INF, 3, 4], [INF, INF],
     [1, 2, 3, INF], [NAN, 1, 2], [INF], [7]],
)  # fmt: skip
def test_the_median_beside_infinity_and_nan_is_numpys(values):
    assert np.median(np.array(values)).item() == pytest.approx(numpy.median(values), nan_ok=True)
    both = numpy.array([values, list(range(len(values)))], dtype="float64")
    numpy.testing.assert_array_equal(np.median(np.array(both), 1).asnumpy(), numpy.median(both, 1))


def test_a_quantile_that_infinity_has_no_part_in_is_finite_and_so_is_its_slope():
    x = np.array([-INF, 1.0, 2.0, 3.0, INF])
    assert np.quantile(x, [0.25, 0.4, 0.75]).tolist() == pytest.approx([1, 1.6, 3])
    assert np.quantile(x, [0.1, 0.9]).tolist() == [-INF, INF]
    x.attach_grad()
    with autograd.record():
        y = np.quantile(x, 0.5)
    y.backward()
    assert x.grad.tolist() == [0, 0, 1, 0, 0]
    assert np.interp(np.array([0.0, 1.0]), np.array([0.0, 1, 2]), np.array([1.0, 2.0, INF])).tolist() == [1, 2]


def test_an_interpolation_has_the_slope_of_a_neighbouring_piece_at_each_point_and_none_beyond():
    """At the points themselves it was a value instead of a difference of two."""
    points, values = np.array([0.0, 1, 2, 4]), np.array([5.0, 7, 6, 6.5])
    x = np.array([-1.0, 0, 0.5, 1, 1.5, 2, 4, 5])
    for v in (points, values, x):
        v.attach_grad()
    with autograd.record():
        y = np.interp(x, points, values)
    y.backward()
    assert x.grad.tolist() == pytest.approx([0, 2, 2, -1, -1, 0.25, 0.25, 0])
    assert values.grad.tolist() == pytest.approx([2.5, 2, 1.5, 2])
    assert points.grad.tolist() == pytest.approx([-2 - 1, -1 + 1 + 0.5, 0.5 - 0.25, -0.25])


def test_an_interpolation_at_a_point_beside_an_infinite_one_is_finite_and_so_is_its_slope():
    x, values = np.array([1.0, 2.0]), np.array([-INF, 3.0, 5.0])
    for v in (x, values):
        v.attach_grad()
    with autograd.record():
        y = np.interp(x, np.array([0.0, 1, 2]), values)
    y.backward()
    assert y.tolist() == [3, 5]
    assert x.grad.tolist() == [2, 2]
    assert values.grad.tolist() == [0, 1, 1]


@pytest.mark.parametrize("points", [[1, 1, 2], [0, 1, 1, 2], [0, 2, 2], [0, 0, 0], [1], [0, 1, INF]])
def test_an_interpolation_jumps_where_two_points_are_one_above_the_other(points):
    x, values = numpy.array([-1.0, 0, 0.5, 1, 1.5, 2, 3, NAN]), numpy.arange(5.0, 5 + len(points)) ** 2
    y = np.interp(np.array(x), np.array(points, dtype="float64"), np.array(values))
    expected = numpy.interp(x, points, values)
    expected[-1] = NAN  # NumPy's is a number if there is a single point
    numpy.testing.assert_allclose(y.asnumpy(), expected)


def test_points_out_of_order_are_refused(on_gpu):
    """NumPy answers with nonsense."""
    if not on_gpu:  # where looking would wait
        with pytest.raises(ArgumentError, match=r"an xp that falls; sort it"):
            np.interp(np.array([0.5]), np.array([2.0, 1, 0]), np.array([5.0, 6, 7]))


def test_quantiles_of_70000_halves_find_their_places():
    x = numpy.arange(70_000) % 100
    for q in (0, 10, 50, 99, 100):
        y = np.percentile(np.array(x, dtype="float16"), q)
        assert y.dtype == "float16"
        assert y.item() == pytest.approx(numpy.percentile(x, q), abs=0.05)


def test_a_quantile_of_halves_has_the_slopes_of_its_neighbours():
    x = np.array([4.0, 1.0, 2.0, 3.0], dtype="float16")
    x.attach_grad()
    with autograd.record():
        y = np.quantile(x, 0.25)
    y.backward()
    assert y.item() == 1.75
    assert x.grad.tolist() == [0, 0.25, 0.75, 0]
    assert gradcheck(
        lambda a: np.quantile(a, [0.2, 0.7], 1), np.array(rng.permutation(12).reshape(3, 4) * 1.0), order=2
    )


@pytest.mark.parametrize("f", [np.var, np.std, lambda x, ddof: np.cov(x)], ids=["var", "std", "cov"])
@pytest.mark.parametrize("ddof", [1, 3])
def test_one_value_has_no_unbiased_variance_and_no_slope_of_it(f, ddof):
    x = np.array([[1.0]])
    x.attach_grad()
    with autograd.record():
        y = f(x, ddof=ddof)
        slope = autograd.grad(y, x, create_graph=True)
    y.backward()
    assert math.isnan(y.item())
    for g in (x.grad, slope):
        assert g.shape == (1, 1)
        assert math.isnan(g.item())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex128"])
@pytest.mark.parametrize("n", [1, 3, 7, 1000])
def test_equal_values_have_no_deviation_and_no_slope_of_it(n, dtype):
    for shape, axis in (((n,), None), ((n, 2), 0), ((2, n), 1)):
        x = np.full(shape, 0.1, dtype=dtype)
        assert not np.std(x, axis).asnumpy().any()
        if dtype != "complex128":
            x.attach_grad()
            with autograd.record():
                y = np.std(x, axis).sum()
            y.backward()
            assert not x.grad.asnumpy().any()


@pytest.mark.parametrize("f", [np.var, np.std])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_deviation_of_close_values_far_from_0_keeps_its_digits_and_its_slope_too(f, dtype):
    for n in (3, 7, 1001):
        near = numpy.arange(n) % 11
        x = np.array(near + (2**24 - 2000 if dtype == "float32" else 2**53 - 2000), dtype=dtype)
        small = np.array(near, dtype="float64")
        slopes = []
        for a in (x, small):
            a.attach_grad()
            with autograd.record():
                y = f(a)
                slope = autograd.grad(y, a, create_graph=True)
                twice = (slope * np.arange(n, dtype=a.dtype) ** 2).sum()
            twice.backward()
            slopes.append([y.asnumpy(), slope.asnumpy(), a.grad.asnumpy()])
        for got, expected in zip(*slopes, strict=True):
            scale = abs(expected).max()
            numpy.testing.assert_allclose(got / scale, expected / scale, 0, 1e-5 if dtype == "float32" else 1e-13)


def test_statistics_of_nothing_are_nan_without_a_warning():
    assert numpy.isnan(np.mean(np.zeros((0, 3)), 0).asnumpy()).all()
    assert numpy.isnan(np.var(np.zeros((0, 3)), 0).asnumpy()).all()
    for axis in (None, 0, 1, (0, 1)):
        for keepdims in (False, True):
            x = np.zeros((0, 3))
            x.attach_grad()
            with autograd.record():
                y = np.median(x, axis, keepdims=keepdims)
            y.backward()
            with pytest.warns(RuntimeWarning) if axis != 1 else contextlib.nullcontext():
                expected = numpy.median(numpy.zeros((0, 3)), axis, keepdims=keepdims)
            numpy.testing.assert_array_equal(y.asnumpy(), expected)
            assert y.shape == numpy.shape(expected)  # which the line above does not look at
    assert np.quantile(np.zeros((2, 0)), [0.1, 0.5, 0.9], axis=1).shape == (3, 2)
    for f in (np.cov, np.corrcoef):
        assert numpy.isnan(f(np.zeros((2, 0))).asnumpy()).all() and numpy.isnan(f(np.zeros(0)).item())


@pytest.mark.parametrize("name", ["cov", "corrcoef"])
def test_the_variables_are_the_columns_of_a_matrix_of_one_row_too(name):
    x, y = rng.normal(size=(5, 2)), rng.normal(size=5)
    ours, numpys = getattr(np, name), getattr(numpy, name)
    assert np.cov(np.array(x[:1]), rowvar=False).shape == (2, 2)  # of NumPy's versions, from 2.2 on
    numpy.testing.assert_allclose(ours(np.array(x), np.array(y), rowvar=False).asnumpy(), numpys(x, y, rowvar=False))
    numpy.testing.assert_allclose(ours(np.array(y), np.array(y**2), False).asnumpy(), numpys(y, y**2, False))


def test_statistics_of_halves_do_not_overflow_on_the_way():
    x = numpy.array([[300.0, -300.0, 100.0], [1.0, 2.0, 3.0]])
    h = np.array(x, dtype="float16")
    for y, expected in (
        (np.std(h, 1), x.std(1)),
        (np.corrcoef(h), numpy.corrcoef(x)),
        (np.linalg.norm(h), numpy.linalg.norm(x)),
        (np.average(h * 100, weights=np.full((2, 3), 9.0, dtype="float16")), x.mean() * 100),
        (np.prod(np.array([1000.0, 1000.0, 0.01], dtype="float16")), 1e4),
    ):
        assert y.dtype == "float16"
        numpy.testing.assert_allclose(y.asnumpy(), expected, rtol=2e-3)


@pytest.mark.parametrize("scale", [1e-30, 1e-22, 1.0, 1e20, 1e30])
def test_a_correlation_does_not_depend_on_the_unit(scale):
    """In float32 it was NaN where the squares are infinite or 0, and 0.826 where they have lost digits."""
    x = numpy.array([[1.0, 2, 4], [2, 1, 5]])
    found = np.corrcoef(np.array(x * scale, dtype="float32"))
    numpy.testing.assert_allclose(found.asnumpy(), numpy.corrcoef(x), rtol=1e-6)


def test_no_correlation_is_above_1():
    drawn = numpy.random.default_rng(0).normal(size=(200, 5))
    for x in drawn:  # often it was, by the last digit, and its arccos NaN
        assert abs(np.corrcoef(np.array(numpy.array([x, 2 * x + 1, -x / 3])))).max() <= 1


def test_bins_of_halves_are_as_narrow_as_those_of_float32():
    x = (numpy.arange(60_000) % 2000).astype("float16")
    counts, edges = np.histogram(np.array(x), 2000, range=(0, 2000))
    assert (counts == 30).all()
    assert (edges.asnumpy() == numpy.arange(2001)).all()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32"])
def test_inverses_and_determinants_of_whole_numbers_are_not_rounded(dtype):
    a = np.array([[2, 1], [1, 3]], dtype=dtype)
    numpy.testing.assert_allclose(np.linalg.inv(a).asnumpy(), [[0.6, -0.2], [-0.2, 0.4]], rtol=1e-6)
    numpy.testing.assert_allclose(np.linalg.solve(a, np.array([1, 1], dtype=dtype)).asnumpy(), [0.4, 0.2], rtol=1e-6)
    assert np.linalg.det(a).item() == pytest.approx(5)
    assert np.linalg.inv(a).dtype == "float32"


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles_between_two_values_are_numpys(interpolation):
    a = numpy.random.default_rng(3).normal(size=(5, 4))
    q = [0.0, 0.125, 0.2, 0.5, 0.625, 0.9, 1.0]
    expected = numpy.quantile(a, q, axis=0, method=interpolation)
    found = np.quantile(np.array(a), q, 0, interpolation=interpolation)
    numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-12)
    percents = np.percentile(np.array(a), [100 * f for f in q], 0, interpolation=interpolation)
    numpy.testing.assert_allclose(percents.asnumpy(), expected, rtol=1e-12)
    with pytest.raises(ValueError, match="interpolation is 'cubic'"):
        np.quantile(np.array(a), 0.5, interpolation="cubic")


@pytest.mark.parametrize("weights", [None, numpy.array([1.0, 2.0, 3.0])])
def test_an_average_may_come_with_the_sum_of_the_weights(weights):
    a = numpy.arange(6.0).reshape(3, 2)
    for found, expected in zip(
        np.average(np.array(a), 0, weights, returned=True), numpy.average(a, 0, weights, returned=True), strict=True
    ):
        numpy.testing.assert_array_equal(found.asnumpy(), expected)


@pytest.mark.parametrize("name", ["var", "std", "prod"])
def test_a_statistic_is_computed_in_the_dtype_asked_for(name):
    x = np.array([1.0, 1.0 + 2**-12, 3.0])
    x.attach_grad()
    with autograd.record():
        y = getattr(np, name)(x, dtype="float64")
    y.backward()
    expected = getattr(numpy, name)(x.asnumpy(), dtype="float64")
    assert y.dtype == "float64" and x.grad.dtype == "float32"
    assert y.item() == pytest.approx(expected, rel=1e-14)
    exact = np.array(x, dtype="float64")
    exact.attach_grad()
    with autograd.record():
        z = getattr(np, name)(exact)
    z.backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), exact.grad.asnumpy(), rtol=1e-6)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "prod"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8"])
def test_a_statistic_has_the_dtype_asked_for(name, dtype):
    for x in (numpy.array([1.5, 2, 4]), numpy.array([[3, 100], [50, 2]], "int8")):
        found = getattr(np, name)(np.array(x), axis=0, dtype=dtype)
        if name in ("var", "std") and dtype == "int8":  # NumPy rounds each deviation
            assert found.dtype.kind == "f"
        else:
            expected = getattr(numpy, name)(x, axis=0, dtype=dtype)
            assert found.dtype == expected.dtype
            numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=2e-3)


def test_an_array_without_values_is_filled_with_zeros_to_another_shape():
    assert np.resize(np.zeros((0, 2)), (2, 2)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("weights", [[2], [[1], [2], [3]], [1, 2, 3, 4]])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match=r"weights of shape .* for \(3, 2\)"):
        np.average(np.ones((3, 2)), 0, weights=np.array(weights))


def test_both_parts_of_a_complex_number_become_finite():
    z = numpy.array([complex(NAN, INF), complex(1, -INF), complex(-INF, 2)], "complex64")
    for options in ({}, {"nan": 3.0, "posinf": 4.0, "neginf": 5.0}):
        expected = numpy.nan_to_num(z, **options)
        y, x = np.nan_to_num(np.array(z), **options), np.array(z)
        assert np.nan_to_num(x, copy=False, **options) is x
        assert y.dtype == expected.dtype
        assert y.tolist() == x.tolist() == expected.tolist()
