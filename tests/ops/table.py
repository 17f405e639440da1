"""The operations under test. Adding one is a line here: every test of `test_table.py` runs on every row.

A row: what it covers, how to call it on Tensors, the same in NumPy, and for each input a domain from `DOMAINS`. Without
shapes it is elementwise, and shapes are drawn; with shapes these are used. `smooth=False`: it has no gradient.
"""

# ruff: noqa: E501  a row is a line

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad import np, ops

erf = numpy.vectorize(math.erf, otypes=[float])
erfc = numpy.vectorize(math.erfc, otypes=[float])
gammaln = numpy.vectorize(math.lgamma, otypes=[float])
gamma = numpy.vectorize(math.gamma, otypes=[float])


def spread(rng, shape):
    """Different values, none close to another, so that no maximum is a tie and no sorted order changes."""
    n = math.prod(shape)
    return (rng.permutation(n) - n / 2 + 0.3 + 0.1 * rng.random(n)).reshape(shape) / max(1.0, n / 4)


DOMAINS: dict[str, Callable[..., Any]] = {
    "real": lambda rng, shape: rng.choice([-1, 1], shape) * rng.uniform(0.1, 2, shape),
    "positive": lambda rng, shape: rng.uniform(0.3, 3, shape),
    "below 1": lambda rng, shape: rng.uniform(-0.9, 0.9, shape),
    "above 1": lambda rng, shape: rng.uniform(1.2, 3, shape),
    "large": lambda rng, shape: rng.choice([-1, 1], shape) * rng.uniform(2.1, 3.9, shape),
    "spread": spread,
    "whole": lambda rng, shape: rng.integers(-5, 6, shape),
    "0 to 2": lambda rng, shape: rng.integers(0, 3, shape),
    "true": lambda rng, shape: rng.random(shape) < 0.5,
    "special": lambda rng, shape: rng.choice([0.0, 1.5, -2.0, math.inf, -math.inf, math.nan], shape),
    "regular": lambda rng, shape: rng.uniform(-1, 1, shape) + 3 * numpy.eye(shape[-1]),  # square matrices
}


@dataclass
class Row:
    covers: str  # names of operations or functions, one to three words
    f: Callable[..., Any]
    reference: Callable[..., Any]
    domains: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...] | None = None
    smooth: bool = True
    differentiable: tuple[int, ...] | None = None  # which floating inputs have a gradient, if not all

    def __str__(self):
        return self.covers + ("" if self.shapes is None else " " + " ".join(map(str, self.shapes))).replace(" ", "")

    def draw(self, rng, shapes=None):
        return [DOMAINS[d](rng, s) for d, s in zip(self.domains, shapes or self.shapes)]


def one(name, domain="real", reference=None, smooth=True, f=None):
    """An elementwise operation on one array."""
    return Row(name, f or getattr(ops, name), reference or getattr(numpy, name), (domain,), None, smooth)


def two(name, first="real", second="real", reference=None, smooth=True):
    """An elementwise operation on two arrays that broadcast."""
    return Row(name, getattr(ops, name), reference or getattr(numpy, name), (first, second), None, smooth)


def of(covers, f, reference, *shapes, domains=None, smooth=True, differentiable=None):
    """An operation on arrays of these shapes."""
    domains = domains or ("real",) * len(shapes)
    return Row(covers, f, reference, tuple(domains), shapes, smooth, differentiable)


def trigamma(x):
    """The sum of (x + k)^-2, and an integral in the place of those beyond 10,000."""
    far = 10_000
    return sum(((x + k) ** -2.0 for k in range(far)), 1 / (x + far) + 1 / (x + far) ** 2 / 2 + 1 / (x + far) ** 3 / 6)


def change_of_cofactors(g, a):
    """The derivative of det(a) b, with b = a^-T, in the direction g."""
    b = numpy.linalg.inv(a).swapaxes(-1, -2)
    inner = (g * b).sum((-2, -1), keepdims=True)
    return numpy.linalg.det(a)[:, None, None] * (inner * b - b @ g.swapaxes(-1, -2) @ b)


def softmax(x, axis=-1):
    e = numpy.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def cross_entropy(x, labels):
    return -numpy.take_along_axis(numpy.log(softmax(x)), labels[..., None], -1)[..., 0]


def placed(g, key, shape):
    out = numpy.zeros(shape)
    numpy.add.at(out, key, g)
    return out


