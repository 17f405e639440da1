"""Answers to dense_forward, dense_backward and dropout_forward: bodies, and ids that are true of them."""

KEEP = "keep = mask_uniform >= rate\n"

RIGHT = {
    "dense_forward": [
        "return x @ W.T + b",
        "return b + np.dot(x, np.transpose(W))",
        "return (W @ x.T).T + b",
        "y = np.tile(b, (len(x), 1))\ny += x @ W.T\nreturn y",
        "return np.stack([sum(x[:, [i]] * W[:, i] for i in range(x.shape[1])) + b])[0]",
        "return np.array([[r @ w + c for w, c in zip(W, b)] for r in x], dtype=x.dtype)",
    ],
    "dense_backward": [
        "return g @ W, g.T @ x, g.sum(axis=0)",
        "return [np.dot(g, W), np.dot(x.T, g).T, np.sum(g, 0)]",
        "return (W.T @ g.T).T, sum(np.outer(a, b) for a, b in zip(g, x)), np.add.reduce(g, axis=0)",
        "return np.einsum('no,oi->ni', g, W), np.einsum('no,ni->oi', g, x), np.ones_like(g[:, 0]) @ g",
        "G = g.astype('f8')\nreturn (G @ W).astype(x.dtype), (G.T @ x).astype(W.dtype), G.sum(0).astype(g.dtype)",
        "gx, gW, gb = 0 * x, 0 * W, 0 * W[:, 0]\nfor up, row, out in zip(g, x, gx):\n    gW += up[:, None] * row\n"
        "    gb += up\n    out += up @ W\nreturn gx, gW, gb",
    ],
    "dropout_forward": [
        KEEP + "return x * keep / (1 - rate)",
        KEEP + "return np.where(keep, x, 0).astype(x.dtype) / (1 - rate)",
        "y = x / (1 - rate)\ny[mask_uniform < rate] = 0\nreturn y",
        "y = np.zeros_like(x)\nkeep = ~(mask_uniform < rate)\ny[keep] = x[keep] / (1 - rate)\nreturn y",
        KEEP + "return x if rate == 0 else x * (keep / (1 - rate)).astype(x.dtype)",
        "if not (0 <= rate < 1 and 0 <= mask_uniform.min() <= mask_uniform.max() < 1):\n"
        "    raise ValueError('not as it says')\n" + KEEP + "return x * keep / (1 - rate)",
        "pairs = zip(x.flat, mask_uniform.flat)\n"
        "return np.array([a / (1 - rate) if u >= rate else 0.0 for a, u in pairs], x.dtype).reshape(x.shape)",
    ],
}

WRONG = {
    "dense_forward": [
        ("transpose-missing", "return np.dot(x, W) + b"),
        ("transpose-missing shape-wrong", "return np.dot(W, x.T) + b.reshape(-1, 1)"),
        ("missing-term", "return np.dot(x, W.T)"),
        ("wrong-sign", "return x @ W.T + -b"),
        ("wrong-operation", "return x.dot(W.T) * b"),
        ("wrong-operation", "return x * W.T + b"),
        ("axis-wrong", "return x @ W.T + b.reshape(-1, 1)"),
        ("extra-term", "y = x @ W.T + b\nreturn y + b"),
        ("extra-term", "return np.maximum(0, x @ W.T + b)"),
        ("mean-for-sum wrong-factor", "return x @ W.T / W.shape[1] + b"),
        ("dtype-widened", "return x.astype('f8') @ W.T + b"),
        ("input-modified", "x[:] = x * 1.5\nreturn (x / 1.5) @ W.T + b"),
        ("shape-wrong", "return [row for row in (x @ W.T + b)], None"),
        ("off-by-one-boundary missing-term", "return x[:, 1:] @ W[:, 1:].T + b"),
        ("wrong-sign", "return -x @ W.T - b"),
    ],
    "dense_backward": [
        ("transpose-missing", "return np.dot(g, W.T), np.dot(g.T, x), g.sum(0)"),
        ("transpose-missing", "return g @ W, np.dot(g, x), g.sum(0)"),
        ("transpose-missing operands-swapped shape-wrong", "return g @ W, (g.T @ x).T, g.sum(0)"),
        ("mean-for-sum wrong-factor", "n = g.shape[0]\nreturn g @ W / n, g.T @ x / n, g.sum(0) / n"),
        ("mean-for-sum wrong-factor", "return g @ W, g.T @ x, g.mean(axis=0)"),
        ("axis-wrong", "return g @ W, g.T @ x, g.sum(axis=-1)"),
        ("broadcast-sum-missing shape-wrong", "return g @ W, g.T @ x, g"),
        ("shape-wrong", "return g @ W, g.T @ x, g.sum(axis=0, keepdims=True)"),
        ("wrong-returned-order", "return g.T @ x, g.sum(axis=0), g @ W"),
        ("upstream-missing", "o = g * 0 + 1\nreturn o @ W, o.T @ x, o.sum(axis=0)"),
        ("wrong-sign", "return g @ W, g.T @ x, -g.sum(axis=0)"),
        ("operands-swapped", "return g @ x, g.T @ x, g.sum(axis=0)"),
        ("wrong-factor extra-term", "return g @ W, 2 * g.T @ x, g.sum(axis=0)"),
        ("wrong-operation", "return g * W, g.T @ x, g.sum(axis=0)"),
        ("dtype-widened", "return g @ W, g.T @ x, sum(g, np.zeros(len(W)))"),
        ("input-modified", "gx, gW = g @ W, g.T @ x\ng[0] = g.sum(axis=0)\nreturn gx, gW, g[0].copy()"),
    ],
    "dropout_forward": [
        (
            "off-by-one-boundary",
            "if rate == 0:\n    return x\ny = x / (1 - rate)\ny[mask_uniform <= rate] = 0\nreturn y",
        ),
        ("scale-missing", KEEP + "return np.where(keep, x, 0).astype(x.dtype)"),
        ("mask-wrong off-by-one-boundary", "return x * (mask_uniform > rate) / (1 - rate)"),
        ("mask-wrong", "return x * (mask_uniform < rate) / (1 - rate)"),
        ("mask-wrong hyperparameters-swapped", "return x * (mask_uniform <= 1 - rate) / (1 - rate)"),
        ("wrong-factor wrong-operation", KEEP + "return x * keep * (1 - rate)"),
        ("wrong-factor hyperparameters-swapped", KEEP + "return x * keep / (rate if rate > 0 else 1)"),
        ("wrong-factor wrong-sign", KEEP + "return x * keep / (1 + rate)"),
        ("mask-wrong missing-term", "return x / (1 - rate)"),
        ("mask-wrong", "u = np.random.default_rng(1).uniform(size=x.shape)\nreturn x * (u >= rate) / (1 - rate)"),
        ("max-not-elementwise axis-wrong mask-wrong", KEEP + "return x * bool(keep.any()) / (1 - rate)"),
        ("max-not-elementwise axis-wrong mask-wrong", "return x / (1 - rate) if mask_uniform >= rate else 0 * x"),
        ("dtype-widened", KEEP + "return x * keep.astype('f8') / (1 - rate)"),
        ("dtype-widened", KEEP + "return np.where(keep, x, np.zeros(x.shape)) / (1 - rate)"),
        ("input-modified", "x *= mask_uniform >= rate\nreturn x / (1 - rate)"),
        ("shape-wrong missing-term wrong-operation", KEEP + "return x[keep] / (1 - rate)"),
        ("wrong-operation", KEEP + "return x * keep / 1 - rate"),
        ("shape-wrong", KEEP + "return x * keep / (1 - rate), keep"),
    ],
}  # fmt: skip
