"""Update rules for special purposes: signs, late gradients, exact zeros, a moving leader, samples."""

from __future__ import annotations

from typing import Any

from minigrad.exercises.walk import rule
from minigrad.exercises.words import absolute, sign, sqrt, where


@rule(
    "m",
    lesson="07-many-workers",
    hypers={"lr": (0.3, 0.07, 1.7, 0.01), "momentum": (0.7, 0.8, 0.35, 0.9), "wd_lh": (0.2, 0.6, 0.05, 1e-4)},
)
def signum_step(w: Any, g: Any, m: Any, *, lr: float, momentum: float, wd_lh: float) -> Any:
    """One step of Signum.

    Each weight moves by the learning rate against the sign of its momentum, so a huge gradient does no
    more harm than a small one. The decay `wd_lh` is separate from the step and does not go through the
    sign.

        m ← momentum m + (1 - momentum) g
        w ← (1 - lr wd_lh) w - lr sign(m)        sign(0) = 0

    Return `(w, m)`, new arrays of w's dtype. The first `m` is zero.

    >>> import numpy
    >>> w, m = numpy.array([1.0, 1.0]), numpy.array([0.0, 0.0])
    >>> signum_step(w, numpy.array([-4.0, 0.0]), m, lr=0.1, momentum=0.75, wd_lh=0.5)
    (array([1.05, 0.95]), array([-1.,  0.]))

    For the first weight: m = 0.25 · -4 = -1, and w = (1 - 0.1 · 0.5) · 1 - 0.1 · -1 = 1.05.

    Hints:
        1. Two lines: the mean, then the weight.
        2. Take the sign of the *new* mean, and store m itself, not its sign.
        3. `w = (1 - lr * wd_lh) * w - lr * numpy.sign(m)`.
    """
    m = momentum * m + (1 - momentum) * g
    w = (1 - lr * wd_lh) * w - lr * sign(m)
    return w, m


@rule(
    "prev",
    lesson="07-many-workers",
    start={"prev": lambda w: w.copy()},
    hypers={"lr": (0.3, 0.07, 1.7, 0.01), "lamda": (0.6, 1.4, 0.25, 0.04)},
)
def dcasgd_step(w: Any, g: Any, prev: Any, *, lr: float, lamda: float) -> Any:
    """One step of delay-compensated asynchronous SGD.

    A worker's gradient belongs to the weight `prev` that it was given; meanwhile others have moved the
    weight to `w`. A cheap estimate of the curvature, lamda g², makes up for the difference.

        w_new = w - lr (g + lamda g² (w - prev))
        prev_new = w                                the weight passed in

    Return `(w_new, prev_new)`, of w's dtype; change no argument. At first prev is w.

    >>> import numpy
    >>> dcasgd_step(numpy.array([1.0]), numpy.array([2.0]), numpy.array([0.5]), lr=0.1, lamda=0.25)
    (array([0.75]), array([1.]))

    By hand: w = 1 - 0.1 · (2 + 0.25 · 2² · (1 - 0.5)) = 0.75, and the new prev is 1.

    Hints:
        1. One line for the weight: the gradient gets a second term before lr multiplies it.
        2. The second result is the weight that was passed in, not the new one.
        3. `w_new = w - lr * (g + lamda * g**2 * (w - prev))`, then `return w_new, w`.
    """
    w_new = w - lr * (g + lamda * g**2 * (w - prev))
    return w_new, w


@rule(
    "z n", lesson="08-online-learning",
    hypers={"lr": (0.3, 0.17, 1.7, 0.1), "lamda1": (0.5, 0.9, 30.0, 0.01), "beta": (0.7, 0.4, 1.3, 1.0)},
)  # fmt: skip
def ftrl_step(w: Any, g: Any, z: Any, n: Any, *, lr: float, lamda1: float, beta: float) -> Any:
    """One step of FTRL-Proximal.

    FTRL does not move the weight; it computes it afresh from the sum `z` of all gradients, so a weight
    whose sum stays below `lamda1` is exactly 0. The sum `n` of the squares gives every weight its own
    learning rate.

        z ← z + g - (√(n + g²) - √n) / lr w        with the old n and the old w
        n ← n + g²
        w ← 0                                            where |z| ≤ lamda1
            -(z - sign(z) lamda1) / ((beta + √n) / lr)   elsewhere, new z and n

    Return `(w, z, n)`, new arrays of w's dtype. Both states are zero at first.

    >>> import numpy
    >>> w, z, n = numpy.array([1.0, 1.0]), numpy.array([0.0, 0.0]), numpy.array([16.0, 0.0])
    >>> ftrl_step(w, numpy.array([3.0, 0.5]), z, n, lr=0.5, lamda1=0.5, beta=1.0)
    (array([-0.04166667,  0.        ]), array([ 1. , -0.5]), array([25.  ,  0.25]))

    For the first weight: z = 3 - (√25 - √16) / 0.5 · 1 = 1, n = 25, and
    w = -(1 - 0.5) / ((1 + 5) / 0.5) = -1/24.

    Hints:
        1. Three lines: z, then n, then w, which does not contain the old weight.
        2. z needs the old n; w needs the new z and the new n; at |z| = lamda1 the weight is 0.
        3. `numpy.where(numpy.abs(z) <= lamda1, 0, ...)` gives 0 where it must; then restore the dtype.
    """
    z = z + g - (sqrt(n + g**2) - sqrt(n)) / lr * w
    n = n + g**2
    w = where(absolute(z) <= lamda1, 0 * n, -(z - sign(z) * lamda1) / ((beta + sqrt(n)) / lr))
    return w, z, n


