"""NAG: Nesterov's accelerated gradient as Sutskever and others write it."""

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Sutskever, Martens, Dahl and Hinton 2013, equations (3) and (4)",
    "NAG(learning_rate=ε, momentum=μ)",
    w="θ + μ * v",
    v="v",
)
def nesterov(θ, gradient, ε, μ):
    r"""The paper asks for the gradient at $\theta+\mu v$, where the weights are not. Store that point instead of
    $\theta$: let $w_t=\theta_t+\mu v_t$. Then the gradient is that of the stored weight, and

    $$w_t=\theta_{t-1}+v_t+\mu v_t=w_{t-1}-\mu v_{t-1}+(1+\mu)v_t.$$

    At first $v$ is 0, so both start at the same point. The weight saved and evaluated here is $w$, one look ahead of
    $\theta$."""
    v = 0
    while True:
        v = μ * v - ε * gradient(θ + μ * v)
        θ = θ + v
        yield θ


def picture():
    """At the same rate and momentum, NAG overshoots less than SGD, because it looks ahead and brakes earlier."""
    settings = {"learning_rate": 0.1, "momentum": 0.8}
    return plot.trajectory([optimizer.NAG(**settings), optimizer.SGD(**settings)], "valley", steps=25)
