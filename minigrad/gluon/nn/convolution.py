"""Convolutions: the same small kernel applied at every position of a signal, an image or a volume."""

from typing import Any, ClassVar

from minigrad.arguments import flag, whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.gluon.block import Block
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.activation import at_the_end
from minigrad.gluon.nn.axes import check_axes, check_groups, check_layout
from minigrad.ops.windows import each


class _Convolution(HybridBlock):
    """The base of all convolutions, for any number of spatial axes."""

    space: ClassVar[int]
    _op_name = "Convolution"
    act: Block | None

    def __init__(
        self,
        channels: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        layout: str | None = None,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: Any = None,
        bias_initializer: Any = "zeros",
        in_channels: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_layout(type(self).__name__, layout, self.space)
        kernel = each("kernel_size", kernel_size, self.space)
        self._channels = whole("channels", channels, 1)
        if channels % whole("groups", groups, 1) or whole("in_channels", in_channels, 0) % groups:
            raise ArgumentError(
                f"{type(self).__name__} cannot split channels={channels} and in_channels={in_channels} into "
                f"groups={groups} equal groups."
            )
        self._in_channels = in_channels
        self._kwargs: dict[str, Any] = {
            "kernel": kernel,
            "stride": each("strides", strides, self.space),
            "dilate": each("dilation", dilation, self.space),
            "pad": each("padding", padding, self.space, 0),
            "num_filter": channels,
            "num_group": groups,
            "no_bias": not flag("use_bias", use_bias),
            "layout": layout,
        }
        at_the_end(self, activation)
        shape = self._shape_of_weight(in_channels)
        self.weight = self.params.get("weight", shape=shape, init=weight_initializer, allow_deferred_init=True)
        self.bias = self.params.get("bias", shape=(channels,), init=bias_initializer) if use_bias else None

    def _alias(self) -> str:
        return "conv"

    def infer_shape(self, x: Tensor) -> None:
        """The number of channels is the length of axis 1 of the input."""
        check_axes(self, x, self.space)
        check_groups(self, x, self._kwargs["num_group"])
        self._in_channels = x.shape[1]
        self.weight.shape = self._shape_of_weight(x.shape[1])

    def _shape_of_weight(self, in_channels: int) -> tuple[int, ...]:
        return (self._channels, in_channels // self._kwargs["num_group"], *self._kwargs["kernel"])

    def _channels_seen(self, shape: tuple[int, ...]) -> int:
        return int(shape[1] * self._kwargs["num_group"])

    def hybrid_forward(self, F: Any, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """x (batch, channels, *space) to (batch, output channels, *places)."""
        check_axes(self, x, self.space)
        y: Tensor = getattr(F, self._op_name)(x, weight, bias, **self._kwargs)
        return y if self.act is None else self.act(y)

    def extra_repr(self) -> str:
        """Channels, kernel and whatever differs from the default."""
        given = self._kwargs
        text = f"{self._channels}, kernel_size={given['kernel']}"
        ones, zeros = (1,) * self.space, (0,) * self.space
        usual = (("strides", "stride", ones), ("padding", "pad", zeros), ("dilation", "dilate", ones))
        for name, key, default in (*usual, ("groups", "num_group", 1), ("output_padding", "adj", zeros)):
            text += f", {name}={given[key]}" if given.get(key, default) != default else ""
        text += "" if self.act is None else f", activation={self.act.extra_repr()}"
        text += "" if self.bias is not None else ", use_bias=False"
        seen = self._channels_seen(self.weight.shape or (0, 0))
        return text + (f", in_channels={seen}" if seen else "")


class Conv1D(_Convolution):
    """A convolution over a signal: x (batch, channels, width). See `Conv2D`."""

    space = 1


class Conv2D(_Convolution):
    """A convolution over images: x (batch, channels, height, width), weight (channels, in_channels / groups, *kernel).

    Arguments:
        channels: the number of output channels.
        kernel_size, strides, padding, dilation: a number, or one for the height and one for the width. The result has
            (height + 2 padding - dilation (kernel - 1) - 1) // stride + 1 rows.
        groups: the number of groups into which input and output channels are split; each sees only its own inputs.
        activation, use_bias: as in Dense.
        in_channels: 0 takes it from the first input.

    >>> from minigrad import np
    >>> layer = Conv2D(6, kernel_size=5, padding=2, activation="relu")
    >>> layer.initialize()
    >>> layer(np.zeros((1, 3, 8, 8))).shape
    (1, 6, 8, 8)

    Reference: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """

    space = 2


class Conv3D(_Convolution):
    """A convolution over volumes: x (batch, channels, depth, height, width). See `Conv2D`."""

    space = 3
