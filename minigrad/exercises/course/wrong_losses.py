"""Losses as they are often written, and what is wrong with each."""

from __future__ import annotations

from minigrad.exercises.course.losses import LOST, OVERFLOWS, bce_with_logits, log_softmax, softmax_cross_entropy

TURNED = "the result has the wrong sign."
log_softmax.wrong(
    "shifted = x - np.max(x, axis=-1, keepdims=True)", "shifted = x", "unstable-softmax", OVERFLOWS
)  # fmt: skip
log_softmax.wrong(
    "return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))", "return np.log(softmax(x))",
    "unstable-log", LOST,
)  # fmt: skip
log_softmax.line("return", "np.log(softmax(x))", "unstable-log", LOST)
log_softmax.line(
    "return", "np.log(np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True))", "unstable-softmax", OVERFLOWS
)
log_softmax.line("return", "x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))", "unstable-softmax", OVERFLOWS)
for _tiny in ("1e-30", "1e-20", "1e-15", "1e-12", "1e-10", "1e-9", "1e-8", "1e-7"):
    log_softmax.line("return", f"np.log(softmax(x) + {_tiny})", "unstable-log", LOST, "extra-term")
    log_softmax.line("return", f"np.log(np.maximum(softmax(x), {_tiny}))", "unstable-log", LOST)
log_softmax.line(
    "return", "softmax(x)", "missing-term", "this is the softmax itself, without the logarithm.", "wrong-operation"
)
log_softmax.line(
    "return",
    "x - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))",
    "missing-term",
    "the maximum is not added back.",
)
log_softmax.line(
    "return", "x - (np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)) - np.max(x, axis=-1, keepdims=True))",
    "wrong-sign", "the maximum is subtracted where it should be added back.",
)  # fmt: skip
log_softmax.line("return", "-(shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)))", "wrong-sign", TURNED)
log_softmax.line(
    "return", "shifted / np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))", "wrong-operation",
    "a quotient stands where a difference is meant.",
)  # fmt: skip
log_softmax.line(
    "return",
    "x - np.log(np.sum(x, axis=-1, keepdims=True))",
    "missing-term",
    "there is no exp in the sum.",
    "wrong-operation",
)
SUM_OF_EXP = "np.sum(np.exp(shifted), axis=-1, keepdims=True)"
for _text, _mistake, _what, *_also in [
    (f"shifted - np.log({SUM_OF_EXP} - 1)", "missing-term", "the largest score's own exp is missing in the sum."),
    *[(f"shifted - np.log({SUM_OF_EXP} - np.exp(shifted){tiny})", "missing-term",
       "each score's own exp is missing in the sum.") for tiny in ("", " + 1e-30", " + 1e-12")],
    *[(f"shifted - np.log(np.sum(np.abs(shifted), axis=-1, keepdims=True){more})", "wrong-operation",
       "absolute values are added up where exp is meant.", "missing-term") for more in ("", " + 1")],
    (f"shifted - np.log1p({SUM_OF_EXP})", "wrong-operation", "log1p(z) is log(1 + z); there is no 1.", "extra-term"),
    (f"shifted - {SUM_OF_EXP}", "missing-term", "the logarithm of the sum is missing.", "wrong-operation"),
    (f"x - np.squeeze(np.max(x, axis=-1, keepdims=True) + np.log({SUM_OF_EXP}), -1)", "keepdims-missing",
     "the axis of the logarithm is dropped."),
    *[(f"x - (np.max(x, axis=-1, keepdims=True) + np.log({SUM_OF_EXP})) / np.log({base})", "log-base",
       "the logarithm has another base.") for base in (2, 10)],
    *[(f"np.maximum(shifted - np.log({SUM_OF_EXP}), {least})", "extra-term", "no bound belongs here.")
      for least in (-1000, -100, -50, -30)],
]:  # fmt: skip
    log_softmax.line("return", _text, _mistake, _what, *_also)
for _other in "mean", "min":
    log_softmax.line(
        "shifted", f"x - np.{_other}(x, axis=-1, keepdims=True)", "unstable-softmax",
        f"the {_other} of the row is subtracted, not its maximum, so exp may overflow.", "wrong-operation",
    )  # fmt: skip
