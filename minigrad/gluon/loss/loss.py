"""Loss: a block that maps predictions and labels to one number for each sample."""

from __future__ import annotations

from typing import Any

from minigrad import ops
from minigrad.arguments import number, whole
from minigrad.errors import ShapeError, UsageError
from minigrad.gluon.hybrid import HybridBlock
from minigrad.ops.axes import axis_in
from minigrad.tensor import Tensor


class Loss(HybridBlock):
    """Base of all losses. Subclass it and define `forward(pred, label, sample_weight=None)` (or `hybrid_forward`).

    Arguments:
        weight: a number that multiplies the loss, or None.
        batch_axis: the axis of the samples; the mean is taken over all others, so that one value for each sample
            remains. `Trainer.step(batch_size)` divides their sum by the batch size.

    >>> from minigrad import np
    >>> class Squared(Loss):
    ...     def forward(self, pred, label, sample_weight=None):
    ...         return self.per_sample(self.weighted((pred - label) ** 2, sample_weight))
    >>> Squared(weight=2)(np.array([[1, 2], [3, 4]]), np.array([[1, 1], [1, 1]]))
    array([ 1., 13.])
    """

    def __init__(self, weight: float | None = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._weight = _number_or_none(type(self).__name__, weight)
        self._batch_axis = whole("batch_axis", batch_axis)

    def weighted(self, loss: Tensor, sample_weight: Any = None) -> Tensor:
        """The loss times `sample_weight`, which is broadcast, times the weight."""
        if sample_weight is not None:
            loss = loss * sample_weight
        return loss if self._weight is None or self._weight == 1 else loss * self._weight

    def per_sample(self, loss: Tensor) -> Tensor:
        """The mean over all axes except that of the batch."""
        return loss if loss.ndim <= 1 else ops.mean(loss, axis=self._other_axes(loss))

    def total(self, loss: Tensor) -> Tensor:
        """The sum over all axes except that of the batch."""
        return loss if loss.ndim <= 1 else ops.sum(loss, axis=self._other_axes(loss))

    def _other_axes(self, loss: Tensor) -> tuple[int, ...]:
        batch_axis = axis_in(loss.shape, self._batch_axis)
        return tuple(i for i in range(loss.ndim) if i != batch_axis)

    def extra_repr(self) -> str:
        """The batch axis and the weight."""
        return f"batch_axis={self._batch_axis}, w={self._weight}"


def like(pred: Tensor, label: Any, name: str = "The loss") -> Tensor:
    """The labels in the shape of the predictions; the number of values must be the same."""
    from minigrad import np

    y: Tensor = np.asarray(label)
    if y.shape == pred.shape:
        return y
    if y.size != pred.size:
        raise ShapeError(
            f"{name} got predictions of shape {pred.shape} and labels of shape {y.shape}; it compares them value "
            "by value, so they must have the same number of values. Check the last layer's width and the labels."
        )
    return ops.reshape(y, pred.shape)


def _apply_weighting(F: Any, loss: Tensor, weight: float | None = None, sample_weight: Any = None) -> Tensor:
    """The loss times `sample_weight` times `weight`, as custom losses of Gluon ask for it. `F` is not needed."""
    if sample_weight is not None:
        loss = loss * sample_weight
    factor = _number_or_none("_apply_weighting", weight)
    return loss if factor is None else loss * factor


def _reshape_like(F: Any, x: Tensor, y: Tensor) -> Tensor:
    """`x` in the shape of `y`, as custom losses of Gluon ask for it. `F` is not needed."""
    return like(y, x)


def _number_or_none(name: str, weight: Any) -> float | None:
    if weight is not None and not isinstance(weight, (int, float)):
        raise UsageError(
            f"{name} got weight={weight!r}; it must be a number or None. Weights of samples go into the call: "
            "loss(pred, label, sample_weight)."
        )
    return weight if weight is None else number("weight", weight)
