"""Pooling: the largest value, or the mean, of each window of a signal or an image."""

from typing import Any, ClassVar

from minigrad.arguments import flag
from minigrad.engine.tensor import Tensor
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.axes import check_axes, check_layout
from minigrad.ops.windows import each

__all__ = [
    "AvgPool1D", "AvgPool2D", "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalMaxPool1D", "GlobalMaxPool2D",
    "MaxPool1D", "MaxPool2D",
]  # fmt: skip


class _Pooling(HybridBlock):
    """The base of all pooling layers. `strides` defaults to the window; `ceil_mode` rounds the number of windows up."""

    space: ClassVar[int]
    kind: ClassVar[str]

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: Any = 0,
        layout: str | None = None,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_layout(type(self).__name__, layout, self.space)
        size = each("pool_size", pool_size, self.space)
        self._kwargs: dict[str, Any] = {
            "kernel": size,
            "stride": size if strides is None else each("strides", strides, self.space),
            "pad": each("padding", padding, self.space, 0),
            "global_pool": False,
            "pool_type": self.kind,
            "layout": layout,
            "pooling_convention": "full" if flag("ceil_mode", ceil_mode) else "valid",
            "count_include_pad": count_include_pad,
        }

    def _alias(self) -> str:
        return "pool"

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """x (batch, channels, *space) to (batch, channels, *windows)."""
        check_axes(self, x, self.space)
        y: Tensor = F.npx.pooling(x, **self._kwargs)
        return y

    def extra_repr(self) -> str:
        """Window and stride, and whatever differs from the default."""
        given = self._kwargs
        text = f"pool_size={given['kernel']}, strides={given['stride']}"
        text += f", padding={given['pad']}" if any(given["pad"]) else ""
        text += ", ceil_mode=True" if given["pooling_convention"] == "full" else ""
        return text + ("" if given["count_include_pad"] else ", count_include_pad=False")


class MaxPool1D(_Pooling):
    """The largest value of each window of x (batch, channels, width)."""

    space, kind = 1, "max"


class MaxPool2D(_Pooling):
    """The largest value of each window of x (batch, channels, height, width).

    >>> from minigrad import np
    >>> MaxPool2D(2)(np.arange(16).reshape((1, 1, 4, 4)))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    space, kind = 2, "max"


class AvgPool1D(_Pooling):
    """The mean of each window of x (batch, channels, width)."""

    space, kind = 1, "avg"


class AvgPool2D(_Pooling):
    """The mean of each window of x (batch, channels, height, width).

    With `count_include_pad=False` the mean excludes the padding.

    >>> from minigrad import np
    >>> AvgPool2D(2)(np.arange(16).reshape((1, 1, 4, 4)))
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """

    space, kind = 2, "avg"


class _GlobalPooling(_Pooling):
    """Pooling with one window, which covers all of the spatial axes."""

    def __init__(self, layout: str | None = None, **kwargs: Any) -> None:
        super().__init__(1, layout=layout, ceil_mode=True, **kwargs)
        self._kwargs["global_pool"] = True

    def extra_repr(self) -> str:
        """Nothing."""
        return ""


class GlobalMaxPool1D(_GlobalPooling):
    """The largest value of each channel: x (batch, channels, width) to (batch, channels, 1)."""

    space, kind = 1, "max"


class GlobalMaxPool2D(_GlobalPooling):
    """The largest value of each channel: x (batch, channels, height, width) to (batch, channels, 1, 1)."""

    space, kind = 2, "max"


class GlobalAvgPool1D(_GlobalPooling):
    """The mean of each channel: x (batch, channels, width) to (batch, channels, 1)."""

    space, kind = 1, "avg"


class GlobalAvgPool2D(_GlobalPooling):
    """The mean of each channel: x (batch, channels, height, width) to (batch, channels, 1, 1).

    >>> from minigrad import np
    >>> GlobalAvgPool2D()(np.arange(8).reshape((1, 2, 2, 2))).reshape((2,))
    array([1.5, 5.5])
    """

    space, kind = 2, "avg"
