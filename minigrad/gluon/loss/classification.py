"""Losses for classes, from raw scores: cross-entropies, margins, and the divergence of distributions."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import ops
from minigrad.arguments import number, one_of, whole
from minigrad.axes import axis_in
from minigrad.create import asarray
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.loss.loss import Loss, floats, pair, rounded
from minigrad.ops.cross_entropy import class_indices


class SoftmaxCrossEntropyLoss(Loss):
    """The negative log-probability of the right class, from raw scores.

    Arguments:
        axis: the axis of the classes.
        sparse_label: labels are class numbers (True) or distributions of the shape of the scores (False). A number
            outside the classes is clipped to their range, as in Gluon, with a warning.
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
        self._axis = whole("axis", axis)
        self._sparse_label = sparse_label
        self._from_logits = from_logits

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred (batch, ..., classes), label without the class axis (or of the shape of pred); result (batch,)."""
        x = floats(pred)
        if self._sparse_label and not self._from_logits:
            last = self._axis == -1 or self._axis == x.ndim - 1
            scores = x if last else ops.moveaxis(x, self._axis, -1)
            try:
                loss = ops.softmax_cross_entropy(scores, label)
            except ArgumentError as error:
                loss = ops.softmax_cross_entropy(scores, _clipped(label, scores.shape[-1], error))
            if sample_weight is None and x is pred:
                return self.per_sample(self.weighted(loss))
            loss = ops.expand_dims(loss, self._axis)
        else:
            logp = x if self._from_logits else ops.log_softmax(x, self._axis)
            if self._sparse_label:
                label = _inside(self._fitting(logp, label), logp.shape[self._axis])
                loss = -ops.pick(logp, label, self._axis, keepdims=True)
            else:
                logp, label = pair(logp, label, "SoftmaxCrossEntropyLoss")
                loss = -ops.sum(expected(label, logp), axis=self._axis, keepdims=True)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)

    def _fitting(self, logp: Tensor, label: Any) -> Tensor:
        """The class numbers without the class axis, which they may have with length 1."""
        label = asarray(label, ctx=logp.ctx)
        axis = axis_in(logp.shape, self._axis)
        wanted = logp.shape[:axis] + logp.shape[axis + 1 :]
        if label.size * logp.shape[axis] != logp.size:
            raise ShapeError(
                f"SoftmaxCrossEntropyLoss got predictions of shape {logp.shape} and labels of shape {label.shape}; the "
                f"labels must have shape {wanted}, one class number each. (For one-hot labels use sparse_label=False.)"
            )
        found: Tensor = ops.reshape(label, wanted)
        return found


def _inside(label: Tensor, classes: int) -> Tensor:
    """Labels, clipped to the classes with a warning. (Not on a GPU, where reading them would wait for the device.)"""
    with label.ctx:
        try:
            class_indices(label.ctx.xp, label.data, classes)
        except ArgumentError as error:
            return _clipped(label, classes, error)
    return label


def _clipped(label: Any, classes: int, error: ArgumentError) -> Tensor:
    """Whole labels clipped to the classes, with a warning; other labels remain an error."""
    if bool((label != ops.floor(label)).any()):
        raise error
    warnings.warn(f"{error} Such labels are clipped, as in Gluon.", stacklevel=5)
    return ops.clip(label, 0, classes - 1)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """The negative log-probability of yes or no, for each score separately: labels are 0, 1 or probabilities.

    With p the raw score, y the label and pos_weight a factor on the 'yes' terms (1 if absent) it is
    pos_weight y log(1 + exp(-p)) + (1 - y) log(1 + exp(p)). This never overflows, and a small loss has all its digits
    because nothing is subtracted. If `from_sigmoid`, p is a probability: -(pos_weight y log(p + 1e-12) +
    (1 - y) log(1 - p + 1e-12)).

    >>> from minigrad import np
    >>> SigmoidBinaryCrossEntropyLoss()(np.array([800.0, -800.0]), np.array([0.0, 0.0]))
    array([800.,   0.])
    """

    def __init__(
        self, from_sigmoid: bool = False, weight: float | None = None, batch_axis: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_sigmoid = from_sigmoid

    def hybrid_forward(
        self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None, pos_weight: Any = None
    ) -> Tensor:
        """pred and label of one shape, pos_weight broadcast against them; result (batch,)."""
        p, y = pair(pred, label, "SigmoidBinaryCrossEntropyLoss")
        if self._from_sigmoid:
            yes = y * ops.log(p + 1e-12)
            yes = yes if pos_weight is None else yes * pos_weight
            loss = -(yes + (1 - y) * ops.log(1 - p + 1e-12))
        else:
            loss = surprise(p, y, pos_weight)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)


def surprise(p: Tensor, y: Tensor, pos_weight: Any = None) -> Tensor:
    """-(y log s + (1 - y) log(1 - s)) with s = sigmoid(p), and a weight on the first term."""
    yes = y * ops.softplus(-p)
    return (yes if pos_weight is None else yes * pos_weight) + (1 - y) * ops.softplus(p)


class HingeLoss(Loss):
    """How far pred times label falls below the margin: max(0, margin - pred label), labels -1 or 1.

    >>> from minigrad import np
    >>> HingeLoss()(np.array([0.5, -2.0]), np.array([1.0, -1.0]))
    array([0.5, 0. ])
    """

    def __init__(self, margin: float = 1, weight: float | None = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = number("margin", margin)

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of one shape; result (batch,)."""
        x, y = pair(pred, label, type(self).__name__)
        loss = ops.relu(self._margin - x * y)
        return rounded(self.per_sample(self.weighted(self._shaped(loss), sample_weight)), pred)

    def _shaped(self, loss: Tensor) -> Tensor:
        return loss


