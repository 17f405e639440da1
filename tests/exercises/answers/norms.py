"""Answers to layernorm_vjp and batchnorm_train: bodies, and ids that are true of them."""

A = "axis=-1, keepdims=True"
STATS = f"m, v = x.mean({A}), x.var({A})\nd = np.sqrt(v + eps)\nz = (x - m) / d\n"
MEANS = f"a, b = g.mean({A}), (g * z).mean({A})\n"
BATCH = "m, v = x.mean(axis=0), x.var(axis=0)\n"
OUT = "y = (x - m) / np.sqrt(v + eps) * gamma + beta\n"
RUN = "rm = momentum * running_mean + (1 - momentum) * m\nrv = momentum * running_var + (1 - momentum) * v\n"
BACK = "return y, rm, rv"

RIGHT = {
    "layernorm_vjp": [
        STATS + MEANS + "return (g - a - z * b) / d",
        STATS + MEANS + "return g / d - (a + b * z) / d",
        STATS + f"h = g / d\nh = h - z * (h * z).mean({A})\nreturn h - h.mean({A})",
        "n = x.shape[-1]\nc = np.eye(n) - 1 / n\nz = (x @ c).astype('f8')\nv = (z * z).sum(-1)[..., None] / n + eps\n"
        "return ((g @ c) / np.sqrt(v) - z * (g * z).sum(-1)[..., None] / n / v**1.5).astype(x.dtype)",
        STATS + "n = x.shape[-1]\nout = g.copy()\nout -= g.sum(-1)[..., None] / n\n"
        "out -= z * np.einsum('...i,...i', g, z)[..., None] / n\nout /= d\nreturn out",
        f"m = x.mean({A})\nc = x - m\nv = (c**2).mean({A}) + eps\nh = g * v**-0.5\n"
        f"dv = -(g * c).sum({A}) / (2 * v**1.5)\n"
        f"h = h + 2 * c * dv / x.shape[-1]\nreturn h - h.mean({A})",
    ],
    "batchnorm_train": [
        BATCH + OUT + RUN + BACK,
        BATCH + "s = gamma / np.sqrt(v + eps)\ny = s * x + (beta - s * m)\n" + RUN + "return [y, rm, rv]",
        "m = np.sum(x, axis=0) / len(x)\nv = np.sum((x - m) ** 2, axis=0) / len(x)\n" + OUT + RUN + BACK,
        BATCH + OUT + "rm = running_mean - (1 - momentum) * (running_mean - m)\n"
        "rv = running_var + (1 - momentum) * (v - running_var)\n" + BACK,
        "columns = [(c - c.mean()) / (c.var() + eps) ** 0.5 for c in x.T]\n"
        "y = np.stack(columns, axis=1) * gamma + beta\n" + BATCH + RUN + BACK,
        "X = x.astype('f8')\nm, v = X.mean(0), (X * X).mean(0) - X.mean(0) ** 2\n"
        + OUT
        + RUN
        + "return y.astype(x.dtype), rm.astype(x.dtype), rv.astype(x.dtype)",
    ],
}

