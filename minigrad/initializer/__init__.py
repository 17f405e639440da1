"""Initializers: how a parameter gets its first values. Also available as `minigrad.init`."""

from minigrad.absent import explain_absent
from minigrad.initializer import spelled
from minigrad.initializer.choose import Load, Mixed
from minigrad.initializer.initializer import InitDesc, Initializer, create, register
from minigrad.initializer.laws import Constant, MSRAPrelu, Normal, One, Uniform, Xavier, Zero
from minigrad.initializer.patterns import Bilinear, LSTMBias, Orthogonal

__all__ = [
    "Bilinear", "Constant", "InitDesc", "Initializer", "LSTMBias", "Load", "MSRAPrelu", "Mixed", "Normal", "One",
    "Orthogonal", "Uniform", "Xavier", "Zero", "create", "register",
]  # fmt: skip

explain_absent(__name__)
