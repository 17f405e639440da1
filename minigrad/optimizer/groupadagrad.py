"""GroupAdaGrad: AdaGrad with one rate per row."""

from collections.abc import Mapping
from typing import Any

from minigrad.device import Array, xp_of
from minigrad.dtypes import unhalved
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError, UsageError
from minigrad.optimizer.accepts import check_arrays, weight_of
from minigrad.optimizer.arguments import Default, either, number
from minigrad.optimizer.graph import active, prepared_gradient
from minigrad.optimizer.optimizer import Index, Optimizer, State
from minigrad.optimizer.ratios import row_mean
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import sqrt


@register
class GroupAdaGrad(Optimizer):
    """GroupAdaGrad: divide each row of the gradient by the root of the sum of its mean squares so far.

    In an embedding a row is a word: its elements are used together, so they can share one rate. That saves almost
    all of AdaGrad's memory.

    Let w be the weight, a matrix, g the gradient (rescaled and clipped), η the learning rate and h one number per row:

        h_t = h_{t-1} + mean of g_t² over the row
        w_t = w_{t-1} - η g_t / √(h_t + ε)

    State: h, one column of shape (rows, 1), zeros at first.

    Arguments:
        epsilon (or eps): ε, keeps the root away from 0, default 1e-5.
        Others, such as `learning_rate` (η, default 0.01): see `Optimizer`. `wd` must be 0.

    Both elements of the row share one rate:

    >>> from minigrad import np, optimizer
    >>> w = np.array([[1.0, -2.0]])
    >>> groupadagrad = optimizer.GroupAdaGrad(learning_rate=0.1)
    >>> state = groupadagrad.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     groupadagrad.update(0, w, np.array([g]), state)
    ...     print(w.asnumpy().round(4))
    [[ 0.8735 -1.9368]]
    [[ 0.997  -1.9368]]
    [[ 0.997  -2.0595]]
    [[ 0.982  -2.0893]]

    As in MXNet 1.9.1. MXNet 2 has ε outside the root, √h + ε, with a default of 1e-6. PyTorch has no GroupAdaGrad.

    In float32 a single gradient of 1e30 makes h infinite, because its square overflows: the row never moves again.
    `clip_gradient` prevents this.

    Reference: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", JMLR 12, 2011; one rate per row is MXNet's.
    """

    elementwise = False

    def __init__(self, epsilon: float = Default(1e-5), *, eps: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = number("epsilon", either("epsilon", epsilon, "eps", eps), 0)
        if self.wd:
            raise UsageError(f"GroupAdaGrad has no weight decay, but wd={self.wd!r}; leave wd at 0")

    def rule(self, w, g, *, lr, h):
        return w - lr * g / sqrt(h + self.epsilon)

    def create_state(self, index: Index, weight: Tensor) -> State:
        weight = weight_of(weight)
        if weight.ndim != 2:
            raise ShapeError(
                f"GroupAdaGrad works on rows of matrices, but parameter {self._name(index)!r} has shape "
                f"{weight.shape}; use AdaGrad for it"
            )
        return Tensor(self.initial_state("h", weight.data[:, :1]), weight.ctx)

    def outside(self, *, g, h_before):
        return {"h": h_before + row_mean(g**2)}

    def named(self, index, w, g, states, scalars):
        if [h.shape for h in states] != [w[..., :1].shape if w.ndim == 2 else None]:
            raise ShapeError(
                f"GroupAdaGrad needs one state of shape (rows, 1), but parameter {self._name(index)!r} of shape "
                f"{w.shape} has states of shapes {[h.shape for h in states]}; create_state(index, weight) makes it"
            )
        (h,) = states
        check_arrays("GroupAdaGrad", {"w": w[:, :1], "h": h})
        h[...] = self.outside(g=prepared(g, scalars), h_before=h)["h"]
        return {"h": xp_of(w).broadcast_to(h, w.shape)}


def prepared(g: Array, scalars: Mapping[str, Any]) -> Array:
    """The gradient as a rule that applies decay itself gets it: rescaled, then clipped."""
    return prepared_gradient(None, unhalved(g), scalars, active(scalars, ["wd"]))
