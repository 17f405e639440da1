"""LARS: Algorithm 1 of You, Gitman and Ginsburg."""

from numpy.linalg import norm

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "You, Gitman and Ginsburg 2017, Algorithm 1 with equation (6)",
    "LARS(learning_rate=γ, eta=η, wd=β, momentum=m, momentum_correction=False)",
    w="w",
    v="-v",
)
def algorithm_1(w, gradient, γ, η, β, m):
    r"""The paper's $\gamma$ is the rate and its $m$ the momentum; its $\eta$ is the trust coefficient, which is also
    called `eta` here. The paper subtracts the velocity; here it is added. In the paper the rate falls with a power of
    $t$, as with `PolyScheduler`, and the velocity is not corrected when the rate changes."""
    v = 0
    while True:
        g = gradient(w)
        λ = η * norm(w) / (norm(g) + β * norm(w))
        v = m * v + γ * λ * (g + β * w)
        w = w - v
        yield w


def picture():
    """Every step is a tenth of the length of the weights, until they are at the minimum, which is 0 here: the size of
    the gradients does not matter, only their direction."""
    return plot.states(optimizer.LARS(learning_rate=1, eta=0.1), "valley", steps=60)
