"""LARS: layer-wise adaptive rate scaling."""

from collections.abc import Mapping
from typing import Any

from minigrad.arguments import flag, whole
from minigrad.errors import FileError
from minigrad.optimizer.arguments import Default, either, number, velocity
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.outside import norm
from minigrad.optimizer.ratios import quotient
from minigrad.optimizer.registry import register


@register
class LARS(Optimizer):
    """LARS: SGD in which each parameter moves in proportion to its own length.

    In large batches some layers have far larger gradients, relative to their weights, than others, and a single rate is
    too large for some or too small for others. LARS makes every step a fixed fraction of the parameter's norm.

    Let w be the weight, g the gradient (rescaled, clipped, plus δ w), h the raw gradient times rescale_grad, η the
    learning rate, κ the trust coefficient, γ the momentum, v the velocity and |·| the norm over the whole parameter:

        trust = κ |w| / (|h| + δ |w| + ε)          (1 if |w| or |h| is 0, and for gammas, betas and biases)
        v_t = γ η_t / η_{t-1} v_{t-1} - η trust g_t
        w_t = w_{t-1} + v_t                         (without momentum: w_t = w_{t-1} - η trust g_t)

    State: `v`, shaped like the weight, zeros at first. Without momentum there is none.

    Arguments:
        momentum: γ in [0, 1), default 0.
        lazy_update: no effect; it concerns row-sparse gradients, and here all gradients are dense. Default True.
        eta: κ >= 0, default 0.001.
        epsilon (or eps): ε >= 0, default 0.
        momentum_correction: whether the velocity is rescaled when the rate changes (by η_t / η_{t-1}, the rates before
            lr_mult), default True.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    Each step has η κ times the weight's length, whatever the size of the gradient:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> lars = optimizer.LARS(learning_rate=1.0, eta=0.1)
    >>> state = lars.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     lars.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.8 -1.9]
    [ 1.0062 -1.9   ]
    [ 1.0062 -2.115 ]
    [ 0.9014 -2.3245]

    Gammas, betas and biases are recognized by name: by those of the Trainer's parameters, or by `param_idx2name`. In a
    Trainer MXNet knows no names and scales biases too; and when the rate changes, it corrects only the first four
    parameters of a step.

    In float32 a single gradient of 1e30 makes the norm of the gradient infinite and so the trust 0: the whole parameter
    takes that step without a gradient. `clip_gradient` does not prevent this, because the norm is that of the raw
    gradient.

    Reference: Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888, 2017,
    Algorithm 1. Momentum correction: P. Goyal et al., arXiv:1706.02677, 2017, section 3.
    """

    decaying = ("_weight",)
    elementwise = False
    progress = ("_rates",)
    symbols = {"eta": r"\kappa"}
    meanings = {"eta": "trust coefficient (eta)", "trust": "for gammas, betas and biases it is 1"}

    def __init__(
        self,
        momentum: float = 0.0,
        lazy_update: bool = True,
        eta: float = 0.001,
        epsilon: float = Default(0.0),
        momentum_correction: bool = True,
        *,
        eps: float | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.momentum = number("momentum", momentum, 0, 1)
        self.eta = number("eta", eta, 0)
        self.epsilon = number("epsilon", either("epsilon", epsilon, "eps", eps), 0)
        self.momentum_correction = flag("momentum_correction", momentum_correction)
        self._rates = [self.num_update, 0.0, 0.0]  # update number and base rate of a step, base rate of the one before

    states = property(velocity)

    def rule(self, w, g, v=None, *, lr, trust, correction):
        if self.momentum == 0:
            return w - lr * trust * g
        v = self.momentum * correction * v - lr * trust * g
        return w + v, v

    def outside(self, *, w, raw, rescale_grad, wd, lr, lr_before):
        correction = quotient(lr, lr_before, lr_before > 0) if self.momentum_correction else 1.0
        length, slope = norm(w), abs(rescale_grad) * norm(raw)
        trust = quotient(self.eta * length, slope + wd * length + self.epsilon, (length > 0) & (slope > 0))
        return {"trust": trust, "correction": correction}

    def named(self, index, w, g, states, scalars):
        lr, before = self._two_rates()
        found = self.outside(w=w, raw=g, rescale_grad=self.rescale_grad, wd=scalars["wd"], lr=lr, lr_before=before)
        return found | {"trust": 1.0} if self._name(index).endswith(("gamma", "beta", "bias")) else found

    def _two_rates(self) -> tuple[float, float]:
        """The rates of this step and the one before. A step begins when the update number changes.

        If it jumps, because states were loaded that an earlier version saved without their optimizer, the earlier rate
        is unknown, as at first.
        """
        update, now, before = self._rates
        if self.num_update != update:
            before, now = now if self.num_update == update + 1 else 0.0, self.learning_rate
            self._rates = [self.num_update, now, before]
        return now, before

    def get_config(self) -> dict[str, Any]:
        update, now, before = self._rates
        return super().get_config() | {"rate_update": update, "rate_now": now, "rate_before": before}

    def set_config(self, config: Mapping[str, Any]) -> None:
        saved = config["attributes"].get("_rates", [config.get(f"rate_{of}") for of in ("update", "now", "before")])
        if not isinstance(saved, list) or len(saved) != 3:
            raise FileError(f"The field '_rates' is {saved!r:.60}; expected a number of updates and two rates.")
        update, now, before = saved
        self._rates = [whole("rate_update", update, 0), number("rate_now", now, 0), number("rate_before", before, 0)]
