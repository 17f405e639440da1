"""Gluon: parameters, blocks, losses, data and the Trainer."""

from minigrad import nd as _nd
from minigrad.absent import answers_for_absent, explain_absent
from minigrad.gluon import block, data, hybrid, loss, metric, nn, parameter, rnn, utils
from minigrad.gluon.block import Block
from minigrad.gluon.constant import Constant
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.parameter import Parameter
from minigrad.gluon.parameterdict import ParameterDict
from minigrad.gluon.symbolblock import SymbolBlock
from minigrad.gluon.trainer import Trainer

__all__ = [
    "Block", "Constant", "HybridBlock", "Parameter", "ParameterDict", "SymbolBlock", "Trainer", "data", "loss",
    "metric", "nn", "rnn", "utils",
]  # fmt: skip

hybrid.nd = _nd  # the `F` of every `hybrid_forward`
vars(block).update(HybridBlock=HybridBlock, SymbolBlock=SymbolBlock)  # where Gluon has them
vars(parameter).update(Constant=Constant, ParameterDict=ParameterDict)
for _kind in (Block, Parameter, Trainer, nn.Dropout, nn.BatchNorm, loss.Loss, data.DataLoader):
    answers_for_absent(_kind)
explain_absent(__name__)
