"""The functions of `np` against NumPy's own on the same values, and their gradients against differences."""

import math
from fractions import Fraction

import numpy
import pytest

import minigrad
from minigrad import autograd, np
from minigrad.errors import ArgumentError, FileError, GraphError, PositionError
from minigrad.gradcheck import gradcheck

rng = numpy.random.default_rng(8)
V, W = numpy.array([3.0, -1.0, 2.5, 0.5, 4.0]), numpy.array([1.0, 2.0, 0.5, -2.0, 0.25])
M = rng.permutation(12).reshape(3, 4).astype(float)
N = rng.permutation(12).reshape(3, 4) - 5.5
C = rng.permutation(24).reshape(2, 3, 4).astype(float)
HOLES = numpy.where(M % 5 == 0, numpy.nan, M)

# A call by name and arguments; those that are arrays are handed over as Tensors.
DIFFERENTIABLE = [
    ("diag", V), ("diag", V, 2), ("diag", V, -1), ("diag", M), ("diag", M, 1), ("diag", M, -2), ("diagflat", M),
    ("diagonal", C), ("diagonal", C, 1, 2, 0), ("trace", M), ("trace", C, -1), ("tril", M), ("tril", C, 1),
    ("triu", M, -1), ("vander", V), ("vander", V, 3, True), ("kron", M, V[None]), ("kron", V, M),
    ("atleast_1d", V), ("atleast_2d", V), ("atleast_3d", V), ("atleast_3d", M), ("atleast_3d", C),
    ("append", V, W), ("append", M, N, 0), ("append", M, N), ("ravel", M), ("resize", V, (3, 4)), ("resize", C, 5),
    ("fliplr", M), ("flipud", M), ("rot90", M), ("rot90", C, 2), ("rot90", C, 3, (1, 2)), ("rot90", C, -1, (2, 0)),
    ("rollaxis", C, 2), ("rollaxis", C, 0, 3), ("rollaxis", C, 2, 1), ("rollaxis", C, 0, -1),
    ("insert", V, 1, W), ("insert", V, -1, 9.0), ("insert", M, 2, V[:4], 0), ("insert", M, 0, N.T, 1),
    ("insert", M, -1, V[:3], 1),
    ("insert", V, [0, 3, 3], [7.0, 8.0, 9.0]), ("insert", M, [1, 4], 5.0, 1),
    ("delete", V, 1), ("delete", V, -1), ("delete", M, [0, 2], 1), ("delete", M, slice(1, None), 0),
    ("delete", C, [-1, 0], 2), ("delete", M, [True, False, False, True], 1),
    ("average", M), ("average", M, 0), ("average", M, 1, numpy.array([1.0, 2.0, 3.0, 4.0])), ("average", M, None, N**2),
    ("cov", M), ("cov", M, N), ("cov", M, None, False), ("cov", V), ("cov", V, W), ("cov", M, None, True, True),
    ("corrcoef", M), ("corrcoef", V, W), ("corrcoef", M, None, False),
    ("median", V), ("median", M), ("median", M, 1), ("median", C, (0, 2)), ("quantile", V, 0.3),
    ("quantile", M, numpy.array([0.0, 0.35, 1.0]), 0), ("percentile", C, 40, 1), ("ptp", M), ("ptp", M, 1),
    ("diff", V), ("diff", M, 2), ("diff", C, 1, 0), ("trapezoid", V), ("trapezoid", M, None, 0.5, 0),
    ("trapezoid", M, W[:4]), ("interp", numpy.array([-1.0, 0.1, 1.9, 7.0]), numpy.arange(5.0), V),
    ("polyval", V, W), ("inner", V, W), ("inner", M, N), ("inner", C, M),
    ("inner", M, V[0]), ("inner", V[1], C), ("vdot", M, N), ("cross", V[:3], W[:3]),
    ("cross", N[:, :3], M[:, :3]), ("nansum", HOLES), ("nansum", HOLES, 0), ("nanmean", HOLES, 1), ("nanmax", HOLES, 1),
    ("nanmin", HOLES, 0),
]  # fmt: skip
CONSTANT = [
    ("argwhere", N > 0), ("flatnonzero", V > 1), ("nonzero", M > 4), ("count_nonzero", M > 4),
    ("count_nonzero", M > 4, 1),
    ("histogram", V, 3), ("digitize", V, numpy.array([0.0, 1.0, 3.0])), ("searchsorted", numpy.sort(V), W),
    ("lexsort", (V, W)), ("unravel_index", numpy.array([3, 11]), (3, 4)), ("unique", numpy.array([3.0, 1.0, 3.0])),
    ("isin", V, numpy.array([3.0, 4.0])), ("intersect1d", V, V[1:]), ("setdiff1d", V, V[1:]), ("union1d", V, W),
    ("isclose", V, V + 1e-9), ("bincount", numpy.array([1, 4, 1])),
    ("bincount", numpy.array([0, 2]), numpy.array([0.5, 2.0]), 5),
    ("nan_to_num", numpy.array([1.0, numpy.nan, 5.0])),
    ("nan_to_num", numpy.array([numpy.inf, -numpy.inf]), True, 0.0, 3.0, -7.0),
    ("atleast_1d", V[0]), ("atleast_2d", V[0]), ("meshgrid", V, W), ("broadcast_arrays", V, M[:, :1]),
    ("split", M, 2, 1), ("split", V, [1, 3]), ("split", V, [0]), ("array_split", V, 3), ("array_split", V, 7),
    ("hsplit", M, 2), ("hsplit", V, [2]), ("vsplit", M, 3), ("dsplit", C, [1]),
    ("vstack", (V, W)), ("hstack", (V, W)), ("hstack", (M, N)), ("dstack", (M, N)), ("dstack", (V, W)),
    ("column_stack", (V, W)), ("column_stack", (M, V[:3])), ("column_stack", (V[0], V[1])),
    ("vstack", (V[0], V[1])), ("hstack", (V[0], V[1])), ("dstack", (V[0], V[1])), ("hstack", (V[0], W)),
    ("atleast_1d", V[0], V), ("atleast_2d", V[0], V, M), ("atleast_3d", V[0], V, M, C), ("broadcast_arrays", V),
    ("where", V > 1), ("where", M > 4), ("where", V > 1, V, 0.0), ("where", V > 1, 0.0, V), ("tril", V), ("triu", V),
    ("insert", V, slice(0, 2), 7.0), ("delete", V, slice(0, 2)), ("median", V[0]), ("median", M[:0], 1),
    ("percentile", M[:0], numpy.array([10.0, 50.0]), 1), ("nan_to_num", numpy.arange(3)),
    ("cov", M[:0]), ("corrcoef", M[:0]),
]  # fmt: skip


