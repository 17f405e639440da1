"""NDArrayIter, Gluon's older loader: batches of arrays by `next`, each of the same size.

`gluon.data.DataLoader` does more; this one is for scripts that go by `batch.data[0]` and `batch.label[0]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad import create
from minigrad.device import cpu, generator
from minigrad.errors import ArgumentError, ShapeError
from minigrad.tensor import Tensor


@dataclass
class DataBatch:
    """The arrays of one batch, and how many of its last samples only fill it up."""

    data: list[Tensor]
    label: list[Tensor]
    pad: int = 0


class NDArrayIter:
    """Batches of samples, which lie along axis 0; a `for` loop is one epoch, and `reset` begins the next.

    data, label : an array, a list of arrays, or a dict of them by name.
    shuffle : a new order for each epoch, repeatable after `minigrad.random.seed`.
    last_batch_handle : a last batch that is not full is filled from the beginning ('pad'), left out ('discard'), or
        left for the beginning of the next epoch ('roll_over').

    >>> import numpy
    >>> for batch in NDArrayIter(numpy.arange(3), batch_size=2):
    ...     print(batch.data[0].asnumpy(), batch.pad)
    [0. 1.] 0
    [2. 0.] 1
    """

    def __init__(
        self,
        data: Any,
        label: Any = None,
        batch_size: int = 1,
        shuffle: bool = False,
        last_batch_handle: str = "pad",
        data_name: str = "data",
        label_name: str = "softmax_label",
    ) -> None:
        if last_batch_handle not in ("pad", "discard", "roll_over"):
            raise ArgumentError(f"last_batch_handle is {last_batch_handle!r}; it must be pad, discard or roll_over.")
        self._data, self._label = _arrays(data), _arrays(label)
        lengths = {len(a) for a in self._data + self._label}
        if len(lengths) != 1:
            raise ShapeError(f"All arrays must have the same number of samples (axis 0), but have {sorted(lengths)}.")
        self.num_data = lengths.pop()
        if not 1 <= batch_size <= self.num_data:
            raise ArgumentError(f"batch_size is {batch_size}; there are {self.num_data} samples, so 1 to that many.")
        self.batch_size = batch_size
        self._shuffle = shuffle
        self._handle = last_batch_handle
        self._left = numpy.arange(0)  # of the last epoch
        self.reset()

    def reset(self) -> None:
        """Begin an epoch."""
        order = generator(cpu()).permutation(self.num_data) if self._shuffle else numpy.arange(self.num_data)
        self._order, self._left = numpy.concatenate([self._left, order]), order[:0]
        self._next = 0

    def __iter__(self) -> Iterator[DataBatch]:
        return self

    def __next__(self) -> DataBatch:
        chosen = self._order[self._next : self._next + self.batch_size]
        missing = self.batch_size - len(chosen)
        if missing == self.batch_size or (missing and self._handle != "pad"):
            self._left = chosen if self._handle == "roll_over" else chosen[:0]
            raise StopIteration
        self._next += self.batch_size
        rows = numpy.concatenate([chosen, self._order[:missing]])
        return DataBatch(_rows(self._data, rows), _rows(self._label, rows), missing)

    next = __next__


def _arrays(given: Any) -> list[Tensor]:
    """As a list of Tensors, float32 unless they are Tensors already."""
    if given is None:
        return []
    listed = list(given.values()) if isinstance(given, Mapping) else given if isinstance(given, list) else [given]
    return [a if isinstance(a, Tensor) else create.array(a, dtype="float32") for a in listed]


def _rows(arrays: list[Tensor], rows: Any) -> list[Tensor]:
    return [a[rows] for a in arrays]
