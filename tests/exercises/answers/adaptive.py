"""Answers to AdaGrad, RMSProp and AdaDelta: bodies, and ids that are true of them."""

S = "s = beta * s + (1 - beta) * g**2\n"
SM = S + "m = beta * m + (1 - beta) * g\n"
D = "d = momentum * d - lr * g / np.sqrt(s - m**2 + eps)\n"
RS = "s = rho * s + (1 - rho) * g**2\n"
RD = "x = np.sqrt(d + eps) / np.sqrt(s + eps) * g\nd = rho * d + (1 - rho) * x**2\n"

RIGHT = {
    "adagrad_step": [
        "h = h + g**2\nreturn w - lr * g / np.sqrt(h + eps), h",
        "h = h + np.square(g)\nreturn w - g / ((h + eps) ** 0.5 / lr), h",
        "h = h.copy()\nh += g * g\nstep = g / np.sqrt(h + eps)\nstep *= lr\nreturn [w - step, h]",
        "n = np.hypot(np.sqrt(h), g) ** 2\nreturn w - lr * g * (n + eps) ** -0.5, n",
        "a = h.astype('f8') + g.astype('f8') ** 2\n"
        "return (w - lr * g / np.sqrt(a + eps)).astype(w.dtype), a.astype(h.dtype)",
        "n, x = h.copy(), w.copy()\nfor i in np.ndindex(w.shape):\n    n[i] += g[i] * g[i]\n"
        "    x[i] -= lr * g[i] / (n[i] + eps) ** 0.5\nreturn x, n",
    ],
    "rmsprop_step": [
        S + "return w - lr * g / np.sqrt(s + eps), s",
        "s = s + (1 - beta) * (g * g - s)\nreturn w - lr * g / np.sqrt(s + eps), s",
        "s = s - (1 - beta) * s + (1 - beta) * np.power(g, 2)\n"
        "return w - (lr / (s + eps) ** 0.5).astype(w.dtype) * g, s",
        "n = beta * s\nn += (1 - beta) * g * g\nx = w.copy()\nx -= lr * g / np.sqrt(n + eps)\nreturn x, n",
        "n = np.array([beta * a + (1 - beta) * b * b for a, b in zip(s.flat, g.flat)], s.dtype).reshape(s.shape)\n"
        "return w - lr * g / np.sqrt(n + eps), n",
        "d = s.astype(float)\nd = beta * d + (1 - beta) * g.astype(float) ** 2\n"
        "return (w - lr * g / np.sqrt(d + eps)).astype(w.dtype), d.astype(s.dtype)",
    ],
    "rmsprop_centered_step": [
        SM + D + "return w + d, s, m, d",
        SM + "v = np.maximum(s - m * m, 0)\nd = momentum * d - lr * g / np.sqrt(v + eps)\nreturn w + d, s, m, d",
        "s = s + (1 - beta) * (g * g - s)\nm = m + (1 - beta) * (g - m)\n" + D + "return [w + d, s, m, d]",
        SM + "push = lr * g / np.sqrt(s - m**2 + eps)\nreturn w + momentum * d - push, s, m, momentum * d - push",
        "k = w.dtype\nw, g, s, m, d = (x.astype('f8') for x in (w, g, s, m, d))\n" + SM + D + "w = w + d\n"
        "return tuple(x.astype(k) for x in (w, s, m, d))",
        "a, b, c = s.copy(), m.copy(), d.copy()\na *= beta\na += (1 - beta) * g * g\nb *= beta\nb += (1 - beta) * g\n"
        "c *= momentum\nc -= lr * g / np.sqrt(a - b * b + eps)\nreturn w + c, a, b, c",
    ],
    "adadelta_step": [
        RS + RD + "return w - x, s, d",
        RS + "x = np.sqrt((d + eps) / (s + eps)) * g\nreturn w - x, s, rho * d + (1 - rho) * x * x",
        "s = s + (1 - rho) * (g * g - s)\n" + RD + "return [w - x, s, d]",
        "n = s * rho + np.square(g) * (1 - rho)\nx = -g * ((d + eps) ** 0.5 / (n + eps) ** 0.5)\n"
        "return w + x, n, d * rho + np.square(x) * (1 - rho)",
        "k = w.dtype\nw, g, s, d = (x.astype('f8') for x in (w, g, s, d))\n" + RS + RD + "w = w - x\n"
        "return w.astype(k), s.astype(k), d.astype(k)",
        "rms = lambda x: np.sqrt(x + eps)\nn = rho * s + (1 - rho) * g**2\nx = g / rms(n) * rms(d)\n"
        "return w - x, n, rho * d + (1 - rho) * x**2",
    ],
}

