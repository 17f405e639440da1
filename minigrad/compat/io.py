"""NDArrayIter, MXNet's older loader: `next` returns batches of arrays, all of the same size.

`gluon.data.DataLoader` does more; this one is for scripts that use `batch.data[0]` and `batch.label[0]`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad.absent import explain_absent
from minigrad.arguments import one_of, whole
from minigrad.device import cpu
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError, UsageError
from minigrad.generators import generator
from minigrad.guarded import guarded
from minigrad.nd import array

__all__ = ["DataBatch", "NDArrayIter"]

explain_absent(__name__)


@dataclass
class DataBatch:
    """The arrays of one batch, how many of its last samples are padding, and what else a program may keep with it."""

    data: list[Tensor]
    label: Any = None
    pad: int = 0
    index: Any = None
    bucket_key: Any = None
    provide_data: Any = None
    provide_label: Any = None

    def __str__(self) -> str:
        data, label = ([a.shape for a in arrays or ()] for arrays in (self.data, self.label))
        return f"DataBatch: data shapes: {data} label shapes: {label}"


class NDArrayIter:
    """Batches of samples, which lie along axis 0. A `for` loop is one epoch; `reset` begins the next.

    data, label : an array, a list of arrays, or a dict of them by name, which are then in the order of their names.
    shuffle : a new order for each epoch, repeatable after `minigrad.random.seed`.
    data_name, label_name : what arrays without a name are called in `provide_data` and `provide_label`.
    last_batch_handle : a last batch that is not full is filled from the beginning, again and again if samples are few
        ('pad'), left out ('discard'), or kept for the beginning of the next epoch ('roll_over').

    >>> import numpy
    >>> for batch in NDArrayIter(numpy.arange(3), batch_size=2):
    ...     print(batch.data[0].asnumpy(), batch.pad)
    [0. 1.] 0
    [2. 0.] 1
    """

    @guarded
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
        self._data, self._label = _arrays(data, data_name), _arrays(label, label_name)
        lengths = {len(a) for a in [*self._data.values(), *self._label.values()]}
        if len(lengths) != 1:
            raise ShapeError(f"All arrays must have the same number of samples (axis 0), but have {sorted(lengths)}.")
        self.num_data = lengths.pop()
        if not self.num_data:
            raise ShapeError("There are no samples: axis 0 of every array has length 0.")
        self.batch_size = whole("batch_size", batch_size, 1)
        self._shuffle = shuffle
        self._handle = one_of("last_batch_handle", last_batch_handle, "pad", "discard", "roll_over")
        self._left = numpy.arange(0)  # samples left over from the last epoch
        self.reset()

    @property
    def data(self) -> list[tuple[str, Tensor]]:
        """All samples: name and array."""
        return list(self._data.items())

    @property
    def label(self) -> list[tuple[str, Tensor]]:
        """All labels: name and array."""
        return list(self._label.items())

    @property
    def provide_data(self) -> list[tuple[str, tuple[int, ...]]]:
        """Name and shape of each array in the `data` of a batch."""
        return [(name, (self.batch_size, *a.shape[1:])) for name, a in self._data.items()]

    @property
    def provide_label(self) -> list[tuple[str, tuple[int, ...]]]:
        """Name and shape of each array in the `label` of a batch."""
        return [(name, (self.batch_size, *a.shape[1:])) for name, a in self._label.items()]

    def reset(self) -> None:
        """Begin an epoch."""
        order = generator(cpu()).permutation(self.num_data) if self._shuffle else numpy.arange(self.num_data)
        self._order, self._left = numpy.concatenate([self._left, order]), order[:0]
        self._next = self._pad = 0
        self._rows: Any = None  # of the batch that `iter_next` went to

    def __iter__(self) -> Iterator[DataBatch]:
        return self

    def __next__(self) -> DataBatch:
        if not self.iter_next():
            raise StopIteration
        return DataBatch(self.getdata(), self.getlabel(), self.getpad())

    next = __next__

    def iter_next(self) -> bool:
        """Go to the next batch, if there is one."""
        chosen = self._order[self._next : self._next + self.batch_size]
        self._pad = self.batch_size - len(chosen)
        if not len(chosen) or (self._pad and self._handle != "pad"):
            self._left = chosen if self._handle == "roll_over" else chosen[:0]
            return False
        self._next += self.batch_size
        self._rows = numpy.concatenate([chosen, numpy.resize(self._order, self._pad)])
        return True

    def getdata(self) -> list[Tensor]:
        """The arrays of the batch that `iter_next` went to."""
        return self._part(self._data)

    def getlabel(self) -> list[Tensor]:
        """The labels of that batch."""
        return self._part(self._label)

    def _part(self, arrays: Mapping[str, Tensor]) -> list[Tensor]:
        if self._rows is None:
            raise UsageError("There is no batch yet: call iter_next(), which goes to the next one.")
        return _rows(arrays, self._rows)

    def getpad(self) -> int:
        """How many of its last samples are padding."""
        return self._pad

    def hard_reset(self) -> None:
        """Begin an epoch, without what is left over from the last one."""
        self._left = self._left[:0]
        self.reset()


def _arrays(given: Any, name: str) -> dict[str, Tensor]:
    """Arrays by name, as float32 NDArrays unless they are Tensors. Those of a list are called _0_name, _1_name, ..."""
    if given is None:
        return {}
    listed = given if isinstance(given, list) else [given]
    numbered = {name: listed[0]} if len(listed) == 1 else {f"_{i}_{name}": a for i, a in enumerate(listed)}
    named = dict(sorted(given.items())) if isinstance(given, Mapping) else numbered
    return {k: a if isinstance(a, Tensor) else array(a, dtype="float32") for k, a in named.items()}


def _rows(arrays: Mapping[str, Tensor], rows: Any) -> list[Tensor]:
    return [a[rows] for a in arrays.values()]
