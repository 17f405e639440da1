"""RMSProp: the gradient over the root of the running mean of its square."""

from typing import Any

from minigrad.arguments import flag
from minigrad.optimizer.arguments import Default, either, number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import clip, maximum, sqrt


@register
class RMSProp(Optimizer):
    """RMSProp: divide each gradient by the root of a running mean of its square.

    AdaGrad's sum of squares never forgets, so learning stops; a running mean forgets, and steps keep a size of about η.
    The centered version divides by the standard deviation instead of the root mean square, and adds momentum.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, v the velocity, E the
    running mean of g², m the running mean of g, and ρ and γ two factors. Plain:

        E_t = ρ E_{t-1} + (1 - ρ) g_t²
        w_t = w_{t-1} - η g_t / √(E_t + ε)

    Centered:

        E_t = ρ E_{t-1} + (1 - ρ) g_t²
        m_t = ρ m_{t-1} + (1 - ρ) g_t
        v_t = γ v_{t-1} - η g_t / √(E_t - m_t² + ε)
        w_t = w_{t-1} + v_t

    State: `E`, and centered also `m` and `v`, all shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        rho (or gamma1): ρ in [0, 1), memory of the running means, default 0.9.
        momentum (or gamma2): γ in [0, 1), default 0.9. Used only when centered.
        epsilon: ε, keeps the root away from 0, default 1e-8.
        centered: whether to use the centered version, default False.
        clip_weights: if given, limit on each element of the new weight (not of v), default None; 0 is off.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> rmsprop = optimizer.RMSProp(learning_rate=0.1)
    >>> state = rmsprop.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     rmsprop.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.6838 -1.6838]
    [ 0.9695 -1.6838]
    [ 0.9695 -1.998 ]
    [ 0.8925 -2.0781]

    ε is inside the root, as in MXNet's guide and its version 1.9.1; PyTorch and, without centering, MXNet 2 have it
    outside. In PyTorch and Keras momentum also works without centering. The variance E - m² cannot be negative, but a
    rounding error can make it so when gradients hardly change; it is then taken as 0, where MXNet gets NaN.

    In float32 a single gradient of 1e30 makes E infinite, because its square overflows: the weight never moves
    again, or, if centered, becomes NaN (on a GPU it may come to rest). `clip_gradient` prevents this.

    References: T. Tieleman, G. Hinton, "Lecture 6e: rmsprop", Coursera, Neural Networks for Machine Learning, 2012.
    Centered: A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, 2013, equations
    (38) to (45).
    """

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        rho: float = Default(0.9),
        momentum: float = Default(0.9),
        epsilon: float = 1e-8,
        centered: bool = False,
        clip_weights: float | None = None,
        *,
        gamma1: float | None = None,
        gamma2: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.rho = number("rho", either("rho", rho, "gamma1", gamma1), 0, 1)
        self.momentum = number("momentum", either("momentum", momentum, "gamma2", gamma2), 0, 1)
        self.epsilon = number("epsilon", epsilon, 0)
        self.centered = flag("centered", centered)
        self.clip_weights = number("clip_weights", clip_weights, 0) if clip_weights else None

    @property
    def states(self) -> tuple[str, ...]:
        return ("E", "m", "v") if self.centered else ("E",)

    def rule(self, w, g, E, m=None, v=None, *, lr):
        E = self.rho * E + (1 - self.rho) * g**2
        if self.centered:
            m = self.rho * m + (1 - self.rho) * g
            v = self.momentum * v - lr * g / sqrt(maximum(E - m**2, 0) + self.epsilon)
            w = w + v
        else:
            w = w - lr * g / sqrt(E + self.epsilon)
        if self.clip_weights:
            w = clip(w, -self.clip_weights, self.clip_weights)
        return (w, E, m, v) if self.centered else (w, E)