for _scale in ("2", "0.5", "x.shape[-1]", "1 / np.sqrt(x.shape[-1])"):
    log_softmax.line(
        "shifted", f"({_scale}) * (x - np.max(x, axis=-1, keepdims=True))", "wrong-factor",
        "the scores are scaled by a temperature.", "extra-term",
    )  # fmt: skip

MEANS = "the loss is a mean over the samples, not a sum"
HOT = "np.sum(one_hot * log_p)"
for _loss, _gradient, _mistake, _what, *_also in [
    (f"-{HOT}", "np.exp(log_p) - one_hot", "sum-for-mean", f"{MEANS}, and so is its gradient.", "scale-missing"),
    (f"-{HOT}", "", "sum-for-mean", f"{MEANS}."),
    ("", "np.exp(log_p) - one_hot", "scale-missing", "the loss is a mean, so its gradient has 1 / n.", "sum-for-mean"),
    (f"-{HOT} / (n * classes)", "(np.exp(log_p) - one_hot) / (n * classes)", "wrong-factor", "divide by n only."),
    (f"-{HOT} / (n * classes)", "", "wrong-factor", "divide by n only, not by the number of classes."),
    ("", "(np.exp(log_p) - one_hot) / (n * classes)", "wrong-factor", "divide by n only."),
    ("", "(np.exp(log_p) - one_hot) / n / n", "wrong-factor", "1 / n is there twice."),
    ("", "np.exp(log_p) / n", "missing-term", "the 1 at the label is not subtracted."),
    ("", "-one_hot / n", "missing-term", "the softmax itself is missing."),
    ("", "one_hot * (np.exp(log_p) - 1) / n", "missing-term", "the scores of the other classes have gradients, too."),
    ("", "(one_hot - np.exp(log_p)) / n", "wrong-sign", "it is the softmax less the labels.", "operands-swapped"),
    ("", "(np.exp(log_p) + one_hot) / n", "wrong-sign", "the 1 at the label is added; subtract it."),
    (f"{HOT} / n", "", "wrong-sign", "it is the negative logarithm."),
    (f"{HOT} / n", "(one_hot - np.exp(log_p)) / n", "wrong-sign", "it is the negative logarithm."),
    ("-np.sum(one_hot * logits) / n", "", "missing-term", "the logarithm of the sum of exp is missing."),
    ("-np.sum(log_p) / n", "", "extra-term", "only the logarithm at the label counts.", "scale-missing", "mask-wrong"),
    ("-np.mean(log_p)", "", "wrong-operation", "only the logarithm at the label counts.", "mask-wrong", "mean-for-sum"),
    ("-np.sum(np.max(log_p, axis=1)) / n", "", "mask-wrong", "the label decides, not the largest score.",
     "wrong-operation"),
    ("", "np.where(one_hot, -1, np.exp(log_p)) / n", "assignment-for-accumulation",
     "-1 replaces the softmax at the label; 1 is subtracted from it."),
    ("", "(np.exp(log_p) - 1) / n", "mask-wrong", "1 is subtracted at the label only.", "extra-term"),
    ("", "(np.exp(shifted) - one_hot) / n", "scale-missing", "exp is not divided by its sum."),
    *[(f"np.sum(np.log(np.sum(np.exp(shifted), axis=1)){more}) / n", "", mistake, what) for more, mistake, what in (
        ("", "missing-term", "the score at the label is missing."),
        (" + np.max(logits, axis=1)", "missing-term", "the score at the label is missing."),
        (" + np.sum(one_hot * shifted, axis=1)", "wrong-sign", "the score at the label is subtracted."),
        (" + np.max(logits, axis=1) + np.sum(one_hot * logits, axis=1)", "wrong-sign",
         "the score at the label is subtracted."),
    )],
    ("-np.sum(one_hot * shifted) / n", "", "missing-term", "the logarithm of the sum of exp is missing."),
    ("-np.sum(one_hot * np.log2(np.exp(log_p))) / n", "", "log-base", "use the natural logarithm."),
    ("-np.sum(one_hot * log_p / np.log(2)) / n", "", "log-base", "use the natural logarithm."),
    ("-np.sum(one_hot * log_p / np.log(10)) / n", "", "log-base", "use the natural logarithm."),
    ("-np.sum(one_hot * log_p, axis=1)", "", "shape-wrong", "one mean is asked for, not a loss for each sample."),
    ("-np.sum(one_hot * np.exp(log_p)) / n", "", "missing-term", "the logarithm is missing.", "wrong-operation"),
    ("-np.mean(log_p[:, labels])", "", "axis-wrong", "use [np.arange(n), labels].", "mask-wrong"),
    ("-np.sum(one_hot * log_p + (1 - one_hot) * np.log1p(-np.exp(log_p))) / n", "", "extra-term",
     "only the logarithm at the label counts."),
    ("-np.sum(one_hot * (logits - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)))) / n", "", "missing-term",
     "the maximum is not added back."),
    ("-np.sum(one_hot * (shifted - np.log2(np.sum(np.exp(shifted), axis=1, keepdims=True)))) / n", "", "log-base",
     "use the natural logarithm."),
    ("-np.sum(one_hot * (shifted - np.log10(np.sum(np.exp(shifted), axis=1, keepdims=True)))) / n", "", "log-base",
     "use the natural logarithm."),
    ("-np.sum((one_hot * log_p)[:-1]) / n", "", "missing-term", "the last sample is left out.", "off-by-one-boundary"),
    ("-np.sum((one_hot * log_p)[1:]) / n", "", "missing-term", "the first sample is left out.", "off-by-one-boundary"),
    ("-np.sum((one_hot * log_p)[-1]) / n", "", "assignment-for-accumulation", "only the last sample counts."),
    ("-np.sum((one_hot * log_p)[-1])", "", "assignment-for-accumulation", "only the last sample counts."),
    ("", "(np.exp(log_p) - np.isin(np.arange(classes), labels)) / n", "axis-wrong",
     "each row has one label: use [np.arange(n), labels].", "mask-wrong"),
    ("np.mean((np.exp(log_p) - one_hot) ** 2)", "", "wrong-operation", "this is a squared error."),
    ("np.sum((np.exp(log_p) - one_hot) ** 2) / n", "2 * (np.exp(log_p) - one_hot) / n", "wrong-operation",
     "this is a squared error."),
    ("np.sum((np.exp(log_p) - one_hot) ** 2) / n", "", "wrong-operation", "this is a squared error."),
    ("-np.sum(np.exp(log_p) * log_p) / n", "", "wrong-operation", "this is the entropy of the softmax."),
    ("", "(log_p - one_hot) / n", "wrong-operation", "it has the softmax, not its logarithm.", "missing-term"),
    ("", "(logits - one_hot) / n", "input-output-confused", "it has the softmax, not the logits.", "wrong-operation"),
    ("", "np.exp(log_p) * (1 - np.exp(log_p)) / n", "wrong-operation", "this is the derivative of a sigmoid."),
]:  # fmt: skip
    _old = [f"loss = -{HOT} / n"] * bool(_loss) + ["gradient = (np.exp(log_p) - one_hot) / n"] * bool(_gradient)
    _new = [f"loss = {_loss}"] * bool(_loss) + [f"gradient = {_gradient}"] * bool(_gradient)
    softmax_cross_entropy.wrong(" ... ".join(_old), " ... ".join(_new), _mistake, _what, *_also)
