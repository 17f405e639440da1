"""Weights of samples: one for each along the batch axis, whatever the shape of the loss, or what broadcasts to it."""

import numpy
import pytest

from minigrad import autograd, gluon, np
from minigrad.errors import ShapeError
from minigrad.gluon import loss as gloss

DRAW = numpy.random.default_rng(7)


def drawn(*shape):
    return DRAW.uniform(0.1, 0.9, shape).astype("float32")


def cases():
    """A loss, its arguments, and the number of samples."""
    for name in ("L2Loss", "L1Loss", "HuberLoss", "HingeLoss", "SquaredHingeLoss", "LogisticLoss", "SigmoidBCELoss"):
        for shape in ((3,), (3, 1), (3, 3), (3, 2), (3, 2, 4)):
            for axis in range(len(shape)):
                yield getattr(gloss, name)(batch_axis=axis), [drawn(*shape), drawn(*shape)], shape[axis]
    for shape, axis, batch_axis in (((3, 4), -1, 0), ((3, 3, 4), -1, 0), ((3, 4, 2), 1, 0), ((2, 3, 4), 2, 1)):
        labels = DRAW.integers(0, 4, [n for i, n in enumerate(shape) if i != axis % len(shape)])
        yield gloss.SoftmaxCELoss(axis, batch_axis=batch_axis), [drawn(*shape), labels], shape[batch_axis]
        dense = gloss.SoftmaxCELoss(axis, sparse_label=False, batch_axis=batch_axis)
        yield dense, [drawn(*shape), drawn(*shape)], shape[batch_axis]
    yield gloss.KLDivLoss(), [drawn(3, 3), drawn(3, 3)], 3
    yield gloss.KLDivLoss(batch_axis=1), [drawn(2, 3), drawn(2, 3)], 3
    yield gloss.TripletLoss(9), [drawn(3, 3), drawn(3, 3), drawn(3, 3)], 3
    yield gloss.CosineEmbeddingLoss(), [drawn(3, 3), drawn(3, 3), numpy.array([1, -1, 1])], 3
    scores, lengths = drawn(2, 6, 4), [None, None]
    yield gloss.CTCLoss(), [scores, numpy.array([[0, 1], [2, 2]]), *lengths], 2
    yield gloss.CTCLoss(label_layout="TN"), [scores, numpy.array([[0, 2], [1, 2]]), *lengths], 2


@pytest.mark.parametrize(("loss", "arguments", "n"), [*cases()], ids=str)
@pytest.mark.parametrize("kind", [np.array, numpy.asarray, list])
def test_one_weight_for_each_sample_multiplies_what_it_contributes(loss, arguments, n, kind):
    weights = numpy.arange(1.0, n + 1)
    inputs = [a if a is None else np.array(a) for a in arguments]
    plain = loss(*inputs).asnumpy()
    found = loss(*inputs, kind(weights))
    assert found.dtype == "float32"
    each = weights.reshape(n, *[1] * (plain.ndim - 1))
    numpy.testing.assert_allclose(found.asnumpy(), plain * each, rtol=2e-5)


def test_a_mean_over_the_batch_weights_samples_too():
    p, y, w = drawn(3, 2), drawn(3, 2), numpy.array([1.0, 2.0, 0.0])
    found = gloss.PoissonNLLLoss()(np.array(p), np.array(y), w).asnumpy()
    numpy.testing.assert_allclose(found, [((numpy.exp(p) - y * p) * w[:, None]).mean()], rtol=1e-6)


@pytest.mark.parametrize("shape", [(3, 4, 2), (1, 4, 2), (3, 1, 2), (1, 1, 2), (1, 4, 1), (1,), ()])
def test_weights_that_broadcast_to_the_loss_multiply_each_value(shape):
    p, y, w = drawn(3, 4, 2), drawn(3, 4, 2), drawn(*shape)
    found = gloss.L2Loss()(np.array(p), np.array(y), np.array(w)).asnumpy()
    numpy.testing.assert_allclose(found, ((y - p) ** 2 / 2 * w).mean(axis=(1, 2)), rtol=1e-5)


