"""Metrics of numbers: how far predictions are from their labels, and how they vary together."""

import math
from typing import Any

import numpy

from minigrad.arguments import one_of
from minigrad.axes import transposed
from minigrad.device import Array
from minigrad.metric.metric import EvalMetric, alias, must_fit, register


class MeanError(EvalMetric):
    """Base of errors averaged over all elements of a batch, then over batches, whatever their sizes."""

    def error(self, difference: Array) -> float:
        raise NotImplementedError

    def measure(self, label: Array, pred: Array) -> tuple[float, int]:
        wide = label.astype("float64"), pred.astype("float64")
        columns = [array.reshape(-1, 1) if array.ndim == 1 else array for array in wide]
        must_fit(self.name, label, pred, columns[0].shape == columns[1].shape)
        return self.error(columns[0] - columns[1]), 1


@register
class MAE(MeanError):
    r"""Mean absolute error $\frac1n\sum|y-p|$ of a batch, averaged over batches."""

    def __init__(self, name: str = "mae", output_names: Any = None, label_names: Any = None) -> None:
        super().__init__(name, output_names, label_names)

    def error(self, difference: Array) -> float:
        return float(abs(difference).mean())


@register
class MSE(MeanError):
    r"""Mean squared error $\frac1n\sum(y-p)^2$ of a batch, averaged over batches."""

    def __init__(self, name: str = "mse", output_names: Any = None, label_names: Any = None) -> None:
        super().__init__(name, output_names, label_names)

    def error(self, difference: Array) -> float:
        return float((difference**2).mean())


@register
class RMSE(MeanError):
    r"""Root mean squared error $\sqrt{\frac1n\sum(y-p)^2}$ of a batch, averaged over batches."""

    def __init__(self, name: str = "rmse", output_names: Any = None, label_names: Any = None) -> None:
        super().__init__(name, output_names, label_names)

    def error(self, difference: Array) -> float:
        return math.sqrt((difference**2).mean())


@register
@alias("pearsonr")
class PearsonCorrelation(EvalMetric):
    """Correlation of labels and predictions, NaN if one of them does not vary.

    With `average` 'macro' it is the mean over batches, with 'micro' the correlation of all pairs seen, from running
    moments merged without cancellation (Chan, Golub, LeVeque, "Updating Formulae ... for Computing Sample Variances",
    1979, equation 2.1).
    """

    def __init__(
        self, name: str = "pearsonr", output_names: Any = None, label_names: Any = None, average: str = "macro"
    ) -> None:
        self.average = one_of("average", average, "macro", "micro")
        super().__init__(name, output_names, label_names)

    def measure(self, label: Array, pred: Array) -> tuple[Any, int]:
        must_fit(self.name, label, pred, label.size == pred.size and not transposed(label.shape, pred.shape))
        both = numpy.array([label.ravel(), pred.ravel()], "float64")
        first = both[:, :1]  # without it, rounding would make values of 0.1 differ from their mean
        mean = (both - first).mean(1, keepdims=True)
        apart = both - first - mean
        moments = both.shape[1], (first + mean)[:, 0], apart @ apart.T
        return (moments if self.average == "micro" else correlation(moments)), 1

    def combine(self, so_far: Any, new: Any) -> Any:
        if self.average == "macro":
            return so_far + new
        return merge(so_far, new) if so_far else new

    def value(self, total: Any, count: int) -> float:
        return correlation(total) if self.average == "micro" else float(total / count)


Moments = tuple[int, Array, Array]
"""The number of pairs, their mean (2,), and their sums of squares and products about the mean (2, 2)."""


def merge(a: Moments, b: Moments) -> Moments:
    """The joint moments of two groups of pairs."""
    count = a[0] + b[0]
    apart = b[1] - a[1]
    return count, a[1] + apart * b[0] / count, a[2] + b[2] + numpy.outer(apart, apart) * a[0] * b[0] / count


def correlation(moments: Moments) -> float:
    products = moments[2]
    spread, other = numpy.sqrt(numpy.diag(products))
    return float(products[0, 1] / spread / other) if spread and other else math.nan
