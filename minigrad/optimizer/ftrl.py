"""FTRL-Proximal: follow the regularized leader; weights that are exactly zero."""

from typing import Any

from minigrad.device import on_host, xp_of
from minigrad.optimizer.arguments import Default, number
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import absolute, sign, sqrt, where


@register
class Ftrl(Optimizer):
    """Ftrl: choose the weight that would have been best so far, with an L1 term that makes most weights zero.

    Each step minimizes the sum of all past gradients times w, plus λ₁ |w|, plus terms that keep w near its past values.
    The minimum has a closed form, and it is exactly 0 unless the evidence z exceeds λ₁: a model of a billion features
    stays small. It was made for predicting clicks.

    Let w be the weight, g the gradient (rescaled and clipped), η the learning rate, n the sum of squares, z the
    evidence, and δ = wd the ridge penalty (the paper's λ₂):

        σ_t = (√(n_{t-1} + g_t²) - √n_{t-1}) / η
        z_t = z_{t-1} + g_t - σ_t w_{t-1}
        n_t = n_{t-1} + g_t²
        w_t = 0                                                        if |z_t| <= λ₁
        w_t = -(z_t - sign(z_t) λ₁) / ((β + √n_t) / η + δ)             otherwise

    State: `z` and `n`, shaped like the weight, zeros at first.

    Arguments:
        lamda1: λ₁ >= 0, L1 penalty, default 0.01. (The spelling is MXNet's.)
        learning_rate: η, default 0.1. The rule divides by it; at a rate of 0 nothing changes.
        beta: β >= 0, slows the first steps, default 1.
        Others, such as `wd` (δ, default 0): see `Optimizer`.

    The weight follows from z and n alone, so the first weight is soon forgotten (a first gradient of 0 makes it 0):

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> ftrl = optimizer.Ftrl(learning_rate=0.1)
    >>> state = ftrl.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     ftrl.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 0.2993 -0.3792]
    [ 0.3465 -0.3792]
    [ 0.3465 -0.4455]
    [ 0.3349 -0.4618]

    In its first step a weight keeps only |g| / (|g| + β) of itself, and nothing where |z| <= λ₁. The defaults, which
    are those of MXNet's guide, therefore erase nearly all first weights of a network, whose gradients are small. On a
    CPU, Ftrl warns once if the first step leaves less than a tenth of the norm of a parameter with at least 100 weights
    that are not 0. For a network take lamda1=0 and beta=0: Ftrl is then AdaGrad with ε = 0, except that a weight is 0
    until it gets a gradient. Ftrl was made for linear models, which start at zero.

    MXNet's guide prints z_t = z_{t-1} + σ w, without the gradient and with the wrong sign, which cannot learn; its code
    is the paper's, as here. Where β, δ and all gradients are 0, the second case is 0 / 0: MXNet returns NaN, but here
    the first case is chosen.

    In float32 a single gradient of 1e30 turns the weight into NaN, because its square overflows. `clip_gradient`
    prevents this.

    Reference: H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, Algorithm 1 (α = η).
    """

    states = ("z", "n")
    divides_by_rate = True

    def __init__(
        self, lamda1: float = 0.01, learning_rate: float = Default(0.1), beta: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.lamda1 = number("lamda1", lamda1, 0)
        self.beta = number("beta", beta, 0)

    def rule(self, w, g, z, n, *, lr, wd):
        sigma = (sqrt(n + g**2) - sqrt(n)) / lr
        z = z + g - sigma * w
        n = n + g**2
        w = -(z - sign(z) * self.lamda1) / ((self.beta + sqrt(n)) / lr + wd)
        return where(absolute(z) <= self.lamda1, 0.0, w), z, n

    def step(self, index, w, g, states):
        first = on_host(xp_of(w)) and self._index_update_count[index] == self.begin_num_update + 1
        before = length(w) if first and int((w != 0).sum()) >= 100 else 0.0  # on a GPU this would wait for the device
        super().step(index, w, g, states)
        if before and length(w) < before / 10:  # for a few weights this is no surprise
            from minigrad.optimizer.cautions import weights_are_erased

            weights_are_erased(self, length(w) / before, w)


def length(w):
    """The root of the sum of squares."""
    return float((w.astype("float64") ** 2).sum()) ** 0.5
