"""Gluon: parameters, blocks, losses, data and the Trainer."""

from minigrad.absent import explain_absent
from minigrad.gluon import data, loss, metric, nn, parameter, rnn, utils
from minigrad.gluon.block import Block
from minigrad.gluon.hybrid import HybridBlock, SymbolBlock
from minigrad.gluon.parameter import Constant, Parameter
from minigrad.gluon.parameterdict import ParameterDict
from minigrad.gluon.trainer import Trainer

__all__ = [
    "Block", "Constant", "HybridBlock", "Parameter", "ParameterDict", "SymbolBlock", "Trainer", "data", "loss",
    "metric", "nn", "rnn", "utils",
]  # fmt: skip

vars(parameter)["ParameterDict"] = ParameterDict  # where Gluon has it
explain_absent(__name__)
