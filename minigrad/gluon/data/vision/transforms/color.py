"""Transforms of colour: random brightness, contrast, saturation, hue and lighting of images (H, W, C).

Integer images are computed in float32, rounded, and clipped to the range 0 to 255 (or 127, for int8); float images
are not clipped.
"""

from typing import Any

import numpy

from minigrad.arguments import number
from minigrad.device import Array, cpu
from minigrad.errors import ShapeError
from minigrad.generators import generator
from minigrad.gluon.data.vision.transforms.transform import Transform

__all__ = ["RandomBrightness", "RandomColorJitter", "RandomContrast", "RandomHue", "RandomLighting", "RandomSaturation"]

GRAY = numpy.array([0.299, 0.587, 0.114])
"""How bright red, green and blue look (ITU-R BT.601)."""

_EIGENVALUES = numpy.array([55.46, 4.794, 1.148])
_EIGENVECTORS = numpy.array([[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]])


class _Color(Transform):
    """Computes in floats, and converts the result back to the image's dtype and range."""

    def change(self, xp: Any, image: Array) -> Array:
        values = self.recolor(xp, image.astype(numpy.promote_types(image.dtype, "float32")))
        if image.dtype.kind in "iu":
            values = xp.clip(xp.rint(values), 0, min(255, numpy.iinfo(image.dtype).max))
        return values.astype(image.dtype)

    def recolor(self, xp: Any, values: Array) -> Array:
        """The new values, as floats."""
        raise NotImplementedError


class _RandomFactor(_Color):
    """A colour transform by a factor, drawn uniformly from max(0, 1 - strength) to 1 + strength."""

    def __init__(self, name: str, strength: float) -> None:
        super().__init__()
        number(name, strength, 0)
        self._range = (max(0.0, 1 - strength), 1 + strength)

    def recolor(self, xp: Any, values: Array) -> Array:
        return self.scale(xp, values, float(generator(cpu()).uniform(*self._range)))

    def scale(self, xp: Any, values: Array, factor: float) -> Array:
        """The values for a factor; 1 changes nothing."""
        raise NotImplementedError


class RandomBrightness(_RandomFactor):
    """All values times a random factor."""

    def __init__(self, brightness: float) -> None:
        super().__init__("brightness", brightness)

    def scale(self, xp: Any, values: Array, factor: float) -> Array:
        return values * factor


class RandomContrast(_RandomFactor):
    """All values moved away from, or towards, the mean grey of the image by a random factor."""

    def __init__(self, contrast: float) -> None:
        super().__init__("contrast", contrast)

    def scale(self, xp: Any, values: Array, factor: float) -> Array:
        return factor * values + (1 - factor) * gray(xp, values).mean(axis=(-3, -2, -1), keepdims=True)


class RandomSaturation(_RandomFactor):
    """Every pixel moved away from, or towards, its own grey by a random factor."""

    def __init__(self, saturation: float) -> None:
        super().__init__("saturation", saturation)

    def scale(self, xp: Any, values: Array, factor: float) -> Array:
        return factor * values + (1 - factor) * gray(xp, values)


class RandomHue(_RandomFactor):
    """The colours rotated around the colour circle, by up to `hue` of a full turn either way."""

    def __init__(self, hue: float) -> None:
        super().__init__("hue", hue)

    def scale(self, xp: Any, values: Array, factor: float) -> Array:
        return turn_hue(xp, values, factor - 1)


class RandomColorJitter(Transform):
    """Random brightness, contrast, saturation and hue, in random order."""

    def __init__(self, brightness: float = 0, contrast: float = 0, saturation: float = 0, hue: float = 0) -> None:
        super().__init__()
        kinds = (RandomBrightness, RandomContrast, RandomSaturation, RandomHue)
        strengths = (brightness, contrast, saturation, hue)
        self._parts = [kind(strength) for kind, strength in zip(kinds, strengths) if number(kind.__name__, strength, 0)]
        for part in self._parts:
            self.register_child(part)

    def change(self, xp: Any, image: Array) -> Array:
        image = image.copy()
        for k in generator(cpu()).permutation(len(self._parts)).tolist():
            image = self._parts[k].change(xp, image)
        return image


class RandomLighting(_Color):
    """One random colour added to all pixels, drawn along the principal components of ImageNet's colours.

    `alpha` is the standard deviation, for images with values 0 to 255.
    Source: Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural networks, 2012,
    section 4.1.
    """

    def __init__(self, alpha: float) -> None:
        super().__init__()
        self._alpha = number("alpha", alpha, 0)

    def recolor(self, xp: Any, values: Array) -> Array:
        _check_colors(values)
        noise = generator(cpu()).normal(0.0, self._alpha, 3)
        return values + xp.asarray(_EIGENVECTORS @ (_EIGENVALUES * noise), dtype=values.dtype)


def gray(xp: Any, values: Array) -> Array:
    """The grey (..., H, W, 1) of each pixel. Images of one channel are grey already."""
    if values.shape[-1] == 1:
        return values
    _check_colors(values)
    return values @ xp.asarray(GRAY[:, None], dtype=values.dtype)


def turn_hue(xp: Any, values: Array, turns: float) -> Array:
    """Each pixel's hue, rotated by `turns` full turns; the largest and smallest values of its channels stay."""
    _check_colors(values)
    high, low = values.max(axis=-1, keepdims=True), values.min(axis=-1, keepdims=True)
    spread = high - low
    red, green, blue = (values[..., k : k + 1] for k in range(3))
    safe = xp.where(spread == 0, 1, spread)
    sixths = xp.where(
        high == red, (green - blue) / safe, xp.where(high == green, 2 + (blue - red) / safe, 4 + (red - green) / safe)
    )
    # In sixths of the circle, a channel is high within 1 of its own hue, low beyond 2, and linear between.
    own = xp.asarray([0, 2, 4], dtype=values.dtype)
    distance = xp.abs((sixths + 6 * turns - own + 3) % 6 - 3)
    return low + spread * xp.clip(2 - distance, 0, 1)


def _check_colors(values: Array) -> None:
    if values.ndim < 3 or values.shape[-1] != 3:
        raise ShapeError(
            f"A transform of colour expects images of shape (height, width, 3), but got {values.shape}; "
            "put it before ToTensor()."
        )