def test_weights_of_tokens_have_the_shape_of_their_labels():
    p, w = drawn(2, 2, 3), numpy.array([[1.0, 2.0], [3.0, 0.0]])
    logp = p - numpy.log(numpy.exp(p).sum(axis=-1, keepdims=True))
    found = gloss.SoftmaxCELoss()(np.array(p), np.array([[0, 0], [0, 0]]), w).asnumpy()
    numpy.testing.assert_allclose(found, (-logp[..., 0] * w).mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize("shape", [(4,), (2,), (4, 3), (3, 4, 2, 2), (4, 2), (2, 4, 3), (1, 3)])
@pytest.mark.parametrize("name", ["L2Loss", "LogisticLoss", "KLDivLoss", "PoissonNLLLoss"])
def test_weights_of_another_shape_are_refused(name, shape):
    p = np.array(drawn(3, 4, 2))
    with pytest.raises(ValueError, match=rf"{name} got sample_weight of shape .*\(3, 4, 2\); give one .* shape \(3,\)"):
        getattr(gloss, name)()(p, p, np.ones(shape))


def test_a_column_of_weights_does_not_make_a_table_of_losses():
    p, w = np.array(drawn(3)), numpy.array([[1.0], [2.0], [3.0]])
    assert gloss.L1Loss()(p, p + 1, w).asnumpy().round(5).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match=r"shape \(3, 2\) for losses of shape \(3,\)"):
        gloss.L1Loss()(p, p, np.ones((3, 2)))


def test_one_weight_for_all_multiplies_and_weights_of_features_are_not_taken_for_those_of_samples():
    p = np.array([[1.0, 2.0, 3.0]])
    for one in (2, np.array(2), np.array([2]), np.array([[[2]]])):
        assert gloss.L1Loss()(p, p + 1, one).asnumpy().tolist() == [2]
        assert gloss.L1Loss()(p[0], p[0] + 1, one).asnumpy().tolist() == [2] * 3
    with pytest.raises(ValueError, match=r"shape \(3,\) for losses of shape \(1, 3\)"):
        gloss.L1Loss()(p, p, np.ones(3))


def test_weights_have_a_gradient():
    p, y, w = np.array(drawn(3, 2)), np.array(drawn(3, 2)), np.array([1.0, 2.0, 3.0])
    w.attach_grad()
    with autograd.record():
        gloss.L1Loss()(p, y, w).backward()
    numpy.testing.assert_allclose(w.grad.asnumpy(), abs(y.asnumpy() - p.asnumpy()).mean(axis=1), rtol=1e-6)


def test_custom_losses_weight_samples_in_the_same_way():
    class Absolute(gluon.loss.Loss):
        def hybrid_forward(self, F, pred, label, sample_weight=None):
            loss = gluon.loss._apply_weighting(F, F.abs(pred - label), self._weight, sample_weight)
            return F.mean(loss, axis=self._batch_axis, exclude=True)

    p, y = np.array(drawn(3, 2)), np.array(drawn(3, 2))
    for w in (np.array([1, 2, 3]), np.array([[1], [2], [3]])):
        built_in = gloss.L1Loss(weight=2)(p, y, w).asnumpy()
        numpy.testing.assert_allclose(Absolute(2, 0)(p, y, w).asnumpy(), built_in, rtol=1e-6)


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -float("inf")])
def test_a_weight_that_is_not_finite_is_refused(weight):
    with pytest.raises(ValueError, match="weight="):
        gloss.L2Loss(weight=weight)


@pytest.mark.parametrize("from_sigmoid", [False, True])
def test_a_weight_of_the_positive_class_that_would_make_the_loss_larger_is_refused(from_sigmoid):
    loss, p, y = gloss.SigmoidBCELoss(from_sigmoid), np.array(drawn(2, 3)), np.array(drawn(2, 3))
    for fits in ((), (1,), (3,), (2, 1), (1, 3), (2, 3)):
        assert loss(p, y, None, numpy.ones(fits)).dtype == "float32"
        assert loss(p, y, None, np.ones(fits)).tolist() == pytest.approx(loss(p, y).tolist())
    for wrong in ((2,), (4, 2, 3), (1, 2, 3), (3, 2)):
        with pytest.raises(ShapeError, match=r"pos_weight of shape .* for scores of shape \(2, 3\)"):
            loss(p, y, None, np.ones(wrong))
    with pytest.raises(ShapeError, match="pos_weight"):
        loss(p[0], y[0], None, np.ones((2, 1)))
