"""Update rules of Adam's family: a running mean of the gradient over a running scale."""

from __future__ import annotations

from typing import Any

from minigrad.exercises.walk import rule
from minigrad.exercises.words import absolute, maximum, sqrt

RATE, BETA1, BETA2, EPS = (
    (0.3, 0.07, 1.7, 0.001),
    (0.7, 0.85, 0.4, 0.9),
    (0.8, 0.65, 0.55, 0.999),
    (0.4, 0.15, 0.8, 1e-8),
)


@rule("m v", lesson="05-adam", hypers={"lr": RATE, "beta1": BETA1, "beta2": BETA2, "eps": EPS})
def adam_step(w: Any, g: Any, m: Any, v: Any, t: int, *, lr: float, beta1: float, beta2: float, eps: float) -> Any:
    """One step of Adam.

    Adam divides a running mean of the gradient by the root of a running mean of its square, so a step
    is about lr, whatever the size of the gradients. Both means start at zero and are too small at
    first; dividing by 1 - betaᵗ makes up for that.

        m ← beta1 m + (1 - beta1) g
        v ← beta2 v + (1 - beta2) g²
        m̂ = m / (1 - beta1ᵗ)
        v̂ = v / (1 - beta2ᵗ)
        w ← w - lr m̂ / (√v̂ + eps)

    `t` counts the steps from 1. Return `(w, m, v)`, new arrays of w's dtype; m̂ and v̂ (`m_hat` and
    `v_hat`) are not states.

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> adam_step(w, numpy.array([2.0]), zero, zero, 1, lr=0.1, beta1=0.5, beta2=0.75, eps=2.0)
    (array([0.95]), array([1.]), array([1.]))

    By hand: m = 0.5 · 2 = 1 and v = 0.25 · 2² = 1; m̂ = 1 / 0.5 = 2 and v̂ = 1 / 0.25 = 4; and
    w = 1 - 0.1 · 2 / (2 + 2).

    Hints:
        1. Five lines, in the order above.
        2. eps is added outside the root, and after the correction.
        3. `w = w - lr * m_hat / (numpy.sqrt(v_hat) + eps)`; return m and v, not m_hat and v_hat.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (sqrt(v_hat) + eps)
    return w, m, v


@rule(
    "m v",
    lesson="05-adam",
    hypers={"lr": RATE, "beta1": BETA1, "beta2": BETA2, "eps": EPS, "wd": (0.2, 0.6, 0.05, 0.01)},
)
def adamw_step(
    w: Any, g: Any, m: Any, v: Any, t: int, *, lr: float, beta1: float, beta2: float, eps: float, wd: float
) -> Any:
    """One step of AdamW.

    In Adam, a decay inside the gradient is divided by the size of the gradient, so weights with large
    gradients hardly decay. AdamW takes the decay out of the gradient: separately from the step, every
    weight shrinks by the same fraction, lr wd.

        m, v, m̂ (`m_hat`) and v̂ (`v_hat`) as in Adam
        A = m̂ / (√v̂ + eps)
        w ← w - lr (A + wd w)        with the old weight

    Return `(w, m, v)`, new arrays of w's dtype.

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> adamw_step(w, numpy.array([2.0]), zero, zero, 1, lr=0.1, beta1=0.5, beta2=0.75, eps=2.0, wd=0.5)
    (array([0.9]), array([1.]), array([1.]))

    By hand, as in Adam: A = 2 / (2 + 2) = 0.5, and w = 1 - 0.1 · (0.5 + 0.5 · 1) = 0.9.

    Hints:
        1. Begin with Adam; only the last line changes.
        2. The decay touches neither g nor the means, and uses the weight before it has moved.
        3. `w = w - lr * (m_hat / (numpy.sqrt(v_hat) + eps) + wd * w)`.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * (m_hat / (sqrt(v_hat) + eps) + wd * w)
    return w, m, v


