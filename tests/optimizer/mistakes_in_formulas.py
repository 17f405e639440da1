"""Mistakes in the formulas of a rule: branches, what is not elementwise, and what changes from call to call."""

import math

import numpy
from mistakes import told

from minigrad import np, npx
from minigrad.optimizer import Optimizer
from minigrad.optimizer.rule import sqrt

# ---- Branches


@told("cannot branch on", "where(condition, this, that)")
class BranchesOnTheGradient(Optimizer):
    def rule(self, w, g, *, lr):
        if g > 0:
            return w - lr
        return w + lr


@told("cannot branch on", "maximum and minimum")
class TakesPythonsMin(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * min(g, 1.0)


@told("cannot branch on", "maximum and minimum")
class TakesPythonsMax(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * max(abs(g), 1e-3)


@told("cannot branch on", "`a < b < c`")
class ChainsAComparison(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * sqrt(-1 < g < 1)


@told("cannot branch on", "`and`")
class JoinsByAnd(Optimizer):
    def rule(self, w, g, *, lr):
        return np.where(g > 0 and w > 0, w - lr * g, w)


@told("joins conditions", "where(this, where(that, x, y), y)")
class JoinsByAmpersand(Optimizer):
    def rule(self, w, g, *, lr):
        return np.where((g > 0) & (w > 0), w - lr * g, w)


@told("cannot branch on", "where(condition, this, that)")
class WritesAConditionalExpression(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * (g if w > 0 else 0)


@told("cannot branch on (t < 3.0)", "As it is, only Python can run the rule", only=("numpy",))
class BranchesOnTheStep(Optimizer):
    def rule(self, w, g, *, lr, t):
        return w - lr * g if t < 3 else w


# ---- What is not elementwise

NOT_ELEMENTWISE = {
    "Mean": lambda w, g: g - numpy.mean(g),
    "Sum": lambda w, g: g / numpy.sum(g),
    "Median": lambda w, g: g - numpy.median(g),
    "Norm": lambda w, g: g / numpy.linalg.norm(g),
    "NormOfMinigrad": lambda w, g: g / np.linalg.norm(g),
    "MeanOfMinigrad": lambda w, g: g - np.mean(g),
    "Dot": lambda w, g: g * numpy.dot(g, w),
    "Inner": lambda w, g: g * numpy.inner(g, w),
    "Argmax": lambda w, g: g * numpy.argmax(g),
    "Sort": lambda w, g: numpy.sort(g),
    "Cumsum": lambda w, g: numpy.cumsum(g),
    "Std": lambda w, g: g / numpy.std(g),
    "Max": lambda w, g: g / numpy.max(numpy.abs(g)),
    "Any": lambda w, g: g * numpy.any(g > 0),
    "Percentile": lambda w, g: g - numpy.percentile(g, 50),
    "Einsum": lambda w, g: g * numpy.einsum("i,i", g, w),
    "Stack": lambda w, g: numpy.stack([g, w])[0],
    "Roll": lambda w, g: numpy.roll(g, 1),
    "Softmax": lambda w, g: npx.softmax(g),
    "MethodSum": lambda w, g: g / g.sum(),
    "MethodMean": lambda w, g: g - (g * g).mean() ** 0.5,
    "MethodMax": lambda w, g: g / abs(g).max(),
    "MethodNorm": lambda w, g: g.dot(w),
    "MethodReshape": lambda w, g: g.reshape(-1),
    "Transposed": lambda w, g: g.T,
    "Matmul": lambda w, g: g @ w,
    "Reduce": lambda w, g: g / numpy.add.reduce(g),
    "Accumulate": lambda w, g: numpy.maximum.accumulate(g),
    "Outer": lambda w, g: numpy.multiply.outer(g, w),
    "PythonsSum": lambda w, g: g / sum(g),
    "Loop": lambda w, g: numpy.array([1.0]) * [2 * x for x in g],
    "Element": lambda w, g: g * g[0],
    "Item": lambda w, g: g / g.max().item(),
    "RootOfMath": lambda w, g: g / math.sqrt((g * g).sum()),
}
"""Each gives something to subtract from w, from w and g."""

for _name, _function in NOT_ELEMENTWISE.items():

    def _rule(self, w, g, *, lr):
        return w - lr * self.subtract(w, g)

    _made = type(_name, (Optimizer,), {"rule": _rule, "subtract": staticmethod(_function)})
    told("is not elementwise" if _name not in ("MethodReshape", "Transposed") else "is not known in a rule")(_made)

NO_NUMBER = {
    "Float": lambda g: float(g),
    "Int": lambda g: int(g),
    "Math": lambda g: math.sqrt(g),
    "MathExp": lambda g: math.exp(-g),
    "Round": lambda g: round(g),
    "Formatted": lambda g: float(f"{g:.3f}"),
}
NO_FUNCTION = {
    "Tanh": lambda g: numpy.tanh(g),
    "TanhOfMinigrad": lambda g: np.tanh(g),
    "Remainder": lambda g: numpy.remainder(g, 2),
    "Isnan": lambda g: np.where(np.isnan(g), 0, g),
    "Rounded": lambda g: numpy.round(g, 2),
}

for _name, _function in {**NO_NUMBER, **NO_FUNCTION}.items():

    def _rule(self, w, g, *, lr):
        return w - lr * self.function(g)

    _made = type(_name, (Optimizer,), {"rule": _rule, "function": staticmethod(_function)})
    told(
        "among the functions of a rule"
        if _name in NO_FUNCTION
        else "In a rule"
        if _name in ("Round", "Formatted")
        else "not a number"
    )(_made)


@told("of a condition alone gives positions", "where(condition, this, that)")
class WhereOfACondition(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * numpy.where(g > 0)


@told("out=", "nothing is changed in place")
class WritesInto(Optimizer):
    def rule(self, w, g, *, lr):
        numpy.clip(g, -1, 1, out=g)
        return w - lr * g


@told("out=", "nothing is changed in place")
class WritesIntoTheFourth(Optimizer):
    def rule(self, w, g, *, lr):
        numpy.clip(g, -1, 1, g)
        return w - lr * g


@told("g.clip is not available in a rule", "clip(g, -1, 1)")
class ClipsByAMethod(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g.clip(-1, 1)


@told("would change", "a rule changes nothing")
class ChangesElements(Optimizer):
    def rule(self, w, g, *, lr):
        g[g > 1] = 1
        return w - lr * g


@told("an index of", "is not elementwise")
class ReturnsAnotherShape(Optimizer):
    def rule(self, w, g, *, lr):
        return (w - lr * g)[:2]


@told("could not be broadcast")
class MixesShapes(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g * numpy.array([1.0, 2.0])


@told("returns an array of shape (2, 3) for w, which has shape (3,)")
class WidensTheShape(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g * numpy.array([[1.0], [2.0]])


@told("A list of an array's elements is not an array", only=("plain",))
class MultipliesAList(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * [a - b for a, b in zip(w, g)]


@told("a power is written **")
class WritesACaret(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * (g ^ 2)


@told("division by zero", "In the first step t is 1")
class DividesByZero(Optimizer):
    def rule(self, w, g, *, lr, t):
        return w - lr / (1 - 0.9 ** (t - 1)) * g


@told("self.k is '0.9', not a number")
class KeepsANumberAsText(Optimizer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.k = "0.9"

    def rule(self, w, g, *, lr):
        return w - lr * self.k * g
