"""Answers to add_vjp, multiply_vjp, matmul_vjp and take_vjp: bodies of functions, and ids that are true of them."""

FOLD = """
def fold(x, shape):
    while x.ndim > len(shape):
        x = x.sum(axis=0)
    for i in range(len(shape)):
        if shape[i] == 1:
            x = x.sum(axis=i, keepdims=True)
    return x
"""

RIGHT = {
    "add_vjp": [
        FOLD + "return fold(g, a_shape), fold(g, b_shape)",
        FOLD + "return [fold(g, s) for s in (a_shape, b_shape)]",
        """
def back(shape):
    total = np.zeros(shape, dtype=g.dtype)
    view = np.broadcast_to(np.arange(total.size).reshape(shape), g.shape)
    np.add.at(total.reshape(-1), view, g)
    return total
return back(a_shape), back(b_shape)
""",
        """
def back(shape):
    padded = (1,) * (g.ndim - len(shape)) + shape
    x = g.copy()
    for axis, n in enumerate(padded):
        if n != g.shape[axis]:
            x = np.add.reduce(x, axis=axis, keepdims=True)
    return np.reshape(x, shape)
return back(a_shape), back(b_shape)
""",
        """
import functools
def back(shape):
    lead = g.ndim - len(shape)
    axes = [*range(lead), *[lead + i for i, n in enumerate(shape) if n == 1]]
    x = functools.reduce(lambda y, axis: y.sum(axis=axis, keepdims=True), axes, g.astype(float))
    return x.reshape(shape).astype(g.dtype)
return back(a_shape), back(b_shape)
""",
        """
def each(shape):
    lead = g.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
    return g.sum(axis=axes).reshape(shape)
return each(a_shape), each(b_shape)
""",
    ],
    "multiply_vjp": [
        FOLD + "return fold(g * b, a.shape), fold(g * a, b.shape)",
        FOLD + "ga, gb = b * g, a * g\nreturn [fold(ga, a.shape), fold(gb, b.shape)]",
        """
def back(x, like):
    lead = x.ndim - like.ndim
    axes = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(like.shape) if n == 1)
    return np.sum(x, axis=axes).reshape(like.shape).astype(like.dtype)
return back(np.multiply(g, b), a), back(np.multiply(g, a), b)
""",
        """
wide_a, wide_b = np.broadcast_arrays(a, b)
ga, gb = np.zeros(a.shape), np.zeros(b.shape)
for k in np.ndindex(*g.shape):
    i = tuple(0 if n == 1 else j for n, j in zip(a.shape, k[len(k) - a.ndim:]))
    j = tuple(0 if n == 1 else j for n, j in zip(b.shape, k[len(k) - b.ndim:]))
    ga[i] += g[k] * wide_b[k]
    gb[j] += g[k] * wide_a[k]
return ga.astype(a.dtype), gb.astype(b.dtype)
""",
        """
letters = 'uvwxyz'[:g.ndim]
def back(other, shape):
    tail = letters[g.ndim - len(shape):]
    spelled = letters[g.ndim - other.ndim:]
    full = np.broadcast_to(other, g.shape[g.ndim - other.ndim:])
    kept = ''.join(x for x, n in zip(tail, shape) if n > 1)
    return np.einsum(f'{letters},{spelled}->{kept}', g, full).reshape(shape)
return back(b, a.shape), back(a, b.shape)
""",
        FOLD + "x = g.copy()\nx = x * b\ny = g * 1\ny = y * a\nreturn fold(x, a.shape), fold(y, b.shape)",
    ],
    "matmul_vjp": [
        "return g @ b.T, a.T @ g",
        "return np.dot(g, np.transpose(b)), np.dot(np.transpose(a), g)",
        "return (b @ g.T).T, (g.T @ a).T",
        "return np.tensordot(g, b, axes=(1, 1)), np.tensordot(a, g, axes=(0, 0))",
        "return [np.einsum('nm,km->nk', g, b), np.einsum('nk,nm->km', a, g)]",
        "ga = np.stack([b @ row for row in g])\ngb = sum(np.outer(x, y) for x, y in zip(a, g))\nreturn ga, gb",
    ],
    "take_vjp": [
        "gx = np.zeros(shape, g.dtype)\nnp.add.at(gx, indices, g)\nreturn gx",
        "gx = np.zeros(shape, g.dtype)\nfor k in np.ndindex(*indices.shape):\n    gx[indices[k]] += g[k]\nreturn gx",
        "return np.stack([np.sum(g[indices == i], axis=0) for i in range(shape[0])]).astype(g.dtype)",
        """
hot = (indices[..., None] == np.arange(shape[0])).astype(g.dtype)
return np.tensordot(hot, g, axes=(list(range(indices.ndim)), list(range(indices.ndim))))
""",
        """
rows = g.reshape(-1, *shape[1:])
order = np.argsort(indices.ravel(), kind='stable')
gx = np.zeros(shape, dtype='float64')
for i, k in zip(indices.ravel()[order], order):
    gx[i] = gx[i] + rows[k]
return gx.astype(g.dtype)
""",
        """
gx = [np.zeros(shape[1:], g.dtype) for _ in range(shape[0])]
for i, row in zip(indices.flat, g.reshape(-1, *shape[1:])):
    gx[i] = gx[i] + row
return np.array(gx)
""",
    ],
}

