"""FTML: Zheng and Kwok's Algorithm 1."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Zheng and Kwok 2017, Algorithm 1, without constraint",
    "FTML(learning_rate=η, beta1=β1, beta2=β2, epsilon=ε)",
    w="θ",
    d="d",
    v="v",
    z="z",
)
def algorithm_1(θ, gradient, η, β1=0.6, β2=0.999, ε=1e-8):
    """Only the weight has another letter. The paper then projects the weight onto the allowed set; here every weight is
    allowed."""
    d = v = z = t = 0
    while True:
        t = t + 1
        g = gradient(θ)
        v = β2 * v + (1 - β2) * g**2
        d, d_before = (1 - β1**t) / η * (sqrt(v / (1 - β2**t)) + ε), d
        σ = d - β1 * d_before
        z = β1 * z + (1 - β1) * g - σ * θ
        θ = -z / d
        yield θ


def picture():
    """The weight is `-z / d`. For the steep weight y, `d` is larger, so y sets out no faster than x."""
    return plot.states(optimizer.FTML(learning_rate=0.5), "valley", steps=60)
