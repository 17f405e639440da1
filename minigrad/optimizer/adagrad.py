"""AdaGrad: a rate per weight that shrinks with the gradients seen so far."""

from typing import Any

from minigrad.optimizer.arguments import Default, either, number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class AdaGrad(Optimizer):
    """AdaGrad: divide each gradient by the root of the sum of all its squares so far.

    A weight whose gradients have been large moves in small steps, one that is rarely touched in large ones; this suits
    sparse features. The sum only grows, so steps die out like 1 / √t.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate and G the sum of squares:

        G_t = G_{t-1} + g_t²
        w_t = w_{t-1} - η g_t / √(G_t + ε)

    State: `G`, shaped like the weight, zeros at first.

    Arguments:
        epsilon (or eps): ε, keeps the root away from 0, default 1e-7.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    The first step is η against the sign of the gradient, whatever its size:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adagrad = optimizer.AdaGrad(learning_rate=0.1)
    >>> state = adagrad.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adagrad.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 0.9894 -1.9   ]
    [ 0.9894 -1.9992]
    [ 0.9676 -2.0233]

    ε is inside the root, √(G + ε), as in MXNet's guide and its version 1.9.1; PyTorch and MXNet 2 have it outside,
    √G + ε. Weight decay is part of g, as in PyTorch and MXNet 2; MXNet 1.9.1 subtracts η δ w separately instead.

    In float32 a single gradient of 1e30 makes G infinite, because its square overflows: the weight never moves
    again. `clip_gradient` prevents this.

    Reference: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011, Figure 1 (diagonal version).
    """

    states = ("G",)

    def __init__(self, epsilon: float = Default(1e-7), *, eps: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = number("epsilon", either("epsilon", epsilon, "eps", eps), 0)

    def rule(self, w, g, G, *, lr):
        G = G + g**2
        return w - lr * g / sqrt(G + self.epsilon), G
