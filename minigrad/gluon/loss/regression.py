"""Losses for numbers."""

from __future__ import annotations

from typing import Any

from minigrad import ops
from minigrad.gluon.loss.loss import Loss, label_like
from minigrad.tensor import Tensor


class L2Loss(Loss):
    """Half the squared error: weight / 2 (label - pred)^2, one mean for each sample.

    >>> from minigrad import np
    >>> L2Loss()(np.array([[1.0], [4.0]]), np.array([1.0, 2.0]))
    array([0., 2.])
    """

    def __init__(self, weight: float = 1.0, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)

    def forward(self, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:  # type: ignore[override]
        """pred and label of one shape; result (batch,)."""
        error = ops.square(label_like(pred, label, "L2Loss") - pred) * 0.5
        return self.per_sample(self.weighted(error, sample_weight))


class L1Loss(Loss):
    """The absolute error |label - pred|, one mean for each sample.

    >>> from minigrad import np
    >>> L1Loss()(np.array([[1.0], [4.0]]), np.array([1.0, 2.0]))
    array([0., 2.])
    """

    def forward(self, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:  # type: ignore[override]
        """pred and label of one shape; result (batch,)."""
        error = ops.absolute(label_like(pred, label, "L1Loss") - pred)
        return self.per_sample(self.weighted(error, sample_weight))
