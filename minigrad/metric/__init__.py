"""Metrics: a running figure of merit over the batches of an epoch."""

from minigrad.absent import explain_absent
from minigrad.metric.classification import F1, MCC, Accuracy, TopKAccuracy
from minigrad.metric.likelihood import CrossEntropy, Loss, NegativeLogLikelihood, Perplexity
from minigrad.metric.metric import CompositeEvalMetric, CustomMetric, EvalMetric, create, np, register
from minigrad.metric.regression import MAE, MSE, RMSE, PearsonCorrelation

__all__ = [
    "F1", "MAE", "MCC", "MSE", "RMSE", "Accuracy", "CompositeEvalMetric", "CrossEntropy", "CustomMetric",
    "EvalMetric", "Loss", "NegativeLogLikelihood", "PearsonCorrelation", "Perplexity", "TopKAccuracy", "create",
    "register",
]  # fmt: skip

"""All except `np`, Gluon's name for CustomMetric, which would replace a user's own `np`."""

explain_absent(__name__)
