"""Arguments that NumPy refuses are refused; those that were ignored or misread do what NumPy's or MXNet's do."""

import math

import numpy
import pytest

from minigrad import autograd, cpu, create, gpu, image, nd, np, npx
from minigrad.errors import (
    ArgumentError,
    AxisError,
    GraphError,
    KeywordError,
    KindError,
    PositionError,
    ShapeError,
    UsageError,
)  # fmt: skip

X = np.array(numpy.arange(1.0, 13, dtype="float32").reshape(2, 2, 3), ctx=cpu())
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda: np.quantile(X, 1.5), "q=1.5"), (lambda: np.quantile(X, -0.1), "q=-0.1"),
        (lambda: np.quantile(X, NAN), "q=nan"),
        (lambda: np.quantile(X, [0.5, 2.0]), "q=2.0"), (lambda: np.quantile(X,
        np.array([0.5, -1.0], ctx=cpu())), "q=-1.0"),
        (lambda: np.percentile(X, 101), "q=101"), (lambda: np.percentile(X, [50, -1]), "q=-1"),
        (lambda: np.percentile(X, "50"), "q='50'"),
        (lambda: np.diff(X, -1), "n=-1"), (lambda: np.diff(X, 1.5), "n=1.5"), (lambda: np.vander(X[0, 0], -1), "N=-1"),
        (lambda: np.rot90(X, 1.5), "k=1.5"), (lambda: np.tril(X, 0.5), "k=0.5"), (lambda: np.eye(2.5), "N=2.5"),
        (lambda: np.eye(3, k=0.5), "k=0.5"), (lambda: np.identity(-1), "N=-1"),
        (lambda: np.diag(X[0, 0], 0.5), "k=0.5"),
        (lambda: np.trace(X[0], 0.5), "offset=0.5"), (lambda: np.meshgrid(X[0, 0], indexing="yx"), "indexing is 'yx'"),
        (lambda: np.array_split(X, 0), "indices_or_sections=0"),
        (lambda: np.array_split(X, -2), "indices_or_sections=-2"),
        (lambda: np.split(X, 1.5), "indices_or_sections=1.5"), (lambda: np.split(X, [0.5]), "indices_or_sections=0.5"),
        (lambda: np.roll(X, 1.5), "shift=1.5"), (lambda: np.roll(X, (1, 0.5), (0, 1)), r"shift\[1\]=0.5"),
        (lambda: np.repeat(X, 1.5), "repeats=1.5"), (lambda: np.repeat(X, -1), "repeats=-1"),
        (lambda: np.reshape(X, -2), "shape=-2"), (lambda: np.reshape(X, (-3, 3)), r"shape\[0\]=-3"),
        (lambda: np.reshape(X, (4.0, 3)), r"shape\[0\]=4.0"), (lambda: np.resize(X, (-1, 3)), r"new_shape\[0\]=-1"),
        (lambda: np.zeros(2.7), "shape=2.7"), (lambda: np.ones((2.7, 3)), r"shape\[0\]=2.7"),
        (lambda: np.full(-1, 0), "shape=-1"), (lambda: np.full(2, None), "got None, but expects numbers"),
        (lambda: np.full(2, [None, 1]), "a list of NoneType, int, but expects numbers"),
        (lambda: np.zeros("23"), "shape"), (lambda: np.zeros(2, order="junk"), "order is 'junk'"),
        (lambda: np.arange(0, 3, 0), "step=0"), (lambda: np.arange(0, 3, NAN), "step=nan"),
        (lambda: np.linspace(0, 1, -1), "num=-1"),
        (lambda: np.bincount(X[0, 0], minlength=-1), "minlength=-1"),
        (lambda: np.take(X, [0], mode="junk"), "mode is 'junk'"),
        (lambda: np.linalg.matrix_power(X[:, :, :2], 0.5), "n=0.5"),
        (lambda: X.reshape((3, 4), order="F"), "order is 'F'"),
        (lambda: npx.reshape(X, (3, 4), order="F"), "order is 'F'"), (lambda: npx.reshape(X, -7), "shape=-7"),
        (lambda: nd.reshape(X, -5), "shape=-5"), (lambda: X.attach_grad(stype="junk"), "stype is 'junk'"),
        (lambda: nd.zeros(2, stype="csr"), "stype is 'csr'"), (lambda: nd.arange(3, repeat=-1), "repeat=-1"),
        (lambda: nd.L2Normalization(X, eps=-1), "eps=-1"),
        (lambda: nd.L2Normalization(X, mode="junk"), "mode is 'junk'"),
        (lambda: nd.pad(X, pad_width=(1, 1)), "two widths for each axis"), (lambda: nd.norm(X, 3), "ord is 3"),
        (lambda: nd.broadcast_axis(X, (0, 1), (2,)), "one size for each axis"), (lambda: gpu(-1), "device_id=-1"),
        (lambda: np.linalg.norm(X, 1), "ord=1 for 3 axes"), (lambda: nd.hard_sigmoid(X, NAN), "alpha=nan"),
        (lambda: image.imresize(X, 0, 2), "w=0"), (lambda: image.resize_short(X, 1.5), "size=1.5"),
        (lambda: image.fixed_crop(X, -1, 0, 1, 1), "x0=-1"),
        (lambda: image.fixed_crop(X, 1, 0, 2, 1), "does not fit into the image"),
        (lambda: image.center_crop(X, (0, 1)), "size=0"), (lambda: np.vander(X), "one axis of values"),
        (lambda: np.interp(X[0, 0], X[0, 0], X[0, 0, :2]), r"xp of shape \(3,\) and fp of \(2,\)"),
        (lambda: np.diag(X), "a matrix, or a vector"), (lambda: np.cov(X), "a matrix of observations"),
        (lambda: np.linalg.multi_dot([X]), "two matrices or more"),
        (lambda: np.indices((2, -1)), r"dimensions\[1\]=-1"),
    ],
)  # fmt: skip
def test_an_argument_that_cannot_be_meant_is_refused_with_its_value(f, said):
    with pytest.raises((ArgumentError, ShapeError), match=said):
        f()


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda: np.concatenate(X, X), r"its arrays as one list: concatenate\(\[a, b\]\)"),
        (lambda: np.stack([1, 2], [3, 4]), r"its arrays as one list: stack\(\[a, b\]\)"),
        (lambda: np.concatenate(), "at least one"), (lambda: np.stack(), "at least one"),
        (lambda: np.concatenate([X], axes=0), "no argument 'axes'; it takes arrays, axis, out"),
        (lambda: np.stack([X], dim=0), "no argument 'dim'; it takes arrays, axis"),
    ],
)  # fmt: skip
def test_functions_of_several_arrays_say_how_they_are_called(f, said):
    with pytest.raises(KeywordError, match=said):
        f()


@pytest.mark.parametrize(
    "f",
    [
        lambda: np.insert(X, 99, 0), lambda: np.insert(X, [0, -14], 0), lambda: np.insert(X, 1.5, 0),
        lambda: np.delete(X, 12), lambda: np.delete(X, [0, -13]), lambda: np.delete(X, 0.5),
    ],
)  # fmt: skip
def test_a_position_beyond_the_axis_is_refused(f):
    with pytest.raises(PositionError, match="no position .* along an axis of length 12"):
        f()
    with pytest.raises(IndexError):
        f()


def test_positions_up_to_the_end_are_numpys():
    x = numpy.arange(4.0)
    for obj in (0, 4, -4, -1, [0, 4], numpy.int64(2)):
        assert np.insert(np.array(x), obj, 9.0).tolist() == numpy.insert(x, obj, 9.0).tolist()
    for obj in (0, 3, -4, [0, 3], slice(1, 3), numpy.array(1)):
        assert np.delete(np.array(x), obj).tolist() == numpy.delete(x, obj).tolist()
    assert np.delete(np.array(x), np.array(1, dtype="int64")).tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    "f",
    [
        lambda i: X[i], lambda i: np.take(X, i), lambda i: np.take_along_axis(X, i.reshape((1, 1, 2)), 2),
        lambda i: npx.embedding(i, X[0]), lambda i: npx.one_hot(i, 3), lambda i: npx.index_add(X[0, 0], i, X[0, 0, :2]),
        lambda i: npx.gather_nd(X[0, 0], i), np.bincount,
        lambda i: np.repeat(X[0, 0, :2], i), lambda i: np.roll(X, i, (1, 2)),
    ],
)  # fmt: skip
def test_a_position_is_whole_though_it_may_be_a_float(f):
    assert f(np.array([0.0, 1.0], ctx=cpu())).size
    with pytest.raises(ArgumentError, match="0.5 is not a position"):
        f(np.array([0.0, 0.5], ctx=cpu()))


def test_cross_needs_three_values():
    with pytest.raises(ShapeError, match=r"\(4,\) and \(4,\)"):
        np.cross(np.ones(4), np.ones(4))
    numpy.testing.assert_allclose(np.cross(X, X + 1).asnumpy(), numpy.cross(X.asnumpy(), X.asnumpy() + 1))


def test_nan_to_num_is_numpys_in_place_too():
    raw = numpy.array([NAN, INF, -INF, 1.0], "float32")
    for given in ({}, {"nan": 5.0}, {"posinf": 7.0, "neginf": -7.0}, {"nan": INF}, {"nan": -INF, "posinf": 2.0}):
        wanted = numpy.nan_to_num(raw, **given)
        assert np.nan_to_num(np.array(raw), **given).tolist() == wanted.tolist()
        x = np.array(raw)
        assert np.nan_to_num(x, copy=False, **given) is x
        assert x.tolist() == wanted.tolist()
    whole = np.array([1, 2], dtype="int32")
    assert np.nan_to_num(whole, copy=False) is whole
    assert np.nan_to_num(whole) is not whole
    x = np.array(raw)
    x.attach_grad()
    with autograd.record(), pytest.raises(GraphError, match="in place"):
        np.nan_to_num(x, copy=False)