@rule("m u", lesson="05-adam", zeros=False, hypers={"lr": RATE, "beta1": BETA1, "beta2": BETA2})
def adamax_step(w: Any, g: Any, m: Any, u: Any, t: int, *, lr: float, beta1: float, beta2: float) -> Any:
    """One step of Adamax.

    Adamax is Adam with the largest gradient instead of the mean square: `u` is the largest |g| so far,
    fading by the factor beta2 at each step. It needs no correction and, as no element of g is 0, no
    eps.

        m ← beta1 m + (1 - beta1) g
        u ← max(beta2 u, |g|)                 element by element
        w ← w - lr / (1 - beta1ᵗ) m / u

    Return `(w, m, u)`, new arrays of w's dtype.

    >>> import numpy
    >>> w, m, u = numpy.array([1.0]), numpy.array([0.0]), numpy.array([8.0])
    >>> adamax_step(w, numpy.array([-2.0]), m, u, 1, lr=0.1, beta1=0.5, beta2=0.5)
    (array([1.05]), array([-1.]), array([4.]))

    By hand: m = 0.5 · -2 = -1; u = max(0.5 · 8, 2) = 4; w = 1 - 0.1 / 0.5 · -1 / 4 = 1.05.

    Hints:
        1. Three lines. Only m is a mean, so only m is corrected.
        2. The maximum is taken element by element: numpy.maximum of two arrays, not max over one.
        3. `u = numpy.maximum(beta2 * u, numpy.abs(g))`.
    """
    m = beta1 * m + (1 - beta1) * g
    u = maximum(beta2 * u, absolute(g))
    w = w - lr / (1 - beta1**t) * m / u
    return w, m, u


@rule(
    "m v P", lesson="05-adam", start={"P": lambda w: 1.0},
    hypers={"lr": RATE, "beta1": BETA1, "beta2": BETA2, "eps": EPS, "schedule_decay": (0.9, 2.5, 1.6, 0.004)},
)  # fmt: skip
def nadam_step(
    w: Any, g: Any, m: Any, v: Any, P: float, t: int, *,
    lr: float, beta1: float, beta2: float, eps: float, schedule_decay: float,
) -> Any:  # fmt: skip
    """One step of Nadam.

    Nadam is Adam with Nesterov's look-ahead: the step mixes the current gradient with the mean as the
    next step will weight it. The weight of the mean, μ, grows with the step count; `P`, a number, is
    the product of all μ so far.

        μ(t) = beta1 (1 - ½ 0.96^(t schedule_decay))
        P ← P μ(t)
        m ← beta1 m + (1 - beta1) g
        v ← beta2 v + (1 - beta2) g²
        ĝ = g / (1 - P)                         with the new P
        m̂ = m / (1 - P μ(t+1))                  with the new m
        m̄ = (1 - μ(t)) ĝ + μ(t+1) m̂
        v̂ = v / (1 - beta2ᵗ)
        w ← w - lr m̄ / (√v̂ + eps)

    In code μ(t) is `mu`, μ(t+1) `mu_next`, ĝ `g_hat`, m̂ `m_hat`, v̂ `v_hat`, and m̄ `mean`.
    Return `(w, m, v, P)`, the arrays new and of w's dtype. P is 1.0 before the first step. Do not
    multiply the stored P by μ(t+1).

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> w, m, v, P = nadam_step(
    ...     w, numpy.array([2.0]), zero, zero, 1.0, 1,
    ...     lr=0.1, beta1=0.8, beta2=0.75, eps=2.0, schedule_decay=0.0)
    >>> print(w, m, v, P)
    [0.9452381] [0.4] [1.] 0.4

    By hand: with schedule_decay 0, μ is 0.8 · ½ = 0.4 at every step, so P = 0.4; m = 0.2 · 2 = 0.4;
    v = 0.25 · 2² = 1; m̄ = 0.6 · 2 / 0.6 + 0.4 · 0.4 / (1 - 0.16) = 2.190…; v̂ = 4; and
    w = 1 - 0.1 · 2.190… / (2 + 2) = 0.9452…

    Hints:
        1. Find μ(t) and μ(t+1) first; they are numbers, not arrays.
        2. P μ(t+1) appears only in the denominator of m̂; store P μ(t).
        3. `mean = (1 - mu) * g_hat + mu_next * m_hat`.
    """
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * schedule_decay))
    mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * schedule_decay))
    P = P * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    g_hat = g / (1 - P)
    m_hat = m / (1 - P * mu_next)
    mean = (1 - mu) * g_hat + mu_next * m_hat
    v_hat = v / (1 - beta2**t)
    w = w - lr * mean / (sqrt(v_hat) + eps)
    return w, m, v, P
