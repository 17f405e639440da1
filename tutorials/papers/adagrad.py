"""AdaGrad: the diagonal version of Duchi, Hazan and Singer."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Duchi, Hazan and Singer 2011, Figure 1, diagonal, without constraint and regularizer",
    "AdaGrad(learning_rate=η, epsilon=0)",
    w="x",
    G="s**2",
)
def diagonal(x, gradient, η, δ=0):
    r"""The paper's $s$ is the norm of all gradients that a weight has had, so $G=s^2$. It adds $\delta\ge0$ to the
    root; the rule here adds $\epsilon$ to the sum under the root. The two are the same if both are 0; otherwise no
    value of $\epsilon$ turns one into the other."""
    s = 0 * x
    while True:
        g = gradient(x)
        s = sqrt(s**2 + g**2)
        H = δ + s
        x = x - η * g / H
        yield x


def picture():
    """`G` only grows, and grows larger for the steep weight y. The first step is equally long in both directions, and
    all later ones are shorter."""
    return plot.states(optimizer.AdaGrad(learning_rate=1), "valley", steps=60)
