"""AdaBelief: Adam, scaled by how far gradients stray from their mean."""

from typing import Any

from minigrad.arguments import flag
from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class AdaBelief(Optimizer):
    """AdaBelief: a running mean of the gradient over the root of its running variance around that mean.

    The mean is a forecast. If gradients come as forecast, believe them and take a large step; if they stray, take a
    small one. Adam, which divides by the size, takes small steps where gradients are large and steady, just where
    large ones are safe.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate and t the step, from 1:

        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        var_t  = β₂ var_{t-1} + (1 - β₂) (g_t - mean_t)² + ε
        mean_hat = mean_t / (1 - β₁ᵗ)
        var_hat  = var_t / (1 - β₂ᵗ)
        w_t = w_{t-1} - η mean_hat / (√var_hat + ε)

    State: `mean` and `var`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the variance, default 0.999.
        epsilon: ε, keeps the quotient finite; it is added twice, as in the paper's algorithm. Default 1e-6.
        correct_bias: whether to divide by 1 - βᵗ, default True.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adabelief = optimizer.AdaBelief(learning_rate=0.1)
    >>> state = adabelief.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adabelief.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.8892 -1.89  ]
    [ 0.9282 -1.8173]
    [ 0.9584 -1.8799]
    [ 0.9689 -1.9461]

    MXNet 2 folds the corrections into the rate, which makes the outer ε effectively larger, and adds the decay
    before clipping.

    In float32 a single gradient of 1e30 makes var infinite, because its square overflows: the weight
    never moves again. `clip_gradient` prevents this.

    Reference: J. Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients",
    NeurIPS 2020, Algorithm 2.
    """

    states = ("mean", "var")

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        correct_bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)
        self.correct_bias = flag("correct_bias", correct_bias)

    def rule(self, w, g, mean, var, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * (g - mean) ** 2 + self.epsilon
        if not self.correct_bias:
            return w - lr * mean / (sqrt(var) + self.epsilon), mean, var
        mean_hat = mean / (1 - self.beta1**t)
        var_hat = var / (1 - self.beta2**t)
        return w - lr * mean_hat / (sqrt(var_hat) + self.epsilon), mean, var
