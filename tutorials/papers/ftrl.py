"""Ftrl: Algorithm 1 of McMahan and others."""

from numpy import sign, sqrt, where

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "McMahan and others 2013, Algorithm 1",
    "Ftrl(learning_rate=α, beta=β, lamda1=λ1, wd=λ2)",
    w="w",
    z="z",
    n="n",
)
def algorithm_1(w, gradient, α, β, λ1, λ2):
    """The paper computes a weight from $z$ and $n$ when it is needed, and then learns; here the weight is computed
    after learning, because it must be stored. So the paper's $w_{t+1}$ is the $w_t$ here, and the first weights must be
    0. The paper does this only for the features that a sample has; for the others, whose gradient is 0, it makes no
    difference."""
    z = n = 0 * w
    while True:
        w = where(abs(z) <= λ1, 0, -(z - sign(z) * λ1) / ((β + sqrt(n)) / α + λ2))
        yield w
        g = gradient(w)
        σ = (sqrt(n + g**2) - sqrt(n)) / α
        z = z + g - σ * w
        n = n + g**2


def picture():
    """The loss depends on x alone, and all gradients are noisy. `z` of y wanders, but stays below the L1 penalty of 3,
    so y is always exactly 0. `z` of x soon passes 3, and x leaves 0."""
    slope = plot.Surface("slope", lambda x, y: (x - 2) ** 2 / 2 + 0 * y, start=(0, 0), view=((-1, 3), (-1.5, 1.5)))
    return plot.states(optimizer.Ftrl(learning_rate=0.5, lamda1=3), slope, steps=40, noise=0.3)