WRONG = {
    "add_vjp": [
        ("broadcast-sum-missing shape-wrong", "return g, g"),
        (
            "broadcast-sum-missing",
            """
def one(x, shape):
    while x.ndim > len(shape):
        x = x.sum(axis=0)
    if 1 in shape:
        x = x.sum(axis=shape.index(1), keepdims=True)
    return x.copy()
return one(g, a_shape), one(g, b_shape)""",
        ),
        ("broadcast-sum-missing", "return np.abs(g), np.abs(g)"),
        ("broadcast-sum-missing shape-wrong", "return g.sum(axis=tuple(range(g.ndim - len(a_shape)))), g"),
        ("mean-for-sum", FOLD.replace(".sum(", ".mean(") + "return fold(g, a_shape), fold(g, b_shape)"),
        (
            "broadcast-sum-missing shape-wrong condition-missing",
            FOLD.replace("while x.ndim", "if not shape:\n        return np.sum(x)\n    if x.ndim")
            + "return fold(g, a_shape), fold(g, b_shape)",
        ),
        ("mean-for-sum", FOLD.replace("x.sum(axis=i", "x.mean(axis=i") + "return fold(g, a_shape), fold(g, b_shape)"),
        ("wrong-returned-order operands-swapped", FOLD + "return fold(g, b_shape), fold(g, a_shape)"),
        ("upstream-missing", FOLD + "one = 0 * g + 1\nreturn fold(one, a_shape), fold(one, b_shape)"),
        ("wrong-sign", FOLD + "return -fold(g, a_shape), -fold(g, b_shape)"),
        ("wrong-sign", FOLD + "return fold(g, a_shape), -fold(g, b_shape)"),
        ("axis-wrong", FOLD.replace("x.sum(axis=0)", "x.sum(axis=-1)") + "return fold(g, a_shape), fold(g, b_shape)"),
        ("keepdims-missing shape-wrong", """
def back(shape):
    lead = g.ndim - len(shape)
    return g.sum(axis=tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1))
return back(a_shape), back(b_shape)
"""),
        ("wrong-operation", FOLD.replace(".sum(", ".max(") + "return fold(g, a_shape), fold(g, b_shape)"),
        ("extra-term wrong-factor", FOLD + "return fold(g + g, a_shape), fold(g, b_shape)"),
        ("wrong-factor", FOLD + "return fold(g / 2, a_shape), fold(g / 2, b_shape)"),
        ("dtype-widened", FOLD + "g = g.astype('f8')\nreturn fold(g, a_shape), fold(g, b_shape)"),
        ("input-modified", FOLD + "x, y = fold(g, a_shape).copy(), fold(g, b_shape).copy()\ng[...] = 0\nreturn x, y"),
    ],
    "multiply_vjp": [
        ("broadcast-sum-missing shape-wrong", "return b * g, a * g"),
        ("operands-swapped", FOLD + "return fold(a * g, a.shape), fold(b * g, b.shape)"),
        ("wrong-returned-order operands-swapped", FOLD + "return fold(a * g, b.shape), fold(b * g, a.shape)"),
        ("scale-missing missing-term", FOLD + "return fold(g, a.shape), fold(g, b.shape)"),
        ("upstream-missing", FOLD + "one = np.ones_like(g)\nreturn fold(one * b, a.shape), fold(one * a, b.shape)"),
        ("mean-for-sum", FOLD.replace(".sum(", ".mean(") + "return fold(g * b, a.shape), fold(g * a, b.shape)"),
        ("wrong-operation", FOLD + "return fold(g / b, a.shape), fold(g * a, b.shape)"),
        (
            "broadcast-sum-missing shape-wrong condition-missing",
            FOLD.replace("while x.ndim", "if not shape:\n        return np.sum(x)\n    if x.ndim")
            + "return fold(g * b, a.shape), fold(g * a, b.shape)",
        ),
        ("wrong-operation", FOLD + "return fold(g + b, a.shape), fold(g + a, b.shape)"),
        ("wrong-factor power-missing extra-term", FOLD + "return fold(g * b * b, a.shape), fold(g * a, b.shape)"),
        ("wrong-factor extra-term", FOLD + "return fold(g * b * a, a.shape), fold(g * a * b, b.shape)"),
        ("wrong-sign", FOLD + "return fold(-g * b, a.shape), fold(g * a, b.shape)"),
        ("extra-term", FOLD + "return fold(g * b + g * a, a.shape), fold(g * a, b.shape)"),
        ("axis-wrong", "def back(x, y):\n    return x if x.shape == y.shape else np.full_like(y, x.sum())\n"
         "return back(g * b, a), back(g * a, b)"),
        ("wrong-factor", FOLD + "return fold(g * b, a.shape) / 2, fold(g * a, b.shape) / 2"),
    ],
    "matmul_vjp": [
        ("transpose-missing", "return g @ b, a.T @ g"),
        ("transpose-missing", "return np.dot(g, b.T), np.dot(a, g)"),
        ("transpose-missing", "return g.T @ b.T, a.T @ g"),
        ("operands-swapped order-wrong", "return b.T @ g, a.T @ g"),
        ("operands-swapped order-wrong", "return g @ b.T, g @ a.T"),
        ("operands-swapped", "return g @ a.T, a.T @ g"),
        ("wrong-operation", "return g * b.T, a.T @ g"),
        ("wrong-returned-order operands-swapped", "return a.T @ g, g @ b.T"),
        ("upstream-missing", "return np.ones(g.shape) @ b.T, a.T @ g"),
        ("upstream-missing shape-wrong", "return b.T, a.T"),
        ("wrong-sign", "return g @ -b.T, a.T @ g"),
        ("mean-for-sum wrong-factor extra-term", "return g @ b.T / len(g), a.T @ g / len(g)"),
        ("shape-wrong transpose-missing", "return (g @ b.T).T, a.T @ g"),
        ("missing-term shape-wrong", "return g @ b.T"),
        ("extra-term wrong-factor", "return 2 * (g @ b.T), 2 * (a.T @ g)"),
        ("input-output-confused", "return g @ b.T, (a @ b).T @ g"),
    ],
    "take_vjp": [
        ("assignment-for-accumulation", "gx = np.zeros(shape, g.dtype)\ngx[indices] = gx[indices] + g\nreturn gx"),
        ("assignment-for-accumulation wrong-sign", "gx = np.zeros(shape, g.dtype)\ngx[indices] -= g\nreturn gx"),
        ("upstream-missing", "gx = np.zeros(shape, g.dtype)\nnp.add.at(gx, indices, np.ones_like(g))\nreturn gx"),
        ("wrong-sign", "gx = np.zeros(shape, g.dtype)\nnp.add.at(gx, indices, -g)\nreturn gx"),
        (
            "condition-missing assignment-for-accumulation",
            "gx = np.zeros(shape, g.dtype)\nfor i, k in enumerate(indices):\n    if indices.ndim == 1:\n"
            "        gx[k] += g[i]\n    else:\n        for j, m in enumerate(k):\n            gx[m] += g[i, j]\n"
            "return gx",
        ),
        ("off-by-one-boundary", "gx = np.zeros(shape, g.dtype)\nnp.add.at(gx, indices - 1, g)\nreturn gx"),
        ("shape-wrong", "n = max(indices.flat) + 1\ngx = np.zeros((n, *shape[1:]), g.dtype)\n"
         "np.add.at(gx, indices, g)\nreturn gx"),
        ("dtype-widened", "gx = np.zeros(shape)\nfor i, row in zip(indices.flat, g.reshape(-1, *shape[1:])):\n"
         "    gx[i] += row\nreturn gx"),
        ("mean-for-sum", "rows = [g[indices == i] for i in range(shape[0])]\n"
         "return np.stack([x.mean(axis=0) if len(x) else 0 * g.reshape(-1, *shape[1:])[0] for x in rows])"),
        ("extra-term", "gx = np.ones(shape, g.dtype)\nnp.add.at(gx, indices, g)\nreturn gx"),
        ("wrong-operation operands-swapped", "return np.take(g, indices, axis=0)"),
        ("extra-term wrong-factor", "gx = np.zeros(shape, g.dtype)\nnp.add.at(gx, indices, 2 * g)\nreturn gx"),
        ("missing-term mask-wrong ties-wrong", "gx = np.zeros(shape, g.dtype)\nrows = g.reshape(-1, *shape[1:])\n"
         "for i in np.unique(indices):\n    gx[i] = rows[list(indices.flat).index(i)]\nreturn gx"),
    ],
}  # fmt: skip
