"""A loss for counts, whose predictions are rates."""

import math
from typing import Any

from minigrad.engine.tensor import Tensor
from minigrad.gluon.loss.loss import Factor, Loss, pair, rounded
from minigrad.ops import reduce
from minigrad.ops.choose import where
from minigrad.ops.elementwise import exp, log
from minigrad.ops.shape import reshape


class PoissonNLLLoss(Loss):
    """The negative log-likelihood of counts: the label is a count, the prediction its rate or the log of its rate.

    With p the prediction and y the label: exp(p) - y p if `from_logits`, else p - y log(p + epsilon). `compute_full`
    adds Stirling's approximation of log y!, y log y - y + log(2 pi y) / 2, where y > 1. The result is the mean over
    everything, including the batch, so use `trainer.step(1)`.

    >>> from minigrad import np
    >>> PoissonNLLLoss()(np.array([0.0, 0.0]), np.array([1.0, 3.0]))
    array([1.])
    """

    def __init__(
        self,
        weight: Factor = None,
        from_logits: bool = True,
        batch_axis: int = 0,
        compute_full: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits = from_logits
        self._compute_full = compute_full

    def hybrid_forward(
        self, F: Any, pred: Tensor, target: Any, sample_weight: Any = None, epsilon: float = 1e-8
    ) -> Tensor:
        """pred and target of the same shape; result (1,)."""
        x, y = pair(pred, target, "PoissonNLLLoss")
        loss = exp(x) - y * x if self._from_logits else x - y * log(x + epsilon)
        if self._compute_full:
            large = where(y > 1, y, 1.0)  # never take the logarithm of 0
            stirling = large * log(large) - large + 0.5 * log(2 * math.pi * large)
            loss = loss + where(y > 1, stirling, 0.0)
        return rounded(reduce.mean(reshape(self.weighted(loss, sample_weight), (1, -1)), axis=1), pred)
