"""LBSGD: in no paper; its batches and its warm-up are those of Goyal and others."""

from minigrad import optimizer, plot
from papers.paper import paper


@paper(
    "Goyal and others 2017, section 2: the linear scaling rule and gradual warm-up",
    "LBSGD(learning_rate=η, batch_scale=k, warmup_epochs=1, updates_per_epoch=N)",
    w="w",
    total="0 * w",
)
def large_minibatch(w, gradient, η, k, N):
    r"""LBSGD is a class of MXNet and in no paper. With `linear` it combines two ideas of this paper: a minibatch $k$
    times as large gets $k$ times the rate, and the rate grows from $\eta$ to that during the first $N$ small
    minibatches. The large minibatch is put together from small ones, all with the same weights. In PyTorch, without
    momentum: call `backward()` on each of $k$ losses divided by $k$, then take a step of `SGD(lr=η)` and one of
    `LambdaLR` with the factor `lambda s: 1 + (k - 1) * min(k * (s + 1) / N, 1)`.
    `power2`, `sqrt` and `lars` are MXNet's; for the paper that gave `lars` its name, see [LARS](lars.md)."""
    n = 0
    while True:
        total = 0
        for _ in range(k):
            total = total + gradient(w)
            n = n + 1
        rate = η + min(n / N, 1) * (k * η - η)
        w = w - rate * total / k
        yield w


def picture():
    """`total` adds up eight noisy gradients, and then takes one step. During the first 96 small batches the rate grows
    from 0.05 to 0.4."""
    rule = optimizer.LBSGD(learning_rate=0.05, batch_scale=8, warmup_epochs=1, updates_per_epoch=96)
    return plot.states(rule, "noisy", steps=160)
