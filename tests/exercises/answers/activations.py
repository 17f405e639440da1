"""Answers to the backward passes of functions of one array: bodies, and ids that are true of them."""

HIT = "hit = x == x.max(axis=axis, keepdims=True)\n"
SOFT = "s = (g * y).sum(-1, keepdims=True)\n"

RIGHT = {
    "relu_vjp": [
        "return g * (x > 0)",
        "return np.where(x > 0, g, 0).astype(g.dtype)",
        "gx = g.copy()\ngx[x <= 0] = 0\nreturn gx",
        "gx = np.zeros_like(x)\nnp.copyto(gx, g, where=x > 0)\nreturn gx",
        "return g * np.heaviside(x, np.zeros_like(x))",
        "return np.array([a if b > 0 else 0 for a, b in zip(g.flat, x.flat)], dtype=g.dtype).reshape(g.shape)",
    ],
    "sigmoid_vjp": [
        "return g * y * (1 - y)",
        "return y * (1 - y) * g",
        "return g * (y - y**2)",
        "return g * (0.25 - (y - 0.5) ** 2)",
        "out = 1 - y\nout *= y\nout *= g\nreturn out",
        "z = y.astype('f8')\nx = np.log(z) - np.log1p(-z)\nreturn (g / (2 + np.exp(x) + np.exp(-x))).astype(y.dtype)",
    ],
    "tanh_vjp": [
        "return g * (1 - y**2)",
        "return g - g * np.square(y)",
        "return -g * (y + 1) * (y - 1)",
        "return np.multiply(g, np.subtract(1, y * y))",
        "d = np.ones_like(y)\nd -= y * y\nreturn d * g",
        "return (g / np.cosh(np.arctanh(y.astype('f8'))) ** 2).astype(y.dtype)",
    ],
    "softmax_vjp": [
        SOFT + "return y * (g - s)",
        SOFT + "return y * g - y * s",
        "return y * (g - np.expand_dims(np.einsum('...k,...k', g, y), -1))",
        "p = g * y\nreturn p - p.sum(axis=-1, keepdims=True) * y",
        "h = g - g.mean(axis=-1, keepdims=True)\nreturn y * (h - (h * y).sum(axis=-1, keepdims=True))",
        "k = y.shape[-1]\nrows = [b * (a - a @ b) for a, b in zip(g.reshape(-1, k), y.reshape(-1, k))]\n"
        "return np.array(rows).reshape(y.shape)",
    ],
    "max_vjp": [
        HIT + "return (hit / hit.sum(axis=axis, keepdims=True)).astype(x.dtype) * np.expand_dims(g, axis)",
        HIT + "w = hit.astype(x.dtype)\nreturn np.expand_dims(g, axis) * w / w.sum(axis=axis, keepdims=True)",
        HIT + "share = np.expand_dims(g, axis) / hit.sum(axis=axis, keepdims=True)\n"
        "return np.where(hit, share, 0).astype(x.dtype)",
        "def one(row, up):\n    top = [i for i, v in enumerate(row) if v == max(row)]\n    out = np.zeros_like(row)\n"
        "    out[top] = up / len(top)\n    return out\n"
        "rows = np.moveaxis(x, axis, -1)\nout = np.empty(rows.shape, x.dtype)\n"
        "for k in np.ndindex(*rows.shape[:-1]):\n    out[k] = one(rows[k], g[k])\nreturn np.moveaxis(out, -1, axis)",
        "m = np.sort(x, axis=axis).take([-1], axis=axis)\nw = 1.0 * (x >= m)\n"
        "return (w * np.expand_dims(g, axis) / np.count_nonzero(x >= m, axis=axis, keepdims=True)).astype(x.dtype)",
        HIT + "out = np.zeros(x.shape, x.dtype)\nshare = np.expand_dims(g, axis) / hit.sum(axis=axis, keepdims=True)\n"
        "out[hit] = np.broadcast_to(share, x.shape)[hit]\nreturn out",
    ],
}

