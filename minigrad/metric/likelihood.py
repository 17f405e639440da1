"""Metrics of probabilities: how likely the labels were, and the plain mean of a loss."""

import math
from typing import Any

import numpy

from minigrad.arguments import number, whole
from minigrad.axes import axis_in, transposed
from minigrad.device import Array
from minigrad.errors import ArgumentError, ShapeError
from minigrad.guarded import guarded
from minigrad.metric.metric import EvalMetric, alias, arrays, classes, must_fit, register


@register
@alias("ce")
class CrossEntropy(EvalMetric):
    r"""Mean of $-\log(p_y + \epsilon)$, $p_y$ the probability given to the label; `pred` has shape (batch, classes)."""

    def __init__(
        self, eps: float = 1e-12, name: str = "cross-entropy", output_names: Any = None, label_names: Any = None
    ) -> None:
        super().__init__(name, output_names, label_names)
        self.eps = number("eps", eps, 0)

    def measure(self, label: Array, pred: Array) -> tuple[float, int]:
        labels = classes(self.name, "label", label)
        return float(-numpy.log(picked(self.name, labels, pred) + self.eps).sum()), labels.size


@register
@alias("nll_loss")
class NegativeLogLikelihood(CrossEntropy):
    r"""Mean of $-\log(p_y + \epsilon)$: the cross-entropy under its name in statistics."""

    def __init__(
        self, eps: float = 1e-12, name: str = "nll-loss", output_names: Any = None, label_names: Any = None
    ) -> None:
        super().__init__(eps, name, output_names, label_names)


@register
class Perplexity(EvalMetric):
    r"""$\exp$ of the mean of $-\log\max(p_y, 10^{-10})$ over all labels except `ignore_label`; classes are on `axis`.

    A model that guesses evenly among $C$ classes has perplexity $C$.
    """

    def __init__(
        self,
        ignore_label: int | None,
        axis: int = -1,
        name: str = "perplexity",
        output_names: Any = None,
        label_names: Any = None,
    ) -> None:
        super().__init__(name, output_names, label_names)
        self.ignore_label = None if ignore_label is None else whole("ignore_label", ignore_label)
        self.axis = whole("axis", axis)

    def measure(self, label: Array, pred: Array) -> tuple[float, int]:
        pred = numpy.moveaxis(pred, axis_in(pred.shape, self.axis), -1)
        must_fit(self.name, label, pred, not transposed(label.shape, pred.shape[:-1]))
        pred = pred.reshape(-1, pred.shape[-1])
        labels = classes(self.name, "label", label)
        if self.ignore_label is not None and len(labels) == len(pred):
            counted = labels != self.ignore_label
            labels, pred = labels[counted], pred[counted]
        return float(-numpy.log(numpy.maximum(picked(self.name, labels, pred), 1e-10)).sum()), labels.size

    def value(self, total: Any, count: int) -> float:
        return math.exp(total / count)


@register
class Loss(EvalMetric):
    """Mean over all elements of a loss, which is given instead of predictions; labels are ignored."""

    def __init__(self, name: str = "loss", output_names: Any = None, label_names: Any = None) -> None:
        super().__init__(name, output_names, label_names)

    @guarded
    def update(self, _: Any, preds: Any) -> None:
        for loss in arrays(preds):
            self._add(float(loss.sum()), loss.size)


def picked(name: str, labels: Array, pred: Array) -> Array:
    """The probability that each row of `pred` (n, classes) gives to its label (n,)."""
    if pred.ndim != 2 or len(labels) != len(pred):
        raise ShapeError(f"{name}: {len(labels)} labels do not go with predictions of shape {pred.shape}.")
    wrong = labels[(labels < 0) | (labels >= pred.shape[1])]
    if wrong.size:
        raise ArgumentError(
            f"{name}: a label is {wrong[0]}, but the {pred.shape[1]} classes are 0 to {pred.shape[1] - 1}."
        )
    found: Array = pred[numpy.arange(len(labels)), labels]
    strange = found[(found < 0) | (found > 1.001)]  # halves are rounded
    if strange.size:
        raise ArgumentError(
            f"{name}: a prediction is {strange[0]:.6g}, which is no probability; of scores, give npx.softmax(scores)."
        )
    return found
