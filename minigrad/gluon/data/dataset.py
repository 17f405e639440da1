"""Datasets: samples by index, and datasets made from others by transforming, selecting and splitting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from minigrad.arguments import flag, function, whole
from minigrad.composed import subclass_in
from minigrad.device import Array, cpu, xp_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError, UsageError
from minigrad.gluon.data.batchify import default_batchify_fn
from minigrad.gluon.data.sampler import FilterSampler, SequentialSampler, not_a_mask
from minigrad.guarded import guarded


class Dataset:
    """Samples by index. A dataset of your own defines `__getitem__(index)` and `__len__()`; the rest follows."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index), which returns a sample.")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__(), the number of samples.")

    def __iter__(self) -> Iterator[Any]:
        """The samples in order. (Python alone would stop at the first IndexError, even one from a transform.)"""
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lstrip('_')} of {len(self)} samples>"

    def transform(self, fn: Callable[..., Any], lazy: bool = True) -> Dataset:
        """Samples passed through `fn`, which gets the parts of a tuple as separate arguments.

        They are transformed on every access (as random augmentation needs), or once, now, with `lazy=False`.

        >>> SimpleDataset([1, 2]).transform(lambda x: 10 * x)[1]
        20
        """
        transformed = _Transformed(self, function("fn", fn))
        return transformed if flag("lazy", lazy) else SimpleDataset([transformed[index] for index in range(len(self))])

    def transform_first(self, fn: Callable[[Any], Any], lazy: bool = True) -> Dataset:
        """Like `transform`, but for the first part of each sample only: the image, not its label.

        >>> ArrayDataset([1, 2], ["a", "b"]).transform_first(lambda x: 10 * x)[1]
        (20, 'b')
        """

        function("fn", fn)

        def first(x: Any, *others: Any) -> Any:
            return (fn(x), *others) if others else fn(x)

        return self.transform(first, lazy)

    def filter(self, fn: Callable[[Any], bool]) -> Dataset:
        """The samples for which `fn(sample)` is true. Every sample is read once, now."""
        return self.sample(FilterSampler(fn, self))

    def shard(self, num_shards: int, index: int) -> Dataset:
        """Part `index` of `num_shards` parts of consecutive samples, whose sizes differ by at most one.

        >>> [len(SimpleDataset(range(10)).shard(4, index)) for index in range(4)]
        [3, 3, 2, 2]
        """
        if not 0 <= whole("index", index) < whole("num_shards", num_shards):
            raise UsageError(f"Shards are numbered from 0 to num_shards - 1; got index {index} of {num_shards} shards.")
        size, rest = divmod(len(self), num_shards)
        return self.sample(SequentialSampler(size + (index < rest), index * size + min(index, rest)))

    def take(self, count: int | None) -> Dataset:
        """The first `count` samples; all of them if there are fewer or `count` is None."""
        count = len(self) if count is None else min(whole("count", count, 0), len(self))
        return self.sample(SequentialSampler(count))

    @guarded
    def sample(self, sampler: Any) -> Dataset:
        """The samples that a Sampler yields now, in its order."""
        return _Sampled(self, sampler)


class SimpleDataset(Dataset):
    """Any sequence (a list, a range, an array) as a dataset.

    >>> SimpleDataset(["a", "b", "c"])[2]
    'c'
    """

    def __init__(self, data: Sequence[Any] | Array) -> None:
        self._data = _by_position(data)

    def __getitem__(self, index: Any) -> Any:
        return self._data[index]

    def __len__(self) -> int:
        return len(self._data)


class ArrayDataset(Dataset):
    """Arrays (or lists, or datasets) of equal length, side by side: sample i is the tuple of their i-th items.

    Items of a one-dimensional Tensor on the CPU are NumPy scalars. With a single array, samples are its items. The rows
    of a pandas table are taken in order, whatever their labels.

    >>> ArrayDataset([1.5, 2.5], ["a", "b"])[1]
    (2.5, 'b')
    """

    @guarded
    def __init__(self, *arrays: Any) -> None:
        if not arrays:
            raise UsageError("ArrayDataset needs at least one array.")
        lengths = [len(array) for array in arrays]
        if len(set(lengths)) > 1:
            raise ShapeError(f"The arrays of an ArrayDataset must have the same length, but have {lengths}.")
        self._data = [_with_scalars(_by_position(array)) for array in arrays]
        self._kind = subclass_in(arrays) or Tensor  # the class of all parts of a batch

    def __getitem__(self, index: Any) -> Any:
        if len(self._data) == 1:
            return self._data[0][index]
        return tuple(data[index] for data in self._data)

    def __len__(self) -> int:
        return len(self._data[0])

    @guarded
    def batch(self, indices: Sequence[int]) -> Any:
        """The samples at `indices`, stacked: one `take` for each array, much faster than sample by sample.

        >>> ArrayDataset(numpy.eye(3)).batch([2, 0]).asnumpy()
        array([[0., 0., 1.],
               [1., 0., 0.]])
        """
        own_samples = type(self).__getitem__ is not ArrayDataset.__getitem__
        if own_samples or not all(map(_holds_numbers, self._data)):
            return default_batchify_fn([self[index] for index in indices])
        columns = [_rows(data, indices).seen_as(self._kind) for data in self._data]
        return columns if len(columns) > 1 else columns[0]


class _Transformed(Dataset):
    def __init__(self, data: Dataset, fn: Callable[..., Any]) -> None:
        self._data = data
        self._fn = fn

    def __getitem__(self, index: Any) -> Any:
        sample = self._data[index]
        return self._fn(*sample) if isinstance(sample, tuple) else self._fn(sample)

    def __len__(self) -> int:
        return len(self._data)


class _Sampled(Dataset):
    def __init__(self, data: Dataset, sampler: Any) -> None:
        self._data = data
        self._indices = not_a_mask(list(sampler))

    def __getitem__(self, index: Any) -> Any:
        return self._data[self._indices[index]]

    def __len__(self) -> int:
        return len(self._indices)


def _by_position(data: Any) -> Any:
    """The data, whose items are asked for by position. (In pandas, x[0] is the row called 0, wherever it stands.)"""
    return data.to_numpy() if hasattr(data, "iloc") else data


def _with_scalars(data: Any) -> Any:
    return data.asnumpy() if isinstance(data, Tensor) and data.ndim == 1 and data.ctx.device_type == "cpu" else data


def _holds_numbers(data: Any) -> bool:
    return isinstance(data, Tensor) or (isinstance(data, numpy.ndarray) and data.dtype.kind in "biufc")


def _rows(data: Tensor | numpy.ndarray[Any, Any], indices: Sequence[int]) -> Tensor:
    raw, ctx = (data.data, data.ctx) if isinstance(data, Tensor) else (numpy.asarray(data), cpu())
    xp = xp_of(raw)
    with ctx:
        taken = xp.take(raw, xp.asarray(indices), axis=0)
        return Tensor(taken.astype(taken.dtype.newbyteorder("="), copy=False), ctx)
