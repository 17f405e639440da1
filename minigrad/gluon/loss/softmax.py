"""Softmax cross-entropy: the loss for classes, from raw scores."""

import warnings
from typing import Any

from minigrad.arguments import whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.gluon.loss.loss import Factor, Loss, floats, pair, rounded
from minigrad.ops import reduce
from minigrad.ops.choose import clip, where
from minigrad.ops.cross_entropy import check_labels, class_indices, softmax_cross_entropy
from minigrad.ops.elementwise import floor, isinf, logical_and
from minigrad.ops.index import pick
from minigrad.ops.neural import log_softmax
from minigrad.ops.shape import expand_dims, moveaxis, reshape
from minigrad.values import asarray


class SoftmaxCrossEntropyLoss(Loss):
    """The negative log-probability of the right class, from raw scores.

    Arguments:
        axis: the axis of the classes.
        sparse_label: whether labels are class numbers, or else distributions of the scores' shape. A number that is not
            a class is clipped to the range of classes, as in Gluon, with a warning.
        from_logits: whether the predictions are already log-probabilities.

    >>> from minigrad import np
    >>> SoftmaxCrossEntropyLoss()(np.array([[0.0, 0.0]]), np.array([1]))
    array([0.6931472])
    """

    def __init__(
        self,
        axis: int = -1,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: Factor = None,
        batch_axis: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._axis = whole("axis", axis)
        self._sparse_label = sparse_label
        self._from_logits = from_logits

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred (batch, ..., classes), label without the class axis (or of the shape of pred); result (batch,)."""
        x = floats(pred)
        if self._sparse_label and not self._from_logits:
            last = self._axis == -1 or self._axis == x.ndim - 1
            scores = x if last else moveaxis(x, self._axis, -1)
            try:
                loss = softmax_cross_entropy(scores, label)
            except ArgumentError as error:
                loss = softmax_cross_entropy(scores, _clipped(label, scores.shape[-1], error))
            # The usual case needs no axis of the classes and no mean over other axes: two operations less.
            if sample_weight is None and x is pred and loss.ndim == 1 and last and self._batch_axis == 0:
                return self.per_sample(self.weighted(loss))
            loss = expand_dims(loss, self._axis)
        else:
            logp = x if self._from_logits else log_softmax(x, self._axis)
            if self._sparse_label:
                label = _inside(self._fitting(logp, label), logp.shape[self._axis])
                loss = -pick(logp, label, self._axis, keepdims=True)
            else:
                logp, label = pair(logp, label, "SoftmaxCrossEntropyLoss")
                loss = -reduce.sum(expected(label, logp), axis=self._axis, keepdims=True)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)

    def _fitting(self, logp: Tensor, label: Any) -> Tensor:
        """The class numbers without the class axis, which may be there with length 1."""
        label = asarray(label, ctx=logp.ctx)
        wanted = moveaxis(logp, self._axis, -1).shape[:-1]
        check_labels(label.shape, wanted)
        return reshape(label, wanted)


def _inside(label: Tensor, classes: int) -> Tensor:
    """The labels, clipped to the classes with a warning. (Not on a GPU, where reading them would wait for it.)"""
    with label.ctx:
        try:
            class_indices(label.ctx.xp, label.data, classes)
        except ArgumentError as error:
            return _clipped(label, classes, error)
    return label


def _clipped(label: Any, classes: int, error: ArgumentError) -> Tensor:
    """Integer labels, clipped to the classes with a warning; for other labels, the error is raised."""
    if reduce.any(label != floor(label)):
        raise error
    warnings.warn(f"{error} Such labels are clipped, as in Gluon.", stacklevel=5)
    return clip(label, 0, classes - 1)


def expected(y: Tensor, logp: Tensor) -> Tensor:
    """y log p; 0 where y is 0 and the logarithm infinite, as for a masked class."""
    return y * where(logical_and(y == 0, isinf(logp)), 0.0, logp)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