def standardized(x, axis, eps):
    return (x - x.mean(axis, keepdims=True)) / numpy.sqrt(x.var(axis, keepdims=True) + eps)


def batch_normalized(x, gamma, beta):
    """`ops.batch_normalize` given what it says it is given."""
    centred = x.detach() - x.detach().mean((0, 2), keepdims=True)
    return ops.batch_normalize(x, gamma, beta, centred, (centred * centred).mean((0, 2), keepdims=True), (0, 2), 0.1)


def placements(x, kernel):
    """Windows of a kernel of one axis over x (C, length, N), as (C, kernel, places, N)."""
    return numpy.stack([x[:, i : x.shape[1] - kernel + 1 + i] for i in range(kernel)], 1)


def padded_windows(x):
    """Windows of 2 at every second place of x (N, C, 5) with a zero on both sides, as (N, C, 2, 3)."""
    x = numpy.pad(x, ((0, 0), (0, 0), (1, 1)))
    return numpy.stack([x[..., 0:5:2], x[..., 1:6:2]], 2)


def spread_by_hand(g, w):
    seen = numpy.einsum("nop,ock->nckp", g, w)
    x = numpy.zeros((2, 3, 7))
    x[..., 0:5:2] += seen[:, :, 0]
    x[..., 1:6:2] += seen[:, :, 1]
    return x[..., 1:-1]


def unrolled(mode):
    """The states of a recurrence, from the papers' equations, an array for each gate."""
    logistic = lambda x: 1 / (1 + numpy.exp(-x))  # noqa: E731

    def states(given, weight, bias, first):
        now, every = list(first), [first]
        for x in given:
            own = now[0] @ weight.T + bias
            k = weight.shape[1]
            a, b = ([v[:, i : i + k] for i in range(0, len(weight), k)] for v in (x, own))
            if mode == "lstm":
                i, f, g, o = (u + v for u, v in zip(a, b))
                c = logistic(f) * now[1] + logistic(i) * numpy.tanh(g)
                now = [logistic(o) * numpy.tanh(c), c]
            elif mode == "gru":
                z = logistic(a[1] + b[1])
                now = [(1 - z) * numpy.tanh(a[2] + logistic(a[0] + b[0]) * b[2]) + z * now[0]]
            else:
                now = [numpy.maximum(x + own, 0) if mode == "rnn_relu" else numpy.tanh(x + own)]
            every.append(now)
        return numpy.stack([numpy.stack(one) for one in every], 1)

    return states


def recurrence(mode, gates, states):
    """`recur` over 3 time steps of 2 samples and 2 units."""
    shapes = (3, 2, 2 * gates), (2 * gates, 2), (2 * gates,), (states, 2, 2)
    return of("recur", lambda *arrays: ops.recur(*arrays, mode), unrolled(mode), *shapes)


WON = [[[1]]]  # the second wins


