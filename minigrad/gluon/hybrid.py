"""HybridBlock: a Block whose computation may be written for any array namespace; and what is not offered of MXNet's."""

from __future__ import annotations

from typing import Any

from minigrad.errors import UsageError
from minigrad.gluon.block import Block
from minigrad.tensor import Tensor


class HybridBlock(Block):
    """A Block whose computation may also be written as `hybrid_forward(self, F, x, **parameters)`.

    `F` is the array namespace (`minigrad.nd`, which also has `F.np` and `F.npx`), and its own parameters arrive by
    name.

    >>> from minigrad import gluon, np
    >>> class Shift(gluon.HybridBlock):
    ...     def __init__(self, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.bias = self.params.get("bias", shape=(1,), init="ones")
    ...
    ...     def hybrid_forward(self, F, x, bias):
    ...         return F.broadcast_add(x, bias)
    >>> shift = Shift()
    >>> shift.initialize()
    >>> shift(np.array([1, 2]))
    array([2., 3.])
    """

    def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Runs `hybrid_forward` with the array namespace and its own parameters."""
        from minigrad import nd

        ctx = x.ctx if isinstance(x, Tensor) else None
        own = {name: p.data(ctx) for name, p in self._own.items()}
        return self.hybrid_forward(nd, x, *args, **kwargs, **own)

    def infer_shape(self, x: Any, *args: Any) -> None:
        """Fix the unknown lengths of its own parameters: by a trial run of `hybrid_forward`, if that is what it has."""
        if type(self).hybrid_forward is not HybridBlock.hybrid_forward:
            from minigrad.gluon.shapes import infer

            infer(self, x, *args)

    def hybrid_forward(self, F: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The output for these inputs and parameters. A subclass defines this, or `forward`."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, x) or hybrid_forward(self, F, x).")

    def export(self, path: Any, epoch: int = 0) -> None:
        """Not offered: there is no graph file of MXNet here. `save_parameters` keeps the values."""
        raise UsageError(
            "export() writes MXNet's graph files, which minigrad does not have; use save_parameters(file), and make "
            "the network by its Python code before load_parameters(file)."
        )


class SymbolBlock(HybridBlock):
    """Not offered: a network read from MXNet's graph files. Make it by its Python code and use `load_parameters`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise UsageError(
            "SymbolBlock runs MXNet's graph files, which minigrad does not read; make the network by its Python code "
            "and "
            "use load_parameters(file)."
        )

    @staticmethod
    def imports(*args: Any, **kwargs: Any) -> SymbolBlock:
        """Raises UsageError: see the class."""
        return SymbolBlock()
