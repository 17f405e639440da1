"""What is often written in place of a part of a backward pass of +, * and @, and what is wrong with it."""

from __future__ import annotations

from minigrad.exercises.edits.phrases import Phrase

BACK = "g is to be summed back to the shape of what was broadcast"
SUMS: list[Phrase] = [
    ("unbroadcast", f"sums.{name}", mistake, what, *also)
    for name, mistake, what, *also in [
        ("without_sum", "broadcast-sum-missing", f"{BACK}.", "shape-wrong"),
        ("leading_only", "broadcast-sum-missing", f"{BACK}: sum over its axes of length 1, too.", "shape-wrong"),
        ("ones_only", "broadcast-sum-missing", f"{BACK}: sum away the axes on the left that it lacks, too.",
         "shape-wrong"),
        ("averaged", "mean-for-sum", "the sum over repeated elements is meant, not their mean."),
        ("leading_averaged", "mean-for-sum", "the sum over the axes on the left is meant, not the mean."),
        ("ones_averaged", "mean-for-sum", "the sum over axes of length 1 is meant, not the mean."),
        ("without_keepdims", "keepdims-missing", "axes of length 1 should be kept.", "shape-wrong"),
        ("repeated_without_keepdims", "keepdims-missing", "axes of length 1 should be kept.", "shape-wrong"),
        ("one_by_one_without_keepdims", "keepdims-missing", "axes of length 1 should be kept.", "shape-wrong"),
        ("each_without_keepdims", "keepdims-missing", "axes of length 1 should be kept.", "shape-wrong"),
        ("without_keepdims_averaged", "keepdims-missing", "axes of length 1 should be kept, and sums are meant.",
         "mean-for-sum", "shape-wrong"),
        ("over_everything", "axis-wrong", "only repeated axes are summed over, not all."),
        ("one_number", "axis-wrong", "only repeated axes are summed over, not all.", "shape-wrong"),
        ("from_the_left", "axis-wrong", "shapes are aligned at their last axes, not at their first."),
        ("from_the_right", "axis-wrong", "the axes that are missing are on the left, not on the right."),
        ("first_axis_only", "axis-wrong", "axis 0 is not always the one that was repeated.", "broadcast-sum-missing"),
        ("first_axis_kept", "axis-wrong", "axis 0 is not always the one that was repeated.", "broadcast-sum-missing"),
        ("one_axis_short", "broadcast-sum-missing", "one axis on the left is not summed away.", "off-by-one-boundary",
         "shape-wrong"),
        ("first_axis_left", "broadcast-sum-missing", "axis 0 may have length 1, too.", "off-by-one-boundary",
         "shape-wrong"),
        ("last_axis_left", "broadcast-sum-missing", "the last axis may have length 1, too.", "off-by-one-boundary",
         "shape-wrong"),
        ("of_the_first", "broadcast-sum-missing", "the first of the repeated elements stands for their sum.",
         "missing-term"),
        ("of_the_first_row", "broadcast-sum-missing", "the first of the repeated elements stands for their sum.",
         "missing-term"),
        ("largest", "wrong-operation", "the largest of the repeated elements stands for their sum."),
    ]
]  # fmt: skip

LENGTHS = "the gradient of an operand has the other operand as its factor."
MULTIPLY: list[Phrase] = [
    ("unbroadcast(g * b, a.shape)", "g @ b.T", "wrong-operation", "@ stands where * is meant."),
    ("unbroadcast(g * a, b.shape)", "a.T @ g", "wrong-operation", "@ stands where * is meant."),
    ("unbroadcast(g * b, a.shape)", "g @ b", "wrong-operation", "@ stands where * is meant."),
    ("unbroadcast(g * a, b.shape)", "a @ g", "wrong-operation", "@ stands where * is meant."),
    ("unbroadcast(g * b, a.shape)", "unbroadcast(g * a, a.shape)", "operands-swapped", LENGTHS),
    ("unbroadcast(g * a, b.shape)", "unbroadcast(g * b, b.shape)", "operands-swapped", LENGTHS),
    ("unbroadcast(g * b, a.shape)", "unbroadcast(g * a + g * b, a.shape)", "extra-term",
     "the term g * a belongs to the other operand."),
    ("unbroadcast(g * a, b.shape)", "unbroadcast(g * a + g * b, b.shape)", "extra-term",
     "the term g * b belongs to the other operand."),
    ("g * b", "g / b", "wrong-operation", "b should multiply, not divide."),
    ("g * a", "g / a", "wrong-operation", "a should multiply, not divide."),
    ("unbroadcast(g * b, a.shape)", "unbroadcast(g, a.shape) * unbroadcast(np.broadcast_to(b, g.shape), a.shape)",
     "order-wrong", "first multiply, then sum: the sum of products is not the product of sums.", "wrong-operation"),
    ("unbroadcast(g * a, b.shape)", "unbroadcast(g, b.shape) * unbroadcast(np.broadcast_to(a, g.shape), b.shape)",
     "order-wrong", "first multiply, then sum: the sum of products is not the product of sums.", "wrong-operation"),
    ("unbroadcast(g * b, a.shape)", "unbroadcast(g, a.shape) * b", "order-wrong", "first multiply, then sum."),
    ("unbroadcast(g * a, b.shape)", "unbroadcast(g, b.shape) * a", "order-wrong", "first multiply, then sum."),
    ("g * a", "g * b * a", "new-state-used", "g has been multiplied by b before.", "extra-term", "wrong-factor"),
    ("g * b", "g * a * b", "new-state-used", "g has been multiplied by a before.", "extra-term", "wrong-factor"),
    ("g * b", "g * a * b", "wrong-factor", "the gradient of a has only b as its factor."),
]  # fmt: skip