class SquaredHingeLoss(HingeLoss):
    """The hinge, squared: max(0, margin - pred label)^2, labels -1 or 1.

    >>> from minigrad import np
    >>> SquaredHingeLoss()(np.array([0.5, -2.0]), np.array([1.0, -1.0]))
    array([0.25, 0.  ])
    """

    def _shaped(self, loss: Tensor) -> Tensor:
        return ops.square(loss)


class LogisticLoss(Loss):
    """log(1 + exp(-pred label)) for labels -1 and 1 ('signed'), or the same for labels 0 and 1 ('binary').

    >>> from minigrad import np
    >>> LogisticLoss()(np.array([800.0, 800.0]), np.array([1.0, -1.0]))
    array([  0., 800.])
    """

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, label_format: str = "signed", **kwargs: Any
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._label_format = one_of("label_format", label_format, "signed", "binary")

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of one shape; result (batch,)."""
        x, y = pair(pred, label, "LogisticLoss")
        loss = surprise(x, (y + 1) / 2 if self._label_format == "signed" else y)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence of the predicted distribution from the label's: sum y (log(y + 1e-12) - log p).

    Arguments:
        from_logits: predictions are log-probabilities; if not, they are raw scores and log-softmax is taken.
        axis: the axis of the classes, for log-softmax.

    >>> from minigrad import np
    >>> KLDivLoss(from_logits=False)(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    array([0.6931472])
    """

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits = from_logits
        self._axis = whole("axis", axis)

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of one shape; result (batch,), a sum over the other axes."""
        x, y = pair(pred, label, "KLDivLoss")
        logp = x if self._from_logits else ops.log_softmax(x, self._axis)
        loss = y * ops.log(y + 1e-12) - expected(y, logp)
        return rounded(self.total(self.weighted(loss, sample_weight)), pred)


def expected(y: Tensor, logp: Tensor) -> Tensor:
    """y log p, which is 0 where y is 0, even if the logarithm is infinite, as for a masked class."""
    return y * ops.where(y == 0, 0.0, logp)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss
