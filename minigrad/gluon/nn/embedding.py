"""Embedding: a learned row of numbers for each word, item or user."""

from typing import Any

from minigrad.arguments import whole
from minigrad.engine.tensor import Tensor
from minigrad.gluon.hybrid import HybridBlock


class Embedding(HybridBlock):
    """Turns whole numbers from 0 to input_dim - 1 into the rows of a weight of shape (input_dim, output_dim).

    `sparse_grad` is accepted for compatibility with Gluon, but gradients are dense.

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
        whole("input_dim", input_dim, 1), whole("output_dim", output_dim, 1)
        self._kwargs = {"input_dim": input_dim, "output_dim": output_dim, "dtype": dtype, "sparse_grad": sparse_grad}
        self.weight = self.params.get("weight", shape=(input_dim, output_dim), init=weight_initializer, dtype=dtype)

    def hybrid_forward(self, F: Any, x: Tensor, weight: Tensor) -> Tensor:
        """x of any shape, to x.shape + (output_dim,)."""
        y: Tensor = F.npx.embedding(x, weight, **self._kwargs)
        return y

    def extra_repr(self) -> str:
        """The two lengths."""
        return f"{self._kwargs['input_dim']}, {self._kwargs['output_dim']}"