for _tiny in ("", " + 1e-12", " + 1e-9"):
    _each = "(1 / (1 + np.exp(-logits)))"
    softmax_cross_entropy.wrong(
        f"-{HOT} / n ... (np.exp(log_p) - one_hot) / n",
        f"-np.sum(one_hot * np.log({_each}{_tiny}) + (1 - one_hot) * np.log(1 - {_each}{_tiny})) / n ... "
        f"({_each} - one_hot) / n", "wrong-operation",
        "this is the binary cross-entropy of each class; the classes share one softmax.", "unstable-log",
    )  # fmt: skip
softmax_cross_entropy.line("return", "gradient, loss", "wrong-returned-order", "the loss comes first.")
softmax_cross_entropy.line("shifted", "logits", "unstable-softmax", OVERFLOWS)
for _text in ("np.log(softmax(logits))", "np.log(softmax(logits) + 1e-12)", "np.log(softmax(logits) + 1e-10)",
              "np.log(softmax(logits) + 1e-9)", "np.log(softmax(logits) + 1e-8)", "np.log(softmax(logits) + 1e-7)",
              "np.log(softmax(logits) + 1e-15)", "np.log(softmax(logits) + 1e-30)",
              "np.log(np.clip(softmax(logits), 1e-12, 1))", "np.log(np.clip(softmax(logits), 1e-12, 1 - 1e-12))",
              "np.log(np.clip(softmax(logits), 1e-15, 1))", "np.log(np.clip(softmax(logits), 1e-7, 1))"):  # fmt: skip
    softmax_cross_entropy.wrong(HOT, f"np.sum(one_hot * {_text})", "unstable-log", LOST)
    softmax_cross_entropy.wrong(HOT, f"np.sum({_text}[np.arange(n), labels])", "unstable-log", LOST)
