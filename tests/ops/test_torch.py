"""The same functions in PyTorch, where it is installed: values, and gradients of first and second order, in float64."""

import numpy
import pytest

from minigrad import autograd, np, ops

torch = pytest.importorskip("torch")

rng = numpy.random.default_rng(8)
X, Y = rng.standard_normal((3, 4)), rng.standard_normal((3, 4))
W, B = rng.standard_normal((5, 4)), rng.standard_normal(5)
T = torch.nn.functional

SAME = {
    "gelu": (ops.gelu, T.gelu, X),
    "gelu by tanh": (lambda x: ops.gelu(x, "tanh"), lambda x: T.gelu(x, approximate="tanh"), X),
    "elu": (ops.elu, T.elu, X),
    "selu": (ops.selu, T.selu, X),
    "silu": (ops.silu, T.silu, X),
    "leaky_relu": (lambda x: ops.leaky_relu(x, 0.1), lambda x: T.leaky_relu(x, 0.1), X),
    "prelu": (lambda x, a: ops.leaky_relu(x, a), lambda x, a: T.prelu(x, a), X, numpy.array([0.3])),
    "softplus": (ops.softplus, T.softplus, X),
    "softsign": (ops.softsign, T.softsign, X),
    "sigmoid": (ops.sigmoid, torch.sigmoid, 8 * X),
    "log of sigmoid": (lambda x: ops.log(ops.sigmoid(x)), T.logsigmoid, 8 * X),
    "softmax": (ops.softmax, lambda x: T.softmax(x, -1), X),
    "log_softmax over the first axis": (lambda x: ops.log_softmax(x, 0), lambda x: T.log_softmax(x, 0), X),
    "logsumexp": (lambda x: ops.logsumexp(x, 1), lambda x: torch.logsumexp(x, 1), X),
    "cross-entropy": (
        lambda x: ops.softmax_cross_entropy(x, np.array([0, 3, 1], dtype="int64")),
        lambda x: T.cross_entropy(x, torch.tensor([0, 3, 1]), reduction="none"),
        X,
    ),
    "linear and tanh": (lambda *a: ops.linear(*a, "tanh"), lambda *a: torch.tanh(T.linear(*a)), X, W, B),
    "layer_norm": (
        lambda x, g, b: ops.layer_norm(x, g, b),
        lambda x, g, b: T.layer_norm(x, (4,), g, b, eps=1e-5),
        X,
        Y[0],
        Y[1],
    ),
    "prod": (lambda x: ops.prod(x, 1), lambda x: torch.prod(x, 1), X),
    "std": (lambda x: ops.std(x, 1, 1), lambda x: torch.std(x, 1), X),
    "norm": (ops.norm, torch.linalg.norm, X),
    "cumsum": (lambda x: ops.cumsum(x, 1), lambda x: torch.cumsum(x, 1), X),
    "einsum": (lambda a, b: ops.einsum("ij,kj->ik", a, b), lambda a, b: torch.einsum("ij,kj->ik", a, b), X, Y),
    "power": (lambda a, b: (a * a) ** b, lambda a, b: (a * a) ** b, X, Y),
    "atan2": (ops.arctan2, torch.atan2, X, Y),
    "logaddexp": (ops.logaddexp, torch.logaddexp, X, Y),
    "hypot": (ops.hypot, torch.hypot, X, Y),
    "maximum": (ops.maximum, torch.maximum, X, Y),
    "indexing": (lambda x: x[[0, 2, 2], 1:], lambda x: x[[0, 2, 2], 1:], X),
    "det": (lambda a: ops.det(a @ a.T), lambda a: torch.linalg.det(a @ a.T), X),
    "inv": (lambda a: ops.inv(a @ a.T), lambda a: torch.linalg.inv(a @ a.T), X),
    "gammaln": (ops.gammaln, torch.lgamma, abs(X) + 0.5),
    "a maximum that is a tie": (lambda a: ops.maximum(a, 1.0 * a.detach()), lambda a: torch.maximum(a, a.detach()), X),
    "the largest of equals": (lambda a: ops.max(0 * a + 1 * a, 1), lambda a: torch.amax(a, 1), numpy.ones((2, 3))),
}


@pytest.mark.parametrize("name", SAME)
def test_values_and_gradients_equal_pytorchs(name):
    ours, theirs, *arrays = SAME[name]
    xs = [np.array(a) for a in arrays]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    for x in xs:
        x.attach_grad()
    with autograd.record():
        y = ours(*xs)
        weight = numpy.cos(numpy.arange(y.size)).reshape(y.shape)
        slopes = autograd.grad(y, xs, np.array(weight), create_graph=True)
        total = sum((s * s).sum() for s in slopes)
    z = theirs(*ts)
    numpy.testing.assert_allclose(y.asnumpy(), z.detach().numpy(), rtol=1e-11)
    theirs_slopes = torch.autograd.grad(z, ts, torch.tensor(weight), create_graph=True)
    for a, b in zip(slopes, theirs_slopes, strict=True):
        numpy.testing.assert_allclose(a.asnumpy(), b.detach().numpy(), rtol=1e-10, atol=1e-12)
    if total.node is None or not sum((s * s).sum() for s in theirs_slopes).requires_grad:
        return
    second = autograd.grad(total, xs)
    theirs_second = torch.autograd.grad(sum((s * s).sum() for s in theirs_slopes), ts, allow_unused=True)
    for a, b in zip(second, theirs_second, strict=True):
        expected = numpy.zeros(a.shape) if b is None else b.numpy()
        numpy.testing.assert_allclose(a.asnumpy(), expected, rtol=1e-8, atol=1e-10)
