"""Answers to the norms and the schedule: bodies, and ids that are true of them."""

NORMS = "a, b = np.linalg.norm(w.ravel()), np.linalg.norm(g.ravel())\n"
ONE = "if a == 0 or b == 0:\n    return 1.0\n"
NORM = "norm = float(np.sqrt(sum(np.sum(x.astype(float) ** 2) for x in arrays)))\n"
WARM = "if t < warmup_steps:\n    return base_lr * t / warmup_steps\n"
END = "if t > total_steps:\n    return final_lr\n"
X = "x = (t - warmup_steps) / (total_steps - warmup_steps)\n"

RIGHT = {
    "lars_ratio": [
        NORMS + ONE + "return eta * a / (b + wd * a + eps)",
        NORMS + "return eta * a / (b + wd * a + eps) if a > 0 and b > 0 else 1",
        "a, b = float(np.sum(w * w)) ** 0.5, float(np.sum(g * g)) ** 0.5\n"
        + ONE
        + "return eta / (b / a + wd + eps / a)",
        "if not w.any() or not g.any():\n    return 1.0\n" + NORMS + "return np.divide(eta * a, b + wd * a + eps)",
        "a = sum(float(x) ** 2 for x in w.flat) ** 0.5\nb = sum(float(x) ** 2 for x in g.flat) ** 0.5\n"
        + ONE
        + "return eta * a / (b + wd * a + eps)",
        NORMS + "ok = bool(a * b)\nreturn np.where(ok, eta * a / np.where(ok, b + wd * a + eps, 1), 1.0)",
    ],
    "clip_global_norm": [
        NORM
        + "if norm > max_norm:\n    return [x * (max_norm / norm) for x in arrays], norm\nreturn list(arrays), norm",
        NORM + "k = max_norm / max(norm, max_norm)\nreturn [k * x for x in arrays], norm",
        NORM + "k = min(1.0, max_norm / (norm + 1e-6))\nreturn [k * x for x in arrays], norm",
        "norm = float(np.linalg.norm([np.linalg.norm(x) for x in arrays]))\nout = [x.copy() for x in arrays]\n"
        "if norm > max_norm:\n    for x in out:\n        x *= max_norm / norm\nreturn out, norm",
        "flat = np.concatenate([x.ravel().astype(float) for x in arrays])\nnorm = np.sqrt(flat @ flat)\n"
        "k = float(max_norm / norm) if norm > max_norm else 1.0\nreturn [k * x for x in arrays], norm",
        NORM
        + "return [x if norm <= max_norm else (x / (norm / max_norm)).astype(x.dtype) for x in arrays], np.array(norm)",
    ],
    "warmup_cosine": [
        WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        WARM + "x = min(1.0, (t - warmup_steps) / (total_steps - warmup_steps))\n"
        "return final_lr + (base_lr - final_lr) * np.cos(np.pi / 2 * x) ** 2",
        WARM + X + "k = (1 + np.cos(np.pi * min(x, 1))) / 2\nreturn k * base_lr + (1 - k) * final_lr",
        "t = min(t, total_steps)\n" + WARM + X + "a, b = (base_lr + final_lr) / 2, (base_lr - final_lr) / 2\n"
        "return a + b * np.cos(np.pi * x)",
        "if t >= total_steps:\n    return float(final_lr)\n"
        + WARM
        + X
        + "return base_lr - (base_lr - final_lr) * np.sin(np.pi * x / 2) ** 2",
        "if warmup_steps and t <= warmup_steps:\n    return base_lr * (t / warmup_steps)\n"
        + END
        + X
        + "return np.array(final_lr + 0.5 * (base_lr - final_lr) * (1 + np.cos(np.pi * x)))",
    ],
}

