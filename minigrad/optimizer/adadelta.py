"""AdaDelta: steps whose size is learned from the steps before."""

from typing import Any

from minigrad.optimizer.arguments import number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class AdaDelta(Optimizer):
    """AdaDelta: divide the gradient by its running root mean square, and multiply it by that of the steps.

    A step of RMSProp has no unit, but a weight has one. Multiplying by the root mean square of the steps taken so far
    gives it one, and there is no learning rate to choose: `learning_rate`, schedules and `lr_mult` have no effect.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), Δ the step, E the running mean of g²,
    and D the running mean of Δ²:

        E_t = ρ E_{t-1} + (1 - ρ) g_t²
        Δ_t = √(D_{t-1} + ε) / √(E_t + ε) · g_t
        D_t = ρ D_{t-1} + (1 - ρ) Δ_t²
        w_t = w_{t-1} - Δ_t

    State: `E` and `D`, shaped like the weight, zeros at first.

    Arguments:
        rho: ρ in [0, 1), memory of the running means, default 0.9.
        epsilon: ε, sets the size of the first steps (about √(ε / (1 - ρ))), default 1e-5.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    The first steps are small, about √(ε / (1 - ρ)):

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adadelta = optimizer.AdaDelta(epsilon=1e-3)
    >>> state = adadelta.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adadelta.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9019 -1.9072]
    [ 1.028  -1.9072]
    [ 1.028  -2.0394]
    [ 0.9846 -2.0864]

    PyTorch and MXNet 2 multiply the step by a learning rate of 1.0; MXNet 1.9.1 and the paper have none. Weight decay
    is part of g; MXNet 1.9.1 instead subtracts δ w, unscaled, separately. MXNet's guide updates D at the start of the
    next step, which without decay gives the same weights.

    In float32 a single gradient of 1e30 makes E infinite, because its square overflows: the weight
    never moves again. `clip_gradient` prevents this.

    Reference: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701, 2012, Algorithm 1.
    """

    states = ("E", "D")
    symbols = {"delta": r"\Delta"}

    def __init__(self, rho: float = 0.90, epsilon: float = 1e-5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rho = number("rho", rho, 0, 1)
        self.epsilon = number("epsilon", epsilon, 0)

    def rule(self, w, g, E, D):
        E = self.rho * E + (1 - self.rho) * g**2
        delta = sqrt(D + self.epsilon) / sqrt(E + self.epsilon) * g
        D = self.rho * D + (1 - self.rho) * delta**2
        return w - delta, E, D
