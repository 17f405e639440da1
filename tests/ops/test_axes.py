"""An axis that an array does not have is refused by every function that takes one, with the axis and the shape."""

import math
import re

import numpy
import pytest

from minigrad import autograd, gluon, metric, nd, np, npx, ops
from minigrad.errors import AxisError, KindError, MinigradError
from minigrad.gluon import utils

X = numpy.arange(1.0, 13, dtype="float32").reshape(2, 2, 3)


def named(name):
    return lambda xp, x, axis: getattr(xp, name)(x, axis=axis)


NAMES = [
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "var",
    "std",
    "any",
    "all",
    "argmax",
    "argmin",
    "argsort",
    "sort",
    "cumsum",
    "median",
    "ptp",
    "nansum",
    "nanmean",
    "nanmax",
    "nanmin",
    "flip",
    "count_nonzero",
    "diff",
    "trapezoid",
    "average",
    "rollaxis",
]
NUMPYS = {name: named(name) for name in NAMES} | {
    "quantile": lambda xp, x, axis: xp.quantile(x, 0.5, axis=axis),
    "percentile": lambda xp, x, axis: xp.percentile(x, 50, axis=axis),
    "insert": lambda xp, x, axis: xp.insert(x, 0, 1.0, axis=axis),
    "delete": lambda xp, x, axis: xp.delete(x, 0, axis=axis),
    "append": lambda xp, x, axis: xp.append(x, x, axis=axis),
    "split": lambda xp, x, axis: xp.split(x, 1, axis=axis)[0],
    "array_split": lambda xp, x, axis: xp.array_split(x, 2, axis=axis)[0],
    "concatenate": lambda xp, x, axis: xp.concatenate((x, x), axis=axis),
    "roll": lambda xp, x, axis: xp.roll(x, 1, axis=axis),
    "repeat": lambda xp, x, axis: xp.repeat(x, 2, axis=axis),
    "take": lambda xp, x, axis: xp.take(x, numpy.array([0, 1]), axis=axis),
    "take_along_axis": lambda xp, x, axis: xp.take_along_axis(x, numpy.zeros((1, 1, 1), int), axis=axis),
    "swapaxes": lambda xp, x, axis: xp.swapaxes(x, axis, 0),
    "moveaxis": lambda xp, x, axis: xp.moveaxis(x, axis, 0),
    "linalg.norm": lambda xp, x, axis: xp.linalg.norm(x, axis=axis),
}
OURS = {  # without a function of the same name in NumPy
    "softmax": lambda x, axis: npx.softmax(x, axis=axis), "log_softmax": npx.log_softmax,
    "logsumexp": ops.logsumexp, "norm": lambda x, axis: nd.norm(x, 2, axis),
    "masked_softmax": lambda x, axis: npx.masked_softmax(x, x > 2, axis),
    "softmax by lengths": lambda x, axis: npx.softmax(x, np.array([[1, 1, 1]] * 2), axis, use_length=True),
    "pick": lambda x, axis: npx.pick(x, np.zeros(1), axis), "topk": npx.topk,
    "arange_like": lambda x, axis: npx.arange_like(x, axis=axis), "nd.sum": nd.sum, "nd.argmax": nd.argmax,
    "sum exclude": lambda x, axis: x.sum(axis=axis, exclude=True), "nd.split": lambda x, a: nd.split(x, 1, a),
    "slice_axis": lambda x, axis: nd.slice_axis(x, axis, 0, 1),
    "slice_like": lambda x, axis: nd.slice_like(x, x, axes=(axis,)),
    "broadcast_axis": lambda x, axis: nd.broadcast_axis(x, axis, 1),
    "concat": lambda x, axis: nd.concat(x, x, dim=axis),
    "layer_norm": lambda x, axis: npx.layer_norm(x, np.ones(3), np.zeros(3), axis),
    "batch_norm": lambda x, axis: npx.batch_norm(x, *[np.ones(2)] * 4, axis=axis),
    "dropout": lambda x, axis: ops.dropout(x, 0.5, (axis,)), "split_data": lambda x, a: utils.split_data(x, 1, a),
    "sequence_mask": lambda x, axis: npx.sequence_mask(x, np.array([1, 1]), True, axis=axis),
    "BatchNorm": lambda x, axis: built(gluon.nn.BatchNorm(axis=axis), x),
    "InstanceNorm": lambda x, axis: built(gluon.nn.InstanceNorm(axis=axis, in_channels=2), x),
    "Concatenate": lambda x, axis: built(both(axis), x),
    "SoftmaxCrossEntropyLoss": lambda x, axis: gluon.loss.SoftmaxCELoss(axis, from_logits=True)(x, np.zeros((2, 2))),
    "L2Loss": lambda x, axis: gluon.loss.L2Loss(batch_axis=axis)(x, x),
    "Accuracy": lambda x, axis: metric.Accuracy(axis).update([np.zeros(4)], [x]),
}  # fmt: skip
WRONG = [3, -4, 7, 1.5, "0", True]


def built(layer, x):
    layer.initialize()
    return layer(x)


def both(axis):
    net = gluon.nn.Concatenate(axis=axis)
    net.add(gluon.nn.Identity(), gluon.nn.Identity())
    return net


