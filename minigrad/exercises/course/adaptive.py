"""Update rules that give every weight its own scale, from the squares of its gradients."""

from __future__ import annotations

from typing import Any

from minigrad.exercises.walk import rule
from minigrad.exercises.words import sqrt


@rule("h", lesson="03-gradient-descent", hypers={"lr": (0.3, 0.07, 1.7, 0.01), "eps": (0.4, 0.15, 0.8, 1e-7)})
def adagrad_step(w: Any, g: Any, h: Any, *, lr: float, eps: float) -> Any:
    """One step of AdaGrad.

    Each gradient is divided by the root of the sum of all squares that this weight has seen, so that
    rarely used weights still take large steps. The sum `h` only grows, so the steps become smaller and
    smaller.

        h ← h + g²
        w ← w - lr g / √(h + eps)

    Return `(w, h)`, new arrays of w's dtype. The first `h` is zero. Every operation is element by
    element.

    >>> import numpy
    >>> w, g, h = numpy.array([1.0, 1.0]), numpy.array([3.0, 0.0]), numpy.array([6.0, 0.0])
    >>> adagrad_step(w, g, h, lr=0.1, eps=1.0)
    (array([0.925, 1.   ]), array([15.,  0.]))

    For the first weight: h = 6 + 3² = 15, and w = 1 - 0.1 · 3 / √(15 + 1) = 0.925.

    Hints:
        1. First the sum of squares, then the weight.
        2. Take the root of the *new* sum, with eps added under it.
        3. `h = h + g**2`, then `w = w - lr * g / numpy.sqrt(h + eps)`.
    """
    h = h + g**2
    w = w - lr * g / sqrt(h + eps)
    return w, h


@rule(
    "s",
    lesson="03-gradient-descent",
    hypers={"lr": (0.3, 0.07, 1.7, 0.01), "beta": (0.7, 0.8, 0.35, 0.9), "eps": (0.4, 0.15, 0.6, 1e-8)},
)
def rmsprop_step(w: Any, g: Any, s: Any, *, lr: float, beta: float, eps: float) -> Any:
    """One step of RMSProp.

    AdaGrad's sum never forgets; RMSProp divides by the root of a running *mean* of the squares, which
    does. `beta` says how much of the old mean is kept.

        s ← beta s + (1 - beta) g²
        w ← w - lr g / √(s + eps)

    Return `(w, s)`, new arrays of w's dtype. The first `s` is zero.

    >>> import numpy
    >>> w, g, s = numpy.array([1.0]), numpy.array([2.0]), numpy.array([0.0])
    >>> rmsprop_step(w, g, s, lr=0.3, beta=0.75, eps=8.0)
    (array([0.8]), array([1.]))

    By hand: s = 0.75 · 0 + 0.25 · 2² = 1, and w = 1 - 0.3 · 2 / √(1 + 8) = 0.8.

    Hints:
        1. First the running mean, then the weight.
        2. The two factors of a running mean add up to 1, and eps is under the root.
        3. `s = beta * s + (1 - beta) * g**2`, then `w = w - lr * g / numpy.sqrt(s + eps)`.
    """
    s = beta * s + (1 - beta) * g**2
    w = w - lr * g / sqrt(s + eps)
    return w, s


@rule(
    "s m d", lesson="03-gradient-descent", float32=2e-3,
    hypers={
        "lr": (0.3, 0.07, 1.7, 0.01), "beta": (0.75, 0.8, 0.35, 0.9), "momentum": (0.6, 0.85, 0.45, 0.9),
        "eps": (0.4, 0.15, 0.6, 1e-3),
    },
)  # fmt: skip
def rmsprop_centered_step(
    w: Any, g: Any, s: Any, m: Any, d: Any, *, lr: float, beta: float, momentum: float, eps: float
) -> Any:
    """One step of centered RMSProp with momentum.

    The mean of the squares less the square of the mean is the variance of the gradient. Its root, the
    deviation, replaces the root mean square. The step `d` has momentum, with the learning rate inside.

        s ← beta s + (1 - beta) g²
        m ← beta m + (1 - beta) g
        d ← momentum d - lr g / √(s - m² + eps)
        w ← w + d

    Return `(w, s, m, d)`, new arrays of w's dtype. All three states are zero at first. Rounding may
    make s - m² slightly negative; you may limit it to at least 0, but need not.

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> g, hypers = numpy.array([2.0]), dict(lr=0.3, beta=0.5, momentum=0.9, eps=3.0)
    >>> rmsprop_centered_step(w, g, zero, zero, zero, **hypers)
    (array([0.7]), array([2.]), array([1.]), array([-0.3]))

    By hand: s = 0.5 · 2² = 2, m = 0.5 · 2 = 1, d = -0.3 · 2 / √(2 - 1² + 3) = -0.3, and w = 1 - 0.3.

    Hints:
        1. Four lines, one for each result; the weight comes last.
        2. The deviation uses the *new* s and the *new* m, and the weight moves by the new d.
        3. `d = momentum * d - lr * g / numpy.sqrt(s - m**2 + eps)`, then `w = w + d`.
    """
    s = beta * s + (1 - beta) * g**2
    m = beta * m + (1 - beta) * g
    d = momentum * d - lr * g / sqrt(s - m**2 + eps)
    w = w + d
    return w, s, m, d


@rule("s d", lesson="03-gradient-descent", hypers={"rho": (0.7, 0.8, 0.35, 0.9), "eps": (0.4, 0.15, 0.6, 1e-5)})
def adadelta_step(w: Any, g: Any, s: Any, d: Any, *, rho: float, eps: float) -> Any:
    """One step of AdaDelta.

    AdaDelta has no learning rate: the size of a step comes from the root mean square of the steps so
    far. So there are two running means of squares, `s` of the gradients and `d` of the steps.

        s ← rho s + (1 - rho) g²
        step = √(d + eps) / √(s + eps) g     with the old d
        d ← rho d + (1 - rho) step²
        w ← w - step

    Return `(w, s, d)`, new arrays of w's dtype. Both states are zero at first.

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> adadelta_step(w, numpy.array([4.0]), zero, zero, rho=0.5, eps=1.0)
    (array([-0.33333333]), array([8.]), array([0.88888889]))

    By hand: s = 0.5 · 4² = 8, step = √1 / √9 · 4 = 4/3, d = 0.5 · (4/3)² = 8/9, and w = 1 - 4/3.

    Hints:
        1. Four lines. Give the step a name of its own: two lines use it.
        2. The numerator needs the old d, the denominator the new s, and eps is under both roots.
        3. `step = numpy.sqrt(d + eps) / numpy.sqrt(s + eps) * g` goes after the line of s and before
           that of d.
    """
    s = rho * s + (1 - rho) * g**2
    step = sqrt(d + eps) / sqrt(s + eps) * g
    d = rho * d + (1 - rho) * step**2
    w = w - step
    return w, s, d
