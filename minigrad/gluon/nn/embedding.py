"""Embedding: a learned row of numbers for each word, item or user."""

from __future__ import annotations

from typing import Any

from minigrad import ops
from minigrad.arguments import whole
from minigrad.gluon.hybrid import HybridBlock
from minigrad.tensor import Tensor


class Embedding(HybridBlock):
    """Turns whole numbers from 0 to input_dim - 1 into the rows of a weight of shape (input_dim, output_dim).

    `sparse_grad` is accepted for Gluon's sake: gradients are dense here.

    >>> from minigrad import np
    >>> layer = Embedding(10, 4)
    >>> layer.initialize()
    >>> layer(np.array([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: Any = "float32",
        weight_initializer: Any = None,
        sparse_grad: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._dims = (whole("input_dim", input_dim, 1), whole("output_dim", output_dim, 1))
        self.weight = self.params.get("weight", shape=self._dims, init=weight_initializer, dtype=dtype)

    def forward(self, x: Tensor) -> Tensor:
        """x of any shape, to x.shape + (output_dim,)."""
        return ops.embedding(self.weight.data(x.ctx), x)

    def extra_repr(self) -> str:
        """The two lengths."""
        return f"{self._dims[0]}, {self._dims[1]}"
