"""Activations: as layers, and by name for layers that end in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad import ops
from minigrad.errors import ArgumentError, suggestion
from minigrad.gluon.block import HybridBlock
from minigrad.tensor import Tensor

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


def activation(x: Tensor, name: str | None) -> Tensor:
    """The activation called `name` of x; x itself for None."""
    return x if name is None else find(name)(x)


def find(name: str) -> Callable[..., Tensor]:
    """The activation called `name`, or a sentence with the names there are."""
    if name not in BY_NAME:
        raise ArgumentError(f"No activation is called {name!r}{suggestion(name, sorted(BY_NAME))}")
    return BY_NAME[name]


class Activation(HybridBlock):
    """An activation as a layer: 'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign' and others.

    >>> from minigrad import np
    >>> Activation("relu")(np.array([-1, 2]))
    array([0., 2.])
    """

    def __init__(self, activation: str, **kwargs: Any) -> None:
        self._function = find(activation)
        self._name = activation
        super().__init__(**kwargs)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """Elementwise."""
        return self._function(x)

    def extra_repr(self) -> str:
        """Its name."""
        return f"'{self._name}'"
