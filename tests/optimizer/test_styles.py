"""Right rules in every style that Python allows give the numbers that their formulas have, in every reading."""

import functools
import math

import numpy
import pytest
from drive import drive

from minigrad import lr_scheduler, np, npx
from minigrad.optimizer import SGD, Optimizer
from minigrad.optimizer import rule as functions
from minigrad.optimizer.rule import sqrt, where
from minigrad.optimizer.run import reading

GRADIENTS = [0.5, -2.0, 0.0, 0.25]
FACTOR = 0.25
STYLES = []


class Settings:
    decay = 0.9


def gives(step, **arguments):
    """Note a rule and its formula: `step(w, g, state, t)` gives the next w and state, all of them floats."""

    def note(cls):
        STYLES.append(pytest.param(cls, step, arguments, id=cls.__name__))
        return cls

    return note


def heavy_ball(w, g, v, t):
    v = 0.9 * v - 0.1 * g
    return w + v, v


@gives(heavy_ball)
class InPlace(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        old = v
        v *= 0.9
        v -= lr * g
        w += v
        return w + 0 * old, v


@gives(heavy_ball)
class StatesInAList(Optimizer):
    states = ["v"]

    def rule(self, w, g, *states, lr):
        (v,) = states
        v = self.next_v(v, g, lr)
        return w + v, v

    @staticmethod
    def next_v(v, g, lr):
        return 0.9 * v - lr * g


@gives(heavy_ball)
class NumbersOfManyKinds(Optimizer):
    states = ("v",)
    shrink = numpy.float64(0.3)

    def __init__(self, betas=(3, 1), **kwargs):
        super().__init__(**kwargs)
        self.betas, self.scale = betas, numpy.array(1.0)

    @property
    def momentum(self):
        return self.betas[0] * self.betas[1]

    @classmethod
    def both(cls, x):
        return cls.shrink * x

    def rule(self, w, g, v, *, lr):
        v = self.both(self.momentum * v) - self.scale * lr * g
        return w + v, v


@gives(lambda w, g, v, t: (w - 0.1 * g, max(v, g)))
class HasInfinitiesAndNan(Optimizer):
    states = ("v",)
    unused = math.nan

    def rule(self, w, g, v, *, lr):
        step = where(g == math.inf, math.nan, g)
        return w - lr * numpy.clip(step, -numpy.inf, numpy.inf), np.maximum(v, g)


@gives(heavy_ball)
class ReadsAClassAndAModule(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = Settings.decay * v - 4 * FACTOR * lr * g
        return w + v, v


@gives(lambda w, g, v, t: (w - 0.1 * g, v))
class TakesTheRateFromSelf(Optimizer):
    def rule(self, w, g):
        return w - self.lr * g


@gives(lambda w, g, v, t: (w - 0.1 * 0.5**t * g, v), lr_scheduler=lambda t: 0.1 * 0.5**t)
class TakesAScheduledRateFromSelf(Optimizer):
    def rule(self, w, g):
        return w - self.learning_rate * g


@gives(lambda w, g, v, t: (w - 0.1 * ((g > 0) - (g < 0)), v))
class CountsComparisons(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * ((g > 0) - (g < 0))


@gives(lambda w, g, v, t: (w - 0.1 * ((g > 0) + (w > 0)), v))
class AddsComparisons(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * ((g > 0) + (w > 0))


@gives(lambda w, g, v, t: (w - 0.1 * g, 1.0 if g > 0 else 0.0))
class KeepsAComparison(Optimizer):
    states = ("positive",)

    def rule(self, w, g, positive, *, lr):
        return w - lr * g, g > 0


@gives(lambda w, g, v, t: (w - (0.1 * g if g else 0.0), v))
class TakesNumbersForConditions(Optimizer):
    def rule(self, w, g, *, lr):
        return w - numpy.where(g, lr * g, 0.0)


@gives(lambda w, g, v, t: (w - 0.1 * g * math.sqrt(1 - 0.75), v))
class UsesMathOnItsNumbers(Optimizer):
    beta = 0.75

    def rule(self, w, g, *, lr):
        return w - lr * g * math.sqrt(1 - self.beta)


@gives(lambda w, g, v, t: (w - 0.1 * ((g * 0.5 + 0) * 0.5 + 1), v))
class CountsInALoop(Optimizer):
    order = 2

    def rule(self, w, g, *, lr):
        for i in range(self.order):
            g = g * 0.5 + i
        return w - lr * g


@gives(lambda w, g, v, t: (w - 0.1 * 0.3 * g, v))
class HasADefault(Optimizer):
    def rule(self, w, g, *, lr, factor=0.3):
        return w - lr * factor * g


def halved(rule):
    @functools.wraps(rule)
    def inner(self, w, g, *, lr):
        return rule(self, w, g / 2, lr=lr)

    return inner


@gives(lambda w, g, v, t: (w - 0.1 * g / 2, v))
class IsDecorated(Optimizer):
    @halved
    def rule(self, w, g, *, lr):
        return w - lr * g


@gives(lambda w, g, v, t: (w - 0.1 * g, v))
class IsALambda(Optimizer):
    rule = lambda self, w, g, *, lr: w - lr * g  # noqa: E731


@gives(lambda w, g, v, t: (w - 0.1 * 2 * g - 0.01 * w, v))
class CallsItsBase(SGD):
    def rule(self, w, g, *states, lr):
        return super().rule(w, 2 * g, *states, lr=lr) - 0.01 * w


@gives(lambda w, g, v, t: (w - 0.1 * g if t < 3 else w, v))
class AsksWhetherItIsTime(Optimizer):
    def rule(self, w, g, *, lr, t):
        return where(t < 3, w - lr * g, w)


def clipped(w, g, v, t):
    v = max(0.9 * v, abs(g))
    return w - 0.1 * min(max(g, -1), 1) / math.sqrt(v * v + 1e-8) + 0.01 * math.exp(-abs(g)) * max(g, 0), v


@gives(clipped)
class UsesNumpy(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = numpy.maximum(0.9 * v, numpy.abs(g))
        step = numpy.clip(g, -1, 1) / numpy.sqrt(numpy.square(v) + 1e-8)
        return w - lr * step + 0.01 * numpy.exp(-numpy.abs(g)) * numpy.where(g > 0, g, numpy.zeros_like(g)), v


@gives(clipped)
class UsesMinigradsNumpy(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = np.maximum(0.9 * v, np.abs(g))
        step = np.clip(g, a_min=-1, a_max=1) / np.sqrt(np.square(v) + 1e-8)
        return w - lr * step + 0.01 * np.exp(-abs(g)) * npx.relu(g), v


@gives(clipped)
class UsesTheFunctionsOfRules(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = functions.maximum(0.9 * v, abs(g))
        step = functions.clip(g, -1, 1) / sqrt(v**2 + 1e-8)
        return w - lr * step + 0.01 * functions.exp(-functions.absolute(g)) * where(g > 0, g, 0), v


@gives(lambda w, g, v, t: (w - 0.1 / (1 + math.exp(-g)) + 0.1 / (abs(g) + 1), v))
class UsesASigmoid(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * npx.sigmoid(g) + lr * numpy.reciprocal(numpy.fabs(+g) + numpy.ones_like(g))


@pytest.mark.parametrize(("cls", "step", "arguments"), STYLES)
@pytest.mark.parametrize("name", ["numpy", "numba", "plain"])
def test_a_right_rule_gives_the_numbers_of_its_formula(cls, step, arguments, name):
    if name == "numba":
        pytest.importorskip("numba")
    w, state, expected = 1.0, 0.0, []
    for t, g in enumerate(GRADIENTS, 1):
        w, state = step(w, g, state, t)
        expected.append([w])
    with reading(name):
        opt = cls(**arguments) if arguments else cls(learning_rate=0.1)
        assert drive(opt, [1.0], [[g] for g in GRADIENTS]) == pytest.approx(numpy.array(expected), rel=1e-12)


@pytest.mark.parametrize("name", ["numpy", "plain"])
def test_the_rate_of_self_is_the_rate_of_the_step(name):
    with reading(name):
        opt = TakesTheRateFromSelf(lr_scheduler=lr_scheduler.FactorScheduler(1, 0.5, base_lr=0.4))
        opt.set_lr_mult({0: 3.0})
        path = drive(opt, [0.0], [[1.0]] * 3)
    rates = [lr_scheduler.FactorScheduler(1, 0.5, base_lr=0.4)(t) for t in (1, 2, 3)]
    assert path[:, 0] == pytest.approx(-3 * numpy.cumsum(rates))