ELEMENTWISE = [
    two("add"), two("subtract"), two("multiply"), two("divide"), two("power", "positive"),
    two("mod", "large", "above 1"), two("fmod", "large", "above 1"), two("floor_divide", "large", "above 1", smooth=False),
    two("maximum", "spread", "real"), two("minimum", "spread", "real"), two("hypot"), two("arctan2"), two("logaddexp"),
    one("negative"), one("positive"), one("reciprocal"), one("absolute"), one("square"), one("sqrt", "positive"),
    one("cbrt"), one("exp"), one("exp2"), one("expm1"), one("log", "positive"), one("log2", "positive"),
    one("log10", "positive"), one("log1p", "positive"), one("sin"), one("cos"), one("tan", "below 1"),
    one("arcsin", "below 1"), one("arccos", "below 1"), one("arctan"), one("sinh"), one("cosh"), one("tanh"),
    one("arcsinh"), one("arccosh", "above 1"), one("arctanh", "below 1"), one("degrees"), one("radians"), one("copy"),
    one("erf", reference=erf), one("erfc", reference=erfc), one("real"), one("imag"), one("conj"),
    one("polygamma", "positive", trigamma, f=lambda x: ops.polygamma(1, x)),
    one("gamma", "positive", gamma), one("gammaln", "positive", gammaln),
    one("sign", smooth=False), one("floor", smooth=False), one("ceil", smooth=False), one("trunc", smooth=False),
    one("rint", smooth=False), one("round", smooth=False),
    Row("round", lambda x: ops.round(x, 1), lambda x: numpy.round(x, 1), ("real",), None, False),
    one("isnan", "special", smooth=False), one("isinf", "special", smooth=False), one("isfinite", "special", smooth=False),
    one("logical_not", "true", smooth=False), one("invert", "whole", smooth=False), one("invert", "true", smooth=False),
    *(two(f"logical_{name}", "true", "true", smooth=False) for name in ("and", "or", "xor")),
    *(two(f"bitwise_{name}", "whole", "whole", smooth=False) for name in ("and", "or", "xor")),
    *(two(name, "whole", "whole", smooth=False) for name in ("equal", "not_equal", "less", "less_equal")),
    *(two(name, "whole", "whole", smooth=False) for name in ("greater", "greater_equal")),
    one("relu", reference=lambda x: numpy.maximum(x, 0)), one("sigmoid", reference=lambda x: 1 / (1 + numpy.exp(-x))),
    one("softplus", reference=lambda x: numpy.log(1 + numpy.exp(x))), one("softsign", reference=lambda x: x / (1 + abs(x))),
    one("silu", reference=lambda x: x / (1 + numpy.exp(-x))),
    one("silu", f=lambda x: ops.silu(x, 1.7), reference=lambda x: x / (1 + numpy.exp(-1.7 * x))),
    one("gelu", reference=lambda x: x * (1 + erf(x / math.sqrt(2))) / 2),
    one("gelu", f=lambda x: ops.gelu(x, "tanh"),
        reference=lambda x: x / 2 * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))),
    one("elu", f=lambda x: ops.elu(x, 1.3), reference=lambda x: numpy.where(x > 0, x, 1.3 * (numpy.exp(x) - 1))),
    one("selu", reference=lambda x: 1.0507009873554805 * numpy.where(x > 0, x, 1.6732632423543772 * (numpy.exp(x) - 1))),
    Row("leaky_relu", ops.leaky_relu, lambda x, s: numpy.where(x > 0, x, s * x), ("real", "positive")),
    Row("elu", ops.elu, lambda x, a: numpy.where(x > 0, x, a * (numpy.exp(x) - 1)), ("real", "positive")),
    Row("where", ops.where, numpy.where, ("true", "real", "real")),
    Row("clip", ops.clip, numpy.clip, ("real", "below 1", "above 1")),
    one("clip", f=lambda x: ops.clip(x, -0.7, None), reference=lambda x: numpy.clip(x, -0.7, None)),
    one("astype", f=lambda x: ops.astype(x, x.dtype), reference=lambda x: x),
    one("astype", f=lambda x: ops.astype(x, "int32"), reference=lambda x: x.astype("int32"), smooth=False),
    one("to_device", f=lambda x: ops.to_device(x, x.ctx), reference=lambda x: x),
]  # fmt: skip

REDUCTIONS = {  # each with every axis and keepdims
    "sum": "real", "mean": "real", "prod": "real", "var": "real", "std": "spread", "max": "spread", "min": "spread",
    "logsumexp": "real", "norm": "real",
}  # fmt: skip


def logsumexp(x, axis=None, keepdims=False):
    return numpy.log(numpy.exp(x).sum(axis=axis, keepdims=keepdims))


def norm(x, axis=None, keepdims=False):
    return numpy.sqrt((x * x).sum(axis=axis, keepdims=keepdims))


def reduction(name, axis, keepdims):
    f, reference = getattr(ops, name), globals().get(name) or getattr(numpy, name)
    return of(
        name,
        lambda x: f(x, axis=axis, keepdims=keepdims),
        lambda x: reference(x, axis=axis, keepdims=keepdims),
        (2, 3, 2),
        domains=(REDUCTIONS[name],),
    )


