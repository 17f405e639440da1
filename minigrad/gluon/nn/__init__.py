"""Layers."""

from minigrad.absent import explain_absent
from minigrad.gluon.block import Block
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn import pooling
from minigrad.gluon.nn.activation import Activation
from minigrad.gluon.nn.activations import ELU, GELU, SELU, LeakyReLU, PReLU, SiLU, Swish
from minigrad.gluon.nn.basic import Dense, HybridSequential, Sequential
from minigrad.gluon.nn.convolution import Conv1D, Conv2D, Conv3D
from minigrad.gluon.nn.dropout import Dropout
from minigrad.gluon.nn.embedding import Embedding
from minigrad.gluon.nn.normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from minigrad.gluon.nn.pooling import *
from minigrad.gluon.nn.transposed import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from minigrad.gluon.nn.wiring import Concatenate, Flatten, HybridConcatenate, HybridLambda, Identity, Lambda
from minigrad.gluon.symbolblock import SymbolBlock

__all__ = [
    "Activation", "BatchNorm", "Block", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose",
    "Conv3D", "Conv3DTranspose", "Dense", "Dropout", "ELU", "Embedding", "Flatten", "GELU", "GroupNorm",
    "HybridBlock", "HybridConcatenate", "HybridLambda", "HybridSequential", "Identity", "InstanceNorm", "Lambda",
    "LayerNorm", "LeakyReLU", "PReLU", "SELU", "Sequential", "SiLU", "Swish", "SymbolBlock",
]  # fmt: skip
__all__ += pooling.__all__

explain_absent(__name__)
