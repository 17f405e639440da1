"""Any activation as a layer, by name."""

from typing import Any

from minigrad.composed import as_tensor
from minigrad.engine.tensor import Tensor
from minigrad.gluon.hybrid import HybridBlock
from minigrad.npx.activations import find


class Activation(HybridBlock):
    """An activation as a layer: 'relu', 'sigmoid', 'tanh', 'softrelu', 'softsign' and others.

    >>> from minigrad import np
    >>> Activation("relu")(np.array([-1, 2]))
    array([0., 2.])
    """

    pure = True

    def __init__(self, activation: str, **kwargs: Any) -> None:
        find(activation)
        self.act_type = activation  # before the block's name, which is made from it
        super().__init__(**kwargs)

    def _alias(self) -> str:
        return self.act_type

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return find(self.act_type)(as_tensor(x, where="Activation"))

    def extra_repr(self) -> str:
        """Its name."""
        return f"'{self.act_type}'"


def at_the_end(layer: HybridBlock, name: str | None) -> None:
    """Set a layer's activation as the attribute `act`, not as a child, so that the names of its parts are Gluon's."""
    vars(layer)["act"] = None if name is None else Activation(name, prefix=f"{name}_")
