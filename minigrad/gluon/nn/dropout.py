"""Dropout: in training, zero values at random, so that no unit can rely on another."""

import math
from typing import Any

from minigrad.arguments import lengths, number
from minigrad.engine.tensor import Tensor
from minigrad.gluon.hybrid import HybridBlock


class Dropout(HybridBlock):
    """In training, zeroes each value with probability `rate`, and scales the others by 1 / (1 - rate).

    Training means inside `autograd.record()` or `autograd.train_mode()`. Values along `axes` are zeroed together.

    >>> from minigrad import autograd, np, random
    >>> random.seed(0)
    >>> layer = Dropout(0.5)
    >>> layer(np.ones((4,)))
    array([1., 1., 1., 1.])
    >>> with autograd.train_mode():
    ...     sorted(set(layer(np.ones((100,))).tolist()))
    [0.0, 2.0]

    Reference: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, rate: float, axes: tuple[int, ...] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rate = number("rate", rate, 0, 1)
        self._axes = lengths("axes", axes, -math.inf)

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """x of any shape, to the same shape."""
        y: Tensor = F.npx.dropout(x, self._rate, axes=self._axes) if self._rate else x
        return y

    def extra_repr(self) -> str:
        """The rate."""
        return f"{self._rate}" + (f", axes={self._axes}" if self._axes else "")
