"""Update rules: gradient descent with and without momentum."""

from __future__ import annotations

from typing import Any

from minigrad.exercises.walk import rule


@rule(lesson="03-gradient-descent", hypers={"lr": (0.3, 0.07, 1.7, 0.01), "wd": (0.2, 0.6, 0.05, 1e-4)})
def sgd_step(w: Any, g: Any, *, lr: float, wd: float) -> Any:
    """One step of stochastic gradient descent with weight decay.

    A step against the gradient goes downhill; `lr`, the learning rate, says how far. The weight decay
    `wd` is part of the gradient, as if a penalty wd/2 w² were added to the loss, and pulls every weight
    towards 0.

        g' = g + wd w
        w  ← w - lr g'

    Given the weight `w` and the gradient `g`, arrays of one shape and dtype, return the new weight.
    Change no argument, and keep the dtype: float32 in, float32 out.

    >>> import numpy
    >>> sgd_step(numpy.array([1.0, -2.0]), numpy.array([0.5, -0.25]), lr=0.1, wd=0.2)
    array([ 0.93 , -1.935])

    For the first weight: g' = 0.5 + 0.2 · 1 = 0.7, and 1 - 0.1 · 0.7 = 0.93.

    Hints:
        1. One line is enough. What is multiplied by the learning rate?
        2. The decay is added to the gradient first, so that lr multiplies both.
        3. `w = w - lr * (g + wd * w)` makes a new array; `w -= ...` would change the one that was
           passed in.
    """
    return w - lr * (g + wd * w)


@rule(
    "v",
    lesson="03-gradient-descent",
    hypers={"lr": (0.3, 0.07, 1.7, 0.01), "wd": (0.2, 0.6, 0.05, 1e-4), "momentum": (0.7, 0.8, 0.35, 0.9)},
)
def momentum_step(w: Any, g: Any, v: Any, *, lr: float, wd: float, momentum: float) -> Any:
    """One step of gradient descent with momentum.

    The velocity `v` keeps part of the previous step: steps that agree add up, steps that zigzag cancel.
    The learning rate is inside the velocity, so a new rate does not change the velocity already there.

        v ← momentum v - lr (g + wd w)
        w ← w + v

    Return `(w, v)`, both new. The first velocity is zero.

    >>> import numpy
    >>> w, v = numpy.array([1.0, -2.0]), numpy.array([0.1, 0.0])
    >>> momentum_step(w, numpy.array([0.5, -0.25]), v, lr=0.1, wd=0.2, momentum=0.5)
    (array([ 0.98 , -1.935]), array([-0.02 ,  0.065]))

    For the first weight: v = 0.5 · 0.1 - 0.1 · (0.5 + 0.2 · 1) = -0.02, and w = 1 - 0.02 = 0.98.

    Hints:
        1. Two lines: first the velocity, then the weight.
        2. The weight moves by the *new* velocity, and is not multiplied by lr again.
        3. `v = momentum * v - lr * (g + wd * w)`, then `w = w + v`, then `return w, v`.
    """
    v = momentum * v - lr * (g + wd * w)
    w = w + v
    return w, v


@rule("v", lesson="03-gradient-descent", hypers={"lr": (0.3, 0.07, 1.7, 0.01), "momentum": (0.7, 0.8, 0.35, 0.9)})
def nag_step(w: Any, g: Any, v: Any, *, lr: float, momentum: float) -> Any:
    """One step of Nesterov's accelerated gradient.

    Nesterov takes the gradient where the momentum is about to lead, so that it can still correct the
    velocity. But a gradient can only be computed at the stored weight, so the stored weight *is* the
    look-ahead point p + momentum v.

        p ← w - momentum v            back to the point, with the old velocity
        v ← momentum v - lr g
        w ← p + v + momentum v        one step on and ahead, with the new velocity

    Return `(w, v)`, new arrays of w's dtype. The first velocity is zero.

    >>> import numpy
    >>> nag_step(numpy.array([1.0]), numpy.array([0.5]), numpy.array([0.2]), lr=0.1, momentum=0.5)
    (array([0.975]), array([0.05]))

    By hand: p = 1 - 0.5 · 0.2 = 0.9; v = 0.5 · 0.2 - 0.1 · 0.5 = 0.05; and
    w = 0.9 + 0.05 + 0.5 · 0.05 = 0.975.

    Hints:
        1. Three lines: go back to the point, find the new velocity, move and look ahead.
        2. The way back uses the old velocity, the way ahead the new one.
        3. `p = w - momentum * v` must come before `v = momentum * v - lr * g`.
    """
    p = w - momentum * v
    v = momentum * v - lr * g
    w = p + v + momentum * v
    return w, v
