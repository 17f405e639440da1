"""Convolutions: the same small weights applied at every place of a signal, an image or a volume."""

from __future__ import annotations

from typing import Any, ClassVar

from minigrad import ops
from minigrad.arguments import whole
from minigrad.errors import ArgumentError, ShapeError
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.activations import activation as apply_activation
from minigrad.npx.activations import find
from minigrad.ops.windows import each
from minigrad.tensor import Tensor


class _Convolution(HybridBlock):
    """What convolutions share, whatever the number of axes of space."""

    space: ClassVar[int]

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
        if activation is not None:
            find(activation)
        self._channels = whole("channels", channels, 1)
        self._kernel = each("kernel_size", kernel_size, self.space)
        self._strides = each("strides", strides, self.space)
        self._padding = each("padding", padding, self.space, 0)
        self._dilation = each("dilation", dilation, self.space)
        self._groups = whole("groups", groups, 1)
        if channels % groups or whole("in_channels", in_channels, 0) % groups:
            raise ArgumentError(
                f"{type(self).__name__} cannot cut channels={channels} and in_channels={in_channels} into "
                f"groups={groups} equal groups."
            )
        self._activation = activation
        self.weight = self.params.get(
            "weight",
            shape=(channels, in_channels // groups, *self._kernel),
            init=weight_initializer,
            allow_deferred_init=True,
        )
        self.bias = self.params.get("bias", shape=(channels,), init=bias_initializer) if use_bias else None

    def infer_shape(self, x: Tensor) -> None:
        """Axis 1 of the input has the channels."""
        self._check(x)
        self.weight.shape = (self._channels, x.shape[1] // self._groups, *self._kernel)

    def _check(self, x: Tensor) -> None:
        if x.ndim != self.space + 2:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' expects inputs (batch, channels, and {self.space} of space), but "
                f"got shape {x.shape}. Is the axis of the channels missing? x.reshape((batch, channels, ...)) adds it."
            )

    def forward(self, x: Tensor) -> Tensor:
        """x (batch, channels, *space) to (batch, output channels, *places)."""
        weight = self.weight.data(x.ctx)
        self._check(x)
        bias = None if self.bias is None else self.bias.data(x.ctx)
        y = ops.convolution(x, weight, bias, self._strides, self._padding, self._dilation, self._groups)
        return apply_activation(y, self._activation)

    def extra_repr(self) -> str:
        """Channels, kernel and what differs from the default."""
        text = f"{self._channels}, kernel_size={self._kernel}"
        ones, zeros = (1,) * self.space, (0,) * self.space
        for name, value, default in (
            ("strides", self._strides, ones),
            ("padding", self._padding, zeros),
            ("dilation", self._dilation, ones),
            ("groups", self._groups, 1),
        ):
            text += f", {name}={value}" if value != default else ""
        text += f", activation='{self._activation}'" if self._activation else ""
        text += "" if self.bias is not None else ", use_bias=False"
        shape = self.weight.shape
        return text + (f", in_channels={shape[1] * self._groups}" if shape and shape[1] else "")


class Conv1D(_Convolution):
    """A convolution over a signal: x (batch, channels, width). See `Conv2D`."""

    space = 1


class Conv2D(_Convolution):
    """A convolution over images: x (batch, channels, height, width), weight (channels, in_channels / groups, *kernel).

    Arguments:
        channels: the number of output channels.
        kernel_size, strides, padding, dilation: a number, or one for the height and one for the width. The result has
            (height + 2 padding - dilation (kernel - 1) - 1) // stride + 1 rows.
        groups: input and output channels are cut into so many groups, and each sees only its own.
        activation, use_bias: as in Dense.
        in_channels: 0 lets the first input decide.

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


def check_layout(name: str, layout: str | None, space: int) -> None:
    """Only the layout with the channels in front of the space is known."""
    expected = "NC" + "DHW"[3 - space :]
    if layout not in (None, expected):
        raise ArgumentError(
            f"{name} got layout={layout!r}, but only {expected!r} is known; bring the axes into this order with "
            "transpose()."
        )
