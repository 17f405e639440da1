"""LANS: Algorithm 2 of Zheng, Lin, Zha and Li."""

from numpy import sqrt
from numpy.linalg import norm

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Zheng, Lin, Zha and Li 2020, Algorithm 2",
    "LANS(learning_rate=η, beta1=β1, beta2=β2, epsilon=ε, wd=λ)",
    w="x",
    mean="m",
    var="v",
)
def algorithm_2(x, gradient, η, β1, β2, ε, λ):
    r"""The paper's $r$ and $c$ do not include the decay, which it adds where they are used; the $r$ and $q$ here do.
    Its $\phi$ is the length itself unless `lower_bound` and `upper_bound` are given. A block in the paper is a
    parameter here."""
    m = v = t = 0
    while True:
        t = t + 1
        g = gradient(x)
        g̃ = g / norm(g)
        m = β1 * m + (1 - β1) * g̃
        v = β2 * v + (1 - β2) * g̃**2
        m̃ = m / (1 - β1**t)
        ṽ = v / (1 - β2**t)
        r = m̃ / (sqrt(ṽ) + ε)
        c = g̃ / (sqrt(ṽ) + ε)
        d = β1 * (r + λ * x) / norm(r + λ * x) + (1 - β1) * (c + λ * x) / norm(c + λ * x)
        x = x - η * norm(x) * d
        yield x


def picture():
    """At the same rate LANS overshoots less than LAMB: a tenth of its step follows the current gradient alone."""
    rules = [optimizer.LANS(learning_rate=0.05), optimizer.LAMB(learning_rate=0.05)]
    return plot.trajectory(rules, "valley", steps=60)
