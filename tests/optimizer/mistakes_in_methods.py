"""Mistakes beside the rule: in the constructor, in `named`, in `initial_state`."""

import numpy
from mistakes import told

from minigrad import np
from minigrad.optimizer import Optimizer


@told("takes learning_rate and does not pass it on", "the rate is 0.01", "super().__init__(learning_rate=learning_rate")
class KeepsTheRateToItself(Optimizer):
    states = ("v",)

    def __init__(self, learning_rate=0.1, momentum=0.9):
        super().__init__()
        self.momentum = momentum

    def rule(self, w, g, v, *, lr):
        v = self.momentum * v - lr * g
        return w + v, v


@told("passes 0.1 to super().__init__() by position", "super().__init__(learning_rate=learning_rate, **kwargs)")
class HandsTheRateOnByPosition(Optimizer):
    def __init__(self, learning_rate=0.1):
        super().__init__(learning_rate)

    def rule(self, w, g, *, lr):
        return w - lr * g


@told("passes a value of type dict to super().__init__()", "super().__init__(**kwargs)")
class ForgetsTheStars(Optimizer):
    def __init__(self, **kwargs):
        super().__init__(kwargs)

    def rule(self, w, g, *, lr):
        return w - lr * g


@told("takes 'momentum' by position", "write self.momentum")
class TakesANumberByPosition(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, momentum=0.9, *, lr):
        v = momentum * v - lr * g
        return w + v, v


class AsksForLength(Optimizer):
    def rule(self, w, g, *, lr, length):
        return w - lr * g / length


@told(".named returned None", "a dict of what the rule asks for")
class ForgetsToReturnWhatIsNamed(AsksForLength):
    def named(self, index, w, g, states, scalars):
        scalars = {"length": 1.0}  # noqa: F841


@told(".named returned a list of float", "a dict of what the rule asks for")
class NamesNothing(AsksForLength):
    def named(self, index, w, g, states, scalars):
        return [1.0]


@told("asks for 'length', but named() gives an array of float32 and shape ()", "float(...) of it")
class NamesATensor(AsksForLength):
    def named(self, index, w, g, states, scalars):
        return {"length": np.linalg.norm(g)}


@told("'length' of shape (2,) for a weight of shape (3,)", "It comes from named()")
class NamesAnotherShape(AsksForLength):
    def named(self, index, w, g, states, scalars):
        return {"length": g[:2]}


class StartsItself(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = v - lr * g
        return w + v, v


@told("gives 1.0 for 'v'", "numpy.full_like(w, 1.0)")
class StartsAtANumber(StartsItself):
    def initial_state(self, name, w):
        return 1.0


@told("gives a list of float for 'v'", "expected an array like w")
class StartsAtAList(StartsItself):
    def initial_state(self, name, w):
        return [1.0, 1.0, 1.0]


@told("gives an array of float64 and shape (3,) for 'v'", "numpy.ones_like(w)")
class StartsInAnotherDtype(StartsItself):
    def initial_state(self, name, w):
        return numpy.ones(w.shape)


@told("gives an array of float32 and shape (2,) for 'v', but w has shape (3,)")
class StartsInAnotherShape(StartsItself):
    def initial_state(self, name, w):
        return w[:2].copy()


@told("gives w itself for 'v'", "w.copy()")
class StartsAtTheWeightItself(StartsItself):
    def initial_state(self, name, w):
        return w
