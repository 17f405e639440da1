"""LAMB: Adam with steps in proportion to the length of each parameter."""

from typing import Any

from minigrad.arguments import flag
from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.outside import norm
from minigrad.optimizer.ratios import bounded, limits, ratio
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class LAMB(Optimizer):
    """LAMB: take Adam's direction, scaled to the length of the parameter.

    LAMB does for Adam what LARS does for SGD: every parameter moves by the fraction η of its norm. Batches of tens of
    thousands then train as steadily as small ones.

    Let w be the weight, g the gradient (rescaled and clipped), η the learning rate, t the step, from 1, and |·| the
    norm over the whole parameter:

        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        var_t  = β₂ var_{t-1} + (1 - β₂) g_t²
        r_t = mean_hat / (√var_hat + ε) + δ w_{t-1},  mean_hat = mean_t / (1 - β₁ᵗ),  var_hat = var_t / (1 - β₂ᵗ)
        trust = |w_{t-1}| / |r_t|                   (1 if either is 0; |w| is first limited to the bounds)
        w_t = w_{t-1} - η trust r_t

    State: `mean` and `var`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε, keeps the quotient finite, default 1e-6.
        lower_bound, upper_bound: limits of |w|, default None; None or 0 is no limit.
        bias_correction: whether to divide by 1 - βᵗ, default True.
        Others, such as `wd` (δ, default 0): see `Optimizer`. `wd` is decoupled: it is not part of g.

    Each step has η times the weight's length:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> lamb = optimizer.LAMB(learning_rate=0.1)
    >>> state = lamb.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     lamb.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.8419 -1.8419]
    [ 0.939  -1.6642]
    [ 1.024  -1.8353]
    [ 1.0587 -2.0426]

    Equal to MXNet's, except that its update of a single float16 weight starts every step from the first weight.
    PyTorch has no LAMB.

    In float32 a single gradient of 1e30 makes var infinite, because its square overflows: the weight never moves
    again. `clip_gradient` prevents this.

    Reference: Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", ICLR 2020,
    arXiv:1904.00962, Algorithm 2.
    """

    states = ("mean", "var")
    measured = ("trust",)
    elementwise = False

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        lower_bound: float | None = None,
        upper_bound: float | None = None,
        bias_correction: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)
        self.lower_bound, self.upper_bound = limits(lower_bound, upper_bound)
        self.bias_correction = flag("bias_correction", bias_correction)

    def rule(self, w, g, mean, var, *, lr, t, wd, trust):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        if self.bias_correction:
            mean_hat = mean / (1 - self.beta1**t)
            var_hat = var / (1 - self.beta2**t)
            r = mean_hat / (sqrt(var_hat) + self.epsilon) + wd * w
        else:
            r = mean / (sqrt(var) + self.epsilon) + wd * w
        return w - lr * trust * r, mean, var

    def measure(self, w, r):
        length = bounded(norm(w), self.lower_bound, self.upper_bound)
        return {"trust": ratio(length, norm(r))}
