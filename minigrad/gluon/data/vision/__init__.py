"""Image datasets, and transforms of images."""

from minigrad.absent import explain_absent
from minigrad.gluon.data.vision import transforms
from minigrad.gluon.data.vision.datasets import CIFAR10, CIFAR100, MNIST, FashionMNIST, ImageFolderDataset

__all__ = ["CIFAR10", "CIFAR100", "FashionMNIST", "ImageFolderDataset", "MNIST", "transforms"]

explain_absent(__name__)
