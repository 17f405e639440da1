"""Transforms: changes to a dataset's images before they go into a batch."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy

from minigrad.arguments import numbers
from minigrad.device import Array, cpu, xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, ShapeError
from minigrad.gluon.block import Block
from minigrad.guarded import guarded
from minigrad.image import check_constant


class Transform(Block):
    """A change of an image or a batch of images; the last axes are height, width and channels unless said otherwise.

    A subclass defines it on raw arrays in `change(xp, image)`. Other arguments, such as the label, pass unchanged. No
    gradient goes through it: while recording, an image that has one is refused.
    """

    def forward(self, x: Any, *others: Any) -> Any:
        """The changed image, and the other arguments."""
        check_constant(f"{type(self).__name__}()", x)
        image, ctx, kind = (x.data, x.ctx, type(x)) if isinstance(x, Tensor) else (numpy.asarray(x), cpu(), Tensor)
        with ctx:
            y = kind(self.change(xp_of(image), image), ctx)
        return (y, *others) if others else y

    def change(self, xp: Any, image: Array) -> Array:
        """The changed image, a new raw array."""
        raise NotImplementedError


class Compose(Block):
    """One transform after another; any functions of an image will do.

    >>> from minigrad import np
    >>> Compose([ToTensor(), Normalize(0.5, 0.25)])(np.full((2, 2, 3), 255)).shape
    (3, 2, 2)
    """

    @guarded
    def __init__(self, transforms: Iterable[Callable[[Any], Any]]) -> None:
        super().__init__()
        self._transforms = list(transforms)
        for transform in self._transforms:
            if isinstance(transform, Block):
                self.register_child(transform)

    def forward(self, x: Any, *others: Any) -> Any:
        """The image after all transforms, and the other arguments."""
        for transform in self._transforms:
            x = transform(x)
        return (x, *others) if others else x


class Cast(Transform):
    """The values converted to `dtype`."""

    def __init__(self, dtype: Any = "float32") -> None:
        super().__init__()
        self._dtype = dtype

    def change(self, xp: Any, image: Array) -> Array:
        return image.astype(self._dtype)


class ToTensor(Transform):
    """Converts an image (H, W, C) with values 0 to 255, or a batch, to (C, H, W) in float32 with values 0 to 1.

    >>> ToTensor()(numpy.full((1, 2, 1), 51, dtype="uint8"))
    array([[[0.2, 0.2]]])
    """

    def change(self, xp: Any, image: Array) -> Array:
        if image.ndim not in (3, 4):
            raise ShapeError(
                f"ToTensor expects an image (height, width, channels) or a batch of them, but got shape {image.shape}."
            )
        channels_first = image.transpose(*range(image.ndim - 3), -1, -3, -2)
        return channels_first.astype("float32", order="C") / 255


class Normalize(Transform):
    """(x - mean) / std for each channel of an image (C, H, W) of floats, or a batch: use it after ToTensor.

    `mean` and `std` are numbers, or one number for each channel.

    >>> Normalize(mean=(0, 1), std=(1, 2))(numpy.float32([[[3.0]], [[3.0]]])).asnumpy().ravel()
    array([3., 1.], dtype=float32)
    """

    @guarded
    def __init__(self, mean: float | Sequence[float] = 0.0, std: float | Sequence[float] = 1.0) -> None:
        super().__init__()
        numbers("mean", mean)
        numbers("std", std, 0, ends="()")
        self._mean = numpy.reshape(numpy.asarray(mean, dtype="float64"), (-1, 1, 1))
        self._std = numpy.reshape(numpy.asarray(std, dtype="float64"), (-1, 1, 1))

    def change(self, xp: Any, image: Array) -> Array:
        if image.dtype.kind != "f":
            raise DTypeError(f"Normalize expects floats (C, H, W), but got {image.dtype}; put ToTensor() before it.")
        for what in (self._mean, self._std):
            if image.ndim < 3 or len(what) not in (1, image.shape[-3]):
                raise ShapeError(
                    f"Normalize with {len(what)} channels expects images of shape ({len(what)}, height, width), but "
                    f"got {image.shape}; put ToTensor() before it."
                )
        mean, std = xp.asarray(self._mean, dtype=image.dtype), xp.asarray(self._std, dtype=image.dtype)
        return (image - mean) / std