WRONG = {
    "layernorm_vjp": [
        (
            "axis-wrong",
            "h = (x - x.mean()) / np.sqrt(x.var() + eps)\np = (g * h).mean(-1, keepdims=True)\n"
            "return (g - g.mean(-1, keepdims=True) - h * p) / np.sqrt(x.var() + eps)",
        ),
        (
            "power-missing",
            "m = x.mean(-1, keepdims=True)\ns = np.sqrt((x * x).mean(-1, keepdims=True) - m + eps)\n"
            "h = (x - m) / s\n"
            "return (g - g.mean(-1, keepdims=True) - h * (g * h).mean(-1, keepdims=True)) / s",
        ),
        ("missing-term", STATS + "return g / d"),
        ("missing-term", STATS + MEANS + "return (g - z * b) / d"),
        ("missing-term", STATS + MEANS + "return (g - a) / d"),
        ("scale-missing", STATS + MEANS + "return g - a - z * b"),
        ("epsilon-missing", STATS.replace(" + eps", "") + MEANS + "return (g - a - z * b) / d"),
        ("epsilon-outside-root", STATS.replace("(v + eps)", "(v) + eps") + MEANS + "return (g - a - z * b) / d"),
        ("root-missing", STATS + MEANS + "return (g - a - z * b) / d**2"),
        ("wrong-sign", STATS + MEANS + "return (g - a + z * b) / d"),
        ("axis-wrong", (STATS + MEANS).replace("axis=-1", "axis=0") + "return (g - a - z * b) / d"),
        ("keepdims-missing", (STATS + MEANS).replace(", keepdims=True", "") + "return (g - a - z * b) / d"),
        ("sum-for-mean wrong-factor", STATS + MEANS.replace("mean", "sum") + "return (g - a - z * b) / d"),
        ("upstream-missing", STATS + "n = x.shape[-1]\nreturn (1 - 1 / n - z * z / n) / d"),
        ("wrong-factor", STATS.replace(f"x.var({A})", f"x.var(ddof=1, {A})") + MEANS + "return (g - a - z * b) / d"),
        ("input-modified", STATS + MEANS + "g -= a\ng -= z * b\nreturn g / d"),
        ("input-output-confused", STATS + f"return (g - g.mean({A}) - x * (g * x).mean({A})) / d"),
        ("wrong-factor", STATS + MEANS + "return (g - a - z * b / 2) / d"),
        ("dtype-widened", STATS + MEANS + "return (g - a - z * b).astype(float) / d"),
    ],
    "batchnorm_train": [
        (
            "sum-for-mean",
            "m = x.sum(0)\nv = ((x - m) ** 2).mean(0)\ny = gamma * (x - m) / np.sqrt(v + eps) + beta\n"
            "a, b = running_mean, running_var\n"
            "return y, a + (1 - momentum) * (m - a), b + (1 - momentum) * (v - b)",
        ),
        (
            "wrong-sign",
            "m, v = x.mean(0), x.var(0)\ny = gamma * (x - m) / np.sqrt(v + eps) + beta\n"
            "a, b = running_mean, running_var\n"
            "return y, a + (1 - momentum) * (m - a), b + (1 - momentum) * (v + b)",
        ),
        (
            "power-missing",
            "m = x.mean(0)\nv = (x * x).mean(0) - m\ny = gamma * (x - m) / np.sqrt(v + eps) + beta\n"
            "a, b = running_mean, running_var\n"
            "return y, a + (1 - momentum) * (m - a), b + (1 - momentum) * (v - b)",
        ),
        ("wrong-factor", "m, v = x.mean(axis=0), x.var(axis=0, ddof=1)\n" + OUT + RUN + BACK),
        ("wrong-factor", BATCH + OUT + "v = v * len(x) / (len(x) - 1)\n" + RUN + BACK),
        ("hyperparameters-swapped", "momentum = 1 - momentum\n" + BATCH + OUT + RUN + BACK),
        ("epsilon-outside-root", BATCH + OUT.replace("np.sqrt(v + eps)", "(np.sqrt(v) + eps)") + RUN + BACK),
        ("epsilon-missing", BATCH + OUT.replace(" + eps", "") + RUN + BACK),
        ("root-missing", BATCH + OUT.replace("np.sqrt", "") + RUN + BACK),
        ("missing-term", BATCH + OUT.replace(" + beta", "") + RUN + BACK),
        ("scale-missing", BATCH + OUT.replace(" * gamma", "") + RUN + BACK),
        ("axis-wrong", "m, v = x.mean(), x.var()\n" + OUT + RUN + "return y, rm.astype(x.dtype), rv.astype(x.dtype)"),
        ("axis-wrong", f"m, v = x.mean({A}), x.var({A})\n" + OUT + BATCH + RUN + BACK),
        ("state-not-updated", BATCH + OUT + "return y, running_mean.copy(), running_var.copy()"),
        ("assignment-for-accumulation wrong-state-stored", BATCH + OUT + "return y, m, v"),
        ("wrong-operation old-state-used", BATCH + RUN + "m, v = running_mean, running_var\n" + OUT + BACK),
        ("wrong-operation new-state-used", BATCH + RUN + "m, v = rm, rv\n" + OUT + BACK),
        ("wrong-returned-order", BATCH + OUT + RUN + "return y, rv, rm"),
        ("input-modified", BATCH + OUT + "running_mean[:] = momentum * running_mean + (1 - momentum) * m\n"
         "running_var[:] = momentum * running_var + (1 - momentum) * v\nreturn y, running_mean, running_var"),
        ("wrong-state-stored wrong-operation", BATCH + OUT + "v = np.sqrt(v)\n" + RUN + BACK),
        ("wrong-sign", BATCH + OUT.replace("+ beta", "- beta") + RUN + BACK),
        ("shape-wrong missing-term", BATCH + OUT + RUN + "return y"),
        ("operands-swapped hyperparameters-swapped", "gamma, beta = beta, gamma\n" + BATCH + OUT + RUN + BACK),
        ("dtype-widened", "x = x.astype(float)\n" + BATCH + OUT + RUN + BACK),
    ],
}  # fmt: skip
