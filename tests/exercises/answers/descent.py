"""Answers to SGD, momentum and NAG: bodies, and ids that are true of them."""

RIGHT = {
    "sgd_step": [
        "return w - lr * (g + wd * w)",
        "return (1 - lr * wd) * w - lr * g",
        "new = w.copy()\nnew -= lr * g\nnew -= lr * wd * w\nreturn new",
        "d = np.add(g, wd * w)\nreturn np.subtract(w, np.multiply(lr, d)).astype(w.dtype)",
        "out = np.empty_like(w)\nfor i in np.ndindex(w.shape):\n    out[i] = w[i] - lr * (g[i] + wd * w[i])\n"
        "return out",
        "x = w.astype(np.float64)\nreturn (x - lr * g - lr * wd * x).astype(w.dtype)",
    ],
    "momentum_step": [
        "v = momentum * v - lr * (g + wd * w)\nreturn w + v, v",
        "v = v * momentum\nv -= lr * g\nv -= lr * wd * w\nreturn w + v, v",
        "d = g + wd * w\nnew = momentum * v - lr * d\nreturn [w - lr * d + momentum * v, new]",
        "buf = lr * (g + wd * w) - momentum * v\nreturn w - buf, -buf",
        "a, b = v.copy(), w.copy()\na *= momentum\na -= (g + wd * w) * lr\nb += a\nreturn b, a",
        "v, x = v.astype('f8'), w.astype('f8')\nv = momentum * v - lr * (g + wd * x)\n"
        "return (x + v).astype(w.dtype), v.astype(w.dtype)",
    ],
    "nag_step": [
        "p = w - momentum * v\nv = momentum * v - lr * g\nreturn p + v + momentum * v, v",
        "new = momentum * v - lr * g\nreturn w - momentum * v + (1 + momentum) * new, new",
        "new = momentum * v - lr * g\nreturn w + momentum * new - lr * g, new",
        "d = -lr * g\nreturn w + d + momentum * (momentum * v + d), momentum * v + d",
        "old = v\nv = v.copy()\nv *= momentum\nv -= lr * g\nreturn w + momentum * (v - old) + v, v",
        "n = np.empty_like(v)\nx = np.empty_like(w)\nfor i in np.ndindex(w.shape):\n"
        "    n[i] = momentum * v[i] - lr * g[i]\n    x[i] = w[i] - momentum * v[i] + n[i] + momentum * n[i]\n"
        "return x, n",
    ],
}

V = "v = momentum * v - lr * (g + wd * w)\n"
N = "p = w - momentum * v\nv = momentum * v - lr * g\n"

WRONG = {
    "sgd_step": [
        ("wrong-sign", "return w + lr * (g + wd * w)"),
        ("decay-sign wrong-sign", "return w - lr * (g - wd * w)"),
        ("missing-term", "return w - lr * g"),
        ("scale-missing", "return w - (g + wd * w)"),
        ("decay-outside-gradient scale-missing", "return w - lr * g - wd * w"),
        ("decay-after-update new-state-used", "w = w - lr * g\nreturn w - lr * wd * w"),
        ("hyperparameters-swapped", "return w - wd * (g + lr * w)"),
        ("wrong-factor", "return w - lr * (g + 2 * wd * w)"),
        ("wrong-operation", "return w - lr * (g + wd * np.sign(w))"),
        ("input-modified", "w -= lr * (g + wd * w)\nreturn w"),
        ("dtype-widened", "return w - np.float64(lr) * (g + wd * w)"),
        ("shape-wrong", "return (w - lr * (g + wd * w),)"),
        ("weight-not-updated", "np.subtract(w, lr * (g + wd * w))\nreturn w"),
    ],
    "momentum_step": [
        ("missing-term assignment-for-accumulation", "v = momentum * v - lr * (g + wd * w)\nw = v\nreturn w, v"),
        ("wrong-sign", "v = momentum * v + lr * (g + wd * w)\nreturn w + v, v"),
        ("wrong-sign", V + "return w - v, v"),
        ("rate-outside-velocity", "v = momentum * v - (g + wd * w)\nreturn w + lr * v, v"),
        ("rate-outside-velocity wrong-sign", "v = momentum * v + g + wd * w\nreturn w - lr * v, v"),
        ("old-state-used order-wrong", "w1 = w + v\n" + V + "return w1, v"),
        ("missing-term", "v = momentum * v - lr * g\nreturn w + v, v"),
        ("decay-outside-gradient", "v = momentum * v - lr * g\nreturn w + v - lr * wd * w, v"),
        ("decay-after-update new-state-used", "v = momentum * v - lr * g\nw = w + v\nreturn w - lr * wd * w, v"),
        ("decay-on-state", "v = momentum * v - lr * (g + wd * v)\nreturn w + v, v"),
        ("hyperparameters-swapped", "v = (1 - momentum) * v - lr * (g + wd * w)\nreturn w + v, v"),
        ("extra-term", "v = momentum * v - (1 - momentum) * lr * (g + wd * w)\nreturn w + v, v"),
        ("state-not-updated", "n = momentum * v - lr * (g + wd * w)\nreturn w + n, v"),
        ("wrong-returned-order", V + "return v, w + v"),
        ("shape-wrong", V + "return w + v"),
        ("state-shared", V + "v += w\nreturn v, v"),
    ],
    "nag_step": [
        ("missing-term new-state-used old-state-used", "v = momentum * v - lr * g\nreturn w + v, v"),
        ("missing-term", "v = momentum * v - lr * g\nreturn w + v + momentum * v, v"),
        ("missing-term", N + "return p + v, v"),
        ("wrong-sign", "p = w + momentum * v\nv = momentum * v - lr * g\nreturn p + v + momentum * v, v"),
        (
            "new-state-used missing-term old-state-used",
            "v = momentum * v - lr * g\np = w - momentum * v\nreturn p + v + momentum * v, v",
        ),
        (
            "old-state-used missing-term new-state-used",
            "p, n = w - momentum * v, momentum * v - lr * g\nreturn p + n + momentum * v, n",
        ),
        ("scale-missing", "p = w - v\nv = momentum * v - lr * g\nreturn p + v + momentum * v, v"),
        ("scale-missing", N + "return p + v + v, v"),
        ("rate-outside-velocity", "n = momentum * v - g\nreturn w - lr * momentum * v + lr * (1 + momentum) * n, n"),
        ("wrong-returned-order", N + "return v, p + v + momentum * v"),
        ("wrong-state-stored", N + "return p + v + momentum * v, p + v"),
        ("hyperparameters-swapped", "lr, momentum = momentum, lr\n" + N + "return p + v + momentum * v, v"),
    ],
}
