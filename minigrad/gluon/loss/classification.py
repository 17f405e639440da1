"""Losses for classes."""

from __future__ import annotations

from typing import Any

from minigrad import ops
from minigrad.gluon.loss.loss import Loss, label_like
from minigrad.tensor import Tensor


class SoftmaxCrossEntropyLoss(Loss):
    """The negative log-probability of the right class, from raw scores.

    Arguments:
        axis: the axis of the classes.
        sparse_label: labels are class numbers (True) or distributions of the shape of the scores (False).
        from_logits: the predictions are log-probabilities already.

    >>> from minigrad import np
    >>> SoftmaxCrossEntropyLoss()(np.array([[0.0, 0.0]]), np.array([1]))
    array([0.6931472])
    """

    def __init__(
        self,
        axis: int = -1,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._axis = axis
        self._sparse_label = sparse_label
        self._from_logits = from_logits

    def forward(self, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:  # type: ignore[override]
        """pred (batch, ..., classes), label without the class axis (or of the shape of pred); result (batch,)."""
        if self._sparse_label and not self._from_logits:
            last = self._axis in (-1, pred.ndim - 1)
            loss = ops.softmax_cross_entropy(pred if last else ops.moveaxis(pred, self._axis, -1), label)
            if sample_weight is None:
                return self.weighted(loss) if loss.ndim == 1 else self.per_sample(self.weighted(loss))
            loss = ops.expand_dims(loss, self._axis)
        else:
            logp = pred if self._from_logits else ops.log_softmax(pred, self._axis)
            if self._sparse_label:
                loss = -ops.pick(logp, label, self._axis, keepdims=True)
            else:
                label = label_like(pred, label, "SoftmaxCrossEntropyLoss")
                loss = -ops.sum(logp * label, axis=self._axis, keepdims=True)
        return self.per_sample(self.weighted(loss, sample_weight))


SoftmaxCELoss = SoftmaxCrossEntropyLoss
