"""Transforms of images, to be composed and given to `dataset.transform_first`."""

from minigrad.gluon.data.vision.transforms.color import (
    RandomBrightness,
    RandomColorJitter,
    RandomContrast,
    RandomHue,
    RandomLighting,
    RandomSaturation,
)
from minigrad.gluon.data.vision.transforms.geometry import (
    CenterCrop,
    CropResize,
    RandomCrop,
    RandomFlipLeftRight,
    RandomFlipTopBottom,
    RandomResizedCrop,
    Resize,
)
from minigrad.gluon.data.vision.transforms.transform import Cast, Compose, Normalize, ToTensor, Transform

__all__ = [
    "Cast", "CenterCrop", "Compose", "CropResize", "Normalize", "RandomBrightness", "RandomColorJitter",
    "RandomContrast", "RandomCrop", "RandomFlipLeftRight", "RandomFlipTopBottom", "RandomHue", "RandomLighting",
    "RandomResizedCrop", "RandomSaturation", "Resize", "ToTensor", "Transform",
]  # fmt: skip
