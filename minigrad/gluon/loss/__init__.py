"""Losses."""

from minigrad.gluon.loss.classification import SoftmaxCELoss, SoftmaxCrossEntropyLoss
from minigrad.gluon.loss.loss import Loss
from minigrad.gluon.loss.regression import L1Loss, L2Loss
