"""Adam: adaptive moments."""

from typing import Any

from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class Adam(Optimizer):
    """Adam: a running mean of the gradient over the root of a running mean of its square.

    The mean is a momentum; the root gives every weight its own scale, so that a step is about η whatever the size
    of the gradients. Both means start at zero and are therefore too small at first; dividing by 1 - βᵗ makes up for
    it.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate and t the step, from 1:

        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        var_t  = β₂ var_{t-1} + (1 - β₂) g_t²
        mean_hat = mean_t / (1 - β₁ᵗ)
        var_hat  = var_t / (1 - β₂ᵗ)
        w_t = w_{t-1} - η mean_hat / (√var_hat + ε)

    State: `mean` and `var`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε, keeps the quotient finite, default 1e-8.
        lazy_update: no effect; it concerns row-sparse gradients, and here all gradients are dense. Default True.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    The first step is η against the sign of the gradient. Where a gradient is 0, the mean still moves the weight:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adam = optimizer.Adam(learning_rate=0.1)
    >>> state = adam.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adam.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.9 -1.9]
    [ 0.9366 -1.833 ]
    [ 0.9649 -1.89  ]
    [ 0.9748 -1.9493]

    ε is outside the corrected root, as in Algorithm 1 and in PyTorch. MXNet and Keras fold the corrections into the
    rate, which makes ε effectively ε / √(1 - β₂ᵗ), 32 times larger at the first step. Weight decay is part of g, as in
    PyTorch's Adam; for decoupled decay see `AdamW`.

    In float32 a single gradient of 1e30 makes var infinite, because its square overflows: the weight never moves
    again. `clip_gradient` prevents this.

    Reference: D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1.
    """

    states = ("mean", "var")

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        lazy_update: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)

    def rule(self, w, g, mean, var, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        mean_hat = mean / (1 - self.beta1**t)
        var_hat = var / (1 - self.beta2**t)
        return w - lr * mean_hat / (sqrt(var_hat) + self.epsilon), mean, var