OTHERS = [
    *(
        reduction(name, axis, keep)
        for name in REDUCTIONS
        for axis, keep in ((None, False), (1, False), (-1, True), ((0, 2), False), ((1, 2), True), (None, True))
    ),
    of("sum", ops.sum, numpy.sum, ()), of("max", ops.max, numpy.max, ()), of("prod", ops.prod, numpy.prod, (0,)),
    of("sum", lambda x: ops.sum(x, 0), lambda x: x.sum(0), (0, 3)), of("cumsum", ops.cumsum, numpy.cumsum, (0,)),
    of("prod", lambda x: ops.prod(x * [0, 1, 1, 1], 1), lambda x: 0 * x.sum(1), (2, 4)),
    of("prod", lambda x: ops.prod(x * [0, 0, 1], 1), lambda x: 0 * x.sum(1), (2, 3)),
    of("var", lambda x: ops.var(x, 1, 1), lambda x: x.var(1, ddof=1), (2, 4)),
    of("std", lambda x: ops.std(x, 0, 1, True), lambda x: x.std(0, ddof=1, keepdims=True), (4, 2)),
    of("cumsum", ops.cumsum, numpy.cumsum, (2, 3)), of("cumsum", lambda x: ops.cumsum(x, -2), lambda x: x.cumsum(-2), (3, 2)),
    of("argmax", lambda x: ops.argmax(x, 1), lambda x: x.argmax(1), (2, 3), smooth=False),
    of("argmax", lambda x: ops.argmax(x, 0, True), lambda x: x.argmax(0, keepdims=True), (2, 3), smooth=False),
    of("argmin", lambda x: ops.argmin(x, 1, True), lambda x: x.argmin(1, keepdims=True), (2, 3), smooth=False),
    of("argmin", ops.argmin, numpy.argmin, (2, 3), smooth=False),
    of("argsort", ops.argsort, numpy.argsort, (3, 4), domains=["spread"], smooth=False),
    of("any", lambda x: ops.any(x, 0), lambda x: x.any(0), (2, 3), domains=["true"], smooth=False),
    of("all", ops.all, numpy.all, (2, 3), domains=["true"], smooth=False),
    # shapes
    of("reshape", lambda x: ops.reshape(x, (3, -1)), lambda x: x.reshape(3, -1), (2, 3, 2)),
    of("reshape", lambda x: ops.reshape(x, (0, -1)), lambda x: x.reshape(2, -1), (2, 3, 2)),
    of("reshape", lambda x: ops.reshape(x, -1), lambda x: x.reshape(-1), ()),
    of("transpose", ops.transpose, numpy.transpose, (2, 3, 4)),
    of("transpose", lambda x: ops.transpose(x, (1, -1, 0)), lambda x: x.transpose(1, -1, 0), (2, 3, 4)),
    of("swapaxes", lambda x: ops.swapaxes(x, 0, -1), lambda x: x.swapaxes(0, -1), (2, 3, 4)),
    of("moveaxis", lambda x: ops.moveaxis(x, 0, -1), lambda x: numpy.moveaxis(x, 0, -1), (2, 3, 4)),
    of("moveaxis", lambda x: ops.moveaxis(x, (0, 1), (2, 0)), lambda x: numpy.moveaxis(x, (0, 1), (2, 0)), (2, 3, 4)),
    of("expand_dims", lambda x: ops.expand_dims(x, 1), lambda x: x[:, None], (2, 3)),
    of("squeeze", ops.squeeze, numpy.squeeze, (1, 2, 1)), of("squeeze", lambda x: ops.squeeze(x, 0), lambda x: x[0], (1, 2, 1)),
    of("broadcast_to", lambda x: ops.broadcast_to(x, (2, 3, 4)), lambda x: numpy.broadcast_to(x, (2, 3, 4)), (3, 1)),
    of("flip", ops.flip, numpy.flip, (2, 3)), of("flip", lambda x: ops.flip(x, 1), lambda x: x[:, ::-1], (2, 3)),
    of("roll", lambda x: ops.roll(x, 2), lambda x: numpy.roll(x, 2), (2, 3)),
    of("roll", lambda x: ops.roll(x, (1, -1), (0, 1)), lambda x: numpy.roll(x, (1, -1), (0, 1)), (2, 3)),
    of("repeat", lambda x: ops.repeat(x, 3), lambda x: x.repeat(3), (2, 2)),
    of("repeat", lambda x: ops.repeat(x, 2, -1), lambda x: x.repeat(2, -1), (2, 2)),
    of("repeat", lambda x: ops.repeat(x, 2, 0), lambda x: x.repeat(2, 0), ()),
    of("repeat", lambda x: ops.repeat(x, [2, 0, 1], 1), lambda x: x.repeat([2, 0, 1], 1), (2, 3)),  # HIPS/autograd#252
    of("repeat", lambda x: ops.repeat(x, numpy.array([3.0, 1.0])), lambda x: x.repeat([3, 1]), (2, 1)),  # apache/mxnet#16357
    of("tile", lambda x: ops.tile(x, (2, 1, 3)), lambda x: numpy.tile(x, (2, 1, 3)), (2, 2)),
    of("tile", lambda x: ops.tile(x, 2), lambda x: numpy.tile(x, 2), (3, 2)),
    of("pad", lambda x: ops.pad(x, 1), lambda x: numpy.pad(x, 1), (2, 3)),
    of("pad", lambda x: ops.pad(x, ((0, 2), (1, 0)), constant_values=7.0),
       lambda x: numpy.pad(x, ((0, 2), (1, 0)), constant_values=7.0), (2, 3)),
    of("pad", lambda x: ops.pad(x, (1, 2)), lambda x: numpy.pad(x, (1, 2)), (2, 3)),
    *(of("pad", lambda x, m=m: ops.pad(x, ((2, 1), (0, 2)), m), lambda x, m=m: numpy.pad(x, ((2, 1), (0, 2)), m), (3, 4))
      for m in ("edge", "reflect", "symmetric", "wrap")),
    of("pad", lambda x, c: ops.pad(x, 1, constant_values=c), lambda x, c: numpy.pad(x, 1, constant_values=c), (2, 3), ()),
    of("concatenate", lambda a, b: ops.concatenate((a, b), 1), lambda a, b: numpy.concatenate((a, b), 1), (2, 3), (2, 1)),
    of("concatenate", lambda a, b: ops.concatenate([a, b], None), lambda a, b: numpy.concatenate((a, b), None), (2, 3), (2,)),
    of("concatenate", lambda a, b: ops.concatenate((a, b, a)), lambda a, b: numpy.concatenate((a, b, a)), (2,), (0,)),
    of("stack", lambda a, b: ops.stack((a, b), -1), lambda a, b: numpy.stack((a, b), -1), (2, 3), (2, 3)),
    # positions
    of("getitem", lambda x: x[1], lambda x: x[1], (2, 3)), of("getitem", lambda x: x[..., ::-2], lambda x: x[..., ::-2], (2, 3)),
    of("getitem", lambda x: x[None, 1:, 0], lambda x: x[None, 1:, 0], (3, 3)),
    of("getitem", lambda x: x[[0, 0, 2]], lambda x: x[[0, 0, 2]], (3, 2)),
    of("getitem", lambda x: x[:, [[1, 0], [1, 1]]], lambda x: x[:, [[1, 0], [1, 1]]], (3, 2)),
    of("getitem", lambda x: x[numpy.array([0, 1]), numpy.array([1, 1])], lambda x: x[[0, 1], [1, 1]], (2, 2)),
    of("getitem", lambda x: x[numpy.array([[True, False], [True, True]])], lambda x: x[[0, 1, 1], [0, 0, 1]], (2, 2)),
    of("getitem", lambda x: x[()], lambda x: x, ()), of("getitem", lambda x: x[2:], lambda x: x[2:], (2, 3)),
    of("put_back", lambda g: ops.put_back(g, numpy.array([1, 0, 1]), (3, 2)), lambda g: placed(g, [1, 0, 1], (3, 2)), (3, 2)),
    of("put_back", lambda g: ops.put_back(g, (0, slice(1, 3)), (2, 4)), lambda g: placed(g, (0, slice(1, 3)), (2, 4)), (2,)),
    of("take", lambda x: ops.take(x, [2, 0, -1, 2]), lambda x: x.ravel()[[2, 0, -1, 2]], (2, 3)),
    of("take", lambda x: ops.take(x, [[1, 0], [1, -2]], 1), lambda x: x[:, [[1, 0], [1, 1]]], (2, 3)),
    of("take", lambda x: ops.take(x, [5, -1], 0, "clip"), lambda x: x[[2, 0]], (3, 2)),
    of("take", lambda x: ops.take(x, [5, -1], 0, "wrap"), lambda x: x[[2, 2]], (3, 2)),
    of("embedding", ops.embedding, lambda w, i: w[i], (3, 4), (2, 5), domains=["real", "0 to 2"]),
    of("take_along_axis", lambda x, i: ops.take_along_axis(x, i, 1), lambda x, i: numpy.take_along_axis(x, i, 1),
       (2, 3), (2, 4), domains=["real", "0 to 2"]),
    of("take_along_axis", lambda x, i: ops.take_along_axis(x, i, 1), lambda x, i: x[0][i], (1, 3), (2, 4), domains=["real", "0 to 2"]),
    of("put_along_axis", lambda g, i: ops.put_along_axis(g, i, 1, (2, 3)),
       lambda g, i: placed(g, (numpy.arange(2)[:, None], i), (2, 3)), (2, 4), (2, 4), domains=["real", "0 to 2"]),
    of("pick", ops.pick, lambda x, i: x[numpy.arange(4), i], (4, 3), (4,), domains=["real", "0 to 2"]),
    of("pick", lambda x, i: ops.pick(x, i, 0, True), lambda x, i: x[i, numpy.arange(4)][None], (3, 4), (4,),
       domains=["real", "0 to 2"]),
    of("one_hot", lambda i: ops.one_hot(i, 3), lambda i: numpy.eye(3)[i], (2, 2), domains=["0 to 2"], smooth=False),
    of("sort", lambda x: ops.sort(x, None), lambda x: numpy.sort(x, None), (2, 3), domains=["spread"]),
    of("sort", lambda x: ops.sort(x, 0), lambda x: numpy.sort(x, 0), (4, 2), domains=["spread"]),
    # products
    of("matmul", ops.matmul, numpy.matmul, (2, 3), (3, 4)), of("matmul", ops.matmul, numpy.matmul, (3,), (3,)),
    of("matmul", ops.matmul, numpy.matmul, (2, 3), (3,)), of("matmul", ops.matmul, numpy.matmul, (3,), (3, 2)),
    of("matmul", ops.matmul, numpy.matmul, (2, 2, 3), (3, 2)), of("matmul", ops.matmul, numpy.matmul, (3,), (2, 3, 2)),
    of("matmul", ops.matmul, numpy.matmul, (2, 1, 2, 3), (3, 3, 2)), of("matmul", ops.matmul, numpy.matmul, (2, 2, 3), (3,)),
    of("matmul", ops.matmul, numpy.matmul, (0, 3), (3, 2)), of("matmul", ops.matmul, numpy.matmul, (2, 0), (0, 3)),
    of("dot", ops.dot, numpy.dot, (2, 3), (3, 2)), of("dot", ops.dot, numpy.dot, (), (3, 2)), of("dot", ops.dot, numpy.dot, (3,), (3,)),
    of("dot", ops.dot, numpy.dot, (2, 2, 3), (2, 3, 2)),
    of("dot", lambda a: ops.dot(a, 2.0), lambda a: 2 * a, (3,)), of("dot", lambda a: ops.dot([1.0, 2.0], a), lambda a: [1, 2] @ a, (2, 3)),
    of("tensordot", lambda a: ops.tensordot([[1.0, 2.0]], a, 1), lambda a: [[1, 2]] @ a, (2, 3)),
    of("einsum", lambda a: ops.einsum("i,ij", [1.0, 2.0], a), lambda a: [1, 2] @ a, (2, 3)),
    of("outer", ops.outer, numpy.outer, (2,), (3,)), of("outer", ops.outer, numpy.outer, (2, 2), (3,)),
    of("tensordot", ops.tensordot, numpy.tensordot, (2, 3, 4), (3, 4, 2)),
    of("tensordot", lambda a, b: ops.tensordot(a, b, ((0, -1), (1, 0))), lambda a, b: numpy.tensordot(a, b, ((0, -1), (1, 0))),
       (2, 3, 4), (4, 2, 3)),
    of("tensordot", lambda a, b: ops.tensordot(a, b, 0), lambda a, b: numpy.tensordot(a, b, 0), (2,), (3,)),
    of("einsum", lambda a, b: ops.einsum("ij,jk->ik", a, b), numpy.matmul, (2, 3), (3, 2)),
    of("einsum", lambda a, b: ops.einsum("ij,jk", a, b), numpy.matmul, (2, 3), (3, 2)),
    of("einsum", lambda a: ops.einsum("ij->ji", a), numpy.transpose, (2, 3)),
    of("einsum", lambda a: ops.einsum("ijk->j", a), lambda a: a.sum((0, 2)), (2, 3, 2)),
    of("einsum", lambda a, b: ops.einsum("...ij,...jk->...ik", a, b), numpy.matmul, (2, 2, 3), (3, 2)),
    of("einsum", lambda a, b, c: ops.einsum("i,ij,j->", a, b, c), lambda a, b, c: a @ b @ c, (2,), (2, 3), (3,)),
    of("einsum", lambda a, b: ops.einsum("ij,kj->i", a, b), lambda a, b: a @ b.sum(0), (2, 3), (4, 3)),
    of("einsum", lambda a: ops.einsum("ii->i", a), numpy.diagonal, (3, 3)), of("einsum", lambda a: ops.einsum("ii", a), numpy.trace, (3, 3)),
    of("einsum", lambda a: ops.einsum("iji->j", a), lambda a: a[0, :, 0] + a[1, :, 1], (2, 3, 2)),
    of("einsum", lambda a: ops.einsum("...ii->...i", a), lambda a: numpy.diagonal(a, 0, 1, 2), (2, 3, 3)),
    of("einsum", lambda a: ops.einsum("iii->i", a), lambda a: numpy.array([a[0, 0, 0], a[1, 1, 1]]), (2, 2, 2)),
    of("einsum", lambda a, b: ops.einsum("ii,ij->j", a, b), lambda a, b: numpy.diagonal(a) @ b, (3, 3), (3, 2)),
    of("einsum", lambda a, b: ops.einsum(a, [0, 1], b, [1], [0]), lambda a, b: a @ b, (2, 3), (3,)),
    of("einsum", lambda a: ops.einsum(",i->i", 2.0, a), lambda a: 2 * a, (3,)),
    of("norm l2norm", lambda x: ops.norm(x, axis=(0, 1)), lambda x: numpy.sqrt((x * x).sum()), (2, 3)),
    of("norm", lambda x: ops.norm(x, 1, 1), lambda x: abs(x).sum(1), (2, 3)),
    of("norm", lambda x: ops.norm(x, numpy.inf, 0), lambda x: abs(x).max(0), (3, 2), domains=["spread"]),
    of("linear", ops.linear, lambda x, w, b: x @ w.T + b, (4, 3), (2, 3), (2,)),
    of("linear", ops.linear, lambda x, w: x @ w.T, (3,), (2, 3)),
    of("linear", lambda x, w, b: ops.linear(x, w, b, "relu"), lambda x, w, b: numpy.maximum(x @ w.T + b, 0), (2, 2, 3), (2, 3), (2,)),
    of("linear", lambda x, w, b: ops.linear(x, w, b, "tanh"), lambda x, w, b: numpy.tanh(x @ w.T + b), (4, 3), (2, 3), (2,)),
    of("linear", lambda x, w, b: ops.linear(x, w, b, "sigmoid"), lambda x, w, b: 1 / (1 + numpy.exp(-x @ w.T - b)),
       (4, 3), (2, 3), (2,)),
    of("column_sums", ops.OPS["column_sums"], lambda x: x.sum(0), (4, 3)),
    of("inv", ops.inv, numpy.linalg.inv, (2, 3, 3), domains=["regular"]),
    of("solve_columns", ops.solve_columns, numpy.linalg.solve, (2, 3, 3), (2, 3, 1), domains=["regular", "real"]),
    of("det", ops.det, numpy.linalg.det, (2, 3, 3), domains=["regular"]),
    of("cofactors", ops.cofactors, lambda a: numpy.linalg.det(a)[:, None, None] * numpy.linalg.inv(a).swapaxes(-1, -2),
       (2, 3, 3), domains=["regular"]),
    of("cofactor_change", ops.cofactor_change, change_of_cofactors, (2, 3, 3), (2, 3, 3), domains=["real", "regular"]),
    of("logabsdet", ops.logabsdet, lambda a: numpy.log(abs(numpy.linalg.det(a))), (2, 3, 3), domains=["regular"]),
    # networks
    of("softmax", ops.softmax, softmax, (3, 4)), of("softmax", lambda x: ops.softmax(x, 0), lambda x: softmax(x, 0), (3, 4)),
    of("log_softmax", ops.log_softmax, lambda x: numpy.log(softmax(x)), (3, 4)),
    of("softmax_cross_entropy", ops.softmax_cross_entropy, cross_entropy, (4, 3), (4,), domains=["real", "0 to 2"]),
    of("softmax_cross_entropy", ops.softmax_cross_entropy, cross_entropy, (2, 2, 3), (2, 2), domains=["real", "0 to 2"]),
    of("softmax_cross_entropy", lambda x, i: ops.softmax_cross_entropy(x, i[:, None]), cross_entropy, (4, 3), (4,),
       domains=["real", "0 to 2"]),
    of("dropout", lambda x: ops.dropout(x, 0.0), lambda x: x, (3, 4)),
    recurrence("rnn_relu", 1, 1), recurrence("rnn_tanh", 1, 1), recurrence("lstm", 4, 2), recurrence("gru", 3, 1),
    of("sum_of_products", lambda a, b: ops.sum_of_products(a, b, (0, 2)), lambda a, b: (a * b).sum((0, 2)), (2, 3, 2), (2, 3, 2)),
    of("sum_of_products", lambda a, b: ops.sum_of_products(a, b, -1, True), lambda a, b: (a * b).sum(-1, keepdims=True), (2, 40), (2, 40)),
    of("standardize", lambda x: ops.standardize(x, -1, 0.1), lambda x: standardized(x, -1, 0.1), (3, 4)),
    of("standardize", lambda x: ops.standardize(x, (0, 2), 0.1), lambda x: standardized(x, (0, 2), 0.1), (2, 3, 2)),
    of("layer_norm", lambda x, a, b: ops.layer_norm(x, a, b, eps=0.1), lambda x, a, b: a * standardized(x, -1, 0.1) + b,
       (3, 4), (4,), (4,)),
    of("batch_normalize", batch_normalized, lambda x, a, b: a * standardized(x, (0, 2), 0.1) + b, (2, 3, 2), (1, 3, 1), (1, 3, 1)),
    of("windows", lambda x: ops.windows(x, (2,), (1,), (1,)), lambda x: placements(x, 2), (2, 5, 3)),
    of("overlap_add", lambda s: ops.overlap_add(s, (2, 5, 3), (1,), (1,)),
       lambda s: numpy.pad(s[:, 0], ((0, 0), (0, 1), (0, 0))) + numpy.pad(s[:, 1], ((0, 0), (1, 0), (0, 0))), (2, 2, 4, 3)),
    of("window_max", lambda x: ops.window_max(x, (2,), (2,), ((0, 0),)), lambda x: numpy.maximum(x[..., ::2], x[..., 1::2]), (2, 2, 6),
       domains=["spread"]),
    of("winners", lambda x: ops.winners(x, (2,), (2,), ((0, 0),)), lambda x: 1 * (x[..., 1::2] > x[..., ::2]), (2, 2, 6),
       domains=("spread",), smooth=False),
    of("to_winners", lambda g: ops.to_winners(g, np.array(WON, ctx=g.ctx), (1, 1, 2), (2,), (2,), ((0, 0),)),
       lambda g: g * [0.0, 1.0], (1, 1, 1)),
    of("from_winners", lambda h: ops.from_winners(h, np.array(WON, ctx=h.ctx), (2,), (2,), ((0, 0),)), lambda h: h[..., 1:],
       (1, 1, 2)),
    of("convolution", ops.convolution, lambda x, w, b: numpy.einsum("cknp,dck->ndp", numpy.stack(
        [x.transpose(1, 0, 2)[..., i : x.shape[-1] - 1 + i] for i in range(2)], 1), w) + b[:, None], (2, 3, 5), (4, 3, 2), (4,)),
    of("transposed_convolution", lambda x, w, b: ops.transposed_convolution(x, w, b, 2, 1, 1, 1, 1),
       lambda x, w, b: spread_by_hand(x, w) + b[:, None], (2, 4, 3), (4, 3, 2), (3,)),
    of("correlate", lambda x, w: ops.correlate(x, w, (2,), (1,), (1,), 1),
       lambda x, w: numpy.einsum("nckp,ock->nop", padded_windows(x), w), (2, 3, 5), (4, 3, 2)),
    of("correlate", lambda x, w, b: ops.correlate(x, w, (2,), (1,), (1,), 1, b),
       lambda x, w, b: numpy.einsum("nckp,ock->nop", padded_windows(x), w) + b[:, None], (2, 3, 5), (4, 3, 2), (4,)),
    of("spread", lambda g, w: ops.spread(g, w, (2, 3, 5), (2,), (1,), (1,), 1), spread_by_hand, (2, 4, 3), (4, 3, 2)),
    of("weigh", lambda x, g: ops.weigh(x, g, (2,), (2,), (1,), (1,), 1),
       lambda x, g: numpy.einsum("nckp,nop->ock", padded_windows(x), g), (2, 3, 5), (2, 4, 3)),
    of("pooling", lambda x: ops.pooling(x, 2, "avg"), lambda x: (x[..., ::2] + x[..., 1::2]) / 2, (2, 3, 6)),
]  # fmt: skip

TABLE = ELEMENTWISE + OTHERS
