"""Losses of whole numbers, of float16 and of plain NumPy arrays, beside their formulas in NumPy's float64."""

import numpy
import pytest

from minigrad import autograd, np
from minigrad.gluon import loss as gloss

DRAW = numpy.random.default_rng(5)


def softplus(x):
    return numpy.maximum(x, 0) + numpy.log1p(numpy.exp(-numpy.abs(x)))


def log_softmax(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - numpy.log(numpy.exp(shifted).sum(axis=-1, keepdims=True))


def huber(p, y):
    a = numpy.abs(y - p)
    return numpy.where(a > 1, a - 0.5, a * a / 2)


def entropy(y):
    return numpy.where(y == 0, 0, y * numpy.log(numpy.where(y == 0, 1, y)))


def cosine(a, b, y):
    c = (a * b).sum(axis=-1) / numpy.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return numpy.where(y == 1, 1 - c, numpy.where(y == -1, numpy.maximum(c, 0), 0))[:, None]


def sdml(a, b):
    n, logp = len(a), log_softmax(-((a[:, None] - b[None]) ** 2).sum(axis=2))
    t = numpy.where(numpy.eye(n) == 1, 0.7, 0.3 / (n - 1))
    return (t * (numpy.log(t) - logp)).sum(axis=1)


def mean(loss):
    return loss.reshape(len(loss), -1).mean(axis=1)


def drawn(*shape, low=-2.0, high=2.0):
    return DRAW.uniform(low, high, shape)


P, Y, CERTAIN = drawn(4, 6), drawn(4, 6), numpy.array([[0.0, 1.0], [1.0, 0.0], [0.25, 0.5]])
SIGNS, RIGHT = numpy.sign(drawn(4, 6)), numpy.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
PROBABILITIES = numpy.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
CASES = {
    "l2": (gloss.L2Loss(), lambda p, y: mean((y - p) ** 2 / 2), P, Y),
    "l1": (gloss.L1Loss(), lambda p, y: mean(abs(y - p)), P, Y),
    "huber": (gloss.HuberLoss(), lambda p, y: mean(huber(p, y)), P, Y),
    "hinge": (gloss.HingeLoss(), lambda p, y: mean(numpy.maximum(0, 1 - p * y)), P, SIGNS),
    "squared hinge": (gloss.SquaredHingeLoss(), lambda p, y: mean(numpy.maximum(0, 1 - p * y) ** 2), P, SIGNS),
    "logistic": (gloss.LogisticLoss(), lambda p, y: mean(softplus(p) - p * (y + 1) / 2), P, SIGNS),
    "bce": (gloss.SigmoidBCELoss(), lambda p, y: mean(softplus(p) - p * y), P, (SIGNS + 1) / 2),
    "bce of probabilities": (
        gloss.SigmoidBCELoss(from_sigmoid=True),
        lambda p, y: mean(-y * numpy.log(p + 1e-12) - (1 - y) * numpy.log(1 - p + 1e-12)),
        CERTAIN,
        RIGHT,
    ),
    "cross-entropy": (
        gloss.SoftmaxCELoss(),
        lambda p, y: -log_softmax(p)[range(len(p)), y.astype(int)],
        P,
        numpy.array([0.0, 5.0, 2.0, 2.0]),
    ),
    "dense cross-entropy": (
        gloss.SoftmaxCELoss(sparse_label=False),
        lambda p, y: -(y * log_softmax(p)).sum(axis=1),
        drawn(2, 3),
        PROBABILITIES,
    ),
    "divergence": (
        gloss.KLDivLoss(from_logits=False),
        lambda p, y: (entropy(y) - y * log_softmax(p)).sum(axis=1),
        drawn(2, 3),
        PROBABILITIES,
    ),
    "triplet": (
        gloss.TripletLoss(margin=9),
        lambda a, p, n: numpy.maximum(0, 9 + ((a - p) ** 2 - (a - n) ** 2).sum(axis=1)),
        P,
        Y,
        drawn(4, 6),
    ),
    "poisson": (gloss.PoissonNLLLoss(), lambda p, y: (numpy.exp(p) - y * p).mean()[None], P, abs(Y)),
    "poisson of rates": (
        gloss.PoissonNLLLoss(from_logits=False),
        lambda p, y: (p - y * numpy.log(p + 1e-8)).mean()[None],
        numpy.array([[0.0, 0.5], [2.0, 3.0]]),
        numpy.array([[0.0, 1.0], [2.0, 4.0]]),
    ),
    "cosine": (gloss.CosineEmbeddingLoss(), cosine, 300 * P, 300 * Y, numpy.array([1.0, -1.0, 1.0, 0.0])),
    "sdml": (gloss.SDMLLoss(), sdml, P, Y),
}
"""A loss, its formula, and arguments."""


def numbers(values, dtype):
    return np.array(numpy.asarray(values), dtype=dtype)


def slopes(formula, p, *others):
    """The gradient of the formula's sum by its first argument, from differences; at the ends of [0, 1] one-sided."""
    found = numpy.zeros_like(p)
    for i in numpy.ndindex(p.shape):
        step = numpy.zeros_like(p)
        step[i] = 1e-5
        found[i] = (formula(p + step, *others).sum() - formula(p - step, *others).sum()) / 2e-5
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_values_and_gradients_are_those_of_the_formula_in_the_dtype_of_the_predictions(name, dtype):
    loss, formula, *exact = CASES[name]
    inputs = [numbers(a, dtype) for a in exact]
    exact = [a.asnumpy().astype("float64") for a in inputs]
    inputs[0].attach_grad()
    with autograd.record():
        found = loss(*inputs)
    found.backward()
    assert found.dtype == inputs[0].grad.dtype == dtype
    tolerance = {"rtol": 2e-3, "atol": 2e-3} if dtype == "float16" else {"rtol": 1e-5, "atol": 1e-6}
    numpy.testing.assert_allclose(found.asnumpy(), formula(*exact), **tolerance)
    if name in ("bce of probabilities", "poisson of rates"):  # at the ends of what is allowed; see below
        assert numpy.isfinite(inputs[0].grad.asnumpy()).all()
    else:
        numpy.testing.assert_allclose(inputs[0].grad.asnumpy(), slopes(formula, *exact), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", CASES)
def test_labels_may_be_numpy_arrays_and_do_not_widen_the_loss(name):
    loss, formula, first, *others = CASES[name]
    found = loss(numbers(first, "float32"), *others)
    assert found.dtype == "float32"
    numpy.testing.assert_allclose(found.asnumpy(), formula(first, *others), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64", "bool"])
@pytest.mark.parametrize("name", ["l2", "l1", "huber", "hinge", "logistic", "bce", "triplet", "cosine", "sdml"])
def test_whole_numbers_are_computed_in_floating_point(name, dtype):
    loss, formula, *_ = CASES[name]
    top = 2 if dtype == "bool" else 100
    arrays = [DRAW.integers(0, top, (3, 4)).astype(dtype) for _ in range(2 + (name == "triplet"))]
    arrays[0][0], arrays[1][0] = 0, top - 1 or 1
    if name in ("cosine", "sdml"):
        arrays = [DRAW.integers(1, 3, (3, 4)).astype(dtype) for _ in range(2)]
    labels = [numpy.array([1, 0, 1])] if name == "cosine" else []
    found = loss(*(np.array(a, dtype=dtype) for a in arrays), *labels)
    assert found.dtype == "float32"
    exact = formula(*(a.astype("float64") for a in arrays), *labels)
    numpy.testing.assert_allclose(found.asnumpy(), exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64"])
def test_differences_of_the_ends_of_a_dtype_do_not_wrap_around(dtype):
    low, high = (int(v) for v in (numpy.iinfo(dtype).min, numpy.iinfo(dtype).max))
    ends = low // 2, high // 2 + 1
    p, y = (np.array(numpy.array([[v, v]], dtype), dtype=dtype) for v in ends)
    numpy.testing.assert_allclose(gloss.L1Loss()(p, y).asnumpy(), ends[1] - ends[0], rtol=1e-7)
    numpy.testing.assert_allclose(gloss.L2Loss()(p, y).asnumpy(), (ends[1] - ends[0]) ** 2 / 2, rtol=1e-6)


def test_digits_of_large_whole_numbers_count():
    found = gloss.L1Loss()(np.array([16777216], dtype="int64"), np.array([16777217], dtype="int64"))
    assert found.asnumpy().tolist() == [1]


def test_means_of_many_halves_do_not_overflow_and_lose_nothing():
    p = np.full((2, 70_000), 3, dtype="float16")
    for loss, expected in ((gloss.L1Loss(), 3), (gloss.L2Loss(), 4.5), (gloss.HuberLoss(), 2.5)):
        assert loss(p, np.zeros_like(p)).asnumpy().tolist() == [expected] * 2
    found = gloss.SoftmaxCELoss()(np.zeros((1, 70_000), dtype="float16"), np.array([3]))
    numpy.testing.assert_allclose(found.asnumpy(), numpy.log(70_000), rtol=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_slope_of_a_certain_and_right_probability_is_that_of_its_logarithm(dtype):
    p, y = numbers([[1.0, 0.0]], dtype), numbers([[1.0, 0.0]], dtype)
    p.attach_grad()
    with autograd.record():
        gloss.SigmoidBCELoss(from_sigmoid=True)(p, y).backward()
    numpy.testing.assert_allclose(p.grad.asnumpy(), [[-0.5, 0.5]], rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_class_that_is_impossible_on_both_sides_adds_nothing(dtype):
    logp = numbers([[-0.5, -numpy.inf]], dtype)
    y = numbers([[1.0, 0.0]], dtype)
    logp.attach_grad()
    for loss in (gloss.KLDivLoss(), gloss.SoftmaxCELoss(sparse_label=False, from_logits=True)):
        with autograd.record():
            found = loss(logp, y)
        found.backward()
        numpy.testing.assert_allclose(found.asnumpy(), [0.5], rtol=1e-6)
        assert logp.grad.asnumpy().tolist() == [[-1, 0]]


@pytest.mark.parametrize("name", ["ctc", "divergence", "bce", "cross-entropy", "huber", "poisson", "cosine", "triplet"])
def test_halves_agree_with_pytorch(name):
    torch = pytest.importorskip("torch")
    F, p, y = torch.nn.functional, drawn(3, 5), drawn(3, 5, low=0.0, high=1.0)
    s, labels = numpy.array([1.0, -1.0, -1.0]), numpy.array([0, 4, 2])
    scores = drawn(2, 6, 5)
    cases = {
        "ctc": (
            lambda p: gloss.CTCLoss()(p, np.array([[0, 1], [2, 2]])),
            lambda p: F.ctc_loss(
                p.transpose(0, 1).log_softmax(-1), torch.tensor([[0, 1], [2, 2]]), (6, 6), (2, 2), 4, "none"
            ),
            scores,
        ),
        "divergence": (
            lambda p: gloss.KLDivLoss(from_logits=False)(p, np.array(y)),
            lambda p: F.kl_div(p.log_softmax(-1), torch.tensor(y), reduction="none").sum(1),
            p,
        ),
        "bce": (
            lambda p: gloss.SigmoidBCELoss()(p, np.array(y), None, 3.0),
            lambda p: F.binary_cross_entropy_with_logits(
                p, torch.tensor(y), pos_weight=torch.tensor(3.0), reduction="none"
            ).mean(1),
            p,
        ),
        "cross-entropy": (
            lambda p: gloss.SoftmaxCELoss()(p, labels),
            lambda p: F.cross_entropy(p, torch.tensor(labels), reduction="none"),
            p,
        ),
        "huber": (
            lambda p: gloss.HuberLoss(rho=0.5)(p, y),
            lambda p: F.smooth_l1_loss(p, torch.tensor(y), beta=0.5, reduction="none").mean(1),
            p,
        ),
        "poisson": (
            lambda p: gloss.PoissonNLLLoss()(p, y),
            lambda p: F.poisson_nll_loss(p, torch.tensor(y)).reshape(1),
            p,
        ),
        "cosine": (
            lambda p: gloss.CosineEmbeddingLoss(margin=0.1)(p, y, s),
            lambda p: F.cosine_embedding_loss(
                p, torch.tensor(y), torch.tensor(s), margin=0.1, reduction="none"
            ).reshape(-1, 1),
            p,
        ),
        "triplet": (
            lambda p: gloss.TripletLoss(margin=2)(p, y, -y),
            lambda p: F.relu(2 + ((p - torch.tensor(y)) ** 2 - (p + torch.tensor(y)) ** 2).sum(1)),
            p,
        ),
    }
    ours, theirs, x = cases[name]
    half = numbers(x, "float16")
    half.attach_grad()
    with autograd.record():
        found = ours(half)
    found.backward()
    exact = torch.tensor(half.asnumpy().astype("float64"), requires_grad=True)
    expected = theirs(exact)
    expected.sum().backward()
    numpy.testing.assert_allclose(found.asnumpy(), expected.detach().numpy(), rtol=2e-3, atol=2e-3)
    numpy.testing.assert_allclose(half.grad.asnumpy(), exact.grad.numpy(), rtol=4e-3, atol=2e-3)
