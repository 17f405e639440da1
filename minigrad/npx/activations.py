"""Activations by name, for layers that are told theirs as a word."""

from __future__ import annotations

from collections.abc import Callable

from minigrad import ops
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, suggestion

BY_NAME: dict[str, Callable[..., Tensor]] = {
    "relu": ops.relu,
    "sigmoid": ops.sigmoid,
    "log_sigmoid": lambda x: -ops.softplus(-x),
    "tanh": ops.tanh,
    "softrelu": ops.softplus,
    "softsign": ops.softsign,
    "gelu": ops.gelu,
    "selu": ops.selu,
    "elu": ops.elu,
    "silu": ops.silu,
    "swish": ops.silu,
    "mish": lambda x: x * ops.tanh(ops.softplus(x)),
    "leaky": ops.leaky_relu,
}


def find(name: str) -> Callable[..., Tensor]:
    """The activation called `name`, or a sentence with the names there are."""
    if name not in BY_NAME:
        raise ArgumentError(f"No activation is called {name!r}{suggestion(name, sorted(BY_NAME))}")
    return BY_NAME[name]
