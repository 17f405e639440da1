"""AdamW: Adam with decoupled weight decay."""

from typing import Any

from minigrad.arguments import flag
from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class AdamW(Optimizer):
    """AdamW: Adam, with weight decay applied to the weight itself instead of added to the gradient.

    Adam divides the gradient by its size, and any decay inside it too, so weights with large gradients hardly decay.
    Taken out of the gradient, decay shrinks every weight by the same fraction η δ per step.

    Let w be the weight, g the gradient (rescaled and clipped), η the learning rate, δ the decay and t the step, from 1:

        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        var_t  = β₂ var_{t-1} + (1 - β₂) g_t²
        mean_hat = mean_t / (1 - β₁ᵗ)
        var_hat  = var_t / (1 - β₂ᵗ)
        w_t = w_{t-1} - η (mean_hat / (√var_hat + ε) + δ w_{t-1})

    State: `mean` and `var`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε, keeps the quotient finite, default 1e-6.
        correct_bias: whether to divide by 1 - βᵗ, default True.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    With a decay of 0.5:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> adamw = optimizer.AdamW(learning_rate=0.1, wd=0.5)
    >>> state = adamw.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     adamw.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.85 -1.8 ]
    [ 0.8441 -1.643 ]
    [ 0.8302 -1.6178]
    [ 0.7986 -1.5962]

    Equal to PyTorch's AdamW (whose defaults are epsilon 1e-8 and decay 0.01). In the paper the decay is multiplied by
    the schedule, which starts from 1, and not by the rate: its λ is η δ. MXNet 2 also multiplies the decay by the bias
    corrections, which at the first step makes it 0.32 of what it should be.

    In float32 a single gradient of 1e30 makes var infinite, because its square overflows: the weight never moves
    again. `clip_gradient` prevents this.

    Reference: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019, Algorithm 2.
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

    def rule(self, w, g, mean, var, *, lr, t, wd):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        if not self.correct_bias:
            return w - lr * (mean / (sqrt(var) + self.epsilon) + wd * w), mean, var
        mean_hat = mean / (1 - self.beta1**t)
        var_hat = var / (1 - self.beta2**t)
        return w - lr * (mean_hat / (sqrt(var_hat) + self.epsilon) + wd * w), mean, var
