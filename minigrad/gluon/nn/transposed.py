"""Transposed convolutions: each input value adds the kernel, times that value, to the output."""

from typing import Any

from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.gluon.nn.axes import check_axes
from minigrad.gluon.nn.convolution import _Convolution
from minigrad.ops.conv import transposed_convolution
from minigrad.ops.windows import each


class _Transposed(_Convolution):
    """The base of all transposed convolutions, for any number of spatial axes."""

    _op_name = "Deconvolution"  # MXNet's name; `nd` has no such operation here

    def __init__(
        self,
        channels: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        layout: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(channels, kernel_size, strides, padding, dilation, groups, layout, **kwargs)
        further = self._kwargs["adj"] = each("output_padding", output_padding, self.space, 0)
        if any(a >= s for a, s in zip(further, self._kwargs["stride"])):
            raise ArgumentError(
                f"{type(self).__name__} got output_padding={output_padding} for strides={strides}; it makes the output "
                "longer by less than one stride."
            )

    def _shape_of_weight(self, in_channels: int) -> tuple[int, ...]:
        return (in_channels, self._channels // self._kwargs["num_group"], *self._kwargs["kernel"])

    def _channels_seen(self, shape: tuple[int, ...]) -> int:
        return shape[0]

    def hybrid_forward(self, F: Any, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """x (batch, channels, *places) to (batch, output channels, *space)."""
        check_axes(self, x, self.space)
        given = self._kwargs
        y = transposed_convolution(
            x, weight, bias, given["stride"], given["pad"], given["dilate"], given["num_group"], given["adj"]
        )
        return y if self.act is None else self.act(y)


class Conv1DTranspose(_Transposed):
    """A transposed convolution over a signal: x (batch, channels, width). See `Conv2DTranspose`."""

    space = 1


class Conv2DTranspose(_Transposed):
    """A transposed convolution over images: x (batch, channels, height, width).

    It reverses the shapes of a `Conv2D` with the same arguments, from its output to its input: the forward pass here is
    the gradient there. The weight is (in_channels, channels / groups, *kernel).

    Arguments:
        channels, kernel_size, strides, padding, dilation, groups, activation, use_bias, in_channels: as in `Conv2D`.
        output_padding: rows to add at the end, fewer than a stride. The result has
            (height - 1) stride - 2 padding + dilation (kernel - 1) + 1 + output_padding rows.

    >>> from minigrad import np
    >>> layer = Conv2DTranspose(3, kernel_size=4, strides=2, padding=1)
    >>> layer.initialize()
    >>> layer(np.zeros((1, 6, 8, 8))).shape
    (1, 3, 16, 16)

    Reference: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
    """

    space = 2


class Conv3DTranspose(_Transposed):
    """A transposed convolution over volumes: x (batch, channels, depth, height, width). See `Conv2DTranspose`."""

    space = 3
