"""Losses beyond the recorded cases: weights, axes, extremes, wrong arguments, custom losses, CTC path by path."""

import itertools

import numpy
import pytest

from minigrad import autograd, gluon, nd, np, npx
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon import loss as gloss

DRAW = numpy.random.default_rng(0)


def sum_and_gradient(loss, x, *others):
    x = np.array(x)
    x.attach_grad()
    with autograd.record():
        out = loss(x, *others)
    out.backward()
    return out.asnumpy(), x.grad.asnumpy()


ELEMENTWISE = ["L2Loss", "L1Loss", "HuberLoss", "HingeLoss", "SquaredHingeLoss", "LogisticLoss", "SigmoidBCELoss"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_sample_weight_multiplies_before_the_mean_and_weight_after(name):
    pred, label = np.array(DRAW.normal(size=(3, 4))), np.array(numpy.sign(DRAW.normal(size=(3, 4))))
    weights = DRAW.uniform(size=(3, 1))
    columns = [getattr(gloss, name)()(pred[:, j : j + 1], label[:, j : j + 1]).asnumpy() for j in range(4)]
    weighted = getattr(gloss, name)(weight=3.0)(pred, label, np.array(weights)).asnumpy()
    numpy.testing.assert_allclose(weighted, 3 * weights[:, 0] * numpy.mean(columns, axis=0), rtol=1e-6)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_batch_axis_is_the_one_that_stays(name):
    pred, label = np.array(DRAW.normal(size=(3, 4, 2))), np.array(numpy.sign(DRAW.normal(size=(3, 4, 2))))
    first = getattr(gloss, name)()(pred.transpose(1, 0, 2), label.transpose(1, 0, 2)).asnumpy()
    second = getattr(gloss, name)(batch_axis=1)(pred, label).asnumpy()
    assert second.shape == (4,)
    numpy.testing.assert_allclose(first, second, rtol=1e-6)


AXES = {
    (2, 3, 4): [(0, 1), (0, -1), (1, 2), (2, 1), (2, -2), (-1, -3), (-3, 2), (0, 0)],
    (2, 3): [(1, 0), (-1, -2), (0, 1), (0, 0), (-1, 1), (-2, -2)],  # the axis of the classes may be the batch axis
}


@pytest.mark.parametrize(
    ("shape", "axis", "batch_axis"), [(shape, *axes) for shape, several in AXES.items() for axes in several]
)
def test_the_batch_axis_of_cross_entropy_counts_the_axis_of_the_classes(shape, axis, batch_axis):
    pred = DRAW.normal(size=shape)
    labels = numpy.expand_dims(DRAW.integers(0, 2, numpy.delete(pred.shape, axis)), axis)
    surprise = -numpy.take_along_axis(pred - numpy.log(numpy.exp(pred).sum(axis, keepdims=True)), labels, axis)
    expected = surprise.mean(tuple(numpy.delete(range(pred.ndim), batch_axis)))
    for more in (), (numpy.ones(surprise.shape),):
        loss = gloss.SoftmaxCELoss(axis, batch_axis=batch_axis)(np.array(pred), np.array(labels.squeeze(axis)), *more)
        numpy.testing.assert_allclose(loss.asnumpy(), expected, rtol=1e-12, strict=True)


@pytest.mark.parametrize("weight", [numpy.float32(3), numpy.int64(3), numpy.float16(3)])
def test_a_numpy_scalar_is_a_number_too(weight):
    assert gloss.L2Loss(weight=weight)(np.array([2.0]), np.array([0.0])).tolist() == [6]


@pytest.mark.parametrize("weight", ["2", [1, 2], numpy.ones(3)])
def test_a_weight_that_is_no_number_is_refused(weight):
    with pytest.raises(AssertionError, match=r"number or None.*sample_weight"):
        gloss.L1Loss(weight=weight)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "KLDivLoss", "PoissonNLLLoss"])
def test_labels_of_another_size_are_said(name):
    with pytest.raises(ValueError, match=r"predictions of shape \(2, 3\) and labels of shape \(2,\)"):
        getattr(gloss, name)()(np.zeros((2, 3)), np.zeros((2,)))


LINEAR = {  # in the labels
    "cross-entropy": gloss.SoftmaxCELoss(sparse_label=False),
    "cross-entropy of logarithms": gloss.SoftmaxCELoss(sparse_label=False, from_logits=True),
    "binary": gloss.SigmoidBCELoss(),
    "binary of probabilities": gloss.SigmoidBCELoss(from_sigmoid=True),
    "logistic": gloss.LogisticLoss(),
    "counts": gloss.PoissonNLLLoss(),
}


