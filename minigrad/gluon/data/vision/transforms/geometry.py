"""Transforms of position: resizing, cropping and mirroring. Sizes are (width, height), or one number for both."""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.arguments import flag, number, whole
from minigrad.device import Array, cpu
from minigrad.errors import ArgumentError, ShapeError
from minigrad.generators import generator
from minigrad.gluon.data.vision.transforms.transform import Transform
from minigrad.image import Rectangle, crop, half, known, random_offset, rectangle, resize
from minigrad.ops.windows import each

__all__ = [
    "CenterCrop", "CropResize", "RandomCrop", "RandomFlipLeftRight", "RandomFlipTopBottom", "RandomResizedCrop",
    "Resize",
]  # fmt: skip

Size = int | Sequence[int]


class Resize(Transform):
    """The image, resized. With `keep_ratio` and one number, the shorter side gets that length.

    interpolation : 0 for the nearest pixel, 1 for bilinear between pixel centres (no smoothing before shrinking).

    >>> import numpy
    >>> Resize((4, 2))(numpy.zeros((10, 10, 3))).shape
    (2, 4, 3)
    >>> Resize(5, keep_ratio=True)(numpy.zeros((10, 20, 3))).shape
    (5, 10, 3)
    """

    def __init__(self, size: Size, keep_ratio: bool = False, interpolation: int = 1) -> None:
        super().__init__()
        self._size = (
            whole("size", size, 1) if flag("keep_ratio", keep_ratio) and not isinstance(size, Sequence) else _pair(size)
        )
        self._interpolation = known(interpolation)

    def change(self, xp: Any, image: Array) -> Array:
        if isinstance(self._size, tuple):
            return resize(xp, image, *self._size, self._interpolation)
        rows, columns = image.shape[-3:-1]
        short = min(rows, columns)
        return resize(xp, image, columns * self._size // short, rows * self._size // short, self._interpolation)


class _Cut(Transform):
    """Base of the transforms that cut out a rectangle and resize it."""

    def __init__(self, size: Size, interpolation: int = 1) -> None:
        super().__init__()
        self._size = _pair(size)
        self._interpolation = known(interpolation)

    def _cut(self, xp: Any, image: Array, part: Rectangle) -> Array:
        """The rectangle, resized."""
        return resize(xp, crop(image, *part), *self._size, self._interpolation)


class CropResize(_Cut):
    """The rectangle with upper left corner (x, y), resized to `size` if one is given."""

    def __init__(
        self, x: int, y: int, width: int, height: int, size: Size | None = None, interpolation: int = 1
    ) -> None:
        box = (whole("x", x, 0), whole("y", y, 0), whole("width", width, 1), whole("height", height, 1))
        super().__init__((width, height) if size is None else size, interpolation)
        self._box = box

    def change(self, xp: Any, image: Array) -> Array:
        return self._cut(xp, image, self._box)


class CenterCrop(_Cut):
    """The middle of the image; if the image is too small, the largest part of these proportions, enlarged.

    >>> import numpy
    >>> CenterCrop(2)(numpy.arange(16).reshape(4, 4, 1)).asnumpy()[..., 0]
    array([[ 5,  6],
           [ 9, 10]])
    """

    def change(self, xp: Any, image: Array) -> Array:
        return self._cut(xp, image, rectangle(image, self._size, half))


class RandomCrop(_Cut):
    """A part of the image at a random position, after adding `pad` pixels of `pad_value` around it.

    `pad` is one number, or four: (top, bottom, left, right).
    """

    def __init__(
        self, size: Size, pad: int | Sequence[int] | None = None, pad_value: float = 0, interpolation: int = 1
    ) -> None:
        super().__init__(size, interpolation)
        self._pad = each("pad", 0 if pad is None else pad, 4, 0)
        self._pad_value = number("pad_value", pad_value)

    def change(self, xp: Any, image: Array) -> Array:
        top, bottom, left, right = self._pad
        if image.dtype.kind in "iub" and numpy.asarray(self._pad_value).astype(image.dtype) != self._pad_value:
            raise ArgumentError(f"pad_value={self._pad_value!r} cannot be used in an image of {image.dtype}")
        widths = [(0, 0)] * (image.ndim - 3) + [(top, bottom), (left, right), (0, 0)]
        padded = xp.pad(image, widths, constant_values=self._pad_value) if any(self._pad) else image
        return self._cut(xp, padded, rectangle(padded, self._size, random_offset))


class RandomResizedCrop(_Cut):
    """A random part of the image, of random area and shape, resized: Inception's augmentation.

    scale : smallest and largest fraction of the image's area.
    ratio : smallest and largest ratio of width to height.
    Source: Szegedy et al., Going deeper with convolutions, 2015, section 6.
    """

    def __init__(
        self,
        size: Size,
        scale: float | tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3 / 4, 4 / 3),
        interpolation: int = 1,
    ) -> None:
        super().__init__(size, interpolation)
        self._scale = _limits("scale", scale if isinstance(scale, Sequence) else (scale, 1.0), 1)
        self._ratio = _limits("ratio", ratio)

    def change(self, xp: Any, image: Array) -> Array:
        rows, columns = image.shape[-3:-1]
        random = generator(cpu())
        for _ in range(10):
            area = rows * columns * random.uniform(*self._scale)
            ratio = math.exp(random.uniform(math.log(self._ratio[0]), math.log(self._ratio[1])))
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < width <= columns and 0 < height <= rows:
                return self._cut(xp, image, rectangle(image, (width, height), random_offset))
        return self._cut(xp, image, rectangle(image, self._size, half))


class RandomFlipLeftRight(Transform):
    """The image mirrored left to right, with probability `p`."""

    axis = -2

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self._p = number("p", p, 0, 1, "[]")

    def change(self, xp: Any, image: Array) -> Array:
        if image.ndim < 3:  # of a matrix the last axis but one is the height
            raise ShapeError(f"{type(self).__name__} expects (height, width, channels), but got shape {image.shape}.")
        flipped = generator(cpu()).random() < self._p
        return xp.ascontiguousarray(xp.flip(image, self.axis)) if flipped else image.copy()


class RandomFlipTopBottom(RandomFlipLeftRight):
    """The image upside down, with probability `p`."""

    axis = -3


def _pair(size: Size) -> tuple[int, int]:
    width, height = each("size", size, 2)
    return width, height


def _limits(name: str, limits: Sequence[float], high: float = math.inf) -> tuple[float, float]:
    """Two positive numbers, the smaller first."""
    low, top = (number(name, limit, 0, high, "(]") for limit in limits)
    if low > top:
        raise ArgumentError(f"{name}={limits!r} cannot be used; expected the smaller number first")
    return low, top
