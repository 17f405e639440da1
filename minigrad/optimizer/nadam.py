"""Nadam: Adam with Nesterov momentum."""

from functools import lru_cache
from typing import Any

from minigrad.optimizer.arguments import Default, moments, number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class Nadam(Optimizer):
    """Nadam: Adam that looks ahead, with a momentum that warms up.

    Nesterov's momentum steps by the next velocity, not the last one. Nadam does the same with Adam's mean, which
    already gets the momentum μ_{t+1} of the next step; the current gradient gets 1 - μ_t.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), η the learning rate, ψ the schedule decay,
    t the step, from 1, and P the product of all μ so far:

        μ_t = β₁ (1 - ½ 0.96^(t ψ))
        P_t = P_{t-1} μ_t
        mean_t = β₁ mean_{t-1} + (1 - β₁) g_t
        var_t  = β₂ var_{t-1} + (1 - β₂) g_t²
        mean_bar = (1 - μ_t) g_t / (1 - P_t) + μ_{t+1} mean_t / (1 - P_t μ_{t+1})
        var_hat  = var_t / (1 - β₂ᵗ)
        w_t = w_{t-1} - η mean_bar / (√var_hat + ε)

    State: `mean` and `var`, shaped like the weight, zeros at first. P, which is 1 at first, follows from t.

    Arguments:
        learning_rate: η, default 0.001.
        beta1: β₁ in [0, 1), memory of the mean, default 0.9.
        beta2: β₂ in [0, 1), memory of the mean square, default 0.999.
        epsilon: ε, keeps the quotient finite, default 1e-8.
        schedule_decay: ψ >= 0, how fast μ grows from β₁ / 2 to β₁, default 0.004.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> nadam = optimizer.Nadam(learning_rate=0.1)
    >>> state = nadam.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     nadam.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.8944 -1.8944]
    [ 0.985 -1.888]
    [ 0.9886 -1.9992]
    [ 0.9652 -2.0362]

    This is how PyTorch and MXNet read the report of 2015; Keras has ψ = 1. Algorithm 2 of the workshop paper also has
    μ_t instead of β₁ in the mean, and scales var_hat by β₂. MXNet has one P for all parameters and multiplies it once
    per parameter and step, so a weight's path depends on how many parameters the net has; here each parameter has its
    own P. MXNet's guide prints another formula, which needs a second gradient per step, at a point uphill of w.

    In float32 a single gradient of 1e30 makes var infinite, because its square overflows: the weight never moves
    again. `clip_gradient` prevents this.

    References: T. Dozat, "Incorporating Nesterov momentum into Adam", report of the course CS229, Stanford
    University, 2015; the workshop paper of the same name, ICLR 2016, Algorithm 2.
    """

    states = ("mean", "var")
    former_states = ("P",)
    starts = {"P": 1.0}

    def __init__(
        self,
        learning_rate: float = Default(0.001),
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        schedule_decay: float = 0.004,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = moments(beta1, beta2, epsilon)
        self.schedule_decay = number("schedule_decay", schedule_decay, 0)

    def mu(self, t):
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.schedule_decay))

    def rule(self, w, g, mean, var, *, lr, t, P_before):
        mu = self.mu(t)
        mu_next = self.mu(t + 1)
        P = P_before * mu
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        mean_bar = (1 - mu) * g / (1 - P) + mu_next * mean / (1 - P * mu_next)
        var_hat = var / (1 - self.beta2**t)
        return w - lr * mean_bar / (sqrt(var_hat) + self.epsilon), mean, var

    def named(self, index, w, g, states, scalars):
        t = scalars["t"]
        first = self.begin_num_update if self.begin_num_update < t else 0  # a count from a file may be lower
        done, known = t - 1 - first, products(type(self).mu, self.beta1, self.schedule_decay, first)
        while done >= len(known) and known[-1] > 2**-54:
            known.append(known[-1] * self.mu(first + len(known)))
        return {"P_before": known[done] if done < len(known) else known[-1]}


@lru_cache(maxsize=16)
def products(mu: Any, beta1: float, schedule_decay: float, first: int) -> list[float]:
    """P after 0, 1, 2, ... steps with this `mu`, which a subclass may replace. `named` extends the list as needed.

    The list stays short: below 2**-54 (with β₁ = 0.9 after some 350 steps) P no longer matters, because 1 - P is 1.
    """
    return [1.0]