WRONG = {
    "lars_ratio": [
        ("condition-missing", NORMS + "return eta * a / (b + wd * a + eps)"),
        ("condition-missing", NORMS + "return 1.0 if a == 0 else eta * a / (b + wd * a + eps)"),
        ("condition-missing wrong-factor", NORMS + "return 0.0 if a == 0 or b == 0 else eta * a / (b + wd * a + eps)"),
        ("missing-term", NORMS + ONE + "return eta * a / (b + eps)"),
        ("epsilon-missing", NORMS + ONE + "return eta * a / (b + wd * a)"),
        ("scale-missing", NORMS + ONE + "return a / (b + wd * a + eps)"),
        ("operands-swapped", NORMS + ONE + "return eta * b / (a + wd * b + eps)"),
        ("root-missing", "a, b = np.sum(w * w), np.sum(g * g)\n" + ONE + "return eta * a / (b + wd * a + eps)"),
        (
            "mean-for-sum",
            "a, b = np.sqrt(np.mean(w * w)), np.sqrt(np.mean(g * g))\n" + ONE + "return eta * a / (b + wd * a + eps)",
        ),
        ("wrong-sign", NORMS + ONE + "return eta * a / (b - wd * a + eps)"),
        ("hyperparameters-swapped", NORMS + ONE + "return wd * a / (b + eta * a + eps)"),
        ("extra-term", NORMS + ONE + "return min(1.0, eta * a / (b + wd * a + eps))"),
    ],
    "clip_global_norm": [
        (
            "wrong-operation",
            "n = sum(float(np.vdot(a, a)) for a in arrays) ** 0.5\n"
            "k = max(1.0, max_norm / (n + 1e-6))\nreturn [a * k for a in arrays], n",
        ),
        ("clip-per-element", NORM + "return [np.clip(x, -max_norm, max_norm) for x in arrays], norm"),
        (
            "clip-per-element",
            NORM + "out = []\nfor x in arrays:\n    n = float(np.linalg.norm(x))\n"
            "    out.append(x * (max_norm / n) if n > max_norm else x)\nreturn out, norm",
        ),
        ("condition-missing", NORM + "return [x * (max_norm / norm) if norm else x for x in arrays], norm"),
        (
            "root-missing",
            NORM + "norm = norm**2\nk = max_norm / max(norm, max_norm)\nreturn [k * x for x in arrays], norm",
        ),
        (
            "operands-swapped",
            NORM + "k = norm / max_norm if norm > max_norm else 1.0\nreturn [k * x for x in arrays], norm",
        ),
        ("scale-missing", NORM + "k = 1 / norm if norm > max_norm else 1.0\nreturn [k * x for x in arrays], norm"),
        ("clip-missing missing-term", NORM + "return list(arrays), norm"),
        ("wrong-returned-order", NORM + "k = max_norm / max(norm, max_norm)\nreturn norm, [k * x for x in arrays]"),
        (
            "new-state-used wrong-state-stored",
            NORM + "k = max_norm / max(norm, max_norm)\nreturn [k * x for x in arrays], k * norm",
        ),
        (
            "input-modified",
            NORM + "if norm > max_norm:\n    for x in arrays:\n        x *= max_norm / norm\nreturn arrays, norm",
        ),
        (
            "dtype-widened",
            NORM + "k = np.float64(max_norm / max(norm, max_norm))\nreturn [k * x for x in arrays], norm",
        ),
        ("missing-term shape-wrong", NORM + "k = max_norm / max(norm, max_norm)\nreturn [k * x for x in arrays]"),
    ],
    "warmup_cosine": [
        (
            "off-by-one-boundary count-off-by-one",
            "if t < warmup_steps:\n    return base_lr * t / max(1, warmup_steps - 1)\n"
            "x = min(1.0, (t - warmup_steps) / (total_steps - warmup_steps))\n"
            "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        ),
        ("condition-missing", WARM + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2"),
        ("condition-missing", END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2"),
        (
            "condition-missing off-by-one-boundary",
            WARM.replace("<", "<=") + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        ),
        (
            "wrong-sign operands-swapped hyperparameters-swapped",
            WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 - np.cos(np.pi * x)) / 2",
        ),
        ("scale-missing", WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x))"),
        ("scale-missing", WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(x)) / 2"),
        ("missing-term", WARM + END + X + "return (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2"),
        (
            "missing-term",
            WARM + END + "x = t / total_steps\nreturn final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        ),
        ("wrong-operation", WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 - x)"),
        ("wrong-operation", WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.sin(np.pi * x)) / 2"),
        (
            "count-off-by-one",
            "t = t + 1\n" + WARM + END + X + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        ),
        (
            "wrong-operation",
            WARM
            + "if t > total_steps:\n    return base_lr\n"
            + X
            + "return final_lr + (base_lr - final_lr) * (1 + np.cos(np.pi * x)) / 2",
        ),
    ],
}
