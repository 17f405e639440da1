"""DCASGD: the server's algorithm of Zheng and others."""

from numpy import sqrt

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Zheng and others 2017, Algorithms 1 and 2, two workers that take turns",
    "DCASGD(learning_rate=η, lamda=λ)",
    at="prev",
    w="w",
    prev="w_bak[t % 2]",
)
def algorithm_2(w, gradient, η, λ):
    """The server has a copy of what each worker $m$ pulled, $w_{bak}(m)$, and a worker's gradient is that of its copy.
    If two workers take turns, the copy of the one whose gradient comes next is the weight before the latest update:
    that is `prev`, and the optimizer need not be told. In other cases `pulled` says which copy it is; a store
    'dist_async' calls it."""
    w_bak = [w, w]
    t = 0
    while True:
        m = t % 2  # the worker whose gradient arrives
        g = gradient(w_bak[m])
        w = w - η * (g + λ * g * g * (w - w_bak[m]))
        w_bak[m] = w  # the worker pulls
        t = t + 1
        yield w


@paper(
    "Zheng and others 2017, the adaptive strength of its experiments",
    "DCASGD(learning_rate=η, lamda=λ0, beta=m, epsilon=ε)",
    at="prev",
    w="w",
    prev="w_before",
    E="MeanSquare",
)
def adaptive(w, gradient, η, λ0, m=0.95, ε=1e-7):
    r"""The same two workers, written with the weight before the latest update. The paper divides a $\lambda_0$ by the
    root of a running mean of $g^2$."""
    w_before = w
    MeanSquare = 0
    while True:
        g = gradient(w_before)
        MeanSquare = m * MeanSquare + (1 - m) * g**2
        λ = λ0 / sqrt(MeanSquare + ε)
        w, w_before = w - η * (g + λ * g * g * (w - w_before)), w
        yield w


def picture():
    """`prev` is the weight one step earlier. No gradient is late here, so the correction is only a brake, which acts
    against the step before."""
    return plot.states(optimizer.DCASGD(learning_rate=0.1, lamda=0.1), "valley", steps=40)
