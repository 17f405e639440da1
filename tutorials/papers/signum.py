"""Signum and SignSGD: Algorithms 1 and 2 of Bernstein and others."""

from numpy import sign

from minigrad import optimizer, plot
from papers.paper import paper


@paper("Bernstein and others 2018, Algorithm 1 (signSGD)", "Signum(learning_rate=δ, momentum=0)", w="x")
def algorithm_1(x, gradient, δ):
    r"""The paper's $\delta$ is the rate, not a decay."""
    while True:
        g̃ = gradient(x)
        x = x - δ * sign(g̃)
        yield x


@paper("Bernstein and others 2018, Algorithm 2 (Signum)", "Signum(learning_rate=δ, momentum=β)", w="x", v="m")
def algorithm_2(x, gradient, δ, β):
    """Only letters have changed. The momentum is a mean of gradients, and not a sum as in SGD, but both have the same
    sign."""
    m = 0
    while True:
        g̃ = gradient(x)
        m = β * m + (1 - β) * g̃
        x = x - δ * sign(m)
        yield x


def picture():
    """Every step goes along a diagonal, 0.1 in each direction. With noise of 1 on the gradients, SignSGD often gets a
    wrong sign; Signum takes the sign of a mean, and walks straighter."""
    rules = [optimizer.Signum(learning_rate=0.1), optimizer.Signum(learning_rate=0.1, momentum=0)]
    return plot.trajectory(rules, "noisy", steps=60)