def names(rows):
    return [f"{i}-{row[0]}" for i, row in enumerate(rows)]


def tensor(value):
    if isinstance(value, tuple) and value and isinstance(value[0], numpy.ndarray):
        return tuple(map(tensor, value))
    return np.array(value) if isinstance(value, (numpy.ndarray, numpy.float64)) else value


def agree(found, expected):
    if isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for f, e in zip(found, expected):
            agree(f, e)
    else:
        assert isinstance(found, np.ndarray)
        assert found.shape == numpy.shape(expected)
        numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("row", DIFFERENTIABLE + CONSTANT, ids=names(DIFFERENTIABLE + CONSTANT))
def test_the_value_is_numpys(row):
    name, *args = row
    agree(getattr(np, name)(*map(tensor, args)), getattr(numpy, name)(*args))


@pytest.mark.parametrize("row", DIFFERENTIABLE, ids=names(DIFFERENTIABLE))
def test_the_gradient_is_that_of_differences(row):
    name, *args = row
    free = [i for i, a in enumerate(args) if isinstance(a, (numpy.ndarray, float)) and (i == 0 or name != "insert")]
    free = [i for i in free if isinstance(args[i], numpy.ndarray) and not (name == "quantile" and i == 1)]

    def of_free(*values):
        given = dict(zip(free, values))
        return getattr(np, name)(*[given.get(i, a) for i, a in enumerate(args)])

    assert gradcheck(of_free, *[np.array(args[i]) for i in free])


LARGE = 2**24 + numpy.arange(1, 7).reshape(2, 3)  # float32 knows every second of them
WHOLE = [
    ("tril", LARGE), ("triu", LARGE, 1), ("tril", LARGE % 2 == 0), ("vander", LARGE[0], 2), ("diag", LARGE),
    ("polyval", numpy.array([1, 1]), LARGE), ("append", LARGE, LARGE), ("insert", LARGE[0], 1, 7), ("diff", LARGE),
    ("diff", LARGE % 4 == 0, 2), ("polyval", LARGE[0, :0], LARGE),
    ("kron", LARGE, LARGE[0]), ("ptp", LARGE), ("rot90", LARGE), ("resize", LARGE, (4, 2)), ("inner", LARGE, LARGE),
]  # fmt: skip


