"""What happens to the state of a weight that is cast during training."""

from collections.abc import Iterable
from typing import Any

import numpy

from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.optimizer.optimizer import Optimizer, State


def converted(optimizer: Optimizer, weight: Tensor, before: Any, state: State, arrays: Iterable[Tensor]) -> State:
    """The state that was made for a weight of dtype `before`, converted to its present dtype.

    Those of the state's `arrays` that had the dtype of the weight (float32 for float16) get its new one. With
    `multi_precision` a weight gets a master copy when it becomes float16, and loses it when it ceases to be.

    >>> from minigrad import np, optimizer
    >>> sgd, w = optimizer.SGD(momentum=0.9, multi_precision=True), np.array([1.0])
    >>> v = sgd.create_state_multi_precision(0, w)
    >>> converted(sgd, w.astype("float16"), w.dtype, v, [v])
    (array([1.]), array([0.]))
    """
    if before == numpy.float16 and optimizer.multi_precision:
        _, state = state
    for array in arrays:
        if array.dtype in (before, single(before)):
            array.data = array.data.astype(single(weight.dtype), copy=False)
    if optimizer._has_master(weight):
        return Tensor(weight.data.astype(numpy.float32), weight.ctx), state
    return state
