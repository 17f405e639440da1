"""SGLD: Welling and Teh's equation (4)."""

from numpy import sqrt

from minigrad import np, optimizer, plot
from papers.paper import paper


@paper(
    "Welling and Teh 2011, equation (4), with a normal prior of precision τ",
    "SGLD(lr_scheduler=InversePowerScheduler(offset=b, base_lr=a * b**-γ, pwr=γ), rescale_grad=N / n, wd=τ)",
    w="θ",
)
def equation_4(θ, gradient, N, n, τ, a, b, γ):
    r"""The paper climbs a log-posterior; here the loss is its negative, and you descend. `gradient` is that of the loss
    $-\sum\log p(x_i\mid\theta)$ of a minibatch of $n$ samples out of $N$. Then `rescale_grad` is the paper's $N/n$, and
    weight decay is a prior: $\nabla\log p(\theta)=-\tau\theta$. The paper's $\epsilon$ is the rate here, and its $\eta$
    is the noise."""
    t = 0
    while True:
        t = t + 1
        ε = a * (b + t) ** -γ
        prior = -τ * θ
        likelihood = -gradient(θ)
        η = np.random.normal(0, sqrt(ε), θ.shape, dtype="float64").asnumpy()
        θ = θ + ε / 2 * (prior + N / n * likelihood) + η
        yield θ


def picture():
    """SGLD does not come to rest at the minimum. If the height is a negative log-posterior, the points it visits are
    samples from it: they spread wide along the flat direction, and little across it."""
    return plot.trajectory(optimizer.SGLD(learning_rate=0.1), "valley", steps=400)
