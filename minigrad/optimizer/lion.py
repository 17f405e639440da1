"""Lion: evolved sign momentum."""

from typing import Any

from minigrad.optimizer.arguments import Default, number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sign


@register
class Lion(Optimizer):
    """Lion: step by the sign of a momentum in which the current gradient counts extra.

    It was found by a program that searched through update rules. Two factors do two jobs: β₂ sets how long the momentum
    remembers, and β₁ how much the current gradient counts in the step. It needs half the memory of Adam. Every weight
    moves by the full η, so take a rate 3 to 10 times smaller than Adam's, and a weight decay larger by the same factor.

    Let w be the weight, g the gradient (rescaled and clipped), η the learning rate, m the momentum and sign(0) = 0:

        c_t = β₁ m_{t-1} + (1 - β₁) g_t
        m_t = β₂ m_{t-1} + (1 - β₂) g_t
        w_t = w_{t-1} - η (sign(c_t) + δ w_{t-1})

    State: `m`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.0001.
        beta1: β₁ in [0, 1), weight of the momentum in the step, default 0.9.
        beta2: β₂ in [0, 1), memory of the momentum, default 0.99.
        Others, such as `wd` (δ, default 0): see `Optimizer`. `wd` is decoupled: it is not part of g.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> lion = optimizer.Lion(learning_rate=0.1)
    >>> state = lion.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     lion.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 1.  -1.8]
    [ 1.1 -1.9]
    [ 1. -2.]

    Neither MXNet nor PyTorch has it; this is the paper's.

    A single gradient of 1e30 is a step like any other, but m remembers it: the weight keeps moving against it for some
    6,400 steps, whatever the gradients say. `clip_gradient` prevents this.

    Reference: X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, arXiv:2302.06675,
    Algorithm 2.
    """

    states = ("m",)

    def __init__(
        self, learning_rate: float = Default(0.0001), beta1: float = 0.9, beta2: float = 0.99, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = number("beta1", beta1, 0, 1)
        self.beta2 = number("beta2", beta2, 0, 1)

    def rule(self, w, g, m, *, lr, wd):
        c = self.beta1 * m + (1 - self.beta1) * g
        m = self.beta2 * m + (1 - self.beta2) * g
        return w - lr * (sign(c) + wd * w), m