MATMUL: list[Phrase] = [
    ("g @ b.T", "b.T", "upstream-missing", "g, the gradient that comes in, is not used.", "shape-wrong"),
    ("a.T @ g", "a.T", "upstream-missing", "g, the gradient that comes in, is not used.", "shape-wrong"),
    ("g @ b.T", "g @ a.T", "operands-swapped", "the gradient of a has b as its factor."),
    ("a.T @ g", "b.T @ g", "operands-swapped", "the gradient of b has a as its factor."),
    ("g @ b.T", "g * b", "wrong-operation", "* stands where the matrix product @ is meant.", "transpose-missing"),
    ("a.T @ g", "g * a", "wrong-operation", "* stands where the matrix product @ is meant.", "transpose-missing"),
    ("g @ b.T", "g @ np.linalg.pinv(b)", "wrong-operation", "the transpose is meant, not the inverse."),
    ("a.T @ g", "np.linalg.pinv(a) @ g", "wrong-operation", "the transpose is meant, not the inverse."),
    ("a.T @ g", "a.T @ g / len(a)", "mean-for-sum", "the sum over the rows is meant, not the mean.", "wrong-factor",
     "extra-term"),
    ("g @ b.T", "g @ b.T / len(a)", "mean-for-sum", "there is no mean over the rows.", "wrong-factor", "extra-term"),
    ("g @ b.T", "g @ b.T / g.shape[1]", "mean-for-sum", "the sum over the columns is meant, not the mean.",
     "wrong-factor"),
    ("g @ b.T", "(a.T @ g).T", "axis-wrong", "the sum is over the wrong axis."),
    ("g @ b.T", "g[:, :-1] @ b.T[:-1]", "off-by-one-boundary", "the last column is left out.", "missing-term"),
    ("a.T @ g", "a.T[:, :-1] @ g[:-1]", "off-by-one-boundary", "the last row is left out.", "missing-term"),
    ("g @ b.T", "g[:, 1:] @ b.T[1:]", "off-by-one-boundary", "the first column is left out.", "missing-term"),
    ("a.T @ g", "a.T[:, 1:] @ g[1:]", "off-by-one-boundary", "the first row is left out.", "missing-term"),
    ("g @ b.T", "g[:, -1:] @ b.T[-1:]", "assignment-for-accumulation", "each product replaces the one before."),
    ("a.T @ g", "a.T[:, -1:] @ g[-1:]", "assignment-for-accumulation", "each product replaces the one before."),
    ("a.T @ g", "a.T[:, -1:] @ g[-1:] * np.ones_like(b) if g.shape[1] else b", "assignment-for-accumulation",
     "each product replaces the one before."),
    ("a.T @ g", "(a @ b).T @ g", "input-output-confused", "the result a @ b stands for the input a."),
    ("g @ b.T", "g @ (a @ b).T", "input-output-confused", "the result a @ b stands for the input b."),
    ("a.T @ g", "(g @ b.T).T @ g", "new-state-used", "a has been replaced by its gradient.", "input-modified"),
    ("g @ b.T", "g @ b.T + g", "extra-term", "g does not belong there."),
]  # fmt: skip

