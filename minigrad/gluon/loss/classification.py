"""Losses for two classes, from raw scores, and the divergence between distributions."""

from typing import Any

from minigrad.arguments import number, one_of, whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.gluon.loss.loss import Factor, Loss, cast, pair, rounded
from minigrad.gluon.loss.softmax import expected
from minigrad.ops.elementwise import log, square
from minigrad.ops.neural import log_softmax, relu, softplus
from minigrad.values import asarray

__all__ = [
    "HingeLoss", "KLDivLoss", "LogisticLoss", "SigmoidBCELoss", "SigmoidBinaryCrossEntropyLoss", "SquaredHingeLoss",
]  # fmt: skip


class SigmoidBinaryCrossEntropyLoss(Loss):
    """The negative log-probability of yes or no, for each score separately; labels are 0, 1 or probabilities.

    With p the raw score, y the label and pos_weight a factor on the 'yes' terms (1 if absent) it is
    pos_weight y log(1 + exp(-p)) + (1 - y) log(1 + exp(p)). This never overflows, and a small loss keeps all its
    digits, because nothing is subtracted. If `from_sigmoid`, p is a probability: -(pos_weight y log(p + 1e-12) +
    (1 - y) log(1 - p + 1e-12)).

    >>> from minigrad import np
    >>> SigmoidBinaryCrossEntropyLoss()(np.array([800.0, -800.0]), np.array([0.0, 0.0]))
    array([800.,   0.])
    """

    def __init__(self, from_sigmoid: bool = False, weight: Factor = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_sigmoid = from_sigmoid

    def hybrid_forward(
        self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None, pos_weight: Any = None
    ) -> Tensor:
        """pred and label of the same shape, pos_weight broadcast against them; result (batch,)."""
        p, y = pair(pred, label, "SigmoidBinaryCrossEntropyLoss")
        pos_weight = None if pos_weight is None else _beside(p, pos_weight)
        if self._from_sigmoid:
            yes = y * log(p + 1e-12)
            yes = yes if pos_weight is None else yes * pos_weight
            loss = -(yes + (1 - y) * log(1 - p + 1e-12))
        else:
            loss = surprise(p, y, pos_weight)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)


def _beside(p: Tensor, pos_weight: Any) -> Tensor:
    """The weights in the dtype of the scores, if they broadcast to their shape."""
    w = cast(asarray(pos_weight, ctx=p.ctx), p.dtype)
    if w.ndim > p.ndim or any(n not in (1, m) for n, m in zip(w.shape[::-1], p.shape[::-1])):
        raise ShapeError(
            f"SigmoidBinaryCrossEntropyLoss got pos_weight of shape {w.shape} for scores of shape {p.shape}; give a "
            "number, or one for each score in their last axis."
        )
    return w


def surprise(p: Tensor, y: Tensor, pos_weight: Any = None) -> Tensor:
    """-(y log s + (1 - y) log(1 - s)) with s = sigmoid(p), and a weight on the first term."""
    yes = y * softplus(-p)
    return (yes if pos_weight is None else yes * pos_weight) + (1 - y) * softplus(p)


class HingeLoss(Loss):
    """How far pred times label falls below the margin: max(0, margin - pred label), labels -1 or 1.

    >>> from minigrad import np
    >>> HingeLoss()(np.array([0.5, -2.0]), np.array([1.0, -1.0]))
    array([0.5, 0. ])
    """

    def __init__(self, margin: float = 1, weight: Factor = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._margin = number("margin", margin)

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,)."""
        x, y = pair(pred, label, type(self).__name__)
        loss = relu(self._margin - x * y)
        return rounded(self.per_sample(self.weighted(self._shaped(loss), sample_weight)), pred)

    def _shaped(self, loss: Tensor) -> Tensor:
        return loss


class SquaredHingeLoss(HingeLoss):
    """The squared hinge loss: max(0, margin - pred label)^2, labels -1 or 1.

    >>> from minigrad import np
    >>> SquaredHingeLoss()(np.array([0.5, -2.0]), np.array([1.0, -1.0]))
    array([0.25, 0.  ])
    """

    def _shaped(self, loss: Tensor) -> Tensor:
        return square(loss)


class LogisticLoss(Loss):
    """log(1 + exp(-pred label)) for labels -1 and 1 ('signed'), or the same for labels 0 and 1 ('binary').

    >>> from minigrad import np
    >>> LogisticLoss()(np.array([800.0, 800.0]), np.array([1.0, -1.0]))
    array([  0., 800.])
    """

    def __init__(self, weight: Factor = None, batch_axis: int = 0, label_format: str = "signed", **kwargs: Any) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._label_format = one_of("label_format", label_format, "signed", "binary")

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,)."""
        x, y = pair(pred, label, "LogisticLoss")
        loss = surprise(x, (y + 1) / 2 if self._label_format == "signed" else y)
        return rounded(self.per_sample(self.weighted(loss, sample_weight)), pred)


class KLDivLoss(Loss):
    """The Kullback-Leibler divergence from the predicted distribution to the label's: sum y (log(y + 1e-12) - log p).

    Arguments:
        from_logits: whether predictions are log-probabilities; if not, they are raw scores, and log-softmax is taken.
        axis: the axis of the classes, for log-softmax.

    >>> from minigrad import np
    >>> KLDivLoss(from_logits=False)(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]))
    array([0.6931472])
    """

    def __init__(
        self, from_logits: bool = True, axis: int = -1, weight: Factor = None, batch_axis: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(weight, batch_axis, **kwargs)
        self._from_logits = from_logits
        self._axis = whole("axis", axis)

    def hybrid_forward(self, F: Any, pred: Tensor, label: Any, sample_weight: Any = None) -> Tensor:
        """pred and label of the same shape; result (batch,), a sum over the other axes."""
        x, y = pair(pred, label, "KLDivLoss")
        logp = x if self._from_logits else log_softmax(x, self._axis)
        loss = y * log(y + 1e-12) - expected(y, logp)
        return rounded(self.total(self.weighted(loss, sample_weight)), pred)


SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss
