"""Rules with mistakes as students make them: each a class, and words of the sentence that it is answered with."""

import math
import random
import time

import numpy

from minigrad import np, npx
from minigrad.optimizer import Optimizer
from minigrad.optimizer.rule import sqrt

MISTAKES = []


def told(*words, only=("numpy", "plain")):
    """Note a class, the words that its error must have, and the readings in which it is an error."""

    def note(cls):
        MISTAKES.append((cls, words, only))
        return cls

    return note


# ---- What is returned


class Momentum(Optimizer):
    states = ("v",)
    momentum = 0.9


@told("returns w alone, but v is computed", "write `return w + v, v`", "line 38)")
class ForgetsTheState(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return w + v


@told("returns w alone, but v is computed", "write `return w - lr * g, v`")
class ForgetsAStateThatDoesNotMatter(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v + g
        return w - lr * g


@told("returns w alone, but v is computed", "write `return w + v, v`")
class ForgetsAStateMadeOfTheGradient(Momentum):
    def rule(self, w, g, v, *, lr):
        v = -lr * g
        return w + v


@told("returns w alone, but v is computed", "write `return w - lr * g / (sqrt(v) + 1), v`")
class OnlyReadsTheState(Momentum):
    def rule(self, w, g, v, *, lr):
        return w - lr * g / (sqrt(v) + 1)


@told("returns nothing", "the next w and the next v", "`return w - lr * g, v`")
class ReturnsNothing(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        w = w + v


@told("returned 2 values; expected the next w,")
class ReturnsAStateThatItHasNotDeclared(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g, g


@told("returned 1 values; expected the next w and the next v")
class ReturnsWithAComma(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return (w + v,)


@told("returns a list", "`return w - lr * g, v`")
class ReturnsAList(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return [w + v, v]


@told("returns None for v", "one array, or a number")
class ReturnsNoneForAState(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return w + v, None


@told("returns 'w' for w")
class ReturnsText(Optimizer):
    def rule(self, w, g, *, lr):
        return "w"


@told("a value of type generator for w")
class Yields(Optimizer):
    def rule(self, w, g, *, lr):
        yield w - lr * g


@told("returns a step", "return w - lr * g")
class ReturnsTheStep(Optimizer):
    def rule(self, w, g, *, lr):
        return -lr * g


# ---- What is declared


@told("states = ('vel'), a string", "comma is missing", "states = ('vel',)")
class ForgetsTheComma(Optimizer):
    states = "vel"

    def rule(self, w, g, vel, *, lr):
        vel = 0.9 * vel - lr * g
        return w + vel, vel


@told("states = ('v', 1)", "1 cannot name a state")
class NumbersAState(Optimizer):
    states = ("v", 1)

    def rule(self, w, g, v, u, *, lr):
        return w - lr * g, v, u


@told("'mean square' cannot name a state")
class NamesAStateInTwoWords(Optimizer):
    states = ("mean square",)

    def rule(self, w, g, v, *, lr):
        return w - lr * g, v


@told("one of them twice")
class RepeatsAState(Optimizer):
    states = ("v", "v")

    def rule(self, w, g, v, u, *, lr):
        return w - lr * g, v, u


@told("a state called 'g'")
class CallsAStateG(Optimizer):
    states = ("g",)

    def rule(self, w, g, v, *, lr):
        return w - lr * g, v


@told("takes 'v', which is neither w, g nor a state", "it is written `states`: states = ('v',)")
class WritesState(Optimizer):
    state = ("v",)

    def rule(self, w, g, v, *, lr):
        v = 0.9 * v - lr * g
        return w + v, v


@told("takes 'v', which is neither w, g nor a state; declare states = ('v',)")
class DeclaresNoState(Optimizer):
    def rule(self, w, g, v, *, lr):
        v = 0.9 * v - lr * g
        return w + v, v


@told("does not take 'v'", "def rule(self, w, g, v, *, lr)")
class TakesNoState(Momentum):
    def rule(self, w, g, *, lr):
        return w - lr * g


@told("passed by position, in the order def rule(self, w, g, mean, var, *, lr)")
class SwapsTheStates(Optimizer):
    states = ("mean", "var")

    def rule(self, w, g, var, mean, *, lr):
        mean = 0.9 * mean + 0.1 * g
        var = 0.9 * var + 0.1 * g**2
        return w - lr * mean / (sqrt(var) + 1e-8), mean, var


@told("passed by position, in the order def rule(self, w, g, *, lr)")
class SwapsWeightAndGradient(Optimizer):
    def rule(self, g, w, *, lr):
        return w - lr * g


@told("takes 'lr' by position", "def rule(self, w, g, *, lr)")
class ForgetsTheStar(Optimizer):
    def rule(self, w, g, lr):
        return w - lr * g


@told("has no `self`", "def rule(self, w, g, *, lr)")
class ForgetsSelf(Optimizer):
    def rule(w, g, *, lr):
        return w - lr * g


@told("asks for 'eta'", "did you mean 'lr'?")
class AsksForEta(Optimizer):
    def rule(self, w, g, *, eta):
        return w - eta * g


@told("asks for 'momentum'", "write self.momentum")
class AsksForItsOwnNumber(Momentum):
    def rule(self, w, g, v, *, lr, momentum):
        v = momentum * v - lr * g
        return w + v, v


@told("asks for 'noize'", "did you mean 'noise'?")
class AsksForMisspelledNoise(Optimizer):
    def named(self, index, w, g, states, scalars):
        return {"noise": 0.1}

    def rule(self, w, g, *, lr, noize):
        return w - lr * g + noize


@told("takes **scalars", "`*, lr`")
class AsksForEverything(Optimizer):
    def rule(self, w, g, **scalars):
        return w - scalars["lr"] * g


@told("says nothing about how to step", "did you mean `rule` by `rules`")
class CallsItRules(Optimizer):
    def rules(self, w, g, *, lr):
        return w - lr * g


@told("__init__ does not call super().__init__()")
class ForgetsSuper(Optimizer):
    def __init__(self, learning_rate=0.1, momentum=0.9):
        self.momentum = momentum

    def rule(self, w, g, *, lr):
        return w - lr * g


# ---- Names


@told("self.bta is not defined", "did you mean 'beta'?")
class MisspellsANumber(Optimizer):
    def __init__(self, beta=0.9, **kwargs):
        super().__init__(**kwargs)
        self.beta = beta

    def rule(self, w, g, *, lr):
        return w - lr * self.bta * g


@told("'momentum' is not defined", "write self.momentum")
class ForgetsSelfDot(Momentum):
    def rule(self, w, g, v, *, lr):
        v = momentum * v - lr * g  # noqa: F821
        return w + v, v


@told("there is no lr; ask for it by name")
class DoesNotAskForTheRate(Optimizer):
    def rule(self, w, g):
        return w - lr * g  # noqa: F821


@told("there is no self.t; ask for it by name")
class ReadsTheStepFromSelf(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g / self.t


@told("self.wd", "ask for wd by name")
class DecaysTwice(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * (g + self.wd * w)


@told("cannot set self.v", "declare a state")
class KeepsTheStateOnSelf(Optimizer):
    v = 0.0

    def rule(self, w, g, *, lr):
        self.v = 0.9 * self.v - lr * g
        return w + self.v


@told("cannot set self.count")
class CountsOnSelf(Optimizer):
    count = 0

    def rule(self, w, g, *, lr):
        self.count += 1
        return w - lr / self.count * g


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
    "Length": lambda w, g: g / len(g),
    "PythonsSum": lambda w, g: g / sum(g),
    "Loop": lambda w, g: [x for x in g][0] * g,  # noqa: C416
    "Zip": lambda w, g: [a - b for a, b in zip(w, g)],
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


@told("would change", "a rule changes nothing")
class ChangesElements(Optimizer):
    def rule(self, w, g, *, lr):
        g[g > 1] = 1
        return w - lr * g


@told("is not elementwise", only=("numpy",))
class TakesAnElement(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g[0]


@told("g.shape is not known in a rule", only=("numpy",))
class AsksForTheShape(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g / g.shape[0]


@told("g.copy() is not needed", only=("numpy",))
class Copies(Optimizer):
    def rule(self, w, g, *, lr):
        step = g.copy()
        return w - lr * step


@told("a rule got a ndarray", only=("numpy",))
class UsesAnArrayOfItsOwn(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g * numpy.array([1.0, 2.0, 3.0])


@told("returns an array of shape (2,) for w, which has shape (3,)", only=("plain",))
class ReturnsAnotherShape(Optimizer):
    def rule(self, w, g, *, lr):
        return (w - lr * g)[:2]


@told("could not be broadcast", only=("plain",))
class MixesShapes(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g[:2]


# ---- What changes between calls

NOISE = numpy.random.default_rng(0)


@told("gives other numbers when it is called again", "as sgld.py does", 'optimizer.reading("plain")', only=("numpy",))
class DrawsNoise(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g + numpy.random.normal() * sqrt(lr)  # noqa: NPY002


@told("gives other numbers when it is called again", only=("numpy",))
class DrawsFromAGenerator(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g + 0.1 * NOISE.normal()


@told("gives other numbers when it is called again", only=("numpy",))
class DrawsWithPython(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g * random.random()


@told("gives other numbers when it is called again", only=("numpy",))
class ReadsTheClock(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g * (time.perf_counter() % 1.0)


@told("gives other numbers when it is called again", only=("numpy",))
class CountsInAList(Optimizer):
    calls = []  # noqa: RUF012

    def rule(self, w, g, *, lr):
        self.calls.append(1)
        return w - lr * g / len(self.calls)
