"""Signum and SignSGD: steps of a fixed size, in the direction of a sign."""

from typing import Any

from minigrad.optimizer.arguments import Default, number, velocity
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sign


@register
class Signum(Optimizer):
    """Signum: move each weight by the learning rate against the sign of its momentum.

    Only one bit of each gradient is used, so a huge gradient does no more harm than a small one. (In the paper workers
    send signs instead of gradients. Here and in MXNet they send gradients, and the sign is taken afterwards; with
    '1bit' compression, a store of several workers sends signs, and the majority wins: `kvstore.compression`.) Without
    momentum this is SignSGD.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, γ the momentum, v the
    mean of the gradients, δ' the decoupled weight decay, and sign(0) = 0:

        v_t = γ v_{t-1} + (1 - γ) g_t
        w_t = (1 - η δ') w_{t-1} - η sign(v_t)          (without momentum: sign(g_t))

    State: `v`, shaped like the weight, zeros at first. Without momentum there is none.

    Arguments:
        learning_rate: η, default 0.01.
        momentum: γ in [0, 1), default 0.9.
        wd_lh: δ' >= 0, decoupled weight decay, default 0; `wd` is part of the gradient and acts through its sign.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> signum = optimizer.Signum(learning_rate=0.1)
    >>> state = signum.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     signum.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 1.  -1.8]
    [ 1.1 -1.9]
    [ 1.2 -2. ]

    SignSGD is the limit γ → 0 of Signum and takes the sign of the same g. MXNet takes that of the raw gradient, so its
    `wd` changes meaning when the momentum becomes 0, and version 1.9.1 then refuses `wd_lh`.

    A single gradient of 1e30 is a step like any other, but v remembers it: the weight keeps moving against it for some
    630 steps, whatever the gradients say. Momentum 0 or `clip_gradient` prevents this.

    References: J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, "signSGD: compressed optimisation for
    non-convex problems", ICML 2018, Algorithms 1 (signSGD) and 2 (Signum). Decoupled decay: I. Loshchilov, F. Hutter,
    "Decoupled weight decay regularization", arXiv:1711.05101.
    """

    def __init__(
        self, learning_rate: float = Default(0.01), momentum: float = 0.9, wd_lh: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = number("momentum", momentum, 0, 1)
        self.wd_lh = number("wd_lh", wd_lh, 0)

    states = property(velocity)

    def rule(self, w, g, v=None, *, lr):
        if self.momentum == 0:
            return (1 - lr * self.wd_lh) * w - lr * sign(g)
        v = self.momentum * v + (1 - self.momentum) * g
        return (1 - lr * self.wd_lh) * w - lr * sign(v), v
