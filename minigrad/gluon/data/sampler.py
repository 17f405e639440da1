"""Samplers: the order in which the samples of a dataset are visited, and how that order is cut into batches."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy

from minigrad.arguments import flag, function, one_of, shown, whole
from minigrad.config import as_call
from minigrad.device import cpu
from minigrad.errors import ArgumentError, KindError
from minigrad.generators import generator
from minigrad.guarded import guarded


class Sampler:
    """An order: iterating gives indices, and `len` their number. Every iteration starts again."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__} must define __iter__, which yields indices.")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__, the number of indices.")

    def __repr__(self) -> str:
        return as_call(self)


class SequentialSampler(Sampler):
    """start, start + 1, ..., start + length - 1.

    >>> list(SequentialSampler(3, start=5))
    [5, 6, 7]
    """

    def __init__(self, length: int, start: int = 0) -> None:
        self._length, self._start = whole("length", length, 0), whole("start", start)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._start, self._start + self._length))

    def __len__(self) -> int:
        return self._length


class RandomSampler(Sampler):
    """0 to length - 1 in a new random order for each iteration, repeatable with `minigrad.random.seed`.

    >>> sorted(RandomSampler(4))
    [0, 1, 2, 3]
    """

    def __init__(self, length: int) -> None:
        self._length = whole("length", length, 0)

    def __iter__(self) -> Iterator[int]:
        return iter(generator(cpu()).permutation(self._length).tolist())

    def __len__(self) -> int:
        return self._length


class SplitSampler(Sampler):
    """One of `num_parts` parts of a dataset, for a worker that trains together with others.

    Every iteration is an epoch, which deals out all samples in turn, in a new order. The order depends only on the seed
    and the number of the epoch, so it is the same for all workers: together, their batches are those of a single
    worker. `epoch` is the number of the next epoch; set it to continue a run.

    length : the number of samples.
    num_parts, part_index : the number of workers, and which one this is: `store.num_workers`, `store.rank`.
    shuffle, seed : whether the order is random, and its seed.
    remainder : what to do with length % num_parts samples at the end of the order: 'discard' them in this epoch, or
        'repeat' samples from its beginning, so that all parts have the same length; or 'keep' them, so that the first
        parts have one sample more (to score each sample once; not for workers that wait for each other in every step).

    >>> parts = [SplitSampler(7, 3, part, shuffle=False) for part in range(3)]
    >>> [list(part) for part in parts]
    [[0, 3], [1, 4], [2, 5]]
    >>> list(SplitSampler(7, 3, 1, shuffle=False, remainder="repeat"))
    [1, 4, 0]
    """

    def __init__(
        self,
        length: int,
        num_parts: int,
        part_index: int,
        shuffle: bool = True,
        seed: int = 0,
        remainder: str = "discard",
    ) -> None:
        self._length, self._num_parts = whole("length", length, 0), whole("num_parts", num_parts, 1)
        self._part_index = whole("part_index", part_index, 0)
        if part_index >= num_parts:
            raise ArgumentError(f"part_index={part_index} cannot be used; {num_parts} parts are counted from 0")
        self._shuffle, self._seed = flag("shuffle", shuffle), whole("seed", seed, 0)
        self._remainder = one_of("remainder", remainder, "discard", "repeat", "keep")
        self.epoch = 0

    def __iter__(self) -> Iterator[int]:
        order = numpy.arange(self._length)
        if self._shuffle:
            order = numpy.random.default_rng((self._seed, whole("epoch", self.epoch, 0))).permutation(order)
        self.epoch += 1
        if self._remainder == "keep":
            return iter(order[self._part_index :: self._num_parts].tolist())
        places = self._part_index + self._num_parts * numpy.arange(len(self))
        return iter(order[places % max(self._length, 1)].tolist())

    def __len__(self) -> int:
        least, rest = divmod(self._length, self._num_parts)
        return least + (rest > {"discard": rest, "repeat": 0, "keep": self._part_index}[self._remainder])


class FilterSampler(Sampler):
    """The indices of the samples for which `fn(sample)` is true, found once.

    >>> list(FilterSampler(lambda sample: sample > 1, [3, 1, 2]))
    [0, 2]
    """

    @guarded
    def __init__(self, fn: Callable[[Any], bool], dataset: Any) -> None:
        function("fn", fn)
        self._indices = [index for index in range(len(dataset)) if fn(dataset[index])]

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)

    def __repr__(self) -> str:
        return f"<FilterSampler of {len(self)} indices>"


class Order(Protocol):
    """An order that a BatchSampler can cut: a Sampler, or anything else with a length and an order."""

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


def order(name: str, value: Any) -> Order:
    """The value, if every epoch can iterate over it from the beginning."""
    if not hasattr(value, "__iter__") or hasattr(value, "__next__"):
        raise KindError(
            f"{name}={shown(value)} cannot be used; expected a Sampler or a list, which every epoch can iterate over "
            "from the beginning. Turn a generator into a list."
        )
    found: Order = value
    return found


def not_a_mask(indices: Any) -> Any:
    """Indices as they are, unless they begin with True or False, which would be taken for 1 and 0."""
    first = indices[0] if isinstance(indices, (list, tuple, numpy.ndarray)) and len(indices) else None
    if isinstance(first, (bool, numpy.bool_)):
        raise KindError(f"{first} cannot be used; expected the index of a sample. Of a mask use mask.nonzero()[0]")
    return indices


class BatchSampler(Sampler):
    """Cuts an order into lists of `batch_size` indices.

    `last_batch` says what to do with a last batch that is too short: 'keep' it, 'discard' it, or 'rollover' to the
    beginning of the next iteration.

    >>> batches = BatchSampler(SequentialSampler(5), 2, last_batch="rollover")
    >>> list(batches), list(batches)
    ([[0, 1], [2, 3]], [[4, 0], [1, 2], [3, 4]])
    """

    def __init__(self, sampler: Order, batch_size: int, last_batch: str = "keep") -> None:
        self._sampler = order("sampler", sampler)
        self._batch_size = whole("batch_size", batch_size, 1)
        self._last_batch = one_of("last_batch", last_batch, "keep", "discard", "rollover")
        self._rest: list[Any] = []

    def __iter__(self) -> Iterator[list[Any]]:
        batch, self._rest = self._rest, []
        for index in self._sampler:
            batch.append(index)
            if len(batch) == self._batch_size:
                yield batch
                batch = []
        if batch and self._last_batch == "keep":
            yield batch
        elif self._last_batch == "rollover":
            self._rest = batch

    def __len__(self) -> int:
        indices = len(self._sampler) + len(self._rest)
        return -(-indices // self._batch_size) if self._last_batch == "keep" else indices // self._batch_size
