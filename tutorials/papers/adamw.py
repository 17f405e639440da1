"""AdamW: Loshchilov and Hutter's Algorithm 2."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Loshchilov and Hutter 2019, Algorithm 2",
    "AdamW(lr_scheduler=lambda t: α * η(t), beta1=β1, beta2=β2, epsilon=ε, wd=λ / α)",
    w="θ",
    mean="m",
    var="v",
)
def algorithm_2(θ, gradient, η, λ, α=0.001, β1=0.9, β2=0.999, ε=1e-8):
    r"""The paper has two factors where others have one: the rate $\alpha$, and a schedule $\eta_t$, which multiplies
    both the step and the decay. Here there is one rate, their product $\alpha\eta_t$, and it multiplies both, so the
    paper's $\lambda$ is $\alpha\delta$. If you change the rate and leave $\delta$ as it is, you change the paper's
    decay."""
    m = v = t = 0
    while True:
        t = t + 1
        g = gradient(θ)
        m = β1 * m + (1 - β1) * g
        v = β2 * v + (1 - β2) * g**2
        m̂ = m / (1 - β1**t)
        v̂ = v / (1 - β2**t)
        θ = θ - η(t) * (α * m̂ / (sqrt(v̂) + ε) + λ * θ)
        yield θ


def picture():
    """Both have the same rate and the same decay of 0.2; the star is the minimum without decay. The first gradients are
    large, and Adam divides its decay by their size: it feels little of the decay, and AdamW all of it."""
    settings = {"learning_rate": 0.2, "wd": 0.2}
    return plot.trajectory([optimizer.AdamW(**settings), optimizer.Adam(**settings)], "beale", steps=100)
