"""Rules as students might write them, for the tests of the page."""

from minigrad import optimizer
from minigrad.optimizer.rule import sign, sqrt


class Twist(optimizer.Optimizer):
    """Momentum that is <b>halved</b></script><script>wrong()</script> when it points uphill.

    Arguments:
        mode: 'soft' or 'hard'.
    """

    states = ("v",)
    symbols = {"pull": "<i>p</i>"}

    def __init__(self, pull=0.5, mode="soft", strict=False, cap=None, **kwargs):
        super().__init__(**kwargs)
        self.pull, self.mode, self.strict, self.cap = pull, mode, strict, cap

    def rule(self, w, g, v, *, lr):
        v = self.pull * v - lr * g
        if self.strict:
            v = v * (1 - sign(v * g)) / 2
        if self.pull > 0.7:
            v = v / sqrt(1 + v**2)
        return w + v, v


class Derived(optimizer.Optimizer):
    """Stores what it computed from its argument, and not the argument."""

    def __init__(self, window=10, **kwargs):
        super().__init__(**kwargs)
        self.window, self.decay = window, 1 - 1 / window

    def rule(self, w, g, *, lr):
        return self.decay * w - lr * g


class Handed(optimizer.Optimizer):
    """Asks for what nothing states."""

    def rule(self, w, g, *, lr, scale):
        return w - lr * scale * g

    def named(self, index, w, g, states, scalars):
        return {"scale": 2.0}


class ByHand(optimizer.Optimizer):
    """Has no rule."""

    def update(self, index, weight, grad, state):
        weight -= self.lr * grad


class Needs(optimizer.Optimizer):
    """Has an argument without a default."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def rule(self, w, g, *, lr):
        return w - lr * self.size * g