WRONG = {
    "relu_vjp": [
        ("off-by-one-boundary mask-wrong", "return np.where(x >= 0, g, 0).astype(g.dtype)"),
        ("upstream-missing", "return np.where(x > 0, 1, 0).astype(x.dtype)"),
        ("mask-wrong input-output-confused", "return np.where(g > 0, g, 0).astype(g.dtype)"),
        ("mask-wrong", "return g * (x < 0)"),
        ("missing-term", "return np.zeros_like(x)"),
        ("wrong-sign", "return -g * (x > 0)"),
        ("mask-wrong missing-term", "return g + 0 * x"),
        ("wrong-operation extra-term wrong-factor", "return g * x * (x > 0)"),
        ("wrong-operation input-output-confused", "return x * (x > 0)"),
        ("max-not-elementwise axis-wrong", "return g if x.mean() > 0 else 0 * g"),
        ("max-not-elementwise wrong-operation", "return g if x > 0 else 0 * g"),
        ("extra-term mask-wrong wrong-factor", "return np.where(x > 0, g, 0.1 * g).astype(g.dtype)"),
        ("dtype-widened", "return np.where(x > 0, 1.0, 0.0) * g"),
        ("input-modified", "g *= x > 0\nreturn g"),
        ("mask-wrong", "return g * (x > 0.5)"),
        ("extra-term wrong-factor", "return 2 * g * (x > 0)"),
    ],
    "sigmoid_vjp": [
        ("upstream-missing", "return y - y * y"),
        ("input-output-confused", "s = 1 / (1 + np.exp(-y))\nreturn g * (s - s * s)"),
        ("input-output-confused wrong-operation", "return g * (1 - y * y)"),
        ("scale-missing missing-term", "return y * g"),
        ("scale-missing missing-term", "return (1 - y) * g"),
        ("wrong-sign operands-swapped", "return g * (y * y - y)"),
        ("wrong-sign", "return g * (y + y**2)"),
        ("wrong-operation", "return g * y - y"),
        ("wrong-factor", "return 2 * g * y * (1 - y)"),
        ("wrong-factor", "return g * (y - y * y) ** 2"),
        ("operands-swapped", "return y * (g - g * g)"),
        ("input-modified", "y -= y * y\nreturn g * y"),
        ("dtype-widened", "return g * (y * (np.ones(len(y)).mean() - y))"),
        ("wrong-operation", "return g / y / (1 - y)"),
        ("wrong-sign upstream-missing", "return -y * (1 - y)"),
    ],
    "tanh_vjp": [
        ("wrong-sign wrong-operation", "return g * (1 + y) * (1 + y)"),
        ("wrong-operation input-output-confused", "return np.tanh(y) * g"),
        ("upstream-missing", "return (1 - y) * (1 + y)"),
        ("input-output-confused", "return g * (1 - np.tanh(y) * np.tanh(y))"),
        ("input-output-confused wrong-operation", "return g * (y - y * y)"),
        ("power-missing", "return g - g * y"),
        ("power-missing wrong-operation", "return g * (1 - 2 * y)"),
        ("wrong-sign operands-swapped", "return g * (y * y) - g"),
        ("wrong-sign", "return g + g * y * y"),
        ("wrong-operation", "return g - y**2"),
        ("wrong-factor", "return 0.5 * g * (1 - y**2)"),
        ("missing-term", "return g * -(y**2)"),
        ("operands-swapped", "return (1 - g * g) * y"),
        ("wrong-operation extra-term", "return g * np.sqrt(1 - y**2)"),
        ("input-modified", "y *= y\nreturn g - g * y"),
        ("dtype-widened", "return np.asarray(g, dtype='f8') * (1 - y * y)"),
        ("axis-wrong", "return g * (1 - (y**2).sum(axis=0))"),
    ],
    "softmax_vjp": [
        ("missing-term", "return g * (y - y * y)"),
        ("missing-term upstream-missing", "return y - y * y"),
        ("missing-term scale-missing", "return y * g"),
        ("scale-missing missing-term", SOFT + "return g - s"),
        ("wrong-sign", SOFT + "return y * (g + s)"),
        ("wrong-sign", SOFT + "return y * (s - g)"),
        ("axis-wrong", "return y * (g - (g * y).sum(axis=0))"),
        ("axis-wrong", "return y * (g - (g * y).sum())"),
        ("keepdims-missing", "return y * (g - (g * y).sum(axis=-1))"),
        ("mean-for-sum", "return y * (g - (g * y).mean(axis=-1, keepdims=True))"),
        ("upstream-missing missing-term", "return y * (g - 1)"),
        ("wrong-operation", "return g - y * g.sum(axis=-1, keepdims=True)"),
        ("operands-swapped", SOFT + "return g * (y - s)"),
        ("input-modified", SOFT + "g -= s\nreturn y * g"),
        ("dtype-widened", SOFT + "return (y * (g - s)).astype(np.float64)"),
        ("extra-term wrong-factor", SOFT + "return y * (g - s) / len(y)"),
    ],
    "max_vjp": [
        ("ties-wrong", HIT + "return np.expand_dims(g, axis) * hit"),
        ("ties-wrong", "k = np.argmax(x, axis=axis, keepdims=True)\n"
         "return (np.indices(x.shape)[axis] == k) * np.expand_dims(g, axis)"),
        ("axis-wrong", "hit = (x == np.max(x)).astype(x.dtype)\nreturn hit / hit.sum() * np.expand_dims(g, axis)"),
        ("axis-wrong", "hit = (x == x.max(axis=0)).astype(x.dtype)\nreturn hit / hit.sum(axis=0) * g"),
        ("keepdims-missing", HIT + "w = hit.astype(x.dtype)\nreturn w / w.sum(axis=axis, keepdims=True) * g"),
        ("upstream-missing", HIT + "w = hit.astype(x.dtype)\nreturn w / w.sum(axis=axis, keepdims=True)"),
        ("upstream-missing ties-wrong", HIT + "return 1 * hit.astype(x.dtype)"),
        ("wrong-operation mask-wrong", "w = (x == x.min(axis=axis, keepdims=True)).astype(x.dtype)\n"
         "return w / w.sum(axis=axis, keepdims=True) * np.expand_dims(g, axis)"),
        ("wrong-sign", HIT + "w = -hit.astype(x.dtype)\nn = hit.sum(axis=axis, keepdims=True).astype(x.dtype)\n"
         "return w / n * np.expand_dims(g, axis)"),
        ("mask-wrong missing-term", "return np.expand_dims(g, axis) + 0 * x"),
        ("wrong-operation wrong-factor", "return np.expand_dims(g, axis) / x.shape[axis] + 0 * x"),
        ("dtype-widened", HIT + "return hit / hit.sum(axis=axis, keepdims=True) * np.expand_dims(g, axis)"),
        ("input-modified", HIT + "w = hit.astype(x.dtype)\nx[...] = w / w.sum(axis=axis, keepdims=True)\n"
         "return x * np.expand_dims(g, axis)"),
        ("ties-wrong", "w = np.isclose(x, x.max(axis=axis, keepdims=True)).astype(x.dtype)\n"
         "return w / w.sum(axis=axis, keepdims=True) * np.expand_dims(g, axis)"),
    ],
}  # fmt: skip
