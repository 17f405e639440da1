"""What neural networks need beside NumPy: layers as functions, choice by index, coded shapes, files, devices."""

from minigrad import random
from minigrad.absent import explain_absent
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.np.search import argwhere as nonzero
from minigrad.npx.arrays import (
    arange_like,
    batch_dot,
    batch_flatten,
    cast,
    gather_nd,
    index_add,
    index_update,
    reshape,
    reshape_like,
    sequence_mask,
    shape_array,
    slice,
    stop_gradient,
    topk,
)
from minigrad.npx.files import load, save, savez
from minigrad.npx.layers import (
    activation,
    batch_norm,
    convolution,
    dropout,
    embedding,
    fully_connected,
    group_norm,
    instance_norm,
    layer_norm,
    leaky_relu,
    log_softmax,
    masked_log_softmax,
    masked_softmax,
    pooling,
    smooth_l1,
    softmax,
)
from minigrad.npx.switches import is_np_array, is_np_shape, reset_np, set_np, use_np, waitall
from minigrad.ops import erf, gamma, gammaln, norm, one_hot, pick, relu, sigmoid
from minigrad.random import seed

__all__ = [
    "Context", "Device", "activation", "arange_like", "batch_dot", "batch_flatten", "batch_norm", "cast",
    "convolution", "cpu", "cpu_pinned", "current_context", "current_device", "dropout", "embedding", "erf",
    "fully_connected", "gamma", "gammaln", "gather_nd", "gpu", "group_norm", "index_add", "index_update",
    "instance_norm", "is_np_array", "is_np_shape", "layer_norm", "leaky_relu", "load", "log_softmax",
    "masked_log_softmax", "masked_softmax", "nonzero", "norm", "num_gpus", "one_hot", "pick", "pooling", "random",
    "relu", "reset_np", "reshape", "reshape_like", "save", "savez", "seed", "sequence_mask", "set_np", "set_seed",
    "shape_array", "sigmoid", "slice", "smooth_l1", "softmax", "stop_gradient", "topk", "use_np", "waitall",
]  # fmt: skip

explain_absent(__name__)

Device, current_device, set_seed, cpu_pinned = Context, current_context, seed, cpu
