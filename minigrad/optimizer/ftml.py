"""FTML: follow the moving leader."""

from typing import Any

from minigrad.optimizer.arguments import moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class FTML(Optimizer):
    """FTML: choose the weight that would have been best recently.

    FTRL sums all past losses and in the end hardly moves. FTML lets old ones fade by β₁ per step; its scale d is
    Adam's. The result behaves like Adam or RMSProp but is the exact minimum of a sum of fading quadratic models.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, t the step,
    from 1, v the mean square, d the curvature, and z the slope at 0 of the sum of models:

        v_t = β₂ v_{t-1} + (1 - β₂) g_t²
        d_t = (1 - β₁ᵗ) / η · (√(v_t / (1 - β₂ᵗ)) + ε)
        σ_t = d_t - β₁ d_{t-1}
        z_t = β₁ z_{t-1} + (1 - β₁) g_t - σ_t w_{t-1}
        w_t = -z_t / d_t

    State: `d`, `v` and `z`, shaped like the weight, zeros at first.

    Arguments:
        beta1: β₁ in [0, 1), how fast old losses fade, default 0.6.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε > 0, keeps d away from 0, default 1e-8. With 0, gradients that are all zero give 0 / 0.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`. The rule divides by the rate;
            at a rate of 0 nothing changes.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> ftml = optimizer.FTML(learning_rate=0.1)
    >>> state = ftml.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     ftml.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 0.979 -1.9  ]
    [ 0.979  -1.9876]
    [ 0.959  -2.0098]

    Equal to MXNet's, except that 1.9.1 adds decay before clipping. MXNet's guide has these four lines; the minimum that
    it prints above them lacks the factors β₁^(i-j) of the squares, and has the last gradient instead of each one.
    PyTorch has no FTML.

    In float32 a single gradient of 1e30 turns the weight into NaN, because its square overflows. `clip_gradient`
    prevents this.

    Reference: S. Zheng, J. T. Kwok, "Follow the moving leader in deep learning", ICML 2017, Algorithm 1.
    """

    states = ("d", "v", "z")
    divides_by_rate = True

    def __init__(self, beta1: float = 0.6, beta2: float = 0.999, epsilon: float = 1e-8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)

    def rule(self, w, g, d, v, z, *, lr, t):
        v = self.beta2 * v + (1 - self.beta2) * g**2
        d_before, d = d, (1 - self.beta1**t) / lr * (sqrt(v / (1 - self.beta2**t)) + self.epsilon)
        sigma = d - self.beta1 * d_before
        z = self.beta1 * z + (1 - self.beta1) * g - sigma * w
        return -z / d, d, v, z
