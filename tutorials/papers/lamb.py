"""LAMB: Algorithm 2 of You and others."""

from numpy import sqrt
from numpy.linalg import norm

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "You and others 2020, Algorithm 2",
    "LAMB(learning_rate=η, beta1=β1, beta2=β2, epsilon=ε, wd=λ, lower_bound=γl, upper_bound=γu)",
    w="x",
    mean="m",
    var="v",
)
def algorithm_2(x, gradient, η, β1, β2, ε, λ, γl, γu):
    r"""The $r$ here includes the decay; the paper adds it where $r$ is used. Its $\phi$ keeps the length of the weights
    between the bounds $\gamma_l$ and $\gamma_u$; here there are none by default. A layer in the paper is a parameter
    here."""

    def φ(z):
        return min(max(z, γl), γu)

    m = v = t = 0
    while True:
        t = t + 1
        g = gradient(x)
        m = β1 * m + (1 - β1) * g
        v = β2 * v + (1 - β2) * g**2
        m̂ = m / (1 - β1**t)
        v̂ = v / (1 - β2**t)
        r = m̂ / (sqrt(v̂) + ε)
        x = x - η * φ(norm(x)) / norm(r + λ * x) * (r + λ * x)
        yield x


def picture():
    """LAMB sets out in Adam's direction. Each of its steps is a twentieth of the length of the weights, so its steps
    get shorter as these shrink."""
    rules = [optimizer.LAMB(learning_rate=0.05), optimizer.Adam(learning_rate=0.2)]
    return plot.trajectory(rules, "valley", steps=60)
