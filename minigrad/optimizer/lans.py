"""LANS: LAMB with a normalized gradient and Nesterov momentum."""

from typing import Any

from minigrad.optimizer.arguments import Default, moments
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.outside import norm
from minigrad.optimizer.ratios import bounded, limits, normalized, ratio
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class LANS(Optimizer):
    """LANS: divide each parameter's gradient by its length, then step partly along the mean, partly along the gradient.

    Normalizing the gradients of whole parameters replaces clipping, which in large batches loses information. A part β₁
    of the step is LAMB's, and 1 - β₁ follows the current gradient, as in Nesterov's momentum; each part is scaled to
    the length of the weight.

    Let w be the weight, ĝ the rescaled gradient over its norm (then clipped), η the learning rate, t the step,
    from 1, and |·| the norm over the whole parameter:

        mean_t = β₁ mean_{t-1} + (1 - β₁) ĝ_t
        var_t  = β₂ var_{t-1} + (1 - β₂) ĝ_t²
        D_t = √(var_t / (1 - β₂ᵗ)) + ε
        r_t = mean_t / (1 - β₁ᵗ) / D_t + δ w_{t-1},     trust_r = |w_{t-1}| / |r_t|
        q_t = ĝ_t / D_t + δ w_{t-1},                    trust_q = |w_{t-1}| / |q_t|
        w_t = w_{t-1} - η (β₁ trust_r r_t + (1 - β₁) trust_q q_t)

    A trust is 1 if either norm is 0; |w| is first limited to the bounds.

    State: `mean` and `var`, shaped like the weight, zeros at first.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε, keeps the quotient finite, default 1e-6.
        lower_bound, upper_bound: limits of |w|, default None; None or 0 is no limit.
        Others, such as `wd` (δ, default 0): see `Optimizer`. `wd` is decoupled: it is not part of the gradient.

    Each step has at most η times the weight's length, whatever the size of the gradient (in float32 from 1e-18 to 1e18;
    beyond that, the squares in its norm underflow or overflow):

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> lans = optimizer.LANS(learning_rate=0.1)
    >>> state = lans.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     lans.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.8419 -1.8419]
    [ 0.8912 -1.662 ]
    [ 0.9284 -1.8464]
    [ 0.8832 -2.0474]

    The norm is that of the rescaled gradient, as in MXNet 2, so the batch size of `Trainer.step` does not matter. A
    gradient of all zeros stays zero; MXNet 2 divides 0 by 0. All terms use the old weight, as in MXNet 2's fused
    kernel; its other code computes q from a half-updated one. PyTorch has no LANS.

    In float32 a single gradient of 1e30 makes the norm of the gradient infinite: the whole parameter takes that
    step as if its gradient were 0.

    Reference: S. Zheng, H. Lin, S. Zha, M. Li, "Accelerated large batch optimization of BERT pretraining in 54
    minutes", arXiv:2006.13484, 2020, Algorithm 2.
    """

    states = ("mean", "var")
    measured = ("trust_r", "trust_q")
    elementwise = False

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        lower_bound: float | None = None,
        upper_bound: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)
        self.lower_bound, self.upper_bound = limits(lower_bound, upper_bound)

    def rule(self, w, g, mean, var, *, lr, t, wd, trust_r, trust_q):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        D = sqrt(var / (1 - self.beta2**t)) + self.epsilon
        r = mean / (1 - self.beta1**t) / D + wd * w
        q = g / D + wd * w
        return w - lr * (self.beta1 * trust_r * r + (1 - self.beta1) * trust_q * q), mean, var

    def outside(self, *, raw, rescale_grad):
        g_hat = normalized(raw, rescale_grad)
        return {"g": g_hat, "rescale_grad": 1.0}

    def step(self, index, w, g, states):
        super().step(index, w, self.outside(raw=g, rescale_grad=self.rescale_grad)["g"], states)

    def named(self, index, w, g, states, scalars):
        return {"rescale_grad": 1.0}  # g was rescaled before it was normalized

    def measure(self, w, r, q):
        length = bounded(norm(w), self.lower_bound, self.upper_bound)
        return {"trust_r": ratio(length, norm(r)), "trust_q": ratio(length, norm(q))}
