"""Losses."""

from minigrad.absent import explain_absent
from minigrad.gluon.loss.classification import (
    HingeLoss,
    KLDivLoss,
    LogisticLoss,
    SigmoidBCELoss,
    SigmoidBinaryCrossEntropyLoss,
    SquaredHingeLoss,
)
from minigrad.gluon.loss.ctc import CTCLoss
from minigrad.gluon.loss.embedding import CosineEmbeddingLoss, SDMLLoss, TripletLoss
from minigrad.gluon.loss.loss import Loss, _apply_weighting, _reshape_like
from minigrad.gluon.loss.regression import HuberLoss, L1Loss, L2Loss, PoissonNLLLoss
from minigrad.gluon.loss.softmax import SoftmaxCELoss, SoftmaxCrossEntropyLoss

__all__ = [
    "CTCLoss", "CosineEmbeddingLoss", "HingeLoss", "HuberLoss", "KLDivLoss", "L1Loss", "L2Loss", "LogisticLoss",
    "Loss", "PoissonNLLLoss", "SDMLLoss", "SigmoidBCELoss", "SigmoidBinaryCrossEntropyLoss", "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss", "SquaredHingeLoss", "TripletLoss",
]  # fmt: skip

explain_absent(__name__)
