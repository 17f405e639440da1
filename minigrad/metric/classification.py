"""Metrics of decisions: how often the chosen class is right. Scores with a NaN choose no class, so they are wrong."""

import math
from typing import Any

import numpy

from minigrad.arguments import one_of, whole
from minigrad.axes import axis_in, transposed
from minigrad.config import as_call
from minigrad.device import Array
from minigrad.errors import ArgumentError, ShapeError, UsageError
from minigrad.guarded import guarded
from minigrad.metric.metric import EvalMetric, alias, classes, must_fit, pairs, register

NONE = -(2**62)
"""The choice of scores with a NaN; no label equals it."""


@register
@alias("acc")
class Accuracy(EvalMetric):
    """The fraction of predictions that match their label.

    `pred` holds a score for each class along `axis`, and the largest wins; or it has the shape of `label` and holds
    class numbers.

    >>> from minigrad import metric
    >>> accuracy = metric.Accuracy()
    >>> accuracy.update([1, 0], [[0.2, 0.8], [0.3, 0.7]])
    >>> accuracy.get()
    ('accuracy', 0.5)
    """

    def __init__(
        self, axis: int = 1, name: str = "accuracy", output_names: Any = None, label_names: Any = None
    ) -> None:
        super().__init__(name, output_names, label_names)
        self.axis = whole("axis", axis)

    def measure(self, label: Array, pred: Array) -> tuple[float, int]:
        chosen = choice(pred, self.axis) if pred.shape != label.shape else numpy.where(pred == pred, pred, NONE)
        must_fit(self.name, label, pred, label.size == chosen.size and not transposed(label.shape, chosen.shape))
        if chosen.size == pred.size and pred.shape != label.shape:
            raise ShapeError(
                f"{self.name} takes the class with the largest score, but got one score for each sample, shape "
                f"{pred.shape}. Give class numbers in the shape of the labels, {label.shape}, such as pred > 0.5; or a "
                "score for each class."
            )
        hits = classes(self.name, "prediction", chosen) == classes(self.name, "label", label)
        return float(hits.sum()), label.size


@register
@alias("top_k_accuracy", "top_k_acc")
class TopKAccuracy(EvalMetric):
    """The fraction of labels among the `top_k` highest-scoring classes; `pred` has shape (batch, classes)."""

    def __init__(
        self, top_k: int = 1, name: str = "top_k_accuracy", output_names: Any = None, label_names: Any = None
    ) -> None:
        if whole("top_k", top_k) <= 1:
            raise UsageError(f"top_k is {top_k}; it must be more than 1 (for 1, use Accuracy).")
        super().__init__(f"{name}_{top_k}", output_names, label_names)
        self.top_k, self.stem = top_k, name

    def __repr__(self) -> str:
        return as_call(self, {"name": "stem"})

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "name": self.stem}

    def measure(self, label: Array, pred: Array) -> tuple[float, int]:
        if pred.ndim != 2:
            raise ShapeError(f"{self.name} needs predictions of shape (batch, classes), but got {pred.shape}.")
        must_fit(self.name, label, pred, label.size == pred[:, :1].size)
        k = min(self.top_k, pred.shape[1])
        best = numpy.argpartition(pred, -k, axis=1)[:, -k:]
        hits = (best == classes(self.name, "label", label)[:, None]).any(1) & (choice(pred, 1) != NONE)
        return float(hits.sum()), label.size


class Binary(EvalMetric):
    """Base of metrics that are a function of the four counts of a two-class problem; class 1 is the positive one.

    With `average` 'macro' it is the mean of the updates' scores, with 'micro' the score of all counts together.
    """

    def __init__(self, name: str, output_names: Any, label_names: Any, average: str) -> None:
        self.average = one_of("average", average, "macro", "micro")
        super().__init__(name, output_names, label_names)

    def score(self, tp: float, fp: float, tn: float, fn: float) -> float:
        raise NotImplementedError

    @guarded
    def update(self, labels: Any, preds: Any) -> None:
        counts = sum((self.confusion(label, pred) for label, pred in pairs(labels, preds)), start=numpy.zeros(4))
        if counts.any():
            self._add(counts if self.average == "micro" else self.score(*counts), 1)

    def value(self, total: Any, count: int) -> float:
        return self.score(*total) if self.average == "micro" else float(total / count)

    def confusion(self, label: Array, pred: Array) -> Array:
        """True positives, false positives, true negatives, false negatives."""
        if pred.ndim != 2 or pred.shape[1] != 2:
            raise ShapeError(f"{self.name} needs predictions of shape (batch, 2), but got {pred.shape}.")
        must_fit(self.name, label, pred, label.size == len(pred))
        found = numpy.unique(label)
        if len(found) > 2:
            raise ArgumentError(f"{self.name} is for two classes, but the labels are {found.tolist()}.")
        true, chosen = classes(self.name, "label", label) == 1, choice(pred, 1)
        said = numpy.where(chosen == NONE, ~true, chosen == 1)
        groups = (said & true, said & ~true, ~said & ~true, ~said & true)
        return numpy.array([group.sum() for group in groups], "float64")


@register
class F1(Binary):
    r"""The harmonic mean of precision $tp/(tp+fp)$ and recall $tp/(tp+fn)$: $2tp/(2tp+fp+fn)$, or 0 if undefined."""

    def __init__(
        self, name: str = "f1", output_names: Any = None, label_names: Any = None, average: str = "macro"
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def score(self, tp: float, fp: float, tn: float, fn: float) -> float:
        return float(2 * tp / (2 * tp + fp + fn)) if tp else 0.0


@register
class MCC(Binary):
    r"""Matthews' correlation $\frac{tp\,tn - fp\,fn}{\sqrt{(tp+fp)(tp+fn)(tn+fp)(tn+fn)}}$; a factor 0 counts as 1."""

    def __init__(
        self, name: str = "mcc", output_names: Any = None, label_names: Any = None, average: str = "macro"
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def score(self, tp: float, fp: float, tn: float, fn: float) -> float:
        factors = math.prod(factor or 1.0 for factor in (tp + fp, tp + fn, tn + fp, tn + fn))
        return float((tp * tn - fp * fn) / math.sqrt(factors))


def choice(pred: Array, axis: int) -> Array:
    """The class with the largest score, or `NONE`."""
    axis = axis_in(pred.shape, axis)
    return numpy.where(numpy.isnan(pred).any(axis), NONE, pred.argmax(axis))
