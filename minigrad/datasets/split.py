"""Split samples into a training and a test part, with equal shares of every class."""

from typing import Any

import numpy

from minigrad.arguments import whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.guarded import guarded

Split = tuple[Tensor, Tensor]
HostArray = numpy.ndarray[Any, Any]


@guarded
def split(x: HostArray, y: HostArray, test_fraction: float, seed: int) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`, both shuffled; of each class, `test_fraction` goes to the test part.

    >>> (x_train, y_train), (x_test, y_test) = split(numpy.arange(10.0), numpy.arange(10) % 2, 0.4, seed=0)
    >>> sorted(y_train.tolist()), sorted(y_test.tolist())
    ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1])
    """
    if not 0 < test_fraction < 1:
        raise ArgumentError(f"test_fraction is {test_fraction}; it must be between 0 and 1, such as 0.2.")
    shuffled = numpy.random.default_rng(whole("seed", seed, 0)).permutation(len(y))
    in_test = numpy.zeros(len(y), bool)
    for label in numpy.unique(y):
        members = shuffled[y[shuffled] == label]
        in_test[members[: round(test_fraction * len(members))]] = True
    train, test = shuffled[~in_test[shuffled]], shuffled[in_test[shuffled]]
    return (Tensor(x[train]), Tensor(y[train])), (Tensor(x[test]), Tensor(y[test]))
