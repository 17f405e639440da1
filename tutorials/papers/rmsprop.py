"""RMSProp: a slide of Hinton's lecture, and Graves's equations."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Tieleman and Hinton 2012, lecture 6e",
    "RMSProp(learning_rate=ε, rho=0.9, epsilon=0)",
    w="w",
    E="MeanSquare",
)
def lecture(w, gradient, ε):
    """The slide says to divide the gradient by the root of its `MeanSquare`, with the two factors as numbers. Nothing
    keeps the root away from 0."""
    MeanSquare = 0
    while True:
        g = gradient(w)
        MeanSquare = 0.9 * MeanSquare + 0.1 * g**2
        w = w - ε * g / sqrt(MeanSquare)
        yield w


@paper(
    "Graves 2013, equations (38) to (45)",
    "RMSProp(learning_rate=gimel, rho=aleph, momentum=beth, epsilon=daleth, centered=True)",
    w="w",
    E="n",
    m="g",
    v="Δ",
)
def graves(w, gradient, aleph=0.95, beth=0.9, gimel=0.0001, daleth=0.0001):
    r"""$\epsilon$ is the gradient, as in the paper, and the four factors are the paper's Hebrew letters, spelled out.
    The difference $n-g^2$ is the variance of the gradient, which in exact arithmetic is never below 0. minigrad makes
    sure that rounding does not make it negative either."""
    n = g = Δ = 0
    while True:
        ε = gradient(w)
        n = aleph * n + (1 - aleph) * ε**2
        g = aleph * g + (1 - aleph) * ε
        Δ = beth * Δ - gimel * ε / sqrt(n - g**2 + daleth)
        w = w + Δ
        yield w


def picture():
    """`E` rises with the first large gradients of y, then forgets them and falls again, which AdaGrad's `G` never
    does."""
    return plot.states(optimizer.RMSProp(learning_rate=0.2), "valley", steps=60)
