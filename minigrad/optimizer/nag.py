"""NAG: Nesterov's accelerated gradient."""

from typing import Any

from minigrad.optimizer.arguments import number, velocity
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register


@register
class NAG(Optimizer):
    """NAG: momentum whose gradient is taken where the momentum is about to lead.

    Plain momentum takes the gradient at the current point and then moves on by the velocity as well. Nesterov looks
    ahead first, so the gradient can still correct the velocity; this brakes earlier when the path leads up again.

    Let p be the point, v the velocity, g the gradient (rescaled, clipped, plus δ w), η the learning rate and γ
    the momentum. The method is v_t = γ v_{t-1} - η g(p_{t-1} + γ v_{t-1}), p_t = p_{t-1} + v_t. A gradient is only
    available where the weights are, so the stored weight *is* the look-ahead point w = p + γ v:

        p_{t-1} = w_{t-1} - γ v_{t-1}
        v_t = γ v_{t-1} - η g_t                  g_t is the gradient at w_{t-1}
        w_t = p_{t-1} + v_t + γ v_t

    Nothing is approximated: these lines give the same points p.

    State: `v`, shaped like the weight, zeros at first. Without momentum there is none, and NAG is plain SGD.

    Arguments:
        momentum: γ in [0, 1), default 0.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> nag = optimizer.NAG(learning_rate=0.1, momentum=0.8)
    >>> state = nag.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     nag.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.91  -1.955]
    [ 1.058 -1.939]
    [ 1.0964 -2.2862]
    [ 1.0821 -2.494 ]

    With weight decay MXNet 1.9 computes the velocity from the weight that it just changed; here, as in PyTorch, the
    decay is that of the current weight. With a constant rate the weights equal those of PyTorch's SGD(nesterov=True).

    A single gradient of 1e30 throws the weight to about -η · 1e30, where ordinary steps are smaller than its last
    digit: it never comes back. `clip_gradient` prevents this.

    References: Y. Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k²)", Soviet
    Mathematics Doklady 27, 1983. I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and
    momentum in deep learning", ICML 2013, equations (3) and (4). The change of variables: Y. Bengio, N.
    Boulanger-Lewandowski, R. Pascanu, "Advances in optimizing recurrent networks", ICASSP 2013.
    """

    def __init__(self, momentum: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = number("momentum", momentum, 0, 1)

    states = property(velocity)

    def rule(self, w, g, v=None, *, lr):
        if self.momentum == 0:
            return w - lr * g
        p_before = w - self.momentum * v
        v = self.momentum * v - lr * g
        return p_before + v + self.momentum * v, v
