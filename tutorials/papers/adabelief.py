"""AdaBelief: Algorithm 2 of Zhuang and others."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Zhuang and others 2020, Algorithm 2, without constraint",
    "AdaBelief(learning_rate=α, beta1=β1, beta2=β2, epsilon=ε)",
    w="θ",
    mean="m",
    var="s",
)
def algorithm_2(θ, gradient, α, β1, β2, ε):
    r"""Only letters have changed. $\epsilon$ appears twice in the paper too: it is added to $s$ in every step, and
    again to its corrected root. The paper then projects the weight onto the allowed set; here every weight is
    allowed."""
    m = s = t = 0
    while True:
        t = t + 1
        g = gradient(θ)
        m = β1 * m + (1 - β1) * g
        s = β2 * s + (1 - β2) * (g - m) ** 2 + ε
        m̂ = m / (1 - β1**t)
        ŝ = s / (1 - β2**t)
        θ = θ - α * m̂ / (sqrt(ŝ) + ε)
        yield θ


def picture():
    """At the same rate AdaBelief takes longer steps than Adam where gradients come as forecast."""
    rules = [optimizer.AdaBelief(learning_rate=0.1), optimizer.Adam(learning_rate=0.1)]
    return plot.trajectory(rules, "valley", steps=60)
