"""Adamax: Adam with the infinity norm."""

from typing import Any

from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import absolute, maximum


@register
class Adamax(Optimizer):
    """Adamax: Adam, scaled by the largest recent gradient instead of the root mean square.

    Instead of squares, as in Adam, you could average p-th powers; as p grows, the p-th root of that mean becomes a
    maximum that fades by β₂ per step. It reacts to a large gradient at once and never needs a bias correction.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, t the step,
    from 1, and u the largest recent |g|:

        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        u_t = max(β₂ u_{t-1}, |g_t|)
        mean_hat = mean_t / (1 - β₁ᵗ)
        w_t = w_{t-1} - η mean_hat / (u_t + ε)

    State: `mean` and `u`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.002.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), how fast the maximum fades, default 0.999.
        epsilon: ε, keeps the quotient finite where all gradients were zero, default 1e-8.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adamax = optimizer.Adamax(learning_rate=0.1)
    >>> state = adamax.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adamax.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 0.9289 -1.8526]
    [ 0.9472 -1.8857]
    [ 0.9529 -1.9166]

    The paper and MXNet 1.9.1 have no ε: an element whose gradients are all zero becomes 0 / 0 there. PyTorch takes
    max(β₂ u, |g| + ε), which differs only where gradients are about as small as ε.

    A single gradient of 1e30 stays in u, which shrinks by β₂ at each step: the weight rests until u has shrunk to the
    size of the other gradients, some 69,000 steps. `clip_gradient` prevents this.

    Reference: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.1, Algorithm 2.
    """

    states = ("mean", "u")

    def __init__(
        self,
        learning_rate: float = Default(0.002),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)

    def rule(self, w, g, mean, u, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        u = maximum(self.beta2 * u, absolute(g))
        mean_hat = mean / (1 - self.beta1**t)
        return w - lr * mean_hat / (u + self.epsilon), mean, u
