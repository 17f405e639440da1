"""Nadam: Dozat's report, as libraries quote it."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Dozat 2015, as PyTorch's documentation gives it",
    "Nadam(learning_rate=γ, beta1=β1, beta2=β2, epsilon=ε, schedule_decay=ψ)",
    w="θ",
    mean="m",
    var="v",
)
def nadam(θ, gradient, γ=0.002, β1=0.9, β2=0.999, ε=1e-8, ψ=0.004):
    r"""These are the letters of PyTorch's documentation, which cites the report; we have not read the report itself.
    `Π` is the product of all $\mu$ so far, $P$ here. The workshop paper of 2016 has another algorithm, which no
    arguments here can give: see the traps."""
    m = v = t = 0
    Π = 1
    while True:
        t = t + 1
        g = gradient(θ)
        μ = β1 * (1 - 0.5 * 0.96 ** (t * ψ))
        μ_next = β1 * (1 - 0.5 * 0.96 ** ((t + 1) * ψ))
        Π = Π * μ
        m = β1 * m + (1 - β1) * g
        v = β2 * v + (1 - β2) * g**2
        m̂ = μ_next * m / (1 - Π * μ_next) + (1 - μ) * g / (1 - Π)
        v̂ = v / (1 - β2**t)
        θ = θ - γ * m̂ / (sqrt(v̂) + ε)
        yield θ


def picture():
    """At the same rate, Nadam overshoots less than Adam, as NAG does less than SGD with momentum."""
    rules = [optimizer.Nadam(learning_rate=0.5), optimizer.Adam(learning_rate=0.5)]
    return plot.trajectory(rules, "valley", steps=60)