@rule(
    "d v z", lesson="08-online-learning", zeros=False,
    hypers={
        "lr": (0.3, 0.07, 1.7, 0.0025), "beta1": (0.7, 0.85, 0.4, 0.6), "beta2": (0.8, 0.65, 0.55, 0.999),
        "eps": (0.4, 0.15, 0.8, 1e-8),
    },
)  # fmt: skip
def ftml_step(
    w: Any, g: Any, d: Any, v: Any, z: Any, t: int, *, lr: float, beta1: float, beta2: float, eps: float
) -> Any:
    """One step of FTML, follow the moving leader.

    Like FTRL, FTML computes the weight afresh at each step, from a running mean `z` of the gradients
    and of the weights. `d` is the curvature implied by Adam's scale; recent steps count for more.

        v ← beta2 v + (1 - beta2) g²
        d_next = (1 - beta1ᵗ) / lr (√(v / (1 - beta2ᵗ)) + eps)
        z ← beta1 z + (1 - beta1) g - (d_next - beta1 d) w     with the old w and d
        w ← -z / d_next

    Return `(w, d_next, v, z)`, new arrays of w's dtype. All states are zero at first.

    >>> import numpy
    >>> w, zero = numpy.array([1.0]), numpy.array([0.0])
    >>> ftml_step(w, numpy.array([2.0]), zero, zero, zero, 1, lr=0.5, beta1=0.5, beta2=0.75, eps=2.0)
    (array([0.75]), array([4.]), array([1.]), array([-3.]))

    By hand: v = 0.25 · 2² = 1; d_next = 0.5 / 0.5 · (√(1 / 0.25) + 2) = 4; z = 0.5 · 2 - 4 · 1 = -3;
    and w = 3 / 4.

    Hints:
        1. Keep the old d until z is computed: give the new one another name.
        2. The correction of v is under the root, and eps is added outside the root.
        3. `z = beta1 * z + (1 - beta1) * g - (d_next - beta1 * d) * w`, then `w = -z / d_next`.
    """
    v = beta2 * v + (1 - beta2) * g**2
    d_next = (1 - beta1**t) / lr * (sqrt(v / (1 - beta2**t)) + eps)
    z = beta1 * z + (1 - beta1) * g - (d_next - beta1 * d) * w
    w = -z / d_next
    return w, d_next, v, z


@rule(lesson="09-sampling", hypers={"lr": (0.3, 0.07, 1.7, 0.01)})
def sgld_step(w: Any, g: Any, noise: Any, *, lr: float) -> Any:
    """One step of stochastic gradient Langevin dynamics.

    SGLD takes half a gradient step and adds noise of just the size that makes the weights wander as
    samples of the posterior, instead of settling at one point. `noise` is standard normal, and
    passed in.

        w ← w - lr / 2 g + √lr noise

    Return the new weight, a new array of w's dtype.

    >>> import numpy
    >>> sgld_step(numpy.array([1.0]), numpy.array([2.0]), numpy.array([-0.5]), lr=0.25)
    array([0.5])

    By hand: 1 - 0.125 · 2 + 0.5 · -0.5 = 0.5.

    Hints:
        1. One line with three terms.
        2. The noise is multiplied by the root of the rate, the gradient by half the rate.
        3. `lr` is a Python number: `lr**0.5` stays one, while `numpy.sqrt(lr)` is a float64 scalar that
           widens float32.
    """
    return w - lr / 2 * g + sqrt(lr) * noise