@pytest.mark.parametrize("row", WHOLE, ids=names(WHOLE))
def test_whole_numbers_stay_whole_numbers(row):
    name, *args = row
    found, expected = getattr(np, name)(*map(tensor, args)), getattr(numpy, name)(*args)
    assert found.dtype == expected.dtype
    assert (found.asnumpy() == expected).all()


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "max", "min", "prod", "any", "all"])
def test_reductions_take_a_list_of_axes_as_gluons_do(name):
    expected = getattr(numpy, name)(C, axis=(0, 2))
    numpy.testing.assert_allclose(getattr(np, name)(np.array(C), axis=[0, 2]).asnumpy(), expected, rtol=1e-12)
    numpy.testing.assert_allclose(getattr(np.array(C), name)(axis=[0, 2]).asnumpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["zeros", "ones"])
def test_a_shape_may_be_an_array(name):
    assert getattr(np, name)(np.array([2, 3], dtype="int64")).shape == (2, 3)
    assert getattr(np, name)(numpy.array([2, 3])).shape == (2, 3)


def test_memory_is_shared_with_views_only():
    x = np.array(M)
    assert np.may_share_memory(x, x[0])
    assert np.shares_memory(x, x.data)
    assert numpy.may_share_memory(x, x.T)
    assert not np.may_share_memory(x, np.array(M))
    assert not np.may_share_memory(x, M)


def test_a_list_or_a_number_takes_the_width_of_the_array_beside_it():
    half = np.array([1, 2], dtype="float16")
    assert np.kron(half, 2.0).dtype == np.append(half, [3.0]).dtype == np.inner(half, [1.0, 2.0]).dtype == "float16"
    assert np.average([1.0, 2.0], weights=[1, 3]).item() == 1.75


def test_one_branch_of_where_is_too_few():
    with pytest.raises(TypeError, match=r"a condition alone, or with both"):
        np.where(np.array([True]), 1.0)


def test_a_function_without_a_derivative_refuses_to_lose_one_and_accepts_a_constant():
    x = np.array(V)
    x.attach_grad()
    with autograd.record():
        y = x * 2
        with pytest.raises(GraphError, match=r"unique has no derivative.*np\.sort.*detach"):
            np.unique(y)
        assert len(np.unique(y.detach())) == len(set(y.tolist()))
        assert np.searchsorted(np.sort(y), 1.0).item() == 1  # a position has no derivative to lose
    assert np.argwhere(y > 0).shape == (4, 1)


def test_split_into_unequal_parts_points_to_array_split():
    with pytest.raises(ArgumentError, match=r"length 5 into 2 equal.*array_split"):
        np.split(np.array(V), 2)
    with pytest.raises(ArgumentError, match="indices_or_sections=0"):
        np.split(np.array(V), 0)


def test_comparisons_of_arrays_as_a_whole():
    a = np.array(V)
    assert np.array_equal(a, V)
    assert not np.array_equal(a, V[:4])
    assert np.array_equiv(np.ones((3, 2)), np.ones(2))
    assert not np.array_equiv(np.ones((3, 2)), np.ones(3))
    assert np.allclose(a, a + 1e-9)
    assert not np.allclose(a, a + 1e-3)
    assert np.shares_memory(a, a[1:])
    assert not np.may_share_memory(a, a.copy())


def test_shapes_grids_and_triangles():
    assert (np.shape(C), np.ndim(M), np.size(C)) == ((2, 3, 4), 2, 24)
    agree(np.indices((2, 3)), numpy.indices((2, 3)))
    agree(np.tri(3, 4, 1), numpy.tri(3, 4, 1))
    agree(np.arange(2, 5, None), numpy.arange(2, 5, None))
    ij = np.meshgrid(np.array(V), np.array(W), np.array(V), indexing="ij")
    agree(ij, numpy.meshgrid(V, W, V, indexing="ij"))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize(("start", "stop", "step"), [(5, 6.9, 1e-4 / 3), (1, 3, 0.01), (2, -1, -0.007), (0, 1, 0.1)])
def test_each_number_of_a_range_is_rounded_once(dtype, start, stop, step):
    found = np.arange(start, stop, step, dtype=dtype)
    first, by = Fraction(start), Fraction(step)
    exact = [float(first + i * by) for i in range(math.ceil((Fraction(stop) - first) / by))]
    assert found.dtype == dtype and len(found) == len(exact)
    error = abs(found.asnumpy().astype("float64") - exact)
    assert (error <= 0.51 * abs(numpy.spacing(numpy.array(exact, dtype)).astype("float64"))).all()


