"""Patterns with a purpose that a weight may start from: orthogonal rows, interpolation, an open forget gate."""

import math

from minigrad import random
from minigrad.arguments import number, one_of
from minigrad.device import xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.initializer.initializer import Initializer, register


@register
class Orthogonal(Initializer):
    """A matrix with orthogonal rows (or columns, whichever are fewer), each of length `scale`.

    The weight is seen as a matrix of shape (shape[0], everything else); it becomes the orthogonal matrix closest to a
    random one ('uniform' in (-1, 1), or 'normal'). So no sign is more likely than the other, as it is among the
    singular vectors that MXNet takes, whose signs LAPACK chooses.

    Reference: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks" (2014), section 3.
    """

    def __init__(self, scale: float = 1.414, rand_type: str = "uniform") -> None:
        self.scale = number("scale", scale)
        self.rand_type = one_of("rand_type", rand_type, "uniform", "normal")

    def _init_weight(self, name: str, arr: Tensor) -> None:
        shape = (math.prod(arr.shape[:1]), math.prod(arr.shape[1:]))  # a number is a matrix of one row
        if self.rand_type == "uniform":
            drawn = random.uniform(-1, 1, shape=shape, dtype="float64", ctx=arr.ctx).data
        else:
            drawn = random.normal(0, 1, shape=shape, dtype="float64", ctx=arr.ctx).data
        rows, _, columns = xp_of(drawn).linalg.svd(drawn, full_matrices=False)
        arr[...] = Tensor(self.scale * (rows @ columns).reshape(arr.shape))


@register
class Bilinear(Initializer):
    r"""The kernel of bilinear upsampling, for the transposed convolution that enlarges an image.

    Let $W$ be the width of the kernel (its last axis), $F = \lceil W/2 \rceil$ and $c = (2F - 1 - F \bmod 2) / 2F$.
    The value at column $x$, row $y$ is $(1 - |x/F - c|)(1 - |y/F - c|)$, the same for every pair of channels.

    Reference: Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation" (2015), section 3.3.
    """

    def _init_weight(self, name: str, arr: Tensor) -> None:
        if arr.ndim < 2:
            raise ShapeError(
                f"Bilinear needs a weight of (..., height, width), but {str(name)!r} has shape {arr.shape}."
            )
        height, width = arr.shape[-2:]
        xp = xp_of(arr.data)
        half = math.ceil(width / 2) or 1  # an empty kernel has no half
        centre = (2 * half - 1 - half % 2) / (2 * half)
        row, column = (1 - xp.abs(xp.arange(n) / half - centre) for n in (height, width))
        arr[...] = Tensor(xp.broadcast_to(row[:, None] * column, arr.shape))


@register
class LSTMBias(Initializer):
    """The bias vector of an LSTM: the forget gate (second of four quarters) starts at `forget_bias`, the others at 0.

    Reference: Jozefowicz, Zaremba, Sutskever, "An Empirical Exploration of Recurrent Network Architectures" (2015),
    section 4.
    """

    def __init__(self, forget_bias: float = 1.0) -> None:
        self.forget_bias = number("forget_bias", forget_bias)

    def _init_weight(self, name: str, arr: Tensor) -> None:
        if arr.ndim == 0 or arr.shape[0] % 4:
            raise ShapeError(
                f"LSTMBias fills the biases of four gates side by side, but {str(name)!r} has shape {arr.shape}; its "
                "length must be a multiple of 4."
            )
        quarter = arr.shape[0] // 4
        arr[...] = 0
        arr[quarter : 2 * quarter] = self.forget_bias
