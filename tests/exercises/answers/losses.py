"""Losses and first weights: answers that are right, and wrong ones with ids that are true."""

RIGHT = {
    "log_softmax": [
        "return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)",
        """z = x - x.max(axis=-1, keepdims=True)
return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))""",
        """z = x - x.max(-1)[..., np.newaxis]
s = np.einsum('...i->...', np.exp(z))
return z - np.log(s)[..., np.newaxis]""",
        """r = np.array(x)
r -= np.amax(r, axis=-1, keepdims=True)
s = np.exp(r).sum(axis=-1, keepdims=True)
r -= np.log(s, out=s)
return r""",
        """out = x.copy()
out -= np.max(out, axis=-1)[..., None]
norm = np.sum(np.exp(out), axis=-1)
out -= np.log(norm)[..., None]
return out""",
        """a = x.astype(np.float64)
a = a - np.amax(a, axis=-1, keepdims=True)
a = a - np.log(np.einsum('...i->...', np.exp(a)))[..., np.newaxis]
return a.astype(x.dtype)""",
    ],
    "softmax_cross_entropy": [
        """n, c = logits.shape
onehot = np.eye(c, dtype=logits.dtype)[labels]
m = logits.max(1)[:, None]
e = np.exp(logits - m)
s = e.sum(1)[:, None]
loss = np.sum(onehot * (np.log(s) - (logits - m))) / n
return (loss, (e / s - onehot) / n)""",
        """T = logits.T
z = T - T.max(axis=0)
s = np.exp(z).sum(axis=0)
cols = np.arange(T.shape[1])
loss = np.asarray(np.mean(np.log(s) - z[labels, cols], dtype=np.float64))
G = np.exp(z) / s
G[labels, cols] -= 1
G /= T.shape[1]
return (loss, G.T)""",
        """n = logits.shape[0]
z = logits - logits.max(axis=1, keepdims=True)
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
rows = np.arange(n)
loss = -logp[rows, labels].mean()
grad = np.exp(logp)
grad[rows, labels] -= 1
return (loss, grad / n)""",
        """n, c = logits.shape
H = (np.arange(c)[None, :] == labels[:, None]).astype(logits.dtype)
z = logits - np.amax(logits, axis=1, keepdims=True)
L = z - np.log(np.einsum('ij->i', np.exp(z)))[:, None]
return (-np.einsum('ij,ij->', H, L) / n, np.divide(np.exp(L) - H, n))""",
        """n = len(labels)
z = logits - logits.max(axis=1, keepdims=True)
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
rows = np.arange(n)
loss = -logp[rows, labels].mean()
grad = np.exp(logp)
grad[rows, labels] -= 1
return (loss, grad / n)""",
        """n, k = logits.shape
Y = np.eye(k, dtype=logits.dtype)[labels]
s = logits - np.max(logits, axis=-1, keepdims=True)
e = np.exp(s)
total = e.sum(-1, keepdims=True)
loss = np.sum(Y * (np.log(total) - s)) / n
return (float(loss), (e / total - Y) / n)""",
        """L = logits.astype(np.float64)
L -= L.max(1)[:, None]
P = np.exp(L)
Z = P.sum(1)
P /= Z[:, None]
idx = (np.arange(L.shape[0]), labels)
loss = (np.log(Z) - L[idx]).mean()
np.subtract.at(P, idx, 1.0)
P /= L.shape[0]
return (loss, P.astype(logits.dtype))""",
        """logits, kind = (logits.astype(np.float64), logits.dtype)
lse = np.logaddexp.reduce(logits, axis=1)
picked = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
p = np.exp(logits - lse[:, None])
hot = np.arange(logits.shape[1]) == labels[:, None]
return (np.mean(lse - picked), ((p - hot) / logits.shape[0]).astype(kind))""",
    ],
    "bce_with_logits": [
        "return np.mean(np.logaddexp(0, x) - x * y)",
        "return np.mean(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))))",
        """v = np.logaddexp(np.zeros_like(x), -x) + x - x * y
while np.ndim(v):
    v = v.mean(axis=0)
return v""",
        """relu = 0.5 * (x + np.abs(x))
return np.sum(relu - np.multiply(x, y) + np.log1p(np.exp(-np.sign(x) * x))) / np.prod(x.shape)""",
        "return float((np.logaddexp(0, x) - x * y).mean())",
        """import math
total = 0.0
for a, b in zip(x.ravel().tolist(), y.ravel().tolist()):
    total += max(a, 0.0) - a * b + math.log1p(math.exp(-abs(a)))
return total / x.size""",
        """s = np.abs(x)
np.negative(s, out=s)
np.exp(s, out=s)
np.log1p(s, out=s)
s += x * (x > 0)
return (s.sum(dtype=np.float64) - np.vdot(x.astype(float), y.astype(float))) / x.size""",
    ],
    "xavier_uniform": [
        """a = np.sqrt(6 / (n_in + n_out))
return rng.uniform(-a, a, size=(n_out, n_in))""",
        """limit = (6.0 / (n_out + n_in)) ** 0.5
return (2 * rng.random((n_out, n_in)) - 1) * limit""",
        """bound = np.sqrt(3.0 * 2.0 / (n_in + n_out))
return rng.uniform(-bound, bound, (n_in, n_out)).T""",
        """mag = rng.uniform(0, np.sqrt(6 / (n_in + n_out)), size=(n_out, n_in))
sign = rng.choice([-1.0, 1.0], size=(n_out, n_in))
return mag * sign""",
        """a = (6.0 / (n_out + n_in)) ** 0.5
return (2 * rng.random((n_out, n_in)) - 1) * a""",
        """bound = np.sqrt(6 / (n_in + n_out))
return rng.uniform(-bound, bound, size=(n_out, n_in))""",
        """(other,) = rng.spawn(1)
a = np.sqrt(6 / (n_in + n_out))
return other.uniform(-a, a, (n_out, n_in))""",
        """out = np.empty(n_out * n_in)
rng.random(out=out)
out -= 0.5
out *= 2 * np.sqrt(6 / (n_out + n_in))
return out.reshape(n_out, n_in)""",
        """import math
z = rng.standard_normal((n_out, n_in))
u = np.vectorize(math.erf)(z / math.sqrt(2))
return u * math.sqrt(6 / (n_in + n_out))""",
    ],
}

