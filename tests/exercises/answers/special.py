"""Answers to Signum, DCASGD, FTRL, FTML and SGLD: bodies, and ids that are true of them."""

M = "m = momentum * m + (1 - momentum) * g\n"
Z = "z = z + g - (np.sqrt(n + g**2) - np.sqrt(n)) / lr * w\n"
N = "n = n + g**2\n"
W = "x = -(z - np.sign(z) * lamda1) / ((beta + np.sqrt(n)) / lr)\n"
ZERO = "w = np.where(np.abs(z) <= lamda1, 0, x).astype(w.dtype)\n"
V = "v = beta2 * v + (1 - beta2) * g**2\n"
DD = "e = (1 - beta1**t) / lr * (np.sqrt(v / (1 - beta2**t)) + eps)\n"
ZZ = "z = beta1 * z + (1 - beta1) * g - (e - beta1 * d) * w\n"

RIGHT = {
    "signum_step": [
        M + "return (1 - lr * wd_lh) * w - lr * np.sign(m), m",
        M + "return w - lr * (np.sign(m) + wd_lh * w), m",
        "m = m + (1 - momentum) * (g - m)\nreturn [w - lr * wd_lh * w - lr * np.sign(m), m]",
        M + "x = w * (1 - lr * wd_lh)\nx[m > 0] -= lr\nx[m < 0] += lr\nreturn x, m",
        M + "s = np.where(m > 0, 1, np.where(m < 0, -1, 0)).astype(w.dtype)\nreturn (1 - lr * wd_lh) * w - lr * s, m",
        "n = m.copy()\nn *= momentum\nn += (1 - momentum) * g\nx = w.copy()\nx *= 1 - lr * wd_lh\n"
        "x -= lr * np.sign(n)\nreturn x, n",
    ],
    "dcasgd_step": [
        "return w - lr * (g + lamda * g**2 * (w - prev)), w",
        "return w - lr * g * (1 + lamda * g * (w - prev)), w.copy()",
        "late = w - prev\nfix = lamda * g * g * late\nreturn [w - lr * g - lr * fix, w]",
        "x = w.copy()\nx -= lr * g\nx -= lr * lamda * np.square(g) * (w - prev)\nreturn x, w",
        "a, b, c = (x.astype('f8') for x in (w, g, prev))\n"
        "return (a - lr * (b + lamda * b * b * (a - c))).astype(w.dtype), w",
        "x = np.empty_like(w)\nfor i in np.ndindex(w.shape):\n"
        "    x[i] = w[i] - lr * (g[i] + lamda * g[i] ** 2 * (w[i] - prev[i]))\nreturn x, w.copy()",
    ],
    "ftrl_step": [
        Z + N + W + ZERO + "return w, z, n",
        Z + N + "w = -np.sign(z) * np.maximum(np.abs(z) - lamda1, 0) * lr / (beta + np.sqrt(n))\nreturn w, z, n",
        Z + N + "return -lr * (z - np.clip(z, -lamda1, lamda1)) / (beta + np.sqrt(n)), z, n",
        "a = n**0.5\nn = n + g * g\nb = n**0.5\nz = z + g - (b - a) * w / lr\n"
        + W
        + "return [x * (np.abs(z) > lamda1), z, n]",
        Z + N + W + "x[np.abs(z) <= lamda1] = 0\nreturn x, z, n",
        "k = w.dtype\nw, g, z, n = (x.astype('f8') for x in (w, g, z, n))\n"
        + Z
        + N
        + W
        + "x = np.where(np.abs(z) <= lamda1, 0, x)\nreturn x.astype(k), z.astype(k), n.astype(k)",
    ],
    "ftml_step": [
        V + DD + ZZ + "return -z / e, e, v, z",
        V + DD + "s = e - beta1 * d\nz = beta1 * z + (1 - beta1) * g - s * w\nreturn [-z / e, e, v, z]",
        "v = v + (1 - beta2) * (g * g - v)\n"
        + DD
        + "z = z * beta1 + g * (1 - beta1) - e * w + beta1 * d * w\nreturn -(z / e), e, v, z",
        V
        + "c = (1 - beta2**t) ** 0.5\ne = (1 - beta1**t) / lr * ((np.sqrt(v) + eps * c) / c)\n"
        + ZZ
        + "return -z / e, e, v, z",
        "k = w.dtype\nw, g, d, v, z = (x.astype('f8') for x in (w, g, d, v, z))\n"
        + V
        + DD
        + ZZ
        + "return tuple(x.astype(k) for x in (-z / e, e, v, z))",
        "a, b = v.copy(), z.copy()\na *= beta2\na += (1 - beta2) * g * g\n"
        "e = ((a / (1 - beta2**t)) ** 0.5 + eps) * ((1 - beta1**t) / lr)\n"
        "b *= beta1\nb += (1 - beta1) * g\nb -= (e - beta1 * d) * w\nreturn -b / e, e, a, b",
    ],
    "sgld_step": [
        "return w - lr / 2 * g + lr**0.5 * noise",
        "return w - 0.5 * lr * g + float(np.sqrt(lr)) * noise",
        "x = w.copy()\nx -= lr * g / 2\nx += noise * lr**0.5\nreturn x",
        "return (w - lr / 2 * g + np.sqrt(lr) * noise).astype(w.dtype)",
        "h = lr**0.5\nreturn w + h * (noise - h * g / 2)",
        "x = np.empty_like(w)\nfor i in np.ndindex(w.shape):\n"
        "    x[i] = w[i] - lr / 2 * g[i] + lr**0.5 * noise[i]\nreturn x",
    ],
}

