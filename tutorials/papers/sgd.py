"""SGD with momentum: Polyak's heavy ball."""

from minigrad import optimizer, plot
from papers.paper import paper


@paper("Polyak 1964", "SGD(learning_rate=α, momentum=β)", w="x", v="x - x_before")
def heavy_ball(x, gradient, α, β):
    r"""Polyak stores no velocity: it is the previous step, $x_t-x_{t-1}$. With $\beta=0$ this is gradient descent,
    which is much older. It is *stochastic* if each gradient comes from a few samples: the method of Robbins and Monro
    (1951), whose rates fall."""
    x_before = x
    while True:
        x, x_before = x - α * gradient(x) + β * (x - x_before), x
        yield x


def picture():
    """At a rate of 0.2, SGD without momentum soon reaches the middle of the valley, and is then slow. With momentum, at
    a quarter of that rate, it swings from side to side, but goes faster along the valley."""
    rules = [optimizer.SGD(learning_rate=0.2), optimizer.SGD(learning_rate=0.05, momentum=0.9)]
    return plot.trajectory(rules, "valley", steps=60)
