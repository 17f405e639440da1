"""Norms and schedules as they are often written, and what is wrong with each."""

from __future__ import annotations

from minigrad.exercises.course.schedules import clip_global_norm, lars_ratio, warmup_cosine

lars_ratio.wrong("w_norm == 0 or g_norm == 0", "False", "condition-missing", "norms of 0 are not looked for.")
lars_ratio.wrong(
    " + eps ... g_norm = sqrt(total(g ** 2)) ... g_norm == 0",
    " ... g_norm = sqrt(total(g ** 2) + eps) ... total(g ** 2) == 0", "epsilon-inside-root",
    "eps is under the root of |g|.",
)  # fmt: skip
for _other in "0.0", "eta":
    lars_ratio.wrong(
        "1.0 if", f"{_other} if", "condition-missing", f"the ratio is {_other} where a norm is 0; it should be 1.",
        "wrong-factor",
    )  # fmt: skip
lars_ratio.wrong(
    "g_norm + wd * w_norm", "sqrt(total((g + wd * w) ** 2))", "wrong-operation",
    "the norm of a sum stands for the sum of the norms.",
)  # fmt: skip
lars_ratio.wrong("wd * w_norm", "wd * g_norm", "wrong-operation", "the decay multiplies |g|; it belongs to |w|.")
lars_ratio.wrong(
    " + eps ... g_norm = sqrt(total(g ** 2))", " ... g_norm = sqrt(total(g ** 2) + eps)", "epsilon-inside-root",
    "eps is under the root of |g|.",
)  # fmt: skip
lars_ratio.wrong(
    "w_norm = sqrt(total(w ** 2)) ... g_norm = sqrt(total(g ** 2))",
    "w_norm = sqrt(total(g ** 2)) ... g_norm = sqrt(total(w ** 2))", "operands-swapped",
    "the two norms have changed places.",
)  # fmt: skip
for _norm in "spectral(x)", "spectral(x.reshape(x.shape[0], -1))":
    _w, _g = _norm.replace("x", "w"), _norm.replace("x", "g")
    lars_ratio.wrong(
        "sqrt(total(w ** 2)) ... sqrt(total(g ** 2))", f"{_w} ... {_g}", "wrong-operation",
        "the norm of a matrix as a map stands for the root of the sum of its squares.",
    )  # fmt: skip
