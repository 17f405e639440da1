"""What neural networks need besides NumPy: layers as functions, choice by index, coded shapes, files, devices."""

from minigrad import random
from minigrad.absent import explain_absent
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.np.search import argwhere as nonzero
from minigrad.npx import arrays, layers
from minigrad.npx.arrays import *
from minigrad.npx.files import load, save, savez
from minigrad.npx.layers import *
from minigrad.npx.switches import is_np_array, is_np_shape, np_shape, reset_np, set_np, use_np, waitall
from minigrad.ops import erf, gamma, gammaln, norm, one_hot, pick, relu, sigmoid
from minigrad.random import seed

__all__ = [
    "Context", "Device", "cpu", "cpu_pinned", "current_context", "current_device", "erf", "gamma", "gammaln", "gpu",
    "is_np_array", "is_np_shape", "load", "nonzero", "norm", "np_shape", "num_gpus", "one_hot", "pick", "random",
    "relu", "reset_np", "save", "savez", "seed", "set_np", "set_seed", "sigmoid", "use_np", "waitall",
]  # fmt: skip
__all__ += arrays.__all__
__all__ += layers.__all__

explain_absent(__name__)

Device, current_device, set_seed, cpu_pinned = Context, current_context, seed, cpu
