"""Transforms of images, to be composed and given to `dataset.transform_first`."""

from minigrad.absent import explain_absent
from minigrad.gluon.data.vision.transforms import color, geometry
from minigrad.gluon.data.vision.transforms.color import *
from minigrad.gluon.data.vision.transforms.geometry import *
from minigrad.gluon.data.vision.transforms.transform import Cast, Compose, Normalize, ToTensor, Transform

__all__ = ["Cast", "Compose", "Normalize", "ToTensor", "Transform"]
__all__ += color.__all__
__all__ += geometry.__all__

explain_absent(__name__)
