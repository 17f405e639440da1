"""SGD: stochastic gradient descent, with momentum."""

from typing import Any

from minigrad.optimizer.arguments import number, velocity
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import OPTIMIZERS, register


@register
class SGD(Optimizer):
    """SGD: step against the gradient; with momentum, keep part of the previous step.

    The gradient points uphill, so a small step against it goes down. Momentum adds a velocity: steps that agree add
    up to `1 / (1 - momentum)` times one step, and steps that zigzag cancel.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, γ the momentum and v the
    velocity:

        v_t = γ v_{t-1} - η g_t
        w_t = w_{t-1} + v_t                 (without momentum: w_t = w_{t-1} - η g_t)

    State: `v`, shaped like the weight, zeros at first. Without momentum there is none.

    Arguments:
        momentum: γ in [0, 1), default 0.
        lazy_update: no effect; it concerns row-sparse gradients, and here all gradients are dense. Default True.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> sgd = optimizer.SGD(learning_rate=0.1, momentum=0.8)
    >>> state = sgd.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     sgd.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.95  -1.975]
    [ 1.01  -1.955]
    [ 1.058 -2.139]
    [ 1.0714 -2.3362]

    The rate is inside the velocity, as in MXNet: a later rate does not change the velocity that is already there.
    PyTorch keeps the rate outside (v_t = γ v_{t-1} + g_t, w_t = w_{t-1} - η v_t), so there a new rate acts on the
    whole velocity; with a constant rate both are the same.

    A single gradient of 1e30 throws the weight to -η · 1e30, where ordinary steps are smaller than its last digit:
    it never comes back. `clip_gradient` prevents this.

    References: H. Robbins, S. Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22, 1951.
    Momentum: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational
    Mathematics and Mathematical Physics 4, 1964. Weight decay: A. Krogh, J. Hertz, "A simple weight decay can improve
    generalization", NIPS 1991.
    """

    def __init__(self, momentum: float = 0.0, lazy_update: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = number("momentum", momentum, 0, 1)

    states = property(velocity)

    def rule(self, w, g, v=None, *, lr):
        if self.momentum == 0:
            return w - lr * g
        v = self.momentum * v - lr * g
        return w + v, v


OPTIMIZERS["ccsgd"] = SGD  # its old name in MXNet