def test_text_files_are_read_as_float32_and_written(tmp_path):
    path = tmp_path / "table.txt"
    np.savetxt(path, np.array(M), delimiter=",")
    for read in (np.loadtxt, np.genfromtxt):
        found = read(path, delimiter=",")
        assert found.dtype == "float32"
        assert (found.asnumpy() == M).all()
        with pytest.raises(FileError, match=r"missing\.txt"):
            read(tmp_path / "missing.txt")


def test_the_long_names_of_mxnet_are_the_same_modules():
    from minigrad.ndarray import NDArray
    from minigrad.numpy.random import multinomial

    assert NDArray is minigrad.nd.NDArray
    assert multinomial is np.random.multinomial
    assert minigrad.numpy is np
    assert minigrad.numpy_extension is minigrad.npx


@pytest.mark.parametrize("like", [list, numpy.array])
def test_whole_numbers_in_lists_stay_exact_beside_whole_numbers(like):
    x, other = np.array([2**24], dtype="int64"), like([2**24 + 1])
    assert not np.array_equal(x, other)
    assert not np.array_equiv(x, other)
    assert np.append(x, other).tolist() == [2**24, 2**24 + 1]
    assert np.append(np.array([1], dtype="int8"), like([300])).tolist() == [1, 300]
    assert np.diff([1, 4]).dtype == "float32"


@pytest.mark.parametrize("obj", [slice(0, 2), slice(1, 2), slice(None, None, 2), slice(-1, None)])
def test_a_slice_inserts_like_the_positions_in_it(obj):
    for axis in (0, 1):
        values = numpy.array([[9.0], [8.0]][: len(range(4)[obj])]) if axis == 0 else numpy.array([9.0, 8.0])
        if len(range(4)[obj]) == 2:
            expected = numpy.insert(numpy.zeros((4, 4)), obj, values, axis)
            assert np.insert(np.zeros((4, 4)), obj, np.array(values), axis).tolist() == expected.tolist()
    expected = numpy.insert(M, obj, 7.0, 0)
    assert np.insert(np.array(M), obj, 7.0, 0).tolist() == expected.tolist()


def test_a_mask_of_another_length_is_refused():
    with pytest.raises(PositionError, match=r"mask of shape \(2,\).*4 places"):
        np.delete(np.arange(4), [True, False])


def test_numbers_with_even_logarithms_are_exact_in_float64_and_steps_are_numpys():
    numpy.testing.assert_allclose(np.logspace(0, 40, 4, dtype="float64"), numpy.logspace(0, 40, 4), rtol=1e-14)
    starts, stops = [0.0, 1.0], numpy.array([2.0, 5.0])
    for num, endpoint in ((3, True), (4, False), (1, False)):
        ours, step = np.linspace(starts, np.array(stops), num, endpoint, retstep=True)
        theirs, expected = numpy.linspace(starts, stops, num, endpoint, retstep=True)
        assert (ours.tolist(), step.tolist()) == (theirs.tolist(), expected.tolist())
    for num in (0, 1):
        assert math.isnan(np.linspace(0, 1, num, retstep=True)[1])
    assert np.linspace(0, 1, 5, retstep=True)[1] == 0.25


@pytest.mark.parametrize(
    "make",
    [
        lambda x: np.full((2,), x),
        lambda x: np.full_like(np.ones(2), x),
        lambda x: np.linspace(0, x, 3),
        lambda x: np.logspace(x, 1, 3),
        lambda x: np.arange(x),
    ],
)
def test_a_constant_is_not_made_of_an_array_with_a_gradient(make):
    x = np.array(3.0)
    expected = make(x).tolist()
    x.attach_grad()
    with autograd.record():
        with pytest.raises(GraphError, match="detach"):
            make(x)
        assert make(x.detach()).tolist() == expected
    assert make(x).tolist() == expected


@pytest.mark.parametrize(
    ("values", "dtype"), [([300], "int8"), (-1, "uint8"), ([[1e10]], "int32"), ([math.nan], "int64"), (2**63, "int64")]
)
def test_numbers_that_a_dtype_cannot_hold_are_refused_as_in_numpy(values, dtype):
    with pytest.raises((OverflowError, ValueError)):
        numpy.array(values, dtype)
    with pytest.raises(ArgumentError, match="out of bounds|too large|cannot convert"):
        np.array(values, dtype)
    assert np.array([1.9, -1.9, True], "int8").tolist() == numpy.array([1.9, -1.9, True], "int8").tolist()
    assert np.array([np.zeros((0, 3))], "int8").shape == (1, 0, 3)
