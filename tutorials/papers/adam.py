"""Adam: Kingma and Ba's Algorithm 1."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Kingma and Ba 2015, Algorithm 1",
    "Adam(learning_rate=α, beta1=β1, beta2=β2, epsilon=ε)",
    w="θ",
    mean="m",
    var="v",
)
def algorithm_1(θ, gradient, α=0.001, β1=0.9, β2=0.999, ε=1e-8):
    """Only letters have changed. `mean` and `var` are the paper's first and second *moment*; `var` is a mean of
    squares, not a variance, because no mean is subtracted."""
    m = v = t = 0
    while True:
        t = t + 1
        g = gradient(θ)
        m = β1 * m + (1 - β1) * g
        v = β2 * v + (1 - β2) * g**2
        m̂ = m / (1 - β1**t)
        v̂ = v / (1 - β2**t)
        θ = θ - α * m̂ / (sqrt(v̂) + ε)
        yield θ


def picture():
    """The gradient of y is eight times that of x, but the first step is equally long in both directions. Later `mean`
    turns with some delay, and Adam overshoots."""
    return plot.states(optimizer.Adam(learning_rate=0.5), "valley", steps=60)
