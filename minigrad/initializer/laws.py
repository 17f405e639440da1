"""The values a weight may start from: constants and random draws."""

import math
from typing import Any

from minigrad import random
from minigrad.arguments import number, numbers, one_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.initializer.initializer import Initializer, register, registry


@register
class Zero(Initializer):
    """Weights of 0. A hidden layer that starts at 0 never learns, because all its units stay equal."""

    _init_weight = Initializer._init_zero


@register
class One(Initializer):
    """Weights of 1."""

    _init_weight = Initializer._init_one


registry["zeros"], registry["ones"] = Zero, One


@register
class Constant(Initializer):
    """Weights of `value`: a number, or an array of the parameter's shape."""

    def __init__(self, value: Any = 0.0) -> None:
        numbers("value", value)
        self.value = value

    def _init_weight(self, name: str, arr: Tensor) -> None:
        arr[...] = self.value


@register
class Uniform(Initializer):
    """Weights drawn from $U(-s, s)$ with $s$ = `scale`. The default of every `initialize()`."""

    def __init__(self, scale: float = 0.07) -> None:
        self.scale = number("scale", scale, 0)

    def _init_weight(self, name: str, arr: Tensor) -> None:
        draw("uniform", self.scale, arr)


@register
class Normal(Initializer):
    r"""Weights drawn from $N(0, \sigma^2)$ with $\sigma$ = `sigma`."""

    def __init__(self, sigma: float = 0.01) -> None:
        self.sigma = number("sigma", sigma, 0)

    def _init_weight(self, name: str, arr: Tensor) -> None:
        draw("gaussian", self.sigma, arr)


@register
class Xavier(Initializer):
    r"""Random weights, scaled so that signals and gradients keep their size from layer to layer.

    Let the weight have shape (out, in, h, ...), and let $f_{in}$, $f_{out}$ be its inputs and outputs, each times the
    size of the kernel $h \cdots$. With $f$ their mean ('avg') or one of them ('in', 'out') and $m$ = `magnitude`, the
    scale is $s = \sqrt{m / f}$, and weights are drawn from $U(-s, s)$ ('uniform') or $N(0, s^2)$ ('gaussian').

    Xavier(magnitude=3) is the paper's (variance $1/f$); Xavier('gaussian', 'in', 2) is He's for relu. A weight with
    fewer than two dimensions has no fan and raises ShapeError.

    References: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010),
    equation 16; He et al., "Delving Deep into Rectifiers" (2015), equation 10.
    """

    def __init__(self, rnd_type: str = "uniform", factor_type: str = "avg", magnitude: float = 3) -> None:
        self.rnd_type = one_of("rnd_type", rnd_type, "uniform", "gaussian")
        self.factor_type = one_of("factor_type", factor_type, "avg", "in", "out")
        self.magnitude = number("magnitude", magnitude, 0)

    def _init_weight(self, name: str, arr: Tensor) -> None:
        if arr.ndim < 2:
            raise ShapeError(
                f"{type(self).__name__} needs a weight of at least 2 dimensions (out, in), but {str(name)!r} has shape "
                f"{arr.shape}; use Normal or Uniform for it."
            )
        kernel = math.prod(arr.shape[2:])
        fan_out, fan_in = arr.shape[0] * kernel, arr.shape[1] * kernel
        fan = {"avg": (fan_in + fan_out) / 2, "in": fan_in, "out": fan_out}[self.factor_type]
        draw(self.rnd_type, math.sqrt(self.magnitude / max(fan, 1)), arr)  # only an empty weight has a fan below 1


@register
class MSRAPrelu(Xavier):
    r"""Gaussian `Xavier` for layers followed by PReLU of slope $a$: magnitude $2 / (1 + a^2)$.

    Reference: He et al., "Delving Deep into Rectifiers" (2015), equation 15.
    """

    def __init__(self, factor_type: str = "avg", slope: float = 0.25) -> None:
        self.slope = number("slope", slope)
        super().__init__("gaussian", factor_type, 2 / (1 + self.slope * self.slope))  # ** may raise OverflowError


def draw(law: str, scale: float, arr: Tensor) -> None:
    """Fill `arr` with draws from U(-scale, scale), or from N(0, scale^2) if `law` is 'gaussian'."""
    if law == "uniform":
        arr[...] = random.uniform(-scale, scale, shape=arr.shape, dtype=arr.dtype, ctx=arr.ctx)
    else:
        arr[...] = random.normal(0, scale, shape=arr.shape, dtype=arr.dtype, ctx=arr.ctx)
