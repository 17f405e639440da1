"""Adamax: Kingma and Ba's Algorithm 2."""

from numpy import maximum

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Kingma and Ba 2015, section 7.1, Algorithm 2",
    "Adamax(learning_rate=α, beta1=β1, beta2=β2, epsilon=0)",
    w="θ",
    mean="m",
    u="u",
)
def algorithm_2(θ, gradient, α=0.002, β1=0.9, β2=0.999):
    r"""The paper has no $\epsilon$, and so gets 0 / 0 where a weight has had no gradient yet. It divides the rate by
    $1-\beta_1^t$ instead of the mean, which amounts to the same."""
    m = u = t = 0
    while True:
        t = t + 1
        g = gradient(θ)
        m = β1 * m + (1 - β1) * g
        u = maximum(β2 * u, abs(g))
        θ = θ - α / (1 - β1**t) * m / u
        yield θ


def picture():
    """`u` jumps to the largest gradient at once, and then fades by a thousandth per step."""
    return plot.states(optimizer.Adamax(learning_rate=0.2), "valley", steps=60)