lars_ratio.wrong(
    "eta * w_norm / (g_norm + wd * w_norm + eps)", "min(1.0, eta * w_norm / (g_norm + wd * w_norm + eps))",
    "extra-term", "the ratio is limited to 1, which LARS does not do.",
)  # fmt: skip
for _old, _new, _mistake, _what, *_also in [
    ("[factor * a for a in arrays]", "[maximum(minimum(a, max_norm), -max_norm) for a in arrays]", "clip-per-element",
     "each element is limited by itself."),
    ("[factor * a for a in arrays]",
     "[maximum(minimum(a, max_norm), -max_norm) if norm > max_norm else a for a in arrays]", "clip-per-element",
     "each element is limited by itself."),
    ("[factor * a for a in arrays]", "[a * min(1.0, max_norm / max(sqrt(total(a ** 2)), 1e-30)) for a in arrays]",
     "clip-per-element", "each array is limited by its own norm."),
    ("[factor * a for a in arrays]", "arrays", "clip-missing", "nothing is clipped.", "missing-term"),
    ("norm = sqrt(sum([total(a ** 2) for a in arrays]))", "norm = max([sqrt(total(a ** 2)) for a in arrays])",
     "wrong-operation", "the largest norm stands for the common one."),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "sum([total(a ** 2) for a in arrays])", "root-missing",
     "the root is missing."),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "sum([sqrt(total(a ** 2)) for a in arrays])",
     "wrong-operation", "the norms are added up; it is their squares that add up.", "power-missing", "root-missing"),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "sqrt(sum([sqrt(total(a ** 2)) for a in arrays]))", "power-missing",
     "the norms of the arrays are not squared."),
    ("total(a ** 2)", "total(absolute(a))", "power-missing", "absolute values are added up in place of squares."),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "sum([total(absolute(a)) for a in arrays])", "power-missing",
     "absolute values are added up in place of squares, without a root.", "root-missing", "wrong-operation"),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "max([largest(absolute(a)) for a in arrays])", "wrong-operation",
     "the largest element stands for the norm."),
    ("total(a ** 2)", "average(a ** 2)", "mean-for-sum", "the squares are averaged; they should be added up."),
    ("sum([total(a ** 2) for a in arrays])", "sum([total(a ** 2) for a in arrays]) / len(arrays)", "mean-for-sum",
     "the arrays are averaged; they should be added up."),
    ("sum([total(a ** 2) for a in arrays])", "sum([total(a ** 2) for a in arrays]) / sum([a.size for a in arrays])",
     "mean-for-sum", "the squares are averaged; they should be added up."),
    ("sum([total(a ** 2) for a in arrays])", "total(arrays[-1] ** 2)", "assignment-for-accumulation",
     "only the last array counts: its value replaces the sum.", "missing-term"),
    ("sum([total(a ** 2) for a in arrays])", "total(arrays[0] ** 2)", "missing-term", "only the first array counts.",
     "off-by-one-boundary"),
    ("for a in arrays])", "for a in arrays[1:]])", "missing-term", "the first array is left out of the norm.",
     "off-by-one-boundary"),
    ("for a in arrays])", "for a in arrays[:-1]])", "missing-term", "the last array is left out of the norm.",
     "off-by-one-boundary"),
    ("[factor * a for a in arrays]", "[factor * a for a in arrays[:-1]] + arrays[-1:]", "missing-term",
     "the last array is not multiplied.", "off-by-one-boundary"),
    ("[factor * a for a in arrays]", "arrays[:1] + [factor * a for a in arrays[1:]]", "missing-term",
     "the first array is not multiplied.", "off-by-one-boundary"),
    ("max_norm / norm if norm > max_norm else 1.0", "max_norm / norm if norm > 0 else 1.0", "condition-missing",
     "arrays that are short enough should stay as they are."),
    ("max_norm / norm if norm > max_norm else 1.0", "max_norm / norm", "condition-missing",
     "arrays that are short enough should stay as they are."),
    ("max_norm / norm if norm > max_norm else 1.0", "max_norm / (norm + 1e-06)", "condition-missing",
     "arrays that are short enough should stay as they are."),
    ("max_norm / norm if norm > max_norm else 1.0", "max_norm / (norm + 1e-08)", "condition-missing",
     "arrays that are short enough should stay as they are."),
    ("max_norm / norm if norm > max_norm else 1.0", "max(1.0, max_norm / (norm + 1e-06))", "wrong-operation",
     "the larger factor is taken; the smaller one is meant.", "condition-missing"),
    ("sqrt(sum([total(a ** 2) for a in arrays]))", "abs(sum([total(a) for a in arrays]))", "power-missing",
     "the elements themselves are added up, not their squares.", "absolute-missing", "root-missing"),
    ("norm > max_norm", "norm < max_norm", "condition-missing", "it clips what is short enough.", "mask-wrong",
     "wrong-operation"),
    ("max_norm / norm if norm > max_norm", "norm / max_norm if norm > max_norm", "operands-swapped",
     "the quotient is upside down."),
    ("max_norm / norm if norm > max_norm", "1.0 / norm if norm > max_norm", "scale-missing", "max_norm is missing."),
    ("max_norm / norm if norm > max_norm", "max_norm if norm > max_norm", "scale-missing",
     "the division by the norm is missing."),
    ("max_norm / norm if norm > max_norm", "1.0 / max_norm if norm > max_norm", "wrong-operation",
     "the arrays are divided by max_norm."),
    ("max_norm / norm if norm > max_norm", "sqrt(max_norm / norm) if norm > max_norm", "wrong-operation",
     "the arrays are multiplied by the root of the factor."),
    ("max_norm / norm if norm > max_norm", "(max_norm / norm) ** 2 if norm > max_norm", "wrong-factor",
     "the factor is applied twice."),
    ("max_norm / norm if norm > max_norm else 1.0", "min(1.0, max_norm / norm)", "condition-missing",
     "a norm of 0 divides by 0."),
    ("max_norm / norm if norm", "max_norm / (norm + 0.001) if norm", "extra-term",
     "what is added to the norm is too much.",
     "wrong-factor"),
    ("max_norm / norm if norm > max_norm else 1.0", "min(1.0, max_norm / (norm + 0.01))", "extra-term",
     "what is added to the norm is too much.", "wrong-factor"),
    ("max_norm / norm if norm", "max_norm / (norm + 0.01) if norm", "extra-term",
     "what is added to the norm is too much.",
     "wrong-factor"),
    ("[factor * a for a in arrays]", "[factor * arrays[0], *arrays[1:]]", "missing-term",
     "only the first array is multiplied: the loop ends too early.", "off-by-one-boundary"),
    ("norm > max_norm", "norm > 1", "condition-missing", "the norm is compared with 1, not with max_norm.",
     "wrong-operation"),
    ("norm > max_norm", "norm ** 2 > max_norm", "root-missing", "the square of the norm is compared.",
     "wrong-operation"),
    ("([factor * a for a in arrays], norm)", "(norm, [factor * a for a in arrays])", "wrong-returned-order",
     "the norm comes second."),
    ("([factor * a for a in arrays], norm)", "([factor * a for a in arrays], factor * norm)", "wrong-state-stored",
     "the norm returned is that after clipping.", "new-state-used"),
    ("([factor * a for a in arrays], norm)", "([factor * a for a in arrays], factor)", "wrong-state-stored",
     "the factor is returned in place of the norm."),
    ("([factor * a for a in arrays], norm)", "([factor * a for a in arrays], norm ** 2)", "root-missing",
     "what is returned is the square of the norm."),
    ("[factor * a for a in arrays]", "[a - (norm - max_norm) * (norm > max_norm) for a in arrays]", "wrong-operation",
     "the excess is subtracted, where a factor should shorten."),
    ("[factor * a for a in arrays]", "[-factor * a for a in arrays]", "wrong-sign", "the arrays are turned round."),
    ("[factor * a for a in arrays]", "[factor * absolute(a) for a in arrays]", "extra-term", "the signs are lost."),
]:  # fmt: skip
    clip_global_norm.wrong(_old, _new, _mistake, _what, *_also)

