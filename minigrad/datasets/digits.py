"""Handwritten digits: 1,797 real images of 8x8 pixels, small enough to come with the package."""

from importlib import resources

import numpy

from minigrad.datasets.split import Split, split
from minigrad.guarded import guarded


@guarded
def digits(test_fraction: float = 0.2, seed: int = 0, flatten: bool = True) -> tuple[Split, Split]:
    """The UCI digits as `(x_train, y_train), (x_test, y_test)`, shuffled and split by `seed`.

    `x` is float32 of shape (n, 64), or (n, 1, 8, 8) if not `flatten`, between 0 (paper) and 1 (ink); `y` is int64 of
    shape (n,), 0 to 9. Of each digit, `test_fraction` of the images go to the test part. Equal seeds give equal splits.

    >>> (x_train, y_train), (x_test, y_test) = digits()
    >>> x_train.shape, y_train.shape, x_test.shape
    ((1438, 64), (1438,), (359, 64))

    Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits" (1998), UCI Machine Learning Repository,
    CC BY 4.0; see digits.md next to this file.
    """
    with resources.files(__package__).joinpath("digits.npz").open("rb") as file, numpy.load(file) as data:
        images, labels = data["images"], data["labels"].astype("int64")
    shape = (-1, 64) if flatten else (-1, 1, 8, 8)
    return split((images / 16).astype("float32").reshape(shape), labels, test_fraction, seed)
