"""Activations with parameters of their own as layers; those that are only a name are in `activation.py`."""

from typing import Any

from minigrad.arguments import number, one_of, whole
from minigrad.engine.tensor import Tensor
from minigrad.gluon.hybrid import HybridBlock
from minigrad.initializer.laws import Constant
from minigrad.npx.layers import leaky_relu
from minigrad.ops import neural


class LeakyReLU(HybridBlock):
    """x where x > 0, else alpha x.

    >>> from minigrad import np
    >>> LeakyReLU(0.1)(np.array([-10, 2]))
    array([-1.,  2.])
    """

    pure = True

    def __init__(self, alpha: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._alpha = number("alpha", alpha, 0)

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return neural.leaky_relu(x, self._alpha)

    def extra_repr(self) -> str:
        """The slope."""
        return f"{self._alpha}"


class PReLU(HybridBlock):
    """x where x > 0, else alpha x, with learned slopes alpha: one for all, or one for each channel (axis 1).

    >>> from minigrad import np
    >>> layer = PReLU()
    >>> layer.initialize()
    >>> layer(np.array([-4, 2]))
    array([-1.,  2.])

    Reference: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """

    pure = True

    def __init__(self, alpha_initializer: Any = None, in_channels: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        init = Constant(0.25) if alpha_initializer is None else alpha_initializer
        self.alpha = self.params.get("alpha", shape=(whole("in_channels", in_channels, 1),), init=init)

    def hybrid_forward(self, F: Any, x: Tensor, alpha: Tensor) -> Tensor:
        """Elementwise."""
        y: Tensor = leaky_relu(x, alpha, "prelu")
        return y


class ELU(HybridBlock):
    """x where x > 0, else alpha (exp(x) - 1). Clevert, Unterthiner and Hochreiter, 2016."""

    pure = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._alpha = number("alpha", alpha)

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return neural.elu(x, self._alpha)


class SELU(HybridBlock):
    """The scaled `ELU` that keeps mean 0 and variance 1 from layer to layer. Klambauer et al., 2017."""

    pure = True

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return neural.selu(x)


class GELU(HybridBlock):
    """x times the probability that a standard normal value is below x. Hendrycks and Gimpel, 2016."""

    pure = True

    def __init__(self, approximation: str = "erf", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._approximation = one_of("approximation", approximation, "erf", "tanh")

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return neural.gelu(x, self._approximation)


class Swish(HybridBlock):
    """x sigmoid(beta x). Ramachandran, Zoph and Le, 2017."""

    pure = True

    def __init__(self, beta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._beta = number("beta", beta)

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """Elementwise."""
        return neural.silu(x, self._beta)


class SiLU(Swish):
    """x sigmoid(x): `Swish` under its older name."""

    pure = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
