"""Mistakes in the form of a rule: what it returns, what it declares, which names it uses."""

from mistakes import told

from minigrad.optimizer import Optimizer
from minigrad.optimizer.rule import sqrt

# ---- What is returned


class Momentum(Optimizer):
    states = ("v",)
    momentum = 0.9


@told("returns w alone, but v is computed", "write `return w + v, v`")
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


@told("is a generator", "ends with `return`")
class Yields(Optimizer):
    def rule(self, w, g, *, lr):
        yield w - lr * g


@told("returns a step", "return w - lr * g")
class ReturnsTheStep(Optimizer):
    def rule(self, w, g, *, lr):
        return -lr * g


@told("uses v and returns it as it was", "`return ..., new_v`")
class LosesTheNextState(Momentum):
    def rule(self, w, g, v, *, lr):
        new = self.momentum * v - lr * g
        return w + new, v


@told("returns its states as v_new, m_new", "`return w, m_new, v_new`")
class ReturnsRenamedStatesInAnotherOrder(Optimizer):
    states = ("m", "v")

    def rule(self, w, g, m, v, *, lr):
        m_new = 0.9 * m + 0.1 * g
        v_new = 0.9 * v + 0.1 * g**2
        w = w - lr * m_new / (sqrt(v_new) + 1e-8)
        return w, v_new, m_new


@told("returns v as the next w", "write `return w + v, v`")
class ReturnsTheStateFirst(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return v, w + v


@told("returns v as the next w", "write `return w, v`")
class TradesWeightAndState(Momentum):
    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        w = w + v
        return v, w


@told("that rule returns w alone", only=("numpy",))
class TakesApartOneArray(Optimizer):
    def rule(self, w, g, *, lr):
        w, v = w - lr * g
        return w, v


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
    def rule(w, g, *, lr):  # noqa: N805
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


@told("does not call super().__init__()")
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


@told("takes 'v', which is neither w, g nor a state; declare states = ('v',)")
class StartsAStateByADefault(Optimizer):
    def rule(self, w, g, v=0.0, *, lr):
        v = 0.9 * v - lr * g
        return w + v


@told("takes 'lr' by position", "def rule(self, w, g, *, lr)")
class GivesTheRateADefault(Optimizer):
    def rule(self, w, g, lr=0.1):
        return w - lr * g


@told("has a method 'step'", "step(self, index, w, g, states)", "give yours another name")
class CallsItsHelperStep(Optimizer):
    def rule(self, w, g, *, lr):
        return w - self.step(g)

    def step(self, g):
        return 0.1 * g


@told("has a value 'step'", "give yours another name")
class CallsItsNumberStep(Optimizer):
    def __init__(self, step=0.1, **kwargs):
        super().__init__(**kwargs)
        self.step = step

    def rule(self, w, g, *, lr):
        return w - self.step * g


@told("returns its states as var, mean", "`return w, mean, var`")
class ReturnsTheStatesInAnotherOrder(Optimizer):
    states = ("mean", "var")

    def rule(self, w, g, mean, var, *, lr):
        mean = 0.9 * mean + 0.1 * g
        var = 0.9 * var + 0.1 * g**2
        return w - lr * mean / (sqrt(var) + 1e-8), var, mean


@told("asks for 'learning_rate'", "did you mean 'lr'?")
class AsksForTheLearningRate(Optimizer):
    def rule(self, w, g, *, learning_rate):
        return w - learning_rate * g


@told("asks for 'step'", "did you mean 't'?")
class AsksForTheStep(Optimizer):
    def rule(self, w, g, *, lr, step):
        return w - lr / step * g
