"""Loss: a block that maps predictions and labels to one number for each sample."""

from typing import Any

import numpy

from minigrad.arguments import number, shown, whole
from minigrad.axes import axis_in, transposed
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError, UsageError
from minigrad.gluon.hybrid import HybridBlock
from minigrad.ops import reduce
from minigrad.ops.elementwise import astype, subtract
from minigrad.ops.shape import reshape
from minigrad.values import asarray

HALF = numpy.dtype("float16")

Factor = float | None
"""The factor on a loss, if there is one."""


class Loss(HybridBlock):
    """Base class of all losses. Subclass it, and define `forward(pred, label, sample_weight=None)` or `hybrid_forward`.

    Arguments:
        weight: a number that multiplies the loss, or None.
        batch_axis: the axis of the samples; the mean over all others leaves one value for each sample.
            `Trainer.step(batch_size)` divides their sum by the batch size.

    minigrad's losses compute float16 predictions in float32 and round only the result, because neither a constant of
    1e-12 nor the sum of many terms fits into float16. Integers are computed in float32.

    >>> from minigrad import np
    >>> class Squared(Loss):
    ...     def forward(self, pred, label, sample_weight=None):
    ...         return self.per_sample(self.weighted((pred - label) ** 2, sample_weight))
    >>> Squared(weight=2)(np.array([[1, 2], [3, 4]]), np.array([[1, 1], [1, 1]]))
    array([ 1., 13.])
    """

    def __init__(self, weight: Factor = None, batch_axis: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._weight = _number_or_none(type(self).__name__, weight)
        self._batch_axis = whole("batch_axis", batch_axis)

    def weighted(self, loss: Tensor, sample_weight: Any = None) -> Tensor:
        """The loss times the weight and `sample_weight`: one for each sample, or any shape that broadcasts."""
        return weigh(loss, self._weight, sample_weight, self._batch_axis, type(self).__name__)

    def per_sample(self, loss: Tensor) -> Tensor:
        """The mean over all axes except the batch axis."""
        return loss if loss.ndim <= 1 else reduce.mean(loss, axis=self._other_axes(loss))

    def total(self, loss: Tensor) -> Tensor:
        """The sum over all axes except the batch axis."""
        return loss if loss.ndim <= 1 else reduce.sum(loss, axis=self._other_axes(loss))

    def _other_axes(self, loss: Tensor) -> tuple[int, ...]:
        batch_axis = axis_in(loss.shape, self._batch_axis)
        return tuple(i for i in range(loss.ndim) if i != batch_axis)

    def extra_repr(self) -> str:
        """The batch axis and the weight."""
        return f"batch_axis={self._batch_axis}, w={self._weight}"


def floats(pred: Any) -> Tensor:
    """Predictions in float32 or float64; `rounded` converts the result back."""
    x = pred if isinstance(pred, Tensor) else asarray(pred)
    return x if x.dtype.char in "fd" else astype(x, "float32")


def rounded(loss: Tensor, pred: Any) -> Tensor:
    """The loss in float16 if the predictions are."""
    return cast(loss, HALF) if getattr(pred, "dtype", None) == HALF else loss


def cast(x: Tensor, dtype: Any) -> Tensor:
    """x in this dtype."""
    return x if x.dtype == dtype else astype(x, dtype)


def pair(pred: Any, label: Any, name: str) -> tuple[Tensor, Tensor]:
    """`floats(pred)`, and the labels in their shape and dtype."""
    x = floats(pred)
    return x, cast(reshape_like(label, x, name), x.dtype)


def difference(pred: Any, label: Any, name: str) -> Tensor:
    """label - pred, computed in int64 for whole numbers, so that it does not wrap around or lose digits."""
    x = pred if isinstance(pred, Tensor) else asarray(pred)
    y = reshape_like(label, x, name)
    if x.dtype.kind != "f" and y.dtype.kind != "f":
        return cast(subtract(cast(y, "int64"), cast(x, "int64")), "float32")
    x = floats(x)
    return subtract(cast(y, x.dtype) if y.dtype.kind == "f" else y, x)


def reshape_like(label: Any, pred: Tensor, name: str = "The loss") -> Tensor:
    """The labels, reshaped to the predictions: both must have the same number of values, in the same order of axes."""
    y = label if isinstance(label, Tensor) else asarray(label, ctx=pred.ctx)
    if y.shape == pred.shape:
        return y
    if y.size != pred.size or transposed(y.shape, pred.shape):
        raise ShapeError(
            f"{name} got predictions of shape {pred.shape} and labels of shape {y.shape}; it compares them value "
            "by value, so sizes and the order of axes must agree. Check the last layer's width and the labels."
        )
    return reshape(y, pred.shape)


def weigh(loss: Tensor, weight: Factor, sample_weight: Any, batch_axis: int = 0, name: str = "The loss") -> Tensor:
    """The loss times `sample_weight` times `weight`."""
    if sample_weight is not None:
        loss = loss * broadcastable(sample_weight, loss, batch_axis, name)
    return loss if weight is None or weight == 1 else loss * weight


def broadcastable(sample_weight: Any, loss: Tensor, batch_axis: int, name: str) -> Tensor:
    """Weights in a shape that broadcasts to that of the loss.

    Shape (n,) is along the batch axis. With one weight for each loss, axes of length 1 may be missing or added.
    """
    w = sample_weight if isinstance(sample_weight, Tensor) else asarray(sample_weight, ctx=loss.ctx)
    w, shape = cast(w, loss.dtype), loss.shape
    batch_axis %= max(1, loss.ndim)
    samples = shape[batch_axis] if shape else 1
    if w.shape == (samples,):
        return reshape(w, tuple(n if i == batch_axis else 1 for i, n in enumerate(shape)))
    if w.size == 1:
        return reshape(w, ())
    if [n for n in w.shape if n != 1] == [n for n in shape if n != 1] and (w.ndim > 1 or loss.ndim == 1):
        return reshape(w, shape)
    if w.ndim != loss.ndim or any(n not in (1, m) for n, m in zip(w.shape, shape)):
        raise ShapeError(
            f"{name} got sample_weight of shape {w.shape} for losses of shape {shape}; give one weight for each of "
            f"the {samples} samples, shape ({samples},), or weights with all axes of the losses, "
            "each of the same length or 1."
        )
    return w


def _apply_weighting(F: Any, loss: Tensor, weight: Factor = None, sample_weight: Any = None) -> Tensor:
    """The loss times `sample_weight` times `weight`, for custom losses written for Gluon. `F` is not needed."""
    return weigh(loss, _number_or_none("_apply_weighting", weight), sample_weight)


def _reshape_like(F: Any, x: Tensor, y: Tensor) -> Tensor:
    """`x` in the shape of `y`, for custom losses written for Gluon. `F` is not needed."""
    return reshape_like(x, y)


def _number_or_none(name: str, weight: Any) -> float | None:
    if weight is not None and not isinstance(weight, (int, float, numpy.generic)):
        raise UsageError(
            f"{name} got weight={shown(weight)}; it must be a number or None. Pass weights of samples in the call: "
            "loss(pred, label, sample_weight)."
        )
    return weight if weight is None else number("weight", weight)