WRONG = {
    "signum_step": [
        ("wrong-operation", M + "return (1 - lr * wd_lh) * w - lr * np.sign(g), m"),
        ("wrong-operation", M + "return (1 - lr * wd_lh) * w - lr * m, m"),
        ("old-state-used order-wrong", "x = (1 - lr * wd_lh) * w - lr * np.sign(m)\n" + M + "return x, m"),
        (
            "condition-missing off-by-one-boundary mask-wrong",
            M + "s = np.where(m >= 0, 1, -1).astype(w.dtype)\nreturn (1 - lr * wd_lh) * w - lr * s, m",
        ),
        ("scale-missing", "m = momentum * m + g\nreturn (1 - lr * wd_lh) * w - lr * np.sign(m), m"),
        ("scale-missing", M + "return (1 - wd_lh) * w - lr * np.sign(m), m"),
        ("missing-term", M + "return w - lr * np.sign(m), m"),
        ("decay-in-gradient", "g = g + wd_lh * w\n" + M + "return w - lr * np.sign(m), m"),
        ("decay-sign wrong-sign", M + "return (1 + lr * wd_lh) * w - lr * np.sign(m), m"),
        ("decay-after-update new-state-used wrong-operation", M + "return (1 - lr * wd_lh) * (w - lr * np.sign(m)), m"),
        (
            "rate-inside-velocity wrong-factor",
            "m = momentum * m + lr * (1 - momentum) * g\nreturn (1 - lr * wd_lh) * w - lr * np.sign(m), m",
        ),
        ("wrong-state-stored", M + "return (1 - lr * wd_lh) * w - lr * np.sign(m), np.sign(m)"),
    ],
    "dcasgd_step": [
        ("new-state-used", "x = w - lr * g\nx -= lr * lamda * g * g * (x - prev)\nreturn x, w"),
        ("missing-term", "return w - lr * g, w"),
        ("power-missing", "return w - lr * (g + lamda * g * (w - prev)), w"),
        ("wrong-sign", "return w - lr * (g - lamda * g**2 * (w - prev)), w"),
        ("operands-swapped wrong-sign", "return w - lr * (g + lamda * g**2 * (prev - w)), w"),
        ("new-state-used", "w = w - lr * (g + lamda * g**2 * (w - prev))\nreturn w, w.copy()"),
        ("state-not-updated", "return w - lr * (g + lamda * g**2 * (w - prev)), prev"),
        ("scale-missing", "return w - lr * (g + g**2 * (w - prev)), w"),
        ("hyperparameters-swapped", "return w - lamda * (g + lr * g**2 * (w - prev)), w"),
        ("wrong-returned-order", "return w, w - lr * (g + lamda * g**2 * (w - prev))"),
        ("weight-not-updated", "w - lr * (g + lamda * g**2 * (w - prev))\nreturn w, w.copy()"),
        ("scale-missing", "return w - (g + lamda * g**2 * (w - prev)), w"),
        ("shape-wrong", "return w - lr * (g + lamda * g**2 * (w - prev))"),
    ],
    "ftrl_step": [
        (
            "condition-missing weight-not-updated",
            "k = n + g * g\nz = z + g - (np.sqrt(k) - np.sqrt(n)) / lr * w\nx = w.copy()\n"
            "i = np.abs(z) > lamda1\nx[i] = -lr * (z - np.sign(z) * lamda1)[i] / (beta + np.sqrt(k))[i]\n"
            "return x, z, k",
        ),
        (
            "wrong-operation",
            "k = n + g * g\nz = z + g - (np.sqrt(k) - np.sqrt(n)) / lr * w\n"
            "x = -(z - np.sign(z) * lamda1) / (beta + np.sqrt(k) / lr)\n"
            "return x * (np.abs(z) > lamda1), z, k",
        ),
        ("condition-missing", Z + N + W + "return x, z, n"),
        ("absolute-missing", Z + N + W + "return np.where(z <= lamda1, 0, x).astype(w.dtype), z, n"),
        (
            "new-state-used order-wrong",
            N + "z = z + g - (np.sqrt(n + g**2) - np.sqrt(n)) / lr * w\n" + W + ZERO + "return w, z, n",
        ),
        ("root-missing", Z + N + "x = -(z - np.sign(z) * lamda1) / ((beta + n) / lr)\n" + ZERO + "return w, z, n"),
        ("wrong-sign", Z + N + W + "x = -x\n" + ZERO + "return w, z, n"),
        (
            "power-missing",
            "z = z + g - (np.sqrt(n + g**2) - np.sqrt(n)) / lr * w\nn = n + np.abs(g)\n" + W + ZERO + "return w, z, n",
        ),
        ("missing-term", "z = z + g\n" + N + W + ZERO + "return w, z, n"),
        ("state-not-updated", "o = n\n" + Z + N + W + ZERO + "return w, z, o"),
        ("assignment-for-accumulation missing-term", Z + "n = g**2\n" + W + ZERO + "return w, z, n"),
        ("hyperparameters-swapped", "beta, lamda1 = lamda1, beta\n" + Z + N + W + ZERO + "return w, z, n"),
        ("wrong-returned-order", Z + N + W + ZERO + "return w, n, z"),
        ("dtype-widened", Z + N + W + "return np.where(np.abs(z) <= lamda1, 0, x).astype('f8'), z, n"),
    ],
    "ftml_step": [
        ("bias-correction-missing", V + "e = (np.sqrt(v) + eps) / lr\n" + ZZ + "return -z / e, e, v, z"),
        (
            "bias-correction-missing-first",
            V + "e = (np.sqrt(v / (1 - beta2**t)) + eps) / lr\n" + ZZ + "return -z / e, e, v, z",
        ),
        (
            "bias-correction-missing-second",
            V + "e = (1 - beta1**t) / lr * (np.sqrt(v) + eps)\n" + ZZ + "return -z / e, e, v, z",
        ),
        (
            "epsilon-inside-root",
            V + "e = (1 - beta1**t) / lr * np.sqrt(v / (1 - beta2**t) + eps)\n" + ZZ + "return -z / e, e, v, z",
        ),
        ("wrong-sign", V + DD + ZZ + "return z / e, e, v, z"),
        ("missing-term", V + DD + "z = beta1 * z + (1 - beta1) * g\nreturn -z / e, e, v, z"),
        ("new-state-used", V + DD + "z = beta1 * z + (1 - beta1) * g - (e - beta1 * e) * w\nreturn -z / e, e, v, z"),
        ("state-not-updated", V + DD + ZZ + "return -z / e, d, v, z"),
        ("scale-missing", V + DD + "z = beta1 * z + (1 - beta1) * g - (e - d) * w\nreturn -z / e, e, v, z"),
        ("old-state-used", V + DD + ZZ + "return -z / d, e, v, z"),
        ("wrong-returned-order", V + DD + ZZ + "return -z / e, v, e, z"),
        ("root-missing", V + "e = (1 - beta1**t) / lr * (v / (1 - beta2**t) + eps)\n" + ZZ + "return -z / e, e, v, z"),
    ],
    "sgld_step": [
        ("root-missing", "return w - lr / 2 * g + lr * noise"),
        ("scale-missing wrong-factor", "return w - lr * g + lr**0.5 * noise"),
        ("wrong-factor", "return w - lr / 2 * g + (2 * lr) ** 0.5 * noise"),
        ("scale-missing", "return w - lr / 2 * g + noise"),
        ("missing-term", "return w - lr / 2 * g"),
        ("wrong-sign", "return w + lr / 2 * g + lr**0.5 * noise"),
        ("wrong-sign", "return w - lr / 2 * g - lr**0.5 * noise"),
        ("operands-swapped", "return w - lr / 2 * noise + lr**0.5 * g"),
        ("input-modified", "w -= lr / 2 * g\nw += lr**0.5 * noise\nreturn w"),
        ("dtype-widened", "return w - lr / 2 * g + np.sqrt(lr) * noise"),
        ("axis-wrong", "return w - lr / 2 * g.mean() + lr**0.5 * noise"),
        ("shape-wrong", "return w - lr / 2 * g + lr**0.5 * noise, noise"),
    ],
}