@pytest.mark.parametrize("name", LINEAR)
def test_labels_have_a_gradient_where_they_are_0_and_1_too(name):
    """A distribution that is itself learned, as in distillation, begins with zeros: there it was 0."""
    loss = LINEAR[name]
    pred = np.array(DRAW.uniform(0.1, 0.9, (2, 3)))
    label = np.array(numpy.array([[0.0, 1.0, 0.0], [0.25, 0.0, 0.75]]))
    label.attach_grad()
    with autograd.record():
        loss(pred, label).backward()
    for k in numpy.ndindex(2, 3):
        moved = label.asnumpy().copy()
        moved[k] += 1
        slope = (loss(pred, np.array(moved)) - loss(pred, label.detach())).sum().item()
        assert label.grad[k].item() == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_extreme_scores_overflow_nowhere(dtype):
    scores = numpy.array([[800.0], [-800.0]], dtype)
    zeros, ones = np.array(numpy.zeros((2, 1), dtype)), np.array(numpy.ones((2, 1), dtype))
    for loss, label, value, slope in (
        (gloss.SigmoidBCELoss(), zeros, [800, 0], [1, 0]),
        (gloss.SigmoidBCELoss(), ones, [0, 800], [0, -1]),
        (gloss.LogisticLoss(), -ones, [800, 0], [1, 0]),
        (gloss.LogisticLoss(label_format="binary"), ones, [0, 800], [0, -1]),
    ):
        out, gradient = sum_and_gradient(loss, scores, label)
        assert out.dtype == dtype
        assert out.tolist() == value
        assert gradient.ravel().tolist() == slope
    both = numpy.array([[800.0, -800.0], [-800.0, 800.0]], dtype)
    out, gradient = sum_and_gradient(gloss.SoftmaxCELoss(), both, np.array([0, 0]))
    assert out.tolist() == [0, 1600]
    assert gradient.tolist() == [[0, 0], [-1, 1]]


def test_softmax_cross_entropy_of_sparse_and_dense_labels_are_the_same():
    scores = DRAW.normal(size=(4, 3))
    label = numpy.array([0, 2, 1, 2])
    dense = np.array(numpy.eye(3)[label])
    a = sum_and_gradient(gloss.SoftmaxCELoss(), scores, np.array(label))
    b = sum_and_gradient(gloss.SoftmaxCELoss(sparse_label=False), scores, dense)
    c = sum_and_gradient(gloss.SoftmaxCELoss(), scores, np.array(label.astype("float32")))
    for other in (b, c):
        for x, y in zip(a, other):
            numpy.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-15)


def test_labels_that_are_no_whole_numbers_are_said():
    with pytest.raises(ValueError, match=r"A label is 0.5.*whole numbers from 0 to 2"):
        gloss.SoftmaxCELoss()(np.zeros((2, 3)), np.array([0.5, 1]))


