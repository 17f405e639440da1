"""Answers to Adam and its relatives: bodies, and ids that are true of them."""

M = "m = beta1 * m + (1 - beta1) * g\n"
V = "v = beta2 * v + (1 - beta2) * g**2\n"
HATS = "a = m / (1 - beta1**t)\nb = v / (1 - beta2**t)\n"
ADAM = M + V + HATS
STEP = "x = a / (np.sqrt(b) + eps)\n"
U = "u = np.maximum(beta2 * u, np.abs(g))\n"
FLOATS = "k = w.dtype\nw, g, m, v = (x.astype('f8') for x in (w, g, m, v))\n"
MU = "mu, nu = (beta1 * (1 - 0.5 * 0.96 ** (i * schedule_decay)) for i in (t, t + 1))\n"
BAR = "x = (1 - mu) * g / (1 - P) + nu * m / (1 - P * nu)\n"
NADAM = MU + "P = P * mu\n" + M + V + BAR + "b = v / (1 - beta2**t)\n"

RIGHT = {
    "adam_step": [
        ADAM + STEP + "return w - lr * x, m, v",
        M + V + "c = (1 - beta2**t) ** 0.5\nreturn w - lr * c / (1 - beta1**t) * m / (np.sqrt(v) + eps * c), m, v",
        "m = m + (1 - beta1) * (g - m)\nv = v + (1 - beta2) * (g * g - v)\n"
        + HATS
        + STEP
        + "return [w - lr * x, m, v]",
        "p = q = 1.0\nfor _ in range(t):\n    p *= beta1\n    q *= beta2\n"
        + M
        + V
        + "return w - lr * (m / (1 - p)) / ((v / (1 - q)) ** 0.5 + eps), m, v",
        FLOATS + ADAM + STEP + "w = w - lr * x\nreturn tuple(x.astype(k) for x in (w, m, v))",
        "n, s, x = m.copy(), v.copy(), w.copy()\nn *= beta1\nn += (1 - beta1) * g\ns *= beta2\n"
        "s += (1 - beta2) * g * g\n"
        "x -= lr / (1 - beta1**t) * n / (np.sqrt(s / (1 - beta2**t)) + eps)\nreturn x, n, s",
    ],
    "adamw_step": [
        ADAM + STEP + "return w - lr * (x + wd * w), m, v",
        ADAM + STEP + "return (1 - lr * wd) * w - lr * x, m, v",
        ADAM + STEP + "new = w * (1 - lr * wd)\nnew -= lr * x\nreturn new, m, v",
        M + V + "c = (1 - beta2**t) ** 0.5\nx = c / (1 - beta1**t) * m / (np.sqrt(v) + eps * c)\n"
        "return w - lr * x - lr * wd * w, m, v",
        FLOATS + ADAM + STEP + "w = w - lr * (x + wd * w)\nreturn tuple(x.astype(k) for x in (w, m, v))",
        "m = m - (1 - beta1) * (m - g)\nv = v - (1 - beta2) * (v - g * g)\n"
        + HATS
        + STEP
        + "return [w - (lr * x + lr * wd * w), m, v]",
    ],
    "adamax_step": [
        M + U + "return w - lr / (1 - beta1**t) * m / u, m, u",
        M + "u = np.where(beta2 * u > np.abs(g), beta2 * u, np.abs(g))\nreturn w - lr * m / ((1 - beta1**t) * u), m, u",
        M + "u = np.maximum(np.maximum(g, -g), u * beta2)\nreturn w - lr * (m / (1 - beta1**t)) / u, m, u",
        "m = m + (1 - beta1) * (g - m)\na = np.abs(g)\nu = beta2 * u + (a - beta2 * u) * (a > beta2 * u)\n"
        "return [w - lr / (1 - beta1**t) * m / u, m, u]",
        M + "u = np.array([max(beta2 * a, abs(b)) for a, b in zip(u.flat, g.flat)], u.dtype).reshape(u.shape)\n"
        "return w - lr / (1 - beta1**t) * m / u, m, u",
        M + "u = np.fmax(beta2 * u, np.sqrt(g * g))\nx = m / u\nx *= -lr / (1 - beta1**t)\nreturn w + x, m, u",
    ],
    "nadam_step": [
        NADAM + "return w - lr * x / (np.sqrt(b) + eps), m, v, P",
        NADAM + "return [w - lr * x / (b**0.5 + eps), m, v, np.array(P)]",
        MU + M + V + "P = mu * P\nn = P * nu\nx = g * ((1 - mu) / (1 - P)) + m * (nu / (1 - n))\n"
        "return w - x * lr / (eps + np.sqrt(v / (1 - beta2**t))), m, v, P",
        MU
        + "P = P * mu\nm = m + (1 - beta1) * (g - m)\nv = v + (1 - beta2) * (g * g - v)\n"
        + BAR
        + "c = (1 - beta2**t) ** 0.5\nreturn w - lr * c * x / (np.sqrt(v) + eps * c), m, v, P",
        FLOATS + NADAM + "w = w - lr * x / (np.sqrt(b) + eps)\nreturn w.astype(k), m.astype(k), v.astype(k), P",
        "def mean(t):\n    return beta1 * (1 - 0.96 ** (t * schedule_decay) / 2)\n"
        + M
        + V
        + "Q = P * mean(t)\nx = (1 - mean(t)) / (1 - Q) * g + mean(t + 1) / (1 - Q * mean(t + 1)) * m\n"
        "return w - lr * x / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, Q",
    ],
}

WRONG = {
    "adam_step": [
        ("assignment-for-accumulation", "m = (1 - beta1) * (g - m)\n" + V + HATS + STEP + "return w - lr * x, m, v"),
        ("wrong-sign", "m = m + (1 - beta1) * (g + m)\n" + V + HATS + STEP + "return w - lr * x, m, v"),
        ("wrong-sign", M + "v = v - (1 - beta2) * (g * g - v)\n" + HATS + STEP + "return w - lr * x, m, v"),
        (
            "root-missing",
            M + V + "c = 1 - beta2**t\nreturn w - lr * c / (1 - beta1**t) * m / (np.sqrt(v) + eps * c**0.5), m, v",
        ),
        (
            "operands-swapped wrong-operation",
            M + V + "a = lr * (1 - beta1**t) / (1 - beta2**t) ** 0.5\nreturn w - a * m / (np.sqrt(v) + eps), m, v",
        ),
        ("bias-correction-missing", M + V + "return w - lr * m / (np.sqrt(v) + eps), m, v"),
        ("state-not-updated", M + HATS + STEP + "return w - lr * x, m, v"),
        ("state-not-updated", V + HATS + STEP + "return w - lr * x, m, v"),
        ("bias-correction-missing-first", M + V + HATS + "return w - lr * m / (np.sqrt(b) + eps), m, v"),
        ("bias-correction-missing-second", M + V + HATS + "return w - lr * a / (np.sqrt(v) + eps), m, v"),
        ("epsilon-inside-root", ADAM + "return w - lr * a / np.sqrt(b + eps), m, v"),
        (
            "epsilon-scaled",
            M + V + "c = (1 - beta2**t) ** 0.5\nreturn w - lr * c / (1 - beta1**t) * m / (np.sqrt(v) + eps), m, v",
        ),
        ("count-off-by-one", "t = t + 1\n" + ADAM + STEP + "return w - lr * x, m, v"),
        ("power-missing", M + V + "return w - lr * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + eps), m, v"),
        ("root-missing", ADAM + "return w - lr * a / (b + eps), m, v"),
        (
            "old-state-used",
            "a = m / (1 - beta1**t)\nb = v / (1 - beta2**t)\n" + M + V + STEP + "return w - lr * x, m, v",
        ),
        ("wrong-state-stored", ADAM + STEP + "return w - lr * x, a, b"),
        ("hyperparameters-swapped", "beta1, beta2 = beta2, beta1\n" + ADAM + STEP + "return w - lr * x, m, v"),
        ("scale-missing", "m = beta1 * m + g\n" + V + HATS + STEP + "return w - lr * x, m, v"),
        (
            "dtype-widened",
            M + V + "a = m / np.power(1 - beta1**t, 1)\nb = v / (1 - beta2**t)\n" + STEP + "return w - lr * x, m, v",
        ),
        ("root-missing wrong-sign", ADAM + "return w + lr * a / (b + eps), m, v"),
        ("wrong-sign", M + V + "return w - lr * m / (1 + beta1**t) / (np.sqrt(v / (1 + beta2**t)) + eps), m, v"),
    ],
    "adamw_step": [
        ("decay-in-gradient", "g = g + wd * w\n" + ADAM + STEP + "return w - lr * x, m, v"),
        ("decay-after-update new-state-used", ADAM + STEP + "w = w - lr * x\nreturn w - lr * wd * w, m, v"),
        ("decay-sign wrong-sign", ADAM + STEP + "return w - lr * (x - wd * w), m, v"),
        ("missing-term", ADAM + STEP + "return w - lr * x, m, v"),
        ("scale-missing", ADAM + STEP + "return w - lr * x - wd * w, m, v"),
        ("epsilon-inside-root", ADAM + "return w - lr * (a / np.sqrt(b + eps) + wd * w), m, v"),
        ("bias-correction-missing", M + V + "return w - lr * (m / (np.sqrt(v) + eps) + wd * w), m, v"),
        ("decay-on-state", ADAM + STEP + "return w - lr * (x + wd * m), m, v"),
        ("wrong-factor", ADAM + STEP + "return w - lr * (x + lr * wd * w), m, v"),
        ("decay-in-gradient", ADAM + "return w - lr * (a + wd * w) / (np.sqrt(b) + eps), m, v"),
        ("wrong-returned-order", ADAM + STEP + "return w - lr * (x + wd * w), v, m"),
        ("count-off-by-one", "t = t - 1\n" + ADAM + STEP + "return w - lr * (x + wd * w), m, v"),
    ],
    "adamax_step": [
        ("missing-term assignment-for-accumulation", M + "u = np.abs(g)\nreturn w - lr / (1 - beta1**t) * m / u, m, u"),
        ("absolute-missing", M + "u = np.maximum(beta2 * u, g)\nreturn w - lr / (1 - beta1**t) * m / u, m, u"),
        ("wrong-operation", M + "u = np.minimum(beta2 * u, np.abs(g))\nreturn w - lr / (1 - beta1**t) * m / u, m, u"),
        (
            "max-not-elementwise axis-wrong",
            M + "u = np.maximum(beta2 * u, np.abs(g).max())\nreturn w - lr / (1 - beta1**t) * m / u, m, u",
        ),
        ("bias-correction-missing bias-correction-missing-first", M + U + "return w - lr * m / u, m, u"),
        ("scale-missing", M + "u = np.maximum(u, np.abs(g))\nreturn w - lr / (1 - beta1**t) * m / u, m, u"),
        ("count-off-by-one", M + U + "return w - lr / (1 - beta1 ** (t + 1)) * m / u, m, u"),
        ("old-state-used", "o = m\n" + M + U + "return w - lr / (1 - beta1**t) * o / u, m, u"),
        ("wrong-sign", M + U + "return w + lr / (1 - beta1**t) * m / u, m, u"),
        (
            "hyperparameters-swapped",
            "beta1, beta2 = beta2, beta1\n" + M + U + "return w - lr / (1 - beta1**t) * m / u, m, u",
        ),
        (
            "wrong-operation",
            M + "u = np.sqrt(beta2 * u**2 + (1 - beta2) * g**2)\nreturn w - lr / (1 - beta1**t) * m / u, m, u",
        ),
        ("extra-term", M + U + "return w - lr / (1 - beta1**t) * m / (u / (1 - beta2**t)), m, u"),
        ("wrong-state-stored", M + U + "m = m / (1 - beta1**t)\nreturn w - lr * m / u, m, u"),
    ],
    "nadam_step": [
        ("scale-missing", NADAM.replace("0.5 * ", "") + "return w - lr * x / (np.sqrt(b) + eps), m, v, P"),
        (
            "missing-term wrong-operation",
            MU
            + "P = P * mu\n"
            + M
            + V
            + "b = v / (1 - beta2**t)\nreturn w - lr * m / (1 - P * nu) / (np.sqrt(b) + eps), m, v, P",
        ),
        ("state-not-updated", NADAM + "return w - lr * x / (np.sqrt(b) + eps), m, v, P / mu"),
        ("wrong-state-stored", NADAM + "return w - lr * x / (np.sqrt(b) + eps), m, v, P * nu"),
        (
            "assignment-for-accumulation",
            MU + "P = mu\n" + M + V + BAR + "return w - lr * x / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, P",
        ),
        ("bias-correction-missing-second", NADAM + "return w - lr * x / (np.sqrt(v) + eps), m, v, P"),
        ("epsilon-inside-root", NADAM + "return w - lr * x / np.sqrt(b + eps), m, v, P"),
        ("missing-term", NADAM + "x = nu * m / (1 - P * nu)\nreturn w - lr * x / (np.sqrt(b) + eps), m, v, P"),
        (
            "scale-missing",
            NADAM + "x = g / (1 - P) + nu * m / (1 - P * nu)\nreturn w - lr * x / (np.sqrt(b) + eps), m, v, P",
        ),
        (
            "count-off-by-one",
            "nu = mu = beta1 * (1 - 0.5 * 0.96 ** (t * schedule_decay))\nP = P * mu\n"
            + M
            + V
            + BAR
            + "return w - lr * x / (np.sqrt(v / (1 - beta2**t)) + eps), m, v, P",
        ),
        ("wrong-sign", NADAM + "return w + lr * x / (np.sqrt(b) + eps), m, v, P"),
        (
            "operands-swapped",
            NADAM
            + "x = (1 - mu) * g / (1 - P * nu) + nu * m / (1 - P)\nreturn w - lr * x / (np.sqrt(b) + eps), m, v, P",
        ),
        ("root-missing", NADAM + "return w - lr * x / (b + eps), m, v, P"),
        ("wrong-returned-order", NADAM + "return w - lr * x / (np.sqrt(b) + eps), v, m, P"),
    ],
}
