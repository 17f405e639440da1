"""Layers."""

from minigrad.gluon.block import Block, HybridBlock
from minigrad.gluon.nn.activations import Activation
from minigrad.gluon.nn.basic import Dense, HybridSequential, Sequential