@pytest.mark.parametrize("axis", WRONG, ids=repr)
@pytest.mark.parametrize("name", [*NUMPYS, *OURS])
def test_an_axis_that_is_not_there_is_refused_by_name(name, axis):
    x = np.array(X)
    with pytest.raises(MinigradError, match=re.escape(repr(axis))) as caught:
        NUMPYS[name](np, x, axis) if name in NUMPYS else OURS[name](x, axis)
    assert isinstance(caught.value, ValueError)
    if name != "sequence_mask":  # which knows two axes only, in a sentence of its own
        assert isinstance(caught.value, (AxisError if type(axis) is int else KindError, AssertionError))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3, numpy.int64(1)])
@pytest.mark.parametrize("name", NUMPYS)
def test_an_axis_that_is_there_is_numpys(name, axis):
    found, wanted = (NUMPYS[name](xp, x, axis) for xp, x in ((np, np.array(X)), (numpy, X)))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x, axis=(0, 0)), lambda x: np.mean(x, (1, -2)), lambda x: np.median(x, (2, -1)),
        lambda x: np.quantile(x, 0.5, (0, 0)), lambda x: np.flip(x, (0, 0)), lambda x: np.transpose(x, (0, 0, 1)),
        lambda x: np.moveaxis(x, (0, 0), (1, 2)), lambda x: np.squeeze(np.expand_dims(x, 0), (0, 0)),
        lambda x: np.expand_dims(x, (0, 0)), lambda x: np.rot90(x, 1, (1, 1)), lambda x: np.diagonal(x, 0, 1, 1),
        lambda x: np.tensordot(x, x, ((0, 0), (0, 1))), lambda x: np.linalg.norm(x, axis=(1, 1)),
        lambda x: np.max(x, [0, 0]), lambda x: nd.sum(x, axis=(0, 0), exclude=True),
    ],
)  # fmt: skip
def test_an_axis_named_twice_is_refused(f):
    with pytest.raises(AxisError, match=r"names axis \d of an array of shape .* twice"):
        f(np.array(X))


@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x: np.expand_dims(x, 4), "axis 4"), (lambda x: np.expand_dims(x, -5), "axis -5"),
        (lambda x: np.stack((x, x), 4), "axis 4"), (lambda x: nd.stack(x, x, axis=4), "axis 4"),
        (lambda x: np.rollaxis(x, 0, 4), "start 4"), (lambda x: np.transpose(x, (0, 1, 3)), "axes 3"),
        (lambda x: np.swapaxes(x, 0, 3), "axis2 3"), (lambda x: np.moveaxis(x, 0, 3), "destination 3"),
        (lambda x: np.tensordot(x, x, ((3,), (0,))), "axes 3"), (lambda x: np.tensordot(x, x, 4), "axes 3"),
        (lambda x: np.hsplit(np.array(1.0), 1), "axis 1"), (lambda x: np.linspace(0, 1, 3, axis=2), "axis 2"),
        (lambda x: np.cumsum(np.array(1.0), 1), "axis 1"), (lambda x: np.reshape(x, (2, 2, 3, 0)), "axis 3"),
    ],
)  # fmt: skip
def test_the_argument_that_was_wrong_is_named(f, said):
    with pytest.raises(AxisError, match=said):
        f(np.array(X))


def test_an_axis_of_the_result_is_numpys():
    x = np.array(X)
    for axis in (3, -4, (0, 4), (-1, 1)):
        assert np.expand_dims(x, axis).shape == numpy.expand_dims(X, axis).shape
    for axis in (3, -4, 0):
        assert np.stack((x, x), axis).shape == numpy.stack((X, X), axis).shape
    for axis in (-3, 0, 1, 2):
        for start in (-3, -1, 0, 2, 3):
            assert np.rollaxis(x, axis, start).shape == numpy.rollaxis(X, axis, start).shape


def test_a_number_is_reduced_over_axis_0_as_in_numpy_and_its_gradient_comes_back():
    x = np.array(2.0)
    x.attach_grad()
    with autograd.record():
        y = np.sum(x, axis=0) + np.prod(x, axis=-1) + np.max(x, axis=0)
    y.backward()
    assert (y.item(), x.grad.item()) == (6.0, 3.0)


@pytest.mark.parametrize("keepdims", [True, False, 1, 0, 2, -1, numpy.True_])
def test_kept_axes_have_length_1_whatever_says_so(keepdims):
    for axis in (0, 1, -1):
        for ours, theirs in ((np.sum, numpy.sum), (np.mean, numpy.mean), (np.var, numpy.var)):
            y = ours(np.array(X), axis=axis, keepdims=keepdims)
            assert y.shape == theirs(X, axis=axis, keepdims=bool(keepdims)).shape


def test_a_refused_axis_can_be_caught_as_what_numpy_raises():
    for kind in (ValueError, IndexError, AssertionError):
        with pytest.raises(kind):
            np.median(np.array(X), axis=3)
    for kind in (ValueError, TypeError):
        with pytest.raises(kind):
            np.sum(np.array(X), axis=1.5)
    assert math.prod(np.sum(np.array(X), axis=[0, 1]).shape) == 3  # a list of axes is Gluon's