COUNTED = "indices count from 0."
ONES = "g, the gradient that comes in, is not used."
AGAIN = "rows that are taken more than once add up: use np.add.at."
SHAPED = "(-1, *[1] * (len(shape) - 1))"
TIMES = f"np.maximum(np.bincount(indices.ravel(), minlength=shape[0]), 1).reshape({SHAPED})"
TAKE: list[tuple[str, str, str, str, tuple[str, ...]]] = [
    (old, new, mistake, what, tuple(also))
    for old, new, mistake, what, *also in [
        ("np.add.at(gx, indices, g)", "gx[indices] = g", "assignment-for-accumulation", AGAIN),
        ("np.add.at(gx, indices, g)", "gx[indices] = -g", "assignment-for-accumulation", AGAIN, "wrong-sign"),
        ("np.add.at(gx, indices, g)", "gx[indices] = 1", "upstream-missing", ONES, "assignment-for-accumulation"),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, indices, 1)", "upstream-missing", ONES),
        ("np.add.at(gx, indices, g)", "np.subtract.at(gx, indices, g)", "wrong-sign", "the result is negative."),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, indices - 1, g)", "off-by-one-boundary", COUNTED),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, indices + 1, g)", "off-by-one-boundary", COUNTED),
        ("return gx", f"return (gx / {TIMES}).astype(g.dtype)", "mean-for-sum", "repeats add up; no mean is meant."),
        ("np.add.at(gx, indices, g)", "gx[indices] = g\nnp.add.at(gx, indices, g)", "extra-term",
         "the last use of each row is counted twice.", "wrong-factor"),
        ("return gx", "return 2 * gx", "extra-term", "everything is counted twice.", "wrong-factor"),
        ("return gx", "return gx / 2", "wrong-factor", "it is half of what it should be."),
        ("return gx", "gx[0] = 0\nreturn gx", "off-by-one-boundary", "row 0 is a row like every other.",
         "missing-term"),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, indices.ravel()[:-1], g.reshape(-1, *shape[1:])[:-1])",
         "off-by-one-boundary", "the last index is left out.", "missing-term"),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, indices.ravel()[1:], g.reshape(-1, *shape[1:])[1:])",
         "off-by-one-boundary", "the first index is left out.", "missing-term"),
        ("np.add.at(gx, indices, g)", "gx[indices.ravel()[::-1]] = g.reshape(-1, *shape[1:])[::-1]", "missing-term",
         "only the first use of a row counts.", "mask-wrong"),
        ("gx = np.zeros(shape, dtype=g.dtype)", "gx = np.ones(shape, dtype=g.dtype)", "extra-term",
         "the sums begin at 1, not at 0."),
        ("np.zeros(shape, dtype=g.dtype)", "np.zeros((indices.max() + 1, *shape[1:]), dtype=g.dtype)", "shape-wrong",
         "rows after the largest index are missing."),
        ("return gx", "return gx[np.unique(indices)]", "shape-wrong", "rows that are not taken have a gradient of 0."),
        ("return gx", "return g[indices]", "wrong-operation", "this takes again; adding up is meant.",
         "operands-swapped"),
        ("return gx", "return gx[indices]", "wrong-operation", "the sums are taken again.", "shape-wrong"),
        ("np.add.at(gx, indices, g)", "np.add.at(gx, (..., indices), g)", "axis-wrong",
         "rows are taken along the first axis, not along the last."),
        ("np.add.at(gx, indices, g)", "for i, row in zip(indices, g):\n    gx[i] += row", "assignment-for-accumulation",
         "indices may have several axes: adding to several rows at once does not add up repeats.",
         "condition-missing"),
        ("np.add.at(gx, indices, g)",
         "np.add.at(gx, indices.reshape(len(indices), -1)[:, 0], g.reshape(len(indices), -1, *shape[1:])[:, 0])",
         "missing-term", "indices may have several axes, and each of their entries counts.", "axis-wrong"),
        ("np.add.at(gx, indices, g)",
         "gx[...] = -np.inf\nnp.maximum.at(gx, indices, g)\ngx[np.isinf(gx)] = 0", "wrong-operation",
         "the largest of the repeats is taken; they add up.", "max-not-elementwise"),
        ("np.add.at(gx, indices, g)", "gx[...] = g.reshape(-1, *shape[1:]).sum(axis=0)", "mask-wrong",
         "each row gets the sum of all rows of g; it should get those that were taken from it.", "wrong-operation"),
        ("return gx", "return g", "broadcast-sum-missing", "g is not brought back to the shape of x.", "shape-wrong"),
        ("return gx", "return gx[:, None]", "shape-wrong", "the result has the shape of x."),
    ]
]  # fmt: skip