@pytest.mark.parametrize("no, loss", [(0.0, gloss.SigmoidBCELoss()), (-1.0, gloss.LogisticLoss())])
@pytest.mark.parametrize("score", [-30.0, -10.0, 0.0, 10.0, 30.0])
@pytest.mark.parametrize("yes", [True, False])
def test_the_loss_of_a_sure_and_right_score_and_its_gradient_have_all_digits(no, loss, score, yes):
    x, label = numpy.array([score], "float32"), np.array([1.0 if yes else no])
    value, gradient = sum_and_gradient(loss, x, label)
    s = -score if yes else score
    numpy.testing.assert_allclose(value, numpy.logaddexp(0.0, s), rtol=1e-6)  # in float64
    numpy.testing.assert_allclose(gradient, (-1 if yes else 1) / (1 + numpy.exp(-s)), rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_labels_outside_the_classes_are_clipped_as_in_gluon_with_a_warning(from_logits):
    loss = gloss.SoftmaxCELoss(from_logits=from_logits)
    with pytest.warns(UserWarning, match="A label is 7.*clipped"):
        out = loss(np.array([[-9.0, -9.0, 0.0]]), np.array([7]))
    assert out.item() == pytest.approx(0, abs=1e-3)
    with pytest.raises(ArgumentError, match="A label is 0.5"):
        loss(np.array([[-9.0, -9.0, 0.0]]), np.array([0.5]))


def test_labels_of_a_shape_that_cannot_be_meant_are_said():
    one_hot = np.array(numpy.eye(3))
    for options in ({}, {"from_logits": True}):
        with pytest.raises(ValueError, match="sparse_label=False"):
            gloss.SoftmaxCELoss(**options)(np.zeros((3, 3)), one_hot)


def test_an_unknown_label_format_is_refused():
    with pytest.raises(ValueError, match=r"'signed'.*'binary'"):
        gloss.LogisticLoss(label_format="one-hot")


def test_poisson_with_the_full_likelihood_has_no_nan_and_a_gradient_at_zero_counts():
    out, gradient = sum_and_gradient(gloss.PoissonNLLLoss(compute_full=True), [0.0, 1.0], np.array([0.0, 3.0]))
    stirling = 3 * numpy.log(3) - 3 + 0.5 * numpy.log(6 * numpy.pi)
    numpy.testing.assert_allclose(out, [(1 + numpy.e - 3 + stirling) / 2], rtol=1e-6)
    numpy.testing.assert_allclose(gradient, [0.5, (numpy.e - 3) / 2], rtol=1e-5)


def test_equal_vectors_and_zero_vectors_have_a_finite_cosine_loss():
    x = numpy.array([[1.0, 2.0], [0.0, 0.0]])
    out, gradient = sum_and_gradient(gloss.CosineEmbeddingLoss(), x, np.array(x), np.array([1, 1]))
    numpy.testing.assert_allclose(out.ravel(), [0, 1], atol=1e-7)
    assert numpy.isfinite(gradient).all()


@pytest.mark.parametrize("sizes", [(1e20, 1e20), (1e30, 1e30), (1e30, 1e-20), (1e-3, 1e37), (1e15, 3e15), (1, 1)])
def test_the_cosine_of_vectors_is_that_of_their_directions_however_long_they_are(sizes):
    x, y = (numpy.array([[3.0, 4.0], [1.0, -2.0]]) * sizes[0], numpy.array([[4.0, 3.0], [2.0, -1.0]]) * sizes[1])
    a, b = numpy.float32(x), np.array(numpy.float32(y))
    out, gradient = sum_and_gradient(gloss.CosineEmbeddingLoss(), a, b, np.array([1, -1]))
    numpy.testing.assert_allclose(out.ravel(), [1 - 24 / 25, 4 / 5], rtol=1e-5)
    # of x y / (|x| |y|): y / (|x| |y|) - cosine x / |x|^2
    lengths = [numpy.linalg.norm(v, axis=1, keepdims=True) for v in (x, y)]
    cosine = numpy.array([[24 / 25], [4 / 5]])
    expected = numpy.array([[-1.0], [1.0]]) * (y / lengths[1] - cosine * x / lengths[0]) / lengths[0]
    numpy.testing.assert_allclose(gradient * sizes[0], expected * sizes[0], rtol=1e-4, atol=1e-6)


def test_a_long_vector_and_a_zero_one_have_no_angle():
    for zero in (numpy.zeros((1, 2)), numpy.zeros((1, 0))):
        x = numpy.float32(zero + 3e38)
        out, gradient = sum_and_gradient(gloss.CosineEmbeddingLoss(), x, np.array(zero), np.array([1]))
        assert out.tolist() == [[1]] and not gradient.any()


@pytest.mark.parametrize("huber", [lambda x: gloss.HuberLoss()(x, 0 * x), npx.smooth_l1])
def test_hubers_function_curves_at_zero_as_a_square_does(huber):
    x = np.array([0.0, 0.5, -0.5, 3.0])
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(huber(x).sum(), x, create_graph=True)
    slope.backward()
    assert slope.tolist() == [0, 0.5, -0.5, 1] and x.grad.tolist() == [1, 1, 1, 0]


def test_sdml_needs_negatives():
    with pytest.raises(ValueError, match="2 rows"):
        gloss.SDMLLoss()(np.zeros((1, 2)), np.zeros((1, 2)))


# Custom losses


def test_a_custom_loss_of_the_guides_style():
    class Contrastive(gloss.Loss):
        def __init__(self, margin=6.0, weight=None, batch_axis=0, **kwargs):
            super().__init__(weight, batch_axis, **kwargs)
            self.margin = margin

        def hybrid_forward(self, F, image1, image2, label):
            squared = F.sum(F.square(image1 - image2), 1, keepdims=True)
            d = F.clip(self.margin - F.sqrt(squared + 0.0001), 0, self.margin)
            return 0.5 * ((1 - label) * squared + label * F.square(d))

    a, b = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([[3.0, 4.0], [3.0, 4.0]])
    out = Contrastive()(a, b, np.array([[0.0], [1.0]]))
    numpy.testing.assert_allclose(out.asnumpy(), [[12.5], [0.5]], rtol=1e-4)


def test_a_custom_loss_with_gluons_helpers_equals_the_built_in_one():
    class Squared(gloss.Loss):
        def hybrid_forward(self, F, pred, label, sample_weight=None):
            label = gloss._reshape_like(F, label, pred)
            loss = gloss._apply_weighting(F, F.square(label - pred), self._weight / 2, sample_weight)
            return F.mean(loss, axis=self._batch_axis, exclude=True)

    pred, label, weights = (np.array(DRAW.normal(size=s)) for s in ((3, 2), (6,), (3, 1)))
    numpy.testing.assert_allclose(
        Squared(weight=2.0, batch_axis=0)(pred, label, weights).asnumpy(),
        gloss.L2Loss(weight=2.0)(pred, label, weights).asnumpy(),
        rtol=1e-6,
    )
    with pytest.raises(AssertionError, match="number or None"):
        gloss._apply_weighting(nd, pred, weight=label)


def test_losses_print_like_gluons():
    assert repr(gluon.loss.L2Loss()) == "L2Loss(batch_axis=0, w=1.0)"
    assert repr(gluon.loss.CTCLoss()) == "CTCLoss(batch_axis=0, w=None)"


# CTC


def spelled(path, blank):
    """What a path reads as: repetitions, then blanks, dropped."""
    return tuple(k for k, _ in itertools.groupby(path) if k != blank)


@pytest.mark.parametrize("label", [(0, 1), (1, 1), (0,), (), (0, 1, 0)])
def test_ctc_is_the_log_of_the_summed_probability_of_all_paths(label):
    scores = DRAW.normal(size=(4, 3))
    p = numpy.exp(scores) / numpy.exp(scores).sum(1, keepdims=True)
    total = sum(
        numpy.prod([p[t, k] for t, k in enumerate(path)])
        for path in itertools.product(range(3), repeat=4)
        if spelled(path, 2) == label
    )
    padded = numpy.array([[*label, *[-1] * (4 - len(label))]])
    out = gloss.CTCLoss()(np.array(scores[None]), np.array(padded))
    numpy.testing.assert_allclose(out.asnumpy(), [-numpy.log(total)], rtol=1e-9)


@pytest.mark.parametrize(
    "label, lengths, sentence",
    [
        ([0, 9], (None, None), "label 9 .* from 0 to 1"),
        ([2, 0], (None, None), "label 2 .* blank"),
        ([0, -1], (None, [2]), "label -1"),
        ([0, 1], (None, [3]), "label_lengths with 3.* from 0 to 2"),
        ([0, 1], ([5], None), "pred_lengths with 5.* from 1 to 4"),
        ([0, 1], ([0], None), "pred_lengths with 0"),
        ([0.5, 1], (None, None), "0.5 as a label or a length"),
        ([0, float("nan")], (None, None), "nan as a label"),
        ([0, 1], ([2.5], None), "2.5 as a label or a length"),
        ([0, 1], (None, [1.5]), "1.5 as a label or a length"),
    ],
)
def test_ctc_refuses_labels_that_are_no_class_and_lengths_beyond_the_arrays(label, lengths, sentence):
    scores = np.zeros((1, 4, 3))
    with pytest.raises(ArgumentError, match=sentence):
        gloss.CTCLoss()(scores, np.array([label]), *(None if n is None else np.array(n) for n in lengths))
    gloss.CTCLoss()(scores, np.array([[0, 9]]), np.array([4]), np.array([1]))  # beyond its length anything may stand


@pytest.mark.parametrize("layout", ["NTC", "TNC"])
@pytest.mark.parametrize("label_layout", ["NT", "TN"])
def test_ctc_and_its_gradient_equal_pytorchs_in_every_layout(layout, label_layout):
    torch = pytest.importorskip("torch")
    scores = numpy.random.default_rng(2).normal(size=(6, 3, 5))  # time, batch, classes
    label = numpy.array([[0, 1, 1, 2], [3, 0, -1, -1], [2, 2, 2, -1]])
    lengths, pred_lengths = [4, 2, 3], [6, 3, 6]
    u = torch.tensor(scores, requires_grad=True)
    expected = torch.nn.functional.ctc_loss(
        torch.log_softmax(u, -1),
        torch.tensor(numpy.maximum(label, 0)),
        torch.tensor(pred_lengths),
        torch.tensor(lengths),
        blank=4,
        reduction="none",
    )
    expected.sum().backward()
    ours = scores.transpose(1, 0, 2) if layout == "NTC" else scores
    labels = np.array(label if label_layout == "NT" else label.T)
    for given in (None, np.array(lengths)):
        out, gradient = sum_and_gradient(
            gloss.CTCLoss(layout, label_layout), ours, labels, np.array(pred_lengths), given
        )
        gradient = gradient.transpose(1, 0, 2) if layout == "NTC" else gradient
        numpy.testing.assert_allclose(out, expected.detach().numpy(), rtol=1e-7)
        numpy.testing.assert_allclose(gradient, u.grad.numpy(), rtol=1e-6, atol=1e-9)


def test_ctc_of_a_label_too_long_for_its_time_is_infinite_with_gradient_zero():
    out, gradient = sum_and_gradient(gloss.CTCLoss(), numpy.zeros((1, 2, 3)), np.array([[0, 0]]))
    assert out.tolist() == [numpy.inf]
    assert (gradient == 0).all()


def test_a_class_that_is_impossible_at_a_time_leaves_the_gradient_of_ctc_finite():
    """A score of -inf is a mask. PyTorch's gradient is NaN for it, but not for -1e3."""
    torch = pytest.importorskip("torch")
    scores = DRAW.normal(size=(1, 4, 3))
    for t, k in ((0, 2), (1, 1), (1, 2), (2, 0)):
        scores[0, t, k] = -numpy.inf
    u = torch.tensor(numpy.maximum(scores, -1e3), requires_grad=True)
    expected = torch.nn.functional.ctc_loss(
        torch.log_softmax(u, -1).transpose(0, 1), torch.tensor([[0, 1]]), [4], [2], blank=2, reduction="sum"
    )
    expected.backward()
    out, gradient = sum_and_gradient(gloss.CTCLoss(), scores, np.array([[0, 1]]))
    assert out.tolist() == pytest.approx([expected.item()])
    numpy.testing.assert_allclose(gradient, u.grad.numpy(), rtol=1e-6, atol=1e-12)


def test_ctc_refuses_unknown_layouts_and_batches_that_differ():
    with pytest.raises(ValueError, match="'NCT'"):
        gloss.CTCLoss("NCT")
    with pytest.raises(ValueError, match="3 samples and labels of 2"):
        gloss.CTCLoss()(np.zeros((3, 4, 5)), np.zeros((2, 2)))
    with pytest.raises(ShapeError, match=r"labels of shape \(3,\)"):
        gloss.CTCLoss()(np.zeros((3, 4, 5)), np.zeros((3,)))
    for wrong in (2, [2], [2, 2, 2, 2], [[2], [2], [2]]):
        for name, lengths in (("pred_lengths", (np.array(wrong), None)), ("label_lengths", (None, np.array(wrong)))):
            with pytest.raises(ShapeError, match=rf"{name} of shape .* for 3 samples"):
                gloss.CTCLoss()(np.zeros((3, 4, 5)), np.zeros((3, 2)), *lengths)


@pytest.mark.parametrize("name", [*ELEMENTWISE, "KLDivLoss", "PoissonNLLLoss"])
def test_labels_with_axes_in_another_order_are_refused_but_lengths_of_one_come_and_go(name):
    loss, pred = getattr(gloss, name)(), np.array(numpy.full((2, 3), 0.5))
    for fits in ((2, 3, 1), (1, 2, 3), (6,)):
        assert loss(pred, np.ones(fits)).tolist() == loss(pred, np.ones((2, 3))).tolist()
    for wrong in ((3, 2), (3, 1, 2)):
        with pytest.raises(ShapeError, match=r"shape \(2, 3\) and labels of shape .*order of axes"):
            loss(pred, np.ones(wrong))


@pytest.mark.parametrize("from_logits", [False, True])
def test_class_numbers_with_axes_in_another_order_are_refused(from_logits):
    scores, labels = DRAW.normal(size=(2, 3, 4)), DRAW.integers(3, size=(2, 4))
    loss = gloss.SoftmaxCrossEntropyLoss(axis=1, from_logits=from_logits)
    for fits in (labels, labels[:, None], labels.ravel()):
        assert loss(np.array(scores), np.array(fits)).shape == (2,)
    for wrong in (labels.T, labels.reshape(4, 2), labels[:1]):
        with pytest.raises(ShapeError, match=r"labels must have shape \(2, 4\)"):
            loss(np.array(scores), np.array(wrong))