WRONG = {
    "adagrad_step": [
        ("epsilon-outside-root", "h = h + g**2\nreturn w - lr * g / (np.sqrt(h) + eps), h"),
        ("epsilon-missing", "h = h + g**2\nreturn w - lr * g / np.sqrt(h), h"),
        ("root-missing", "h = h + g**2\nreturn w - lr * g / (h + eps), h"),
        ("power-missing", "h = h + g\nreturn w - lr * g / np.sqrt(h + eps), h"),
        ("old-state-used", "n = h + g**2\nreturn w - lr * g / np.sqrt(h + eps), n"),
        ("assignment-for-accumulation missing-term", "h = g**2\nreturn w - lr * g / np.sqrt(h + eps), h"),
        ("state-not-updated", "n = h + g**2\nreturn w - lr * g / np.sqrt(n + eps), h"),
        ("wrong-state-stored", "h = h + g**2\nreturn w - lr * g / np.sqrt(h + eps), np.sqrt(h)"),
        ("wrong-operation", "h = h + g**2\nreturn w - lr * g * np.sqrt(h + eps), h"),
        ("axis-wrong", "h = h + np.sum(g**2)\nreturn w - lr * g / np.sqrt(h + eps), h"),
        ("wrong-returned-order", "h = h + g**2\nreturn h, w - lr * g / np.sqrt(h + eps)"),
        ("input-modified", "h += g**2\nreturn w - lr * g / np.sqrt(h + eps), h"),
    ],
    "rmsprop_step": [
        ("epsilon-outside-root", "s = s + (1 - beta) * (g * g - s)\nreturn w - lr * g / (np.sqrt(s) + eps**0.5), s"),
        ("assignment-for-accumulation", "s = (1 - beta) * (g * g - s)\nreturn w - lr * g / np.sqrt(s + eps), s"),
        ("epsilon-outside-root", S + "return w - lr * g / (np.sqrt(s) + eps), s"),
        ("scale-missing", "s = beta * s + g**2\nreturn w - lr * g / np.sqrt(s + eps), s"),
        ("scale-missing extra-term", "s = s + g**2\nreturn w - lr * g / np.sqrt(s + eps), s"),
        ("hyperparameters-swapped", "s = (1 - beta) * s + beta * g**2\nreturn w - lr * g / np.sqrt(s + eps), s"),
        ("wrong-sign", S + "return w + lr * g / np.sqrt(s + eps), s"),
        ("wrong-sign", "s = s + (1 - beta) * (s - g**2)\nreturn w - lr * g / np.sqrt(s + eps), s"),
        (
            "power-missing wrong-operation",
            "s = beta * s + (1 - beta) * np.abs(g)\nreturn w - lr * g / np.sqrt(s + eps), s",
        ),
        ("old-state-used", "n = beta * s + (1 - beta) * g**2\nreturn w - lr * g / np.sqrt(s + eps), n"),
        (
            "axis-wrong mean-for-sum",
            "s = beta * s + (1 - beta) * np.mean(g**2)\nreturn w - lr * g / np.sqrt(s + eps), s",
        ),
        ("dtype-widened", "s = beta * s + np.subtract(1, beta) * g**2\nreturn w - lr * g / np.sqrt(s + eps), s"),
        ("shape-wrong", S + "return {'w': w - lr * g / np.sqrt(s + eps), 's': s}"),
        ("epsilon-outside-root state-not-updated", "n = s\n" + S + "return w - lr * g / (np.sqrt(s) + eps), n"),
    ],
    "rmsprop_centered_step": [
        (
            "epsilon-outside-root",
            SM + "d = momentum * d - lr * g / (np.sqrt(np.maximum(s - m**2, 0)) + eps)\nreturn w + d, s, m, d",
        ),
        ("power-missing", SM + "d = momentum * d - lr * g / np.sqrt(s - m + eps)\nreturn w + d, s, m, d"),
        (
            "missing-term",
            S + "d = momentum * d - lr * g / np.sqrt(s + eps)\nm = beta * m + (1 - beta) * g\nreturn w + d, s, m, d",
        ),
        ("wrong-sign", SM + "d = momentum * d - lr * g / np.sqrt(s + m**2 + eps)\nreturn w + d, s, m, d"),
        ("wrong-sign", SM + D + "return w - d, s, m, d"),
        ("root-missing", SM + "d = momentum * d - lr * g / (s - m**2 + eps)\nreturn w + d, s, m, d"),
        ("old-state-used order-wrong", S + D + "m = beta * m + (1 - beta) * g\nreturn w + d, s, m, d"),
        ("old-state-used", "o = d\n" + SM + D + "return w + o, s, m, d"),
        ("rate-outside-velocity", SM + "d = momentum * d - g / np.sqrt(s - m**2 + eps)\nreturn w + lr * d, s, m, d"),
        ("hyperparameters-swapped", "beta, momentum = momentum, beta\n" + SM + D + "return w + d, s, m, d"),
        ("wrong-operation", SM + "d = momentum * d - lr * m / np.sqrt(s - m**2 + eps)\nreturn w + d, s, m, d"),
        ("wrong-returned-order", SM + D + "return w + d, m, s, d"),
    ],
    "adadelta_step": [
        (
            "epsilon-outside-root",
            RS + "x = (np.sqrt(d) + eps) / (np.sqrt(s) + eps) * g\nd = rho * d + (1 - rho) * x**2\nreturn w - x, s, d",
        ),
        ("root-missing", RS + "x = (d + eps) / (s + eps) * g\nd = rho * d + (1 - rho) * x**2\nreturn w - x, s, d"),
        (
            "epsilon-missing",
            RS + "x = np.sqrt(d) / np.sqrt(s + eps) * g\nd = rho * d + (1 - rho) * x**2\nreturn w - x, s, d",
        ),
        (
            "wrong-operation",
            RS + "x = np.sqrt(d + eps) / np.sqrt(s + eps) * g\nd = rho * d + (1 - rho) * g**2\nreturn w - x, s, d",
        ),
        ("new-state-used", RS + RD + "return w - np.sqrt(d + eps) / np.sqrt(s + eps) * g, s, d"),
        (
            "operands-swapped wrong-operation",
            RS + "x = np.sqrt(s + eps) / np.sqrt(d + eps) * g\nd = rho * d + (1 - rho) * x**2\nreturn w - x, s, d",
        ),
        (
            "power-missing",
            RS + "x = np.sqrt(d + eps) / np.sqrt(s + eps) * g\nd = rho * d + (1 - rho) * x\nreturn w - x, s, d",
        ),
        ("scale-missing", RS + "x = g / np.sqrt(s + eps)\nd = rho * d + (1 - rho) * x**2\nreturn w - x, s, d"),
        ("state-not-updated", "o = d\n" + RS + RD + "return w - x, s, o"),
        ("wrong-state-stored", RS + RD + "return w - x, s, x"),
        ("wrong-returned-order", RS + RD + "return w - x, d, s"),
        ("wrong-sign", RS + RD + "return w + x, s, d"),
    ],
}
