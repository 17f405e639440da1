"""What the guides take from MXNet's `test_utils`: a download, the GPUs, and MNIST as arrays."""

from typing import Any

import numpy

from minigrad.absent import explain_absent
from minigrad.device import num_gpus
from minigrad.disk import FilePath
from minigrad.gluon.utils import download

__all__ = ["download", "get_mnist", "list_gpus"]

explain_absent(__name__)


def list_gpus() -> range:
    """The numbers of the GPUs that can be used."""
    return range(num_gpus())


def get_mnist(path: FilePath = "~/.minigrad/datasets/mnist") -> dict[str, numpy.ndarray[Any, Any]]:
    """MNIST as NumPy arrays: 'train_data' and 'test_data' (n, 1, 28, 28), float32 from 0 to 1, and the labels."""
    from minigrad.gluon.data.vision import MNIST

    found = {}
    for name, train in (("train", True), ("test", False)):
        images, labels = MNIST(path, train)[:]
        found[f"{name}_data"] = numpy.moveaxis(images.asnumpy(), -1, 1).astype("float32") / 255
        found[f"{name}_label"] = numpy.asarray(labels)
    return found