def test_halves_are_rounded_away_from_0_by_nd_and_to_the_even_by_np():
    x = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 2.4, -2.6, 8388609.0, INF, -INF]
    assert nd.round(nd.array(x)).tolist() == [1, 2, 3, -1, -2, -3, 0, 2, -3, 8388609.0, INF, -INF]
    assert np.round(np.array(x)).tolist() == numpy.round(numpy.array(x, "float32")).tolist()
    # MXNet's own documentation of rint
    assert nd.rint(nd.array([-1.5, 1.5, -1.9, 1.9, 2.1])).tolist() == [-2, 1, -2, 2, 2]
    assert math.isnan(nd.round(nd.array([NAN])).item())
    assert nd.round(nd.array([1, 2], dtype="int32")).tolist() == [1, 2]
    out = nd.zeros(1)
    assert nd.round(data=nd.array([2.5]), out=out) is out and out.item() == 3


@pytest.mark.parametrize(
    ("shape", "wanted", "reverse", "result"),
    [  # the first five from MXNet's documentation of nd.reshape
        ((2, 3, 4), (4, 0, 2), False, (4, 3, 2)), ((2, 3, 4), (-2,), False, (2, 3, 4)),
        ((2, 3, 4), (-3, 4), False, (6, 4)),
        ((2, 3, 4), (-4, 1, 2, -2), False, (1, 2, 3, 4)), ((2, 3, 4), (2, -4, -1, 3, -2), False, (2, 1, 3, 4)),
        ((10, 5, 4), (-1, 0), False, (40, 5)), ((10, 5, 4), (-1, 0), True, (50, 4)), ((2, 3, 5), -2, False, (2, 3, 5)),
        ((8, 6), (0, -4, 2, 3), False, (8, 2, 3)), ((2, 3, 4), (0, -3), False, (2, 12)),
    ],
)  # fmt: skip
def test_the_codes_of_nd_reshape_are_mxnets_also_as_a_method(shape, wanted, reverse, result):
    assert nd.reshape(nd.zeros(shape), wanted, reverse).shape == result
    assert nd.zeros(shape).reshape(wanted, reverse=reverse).shape == result


@pytest.mark.parametrize(
    ("shape", "wanted", "reverse", "result"),
    [  # from MXNet's documentation of npx.reshape
        ((2, 3, 8), (-2, -2, 2, -1), False, (2, 3, 2, 4)), ((2, 3, 8), (-2, -2, -6, -1, 2, -4), False, (2, 3, 4, 2)),
        ((1, 8, 3, 3, 3, 4, 4), (-3, -2, -2, -5, 4, 4), False, (8, 3, 9, 4, 4)),
        ((8, 3, 3, 3, 4, 4), (-4,), False, (8, 3, 3, 3, 4, 4)),
        ((8, 3, 2, 4, 8), (-4, -1, 2, -6), True, (8, 3, 2, 4, 4, 2)),
    ],
)  # fmt: skip
def test_the_codes_of_npx_reshape_are_mxnets(shape, wanted, reverse, result):
    assert npx.reshape(np.zeros(shape), wanted, reverse).shape == result


@pytest.mark.parametrize(
    "codes", [(-4, 3, 3, -2), (-4, -1, -1, -2), (-4, 2), (-4, 0, -1, -2), (-3, -3), (0, 0, 0, 0)], ids=str
)
def test_codes_that_do_not_fit_are_refused(codes):
    with pytest.raises(ShapeError, match="reshape"):
        nd.reshape(nd.zeros((2, 3, 4)), codes)


def test_what_is_there_already_takes_no_arguments():
    from minigrad import init, metric

    with pytest.raises(UsageError, match="axis"):
        metric.create(metric.Accuracy(), axis=2)
    with pytest.raises(UsageError, match="scale"):
        init.create(init.Uniform(), scale=2)


def test_a_default_of_a_parameter_dict_is_given_back():
    from minigrad import gluon

    params = gluon.ParameterDict()
    assert params.get("missing", 3) == 3 and not params
    assert params.get("w", shape=(2,)).shape == (2,)


def test_a_mask_of_the_top_of_all_has_the_shape_of_all():
    assert npx.topk(X, axis=None, k=2, ret_typ="mask").tolist() == (X > 10).astype("float32").tolist()


def test_memory_may_be_laid_out_by_columns():
    assert create.zeros((2, 3), order="F").data.flags.f_contiguous


def test_kinds_and_ranges_are_told_apart():
    for error, f in [(KindError, lambda: np.zeros(1.5)), (AxisError, lambda: np.median(X, axis=3))]:
        with pytest.raises(error):
            f()
    with pytest.raises(ArgumentError) as caught:
        np.zeros(-1)
    assert not isinstance(caught.value, TypeError)
