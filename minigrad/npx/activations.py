"""Activations by name, for layers that take theirs as a word."""

from collections.abc import Callable

from minigrad.arguments import shown
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, suggestion
from minigrad.ops import neural
from minigrad.ops.elementwise import tanh

BY_NAME: dict[str, Callable[..., Tensor]] = {
    "relu": neural.relu, "sigmoid": neural.sigmoid, "tanh": tanh, "softrelu": neural.softplus,
    "softsign": neural.softsign, "gelu": neural.gelu, "selu": neural.selu, "elu": neural.elu, "silu": neural.silu,
    "swish": neural.silu, "leaky": neural.leaky_relu, "log_sigmoid": lambda x: -neural.softplus(-1.0 * x),
    "mish": lambda x: x * tanh(neural.softplus(x)),
}  # fmt: skip


def find(name: str) -> Callable[..., Tensor]:
    """The activation called `name`; the error for any other lists the names there are."""
    if not isinstance(name, str) or name not in BY_NAME:
        raise ArgumentError(f"No activation is called {shown(name)}{suggestion(str(name), sorted(BY_NAME))}")
    return BY_NAME[name]
