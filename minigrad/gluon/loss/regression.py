"""Losses for numbers: squared and absolute errors."""

from typing import Any

from minigrad.arguments import number
from minigrad.engine.tensor import Tensor
from minigrad.gluon.loss.loss import Factor, Loss, difference, rounded
from minigrad.ops.choose import where
from minigrad.ops.elementwise import absolute, square


class L2Loss(Loss):
    """Half the squared error, weight / 2 (label - pred)^2: one mean for each sample.

    >>> from minigrad import np
    >>> L2Loss()(np.array([[1.0], [4.0]]), np.array([1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self, weight: Factor = 1.0, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,)."""
        error = square(difference(pred, label, "L2Loss")) * 0.5
        return rounded(self.per_sample(self.weighted(error, sample_weight)), pred)


class L1Loss(Loss):
    """The absolute error |label - pred|: one mean for each sample.

    >>> from minigrad import np
    >>> L1Loss()(np.array([[1.0], [4.0]]), np.array([1.0, 2.0]))
    array([0., 2.])
    """

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,)."""
        error = absolute(difference(pred, label, "L1Loss"))
        return rounded(self.per_sample(self.weighted(error, sample_weight)), pred)


class HuberLoss(Loss):
    """The absolute error, smooth at 0: for a = |label - pred|, a - rho/2 if a > rho, else a^2 / (2 rho).

    >>> from minigrad import np
    >>> HuberLoss()(np.array([0.5, 3.0]), np.array([0.0, 0.0]))
    array([0.125, 2.5  ])

    Reference: Huber, "Robust estimation of a location parameter", 1964.
    """

    def __init__(self, rho: float = 1, weight: Factor = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._rho = number("rho", rho, 0, ends="()")

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,)."""
        e = difference(pred, label, "HuberLoss")
        a = absolute(e)
        error = where(a > self._rho, a - 0.5 * self._rho, square(e) * (0.5 / self._rho))
        return rounded(self.per_sample(self.weighted(error, sample_weight)), pred)
