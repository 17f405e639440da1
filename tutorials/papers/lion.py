"""Lion: Algorithm 2 of Chen and others."""

from numpy import sign

from minigrad import optimizer, plot
from papers.paper import paper


@paper("Chen and others 2023, Algorithm 2", "Lion(learning_rate=η, beta1=β1, beta2=β2, wd=λ)", w="θ", m="m")
def algorithm_2(θ, gradient, η, λ, β1=0.9, β2=0.99):
    r"""Only letters have changed: the paper's decay is $\lambda$."""
    m = 0
    while True:
        g = gradient(θ)
        c = β1 * m + (1 - β1) * g
        θ = θ - η * (sign(c) + λ * θ)
        m = β2 * m + (1 - β2) * g
        yield θ


def picture():
    """Both take steps of 0.07 in each direction. Lion's momentum remembers about a hundred gradients and Signum's ten,
    so Lion turns later."""
    rules = [optimizer.Lion(learning_rate=0.07), optimizer.Signum(learning_rate=0.07)]
    return plot.trajectory(rules, "valley", steps=100)