ONE = "x = (t - warmup_steps) / (total_steps - warmup_steps)"
FALLING = "falling = final_lr + (base_lr - final_lr) * (1 + cos(pi * x)) / 2"
CASES = "base_lr * t / warmup_steps if t < warmup_steps else falling if t <= total_steps else final_lr"
LIMITED = "x = min(1.0, (t - warmup_steps) / (total_steps - warmup_steps))"
SQUARED = "falling = final_lr + (base_lr - final_lr) * cos(pi / 2 * x) ** 2"
warmup_cosine.equally(
    f"{ONE} ... {CASES}", f"{LIMITED} ... base_lr * t / warmup_steps if t < warmup_steps else falling"
)
warmup_cosine.equally("t <= total_steps", "t < total_steps")
warmup_cosine.equally(
    f"{ONE} ... {CASES}",
    "x = (min(t, total_steps) - warmup_steps) / (total_steps - warmup_steps) ... "
    "base_lr * t / warmup_steps if t < warmup_steps else falling",
)
warmup_cosine.equally(FALLING, SQUARED)
warmup_cosine.equally("(1 + cos(pi * x)) / 2", "sin(pi / 2 * (1 - x)) ** 2")
for _old, _new, _mistake, _what, *_also in [
    ("t < warmup_steps", "t <= warmup_steps", "off-by-one-boundary",
     "without warm-up the step 0 is divided by warmup_steps = 0.", "condition-missing"),
    (CASES, "falling if t <= total_steps else final_lr", "condition-missing", "the warm-up is missing."),
    (CASES, "base_lr * t / warmup_steps if t < warmup_steps else falling", "condition-missing",
     "what comes after total_steps is missing, and the cosine goes on."),
    (CASES, "min(1.0, t / warmup_steps) * falling if t <= total_steps else final_lr", "condition-missing",
     "the warm-up is a factor at all steps: without warm-up it divides by 0."),
    ("else final_lr", "else base_lr", "wrong-operation", "base_lr stands for final_lr beyond total_steps."),
    ("else final_lr", "else 0.0", "wrong-operation", "0 stands for final_lr beyond total_steps.", "missing-term"),
    ("base_lr * t / warmup_steps", "final_lr * t / warmup_steps", "wrong-operation",
     "the warm-up goes to final_lr; it should go to base_lr."),
    ("base_lr * t / warmup_steps", "final_lr + (base_lr - final_lr) * t / warmup_steps", "extra-term",
     "the warm-up starts from final_lr; it should start from 0."),
    ("base_lr * t / warmup_steps", "base_lr * t / max(warmup_steps - 1, 1)", "off-by-one-boundary",
     "the warm-up ends a step too early.", "count-off-by-one"),
    ("base_lr * t / warmup_steps", "base_lr", "condition-missing", "the rate does not grow in the warm-up.",
     "scale-missing"),
    ("base_lr * t / warmup_steps", "base_lr * warmup_steps / max(t, 1)", "operands-swapped",
     "the quotient of the warm-up is upside down."),
    ("base_lr * t / warmup_steps", "base_lr * (t // warmup_steps)", "wrong-operation", "// gives whole numbers only."),
    ("(t - warmup_steps) / (total_steps - warmup_steps)", "(t - warmup_steps) // (total_steps - warmup_steps)",
     "wrong-operation", "// gives whole numbers only."),
    (ONE, "x = t / total_steps", "missing-term", "the warm-up is not subtracted."),
    (ONE, "x = t - warmup_steps / (total_steps - warmup_steps)", "wrong-operation", "the parentheses are missing."),
    (ONE, "x = (t - warmup_steps) / total_steps - warmup_steps", "wrong-operation", "the parentheses are missing."),
    ("t <= total_steps", "t <= total_steps - warmup_steps", "extra-term", "the end comes warmup_steps too early."),
    (f"{ONE} ... t < warmup_steps", f"t = t % (total_steps + 1)\n    {ONE} ... t < warmup_steps", "condition-missing",
     "after total_steps the schedule starts again.", "extra-term"),
    ("1 + cos(pi * x)", "1 - cos(pi * x)", "wrong-sign",
     "the cosine has the wrong sign: the rate goes from final_lr to base_lr.", "hyperparameters-swapped",
     "operands-swapped"),
    ("cos(pi * x)", "cos(2 * pi * x)", "wrong-factor", "the cosine goes through 2π, not π."),
    ("cos(pi * x)", "sin(pi * x)", "wrong-operation", "the sine stands for the cosine."),
    ("cos(pi * x)", "cos(180 * x)", "wrong-factor", "the cosine takes radians, not degrees.", "wrong-operation"),
    (FALLING, "falling = final_lr + (base_lr - final_lr) * (1 - x)", "wrong-operation", "it falls in a straight line."),
    (FALLING, "falling = final_lr + (base_lr - final_lr) * (1 + cos(pi * x) / 2)", "wrong-operation",
     "the parentheses are not where they should be."),
    (FALLING, "falling = final_lr + (base_lr - final_lr) * 1 + cos(pi * x) / 2", "wrong-operation",
     "the parentheses are missing."),
    (FALLING, "falling = final_lr + 0.5 * (base_lr - final_lr) + (1 + cos(pi * x))", "wrong-operation",
     "the parentheses are missing."),
    (FALLING, "falling = final_lr + (base_lr - final_lr) / 2 + (1 + cos(pi * x))", "wrong-operation",
     "the parentheses are missing."),
    (FALLING, "falling = (base_lr + final_lr) / 2 + (base_lr - final_lr) / 2 * cos(pi / 2 * x)", "wrong-factor",
     "the cosine goes through half of π only."),
    (FALLING, "falling = base_lr * (1 + cos(pi * x)) / 2", "missing-term", "final_lr is missing."),
    (FALLING, "falling = final_lr + base_lr - final_lr * (1 + cos(pi * x)) / 2", "wrong-operation",
     "the parentheses are missing."),
    (FALLING, "falling = (final_lr + base_lr - final_lr) * (1 + cos(pi * x)) / 2", "wrong-operation",
     "the parentheses are not where they should be."),
]:  # fmt: skip
    warmup_cosine.wrong(_old, _new, _mistake, _what, *_also)