softmax_cross_entropy.line(
    "one_hot", "(labels[:, None] == np.arange(classes) + 1).astype(logits.dtype)", "off-by-one-boundary",
    "labels count from 0.",
)  # fmt: skip
softmax_cross_entropy.line(
    "one_hot", "((labels[:, None] - 1) % classes == np.arange(classes)).astype(logits.dtype)",
    "off-by-one-boundary", "labels count from 0.",
)  # fmt: skip

SIGMOID = "(1 / (1 + np.exp(-x)))"
for _text, _mistake, _what, *_also in [
    (f"-(y * np.log({SIGMOID}) + (1 - y) * np.log(1 - {SIGMOID}))", "unstable-log", LOST),
    ("np.log(1 + np.exp(x)) - x * y", "unstable-log", LOST),
    ("np.log1p(np.exp(x)) - x * y", "unstable-log", LOST),
    ("np.log1p(np.exp(-x)) + (1 - y) * x", "unstable-log", LOST, "absolute-missing"),
    ("np.log(1 + np.exp(-x)) + (1 - y) * x", "unstable-log", LOST, "absolute-missing"),
    ("np.maximum(x, 0) - x * y + np.log1p(np.exp(-x))", "absolute-missing", "exp is of -|x|.", "unstable-log"),
    ("np.maximum(x, 0) - x * y + np.log1p(np.exp(x))", "absolute-missing", "exp is of -|x|.", "unstable-log"),
    ("np.maximum(x, 0) - x * y + np.log1p(np.exp(np.abs(x)))", "wrong-sign", "exp is of -|x|, not of |x|."),
    ("np.maximum(x, 0) - x * y + np.log1p(np.exp(np.minimum(np.abs(x), 700)))", "wrong-sign",
     "exp is of -|x|, not of |x|."),
    ("-(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))))", "wrong-sign", "the whole loss is negative."),
    ("np.maximum(x, 0) + x * y + np.log1p(np.exp(-np.abs(x)))", "wrong-sign", "x y is subtracted, not added."),
    ("np.maximum(x, 0) - x * y - np.log1p(np.exp(-np.abs(x)))", "wrong-sign", "the logarithm is added."),
    ("-x * y + np.log1p(np.exp(-np.abs(x)))", "missing-term", "max(x, 0) is missing."),
    ("np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "missing-term", "- x y is missing."),
    ("np.maximum(x, 0) - x * y", "missing-term", "the logarithm is missing."),
    ("np.maximum(x, 0) - y + np.log1p(np.exp(-np.abs(x)))", "scale-missing", "y is multiplied by x."),
    ("np.maximum(x, 0) - x * y + np.exp(-np.abs(x))", "missing-term", "the logarithm is missing.", "wrong-operation"),
    ("np.maximum(x, 0) - x * y + np.log(np.exp(-np.abs(x)))", "missing-term", "1 + is missing in the logarithm."),
    ("y * (np.maximum(-x, 0) + np.log1p(np.exp(-np.abs(x))))", "missing-term", "the part with 1 - y is missing."),
    ("(1 - y) * (np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))))", "missing-term", "the part with y is missing."),
    ("np.maximum(x, 0) - x * y + np.log2(1 + np.exp(-np.abs(x)))", "log-base", "use the natural logarithm."),
    ("(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))) / np.log(2)", "log-base", "use the natural logarithm."),
    ("np.maximum(x, 0) - x * y + np.log10(1 + np.exp(-np.abs(x)))", "log-base", "use the natural logarithm."),
    ("np.maximum(x, 0) - x * y + np.log1p(1 + np.exp(-np.abs(x)))", "wrong-operation",
     "log1p(z) is log(1 + z) already.", "extra-term"),
    ("np.where(np.mean(x) >= 0, x - x * y + np.log1p(np.exp(-x)), np.log1p(np.exp(x)) - x * y)",
     "max-not-elementwise", "each element decides by its own sign which form is stable.", "unstable-log"),
    ("np.max(x) - x * y + np.log1p(np.exp(-np.abs(x)))", "max-not-elementwise", "max(x, 0) is taken for each element."),
    ("max(np.max(x), 0) - x * y + np.log1p(np.exp(-np.abs(x)))", "max-not-elementwise",
     "max(x, 0) is taken for each element."),
    ("np.maximum(y, 0) - x * y + np.log1p(np.exp(-np.abs(y)))", "operands-swapped", "x and y have changed places."),
    ("np.maximum(x, 0) - x * (1 - y) + np.log1p(np.exp(-np.abs(x)))", "operands-swapped",
     "y and 1 - y have changed places.", "wrong-sign"),
    ("np.maximum(-x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))", "wrong-sign", "it is max(x, 0)."),
    ("np.minimum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))", "wrong-operation", "it is max(x, 0), not min(x, 0)."),
    ("np.abs(x) - x * y + np.log1p(np.exp(-np.abs(x)))", "wrong-operation", "it is max(x, 0), not |x|."),
    ("x - x * y + np.log1p(np.exp(-np.abs(x)))", "wrong-operation", "it is max(x, 0), not x.", "clip-missing",
     "missing-term"),
    ("-(y * np.log(x) + (1 - y) * np.log(1 - x))", "input-output-confused",
     "x are scores, not probabilities: the sigmoid is missing."),
    (f"np.maximum({SIGMOID}, 0) - {SIGMOID} * y + np.log1p(np.exp(-np.abs({SIGMOID})))", "input-output-confused",
     "the formula takes the scores x; their sigmoid is inside it already.", "extra-term"),
    (f"({SIGMOID} - y) ** 2", "wrong-operation", "this is a squared error."),
    ("(x - y) ** 2", "wrong-operation", "this is a squared error.", "input-output-confused"),
]:  # fmt: skip
    bce_with_logits.line("each", _text, _mistake, _what, *_also)
for _eps in ("1e-15", "1e-12", "1e-10", "1e-9", "1e-8", "1e-7"):
    bce_with_logits.line(
        "each", f"-(y * np.log({SIGMOID} + {_eps}) + (1 - y) * np.log(1 - {SIGMOID} + {_eps}))", "unstable-log",
        LOST, "extra-term",
    )  # fmt: skip
    _p = f"np.clip({SIGMOID}, {_eps}, 1 - {_eps})"
    bce_with_logits.line("each", f"-(y * np.log({_p}) + (1 - y) * np.log(1 - {_p}))", "unstable-log", LOST)
    _p = f"np.clip(x, {_eps}, 1 - {_eps})"
    bce_with_logits.line(
        "each", f"-(y * np.log({_p}) + (1 - y) * np.log(1 - {_p}))", "input-output-confused",
        "x are scores, not probabilities: the sigmoid is missing.",
    )  # fmt: skip
bce_with_logits.equally(
    "np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))",
    "y * np.logaddexp(0, -x) + (1 - y) * np.logaddexp(0, x)",
)
bce_with_logits.line(
    "return", "each.flat[-1] / each.size", "assignment-for-accumulation", "only the last element counts."
)
bce_with_logits.line("return", "np.sum(each)", "sum-for-mean", "it is the mean over all elements.")
bce_with_logits.line("return", "np.sum(each) / len(x)", "sum-for-mean", "divide by all elements.", "wrong-factor")
bce_with_logits.line("return", "each", "shape-wrong", "one number is asked for: the mean over all elements.")
bce_with_logits.line(
    "return", "np.mean(each, axis=0)", "shape-wrong", "it is one mean over all elements.", "axis-wrong"
)
bce_with_logits.line(
    "return", "np.mean(each, axis=-1)", "shape-wrong", "it is one mean over all elements.", "axis-wrong"
)
bce_with_logits.line("return", "np.sum(each) / max(each.size - 1, 1)", "wrong-factor", "divide by n, not by n - 1.")
bce_with_logits.line("return", "np.sum(each) / (each.size - 1)", "wrong-factor", "divide by n, not by n - 1.")
bce_with_logits.line("return", "2 * np.mean(each)", "wrong-factor", "it is twice as large as it should be.")
bce_with_logits.line("return", "np.mean(each) / 2", "wrong-factor", "it is half of what it should be.")
