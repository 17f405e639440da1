"""Losses."""

from minigrad.absent import explain_absent
from minigrad.gluon.loss import classification
from minigrad.gluon.loss.classification import *
from minigrad.gluon.loss.ctc import CTCLoss
from minigrad.gluon.loss.embedding import CosineEmbeddingLoss, SDMLLoss, TripletLoss
from minigrad.gluon.loss.loss import Loss, _apply_weighting, _reshape_like
from minigrad.gluon.loss.poisson import PoissonNLLLoss
from minigrad.gluon.loss.regression import HuberLoss, L1Loss, L2Loss
from minigrad.gluon.loss.softmax import SoftmaxCELoss, SoftmaxCrossEntropyLoss

__all__ = [
    "CTCLoss", "CosineEmbeddingLoss", "HuberLoss", "L1Loss", "L2Loss", "Loss", "PoissonNLLLoss", "SDMLLoss",
    "SoftmaxCELoss", "SoftmaxCrossEntropyLoss", "TripletLoss",
]  # fmt: skip
__all__ += classification.__all__

explain_absent(__name__)