WRONG = {
    "log_softmax": [
        ("unstable-softmax", "z = x - x[..., :1]\nreturn z - np.log(np.exp(z).sum(-1, keepdims=True))"),
        (
            "unstable-softmax",
            "z = x - np.minimum(x.max(-1, keepdims=True), 0)\nreturn z - np.log(np.exp(z).sum(-1, keepdims=True))",
        ),
        (
            "unstable-softmax",
            "e = np.exp(x - np.minimum(x.max(-1, keepdims=True), 0))\nreturn np.log(e / e.sum(-1, keepdims=True))",
        ),
        ("unstable-softmax", "z = x - x.mean(-1, keepdims=True)\nreturn z - np.log(np.exp(z).sum(-1, keepdims=True))"),
        ("keepdims-missing", "return x - np.logaddexp.reduce(x, axis=-1)"),
        (
            "missing-term wrong-operation",
            "z = x - x.max(-1, keepdims=True)\nreturn z - np.exp(z).sum(-1, keepdims=True)",
        ),
        ("missing-term scale-missing", "return x - x.max(axis=-1, keepdims=True)"),
        ("unstable-softmax", "return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))"),
        ("log-base unstable-softmax", "return x - np.log10(np.exp(x).sum(axis=-1, keepdims=True))"),
        (
            "unstable-log unstable-softmax",
            """e = np.exp(x)
return np.log(e / e.sum(axis=-1, keepdims=True))""",
        ),
        (
            "keepdims-missing",
            """z = x - x.max(axis=-1)
return z - np.log(np.exp(z).sum(axis=-1))""",
        ),
        (
            "axis-wrong unstable-softmax",
            """z = x - x.max()
return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))""",
        ),
        ("operands-swapped wrong-sign", "return np.logaddexp.reduce(x, axis=-1, keepdims=True) - x"),
        (
            "keepdims-missing",
            """z = x - x.max(axis=-1, keepdims=True)
return z - np.log(np.exp(z).sum(axis=-1))""",
        ),
        (
            "missing-term wrong-operation",
            """e = np.exp(x - x.max(axis=-1, keepdims=True))
return e / e.sum(axis=-1, keepdims=True)""",
        ),
        (
            "axis-wrong",
            """z = x - x.max(axis=0, keepdims=True)
return z - np.log(np.exp(z).sum(axis=0, keepdims=True))""",
        ),
        (
            "log-base unstable-softmax",
            """out = x.copy()
norm = np.sum(np.exp(out), axis=-1)
out -= np.log2(norm)[..., None]
return out""",
        ),
        (
            "unstable-log",
            """e = np.exp(x - x.max(axis=-1, keepdims=True))
return np.log(e / e.sum(axis=-1, keepdims=True))""",
        ),
    ],
    "softmax_cross_entropy": [
        (
            "scale-missing",
            "e = np.exp(logits - logits.max(1)[:, None])\n"
            "n, s, i = len(labels), e.sum(1), np.arange(len(labels))\ne[i, labels] -= 1\n"
            "return (np.log(s) + logits.max(1) - logits[i, labels]).mean(), e / n",
        ),
        (
            "mask-wrong extra-term",
            "e = np.exp(logits - logits.max(1)[:, None])\n"
            "n, s, i = len(labels), e.sum(1), np.arange(len(labels))\np = e / s[:, None]\np -= 1\n"
            "return (np.log(s) + logits.max(1) - logits[i, labels]).mean(), p / n",
        ),
        (
            "assignment-for-accumulation",
            "e = np.exp(logits - logits.max(1)[:, None])\n"
            "n, s, i = len(labels), e.sum(1), np.arange(len(labels))\np = e / s[:, None]\n"
            "p[i, labels] = -1\nreturn (np.log(s) + logits.max(1) - logits[i, labels]).mean(), p / n",
        ),
        (
            "wrong-sign",
            "e = np.exp(logits - logits.max(1)[:, None])\n"
            "n, s, i = len(labels), e.sum(1), np.arange(len(labels))\np = e / s[:, None]\n"
            "p[i, labels] -= 1\nreturn (np.log(s) + logits.max(1) + logits[i, labels]).mean(), p / n",
        ),
        (
            "missing-term",
            "e = np.exp(logits - logits.max(1)[:, None])\n"
            "n, s, i = len(labels), e.sum(1), np.arange(len(labels))\np = e / s[:, None]\n"
            "p[i, labels] -= 1\nreturn (np.log(s) + logits.max(1)).mean(), p / n",
        ),
        (
            "missing-term",
            """n = len(labels)
z = logits - logits.max(axis=1, keepdims=True)
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
return (-logp[np.arange(n), labels].mean(), np.exp(logp) / n)""",
        ),
        (
            "keepdims-missing",
            """n = len(labels)
z = logits - logits.max(axis=1)
logp = z - np.log(np.exp(z).sum(axis=1))
r = np.arange(n)
g = np.exp(logp)
g[r, labels] -= 1
return (-logp[r, labels].mean(), g / n)""",
        ),
        (
            "unstable-softmax",
            """n = len(labels)
e = np.exp(logits)
s = e.sum(axis=1, keepdims=True)
p = e / s
r = np.arange(n)
loss = np.mean(np.log(s[:, 0]) - logits[r, labels])
p[r, labels] -= 1
return (loss, p / n)""",
        ),
        (
            "missing-term",
            """n = len(labels)
z = logits - logits.max(axis=1, keepdims=True)
r = np.arange(n)
e = np.exp(z)
g = e / e.sum(axis=1, keepdims=True)
g[r, labels] -= 1
return (-z[r, labels].mean(), g / n)""",
        ),
        (
            "unstable-log unstable-softmax",
            """n = len(labels)
p = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
r = np.arange(n)
loss = -np.mean(np.log(p[r, labels]))
g = p.copy()
g[r, labels] -= 1
return (loss, g / n)""",
        ),
        (
            "wrong-operation",
            """n, c = logits.shape
z = np.exp(logits - logits.max(axis=1, keepdims=True))
p = z / z.sum(axis=1, keepdims=True)
d = p.copy()
d[np.arange(n), labels] -= 1
return ((d ** 2).sum() / n, 2 * d / n)""",
        ),
        (
            "missing-term unstable-log wrong-operation",
            """n, k = logits.shape
hot = np.eye(k, dtype=logits.dtype)[labels]
p = 1 / (1 + np.exp(-logits))
loss = -np.sum(hot * np.log(p + 1e-12) + (1 - hot) * np.log(1 - p + 1e-12)) / n
return (loss, (p - hot) / n)""",
        ),
        (
            "unstable-log",
            """n = len(logits)
e = np.exp(logits - logits.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.log(p[np.arange(n), labels]).mean()
p[np.arange(n), labels] -= 1
return (loss, p / n)""",
        ),
        (
            "unstable-softmax",
            """n, k = logits.shape
Y = np.eye(k, dtype=logits.dtype)[labels]
s = logits + 0
e = np.exp(s)
total = e.sum(-1, keepdims=True)
loss = np.sum(Y * (np.log(total) - s)) / n
return (float(loss), (e / total - Y) / n)""",
        ),
        (
            "missing-term",
            """n = len(labels)
z = logits - logits.max(axis=1, keepdims=True)
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
rows = np.arange(n)
loss = -logp[rows, labels].mean()
grad = np.exp(logp)
return (loss, grad / n)""",
        ),
        (
            "axis-wrong unstable-softmax",
            """n = len(labels)
z = logits - logits.max()
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
rows = np.arange(n)
loss = -logp[rows, labels].mean()
grad = np.exp(logp)
grad[rows, labels] -= 1
return (loss, grad / n)""",
        ),
        (
            "keepdims-missing",
            """n = len(labels)
z = logits - logits.max(axis=1, keepdims=True)
logp = z - np.log(np.exp(z).sum(axis=1))
rows = np.arange(n)
loss = -logp[rows, labels].mean()
grad = np.exp(logp)
grad[rows, labels] -= 1
return (loss, grad / n)""",
        ),
    ],
    "bce_with_logits": [
        ("wrong-sign", "return (y * np.logaddexp(0, -x) - (1 - y) * np.logaddexp(0, x)).mean()"),
        ("wrong-sign", "return (y * np.logaddexp(0, -x) + (1 + y) * np.logaddexp(0, x)).mean()"),
        (
            "input-output-confused",
            "p = np.clip(x, 1e-7, 1 - 1e-7)\nreturn -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()",
        ),
        (
            "assignment-for-accumulation",
            "for a, b in zip(x.flat, y.flat):\n    total = np.logaddexp(0, a) - a * b\nreturn total / x.size",
        ),
        ("missing-term", "return np.mean(y * np.logaddexp(0, -x))"),
        ("missing-term", "return np.mean(np.maximum(x, 0) - x * y)"),
        ("missing-term", "return np.mean((1 - y) * np.logaddexp(0, x))"),
        ("unstable-log", "return np.mean(np.log(1 + np.exp(x)) - x * y)"),
        ("wrong-factor", "return 2 * np.mean(np.logaddexp(0, x) - x * y)"),
        ("absolute-missing unstable-log", "return np.mean(x - x * y + np.log1p(np.exp(-x)))"),
        ("missing-term shape-wrong", "return np.logaddexp(0, x) - x * y"),
        ("missing-term", "return np.mean(-x * y + np.log1p(np.exp(-np.abs(x))))"),
        ("missing-term", "return np.mean(np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))"),
        ("absolute-missing unstable-log", "return np.mean(np.maximum(x, 0) - x * y + np.log1p(np.exp(-x)))"),
        ("sum-for-mean", "return np.sum(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))))"),
        ("max-not-elementwise", "return np.mean(max(x.max(), 0) - x * y + np.log1p(np.exp(-np.abs(x))))"),
    ],
    "xavier_uniform": [
        ("wrong-sign", "return (2 * rng.random((n_out, n_in)) + 1) * np.sqrt(6 / (n_in + n_out))"),
        ("scale-missing", "return rng.uniform(-1, 1, (n_out, n_in))"),
        (
            "extra-term off-by-one-boundary",
            "a = (6 / (n_in + n_out + 1)) ** 0.5\nreturn a * (2 * rng.random((n_out, n_in)) - 1)",
        ),
        (
            "extra-term off-by-one-boundary",
            "a = (6 / (n_in + n_out - 1)) ** 0.5\nreturn a * (2 * rng.random((n_out, n_in)) - 1)",
        ),
        ("wrong-operation", "a = (6 / (n_in + n_out)) ** 0.5\nreturn np.sort(rng.uniform(-a, a, (n_out, n_in)))"),
        (
            "wrong-operation",
            """half = rng.uniform(0, np.sqrt(6 / (n_in + n_out)), (n_out * n_in + 1) // 2)
return np.concatenate([half, -half])[: n_out * n_in].reshape(n_out, n_in)""",
        ),
        (
            "shape-wrong",
            """a = np.sqrt(6 / (n_in + n_out))
return rng.uniform(-a, a)""",
        ),
        ("missing-term wrong-operation", "return rng.normal(0.0, np.sqrt(2.0 / n_in), (n_out, n_in))"),
        ("missing-term wrong-factor", "return rng.random((n_out, n_in)) * np.sqrt(6 / (n_in + n_out))"),
        (
            "missing-term scale-missing wrong-factor",
            """a = 1 / np.sqrt(n_in)
return rng.uniform(-a, a, (n_out, n_in))""",
        ),
        (
            "root-missing",
            """a = 6 / (n_in + n_out)
return rng.uniform(-a, a, (n_out, n_in))""",
        ),
        ("root-missing wrong-operation", "return rng.normal(0, 2 / (n_in + n_out), (n_out, n_in))"),
        ("wrong-operation", "return rng.standard_normal((n_out, n_in)) * np.sqrt(6 / (n_in + n_out))"),
        (
            "missing-term",
            """a = (6.0 / (n_out + n_in)) ** 0.5
return 2 * rng.random((n_out, n_in)) * a""",
        ),
        (
            "missing-term wrong-factor",
            """bound = np.sqrt(6 / n_in)
return rng.uniform(-bound, bound, size=(n_out, n_in))""",
        ),
        (
            "missing-term",
            """bound = np.sqrt(3 / n_in)
return rng.uniform(-bound, bound, size=(n_out, n_in))""",
        ),
        (
            "root-missing",
            """bound = 6 / (n_in + n_out)
return rng.uniform(-bound, bound, size=(n_out, n_in))""",
        ),
    ],
}
