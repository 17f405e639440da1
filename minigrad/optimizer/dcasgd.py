"""DCASGD: asynchronous SGD that corrects a late gradient."""

from typing import Any

from minigrad.dtypes import unhalved
from minigrad.optimizer.arguments import number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register


@register
class DCASGD(Optimizer):
    """DCASGD: correct a gradient that was computed for an older weight, with its own square as curvature.

    When workers do not wait for each other, a gradient arrives after the weight has moved on. A Taylor expansion
    says how it would have changed on the way; g² is a cheap stand-in for the second derivative.

    Let w be the weight, g the gradient (rescaled, clipped, plus wd * w), η the learning rate, γ the momentum, λ the
    strength of the correction and `prev` the weight before this parameter's latest update:

        d_t = g_t + λ g_t² (w_{t-1} - prev_{t-1})
        v_t = γ v_{t-1} - η d_t
        w_t = w_{t-1} + v_t                 (without momentum: w_t = w_{t-1} - η d_t)
        prev_t = w_{t-1}

    State: `prev`, a copy of the weight at first, so that the first step is plain SGD; with momentum also `v`, zeros at
    first. Both are shaped like the weight.

    Arguments:
        momentum: γ in [0, 1), default 0.
        lamda: λ >= 0, default 0.04. (The spelling is MXNet's.)
        Others, such as `learning_rate` (η, default 0.01) and `wd`: see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w, g = np.array([1.0, -2.0]), np.array([0.5, -0.25])
    >>> dcasgd = optimizer.DCASGD(learning_rate=0.1, lamda=5.0)
    >>> prev = dcasgd.create_state(0, w)
    >>> for _ in range(3):
    ...     dcasgd.update(0, w, g, prev)
    ...     print(w.asnumpy().round(4))
    [ 0.95  -1.975]
    [ 0.9062 -1.9508]
    [ 0.8617 -1.9265]

    With momentum MXNet 1.9 fails; here it works as in MXNet 2. Weight decay is part of g; MXNet 1.9 keeps it out of g².

    In float32 a single gradient of 1e30 turns the weight into NaN, because its square overflows: first it is
    infinite, one step later NaN. `clip_gradient` prevents this.

    Reference: S. Zheng, Q. Meng, T. Wang, W. Chen, N. Yu, Z.-M. Ma, T.-Y. Liu, "Asynchronous stochastic gradient
    descent with delay compensation", ICML 2017, arXiv:1609.08326, Algorithm 2 (constant λ).
    """

    def __init__(self, momentum: float = 0.0, lamda: float = 0.04, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = number("momentum", momentum, 0, 1)
        self.lamda = number("lamda", lamda, 0)

    @property
    def states(self) -> tuple[str, ...]:
        return ("v", "prev") if self.momentum else ("prev",)

    def initial_state(self, name, w):
        return unhalved(w).copy() if name == "prev" else super().initial_state(name, w)

    def rule(self, w, g, *states, lr):
        prev = states[-1]
        d = g + self.lamda * g**2 * (w - prev)
        if self.momentum == 0:
            return w - lr * d, w
        v = self.momentum * states[0] - lr * d
        return w + v, v, w
