"""Samplers: the order in which the samples of a dataset are visited, and how it is cut into batches."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from minigrad.arguments import one_of, whole
from minigrad.config import as_call
from minigrad.device import cpu
from minigrad.generators import generator


class Sampler:
    """An order: iterating gives indices, `len` says how many. Every iteration starts again."""

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
    """0 to length - 1 in a new random order for each iteration, repeatable after `minigrad.random.seed`.

    >>> sorted(RandomSampler(4))
    [0, 1, 2, 3]
    """

    def __init__(self, length: int) -> None:
        self._length = whole("length", length, 0)

    def __iter__(self) -> Iterator[int]:
        return iter(generator(cpu()).permutation(self._length).tolist())

    def __len__(self) -> int:
        return self._length


class FilterSampler(Sampler):
    """The indices of the samples for which `fn(sample)` is true, found once.

    >>> list(FilterSampler(lambda sample: sample > 1, [3, 1, 2]))
    [0, 2]
    """

    def __init__(self, fn: Callable[[Any], bool], dataset: Any) -> None:
        self._indices = [index for index in range(len(dataset)) if fn(dataset[index])]

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)

    def __repr__(self) -> str:
        return f"<FilterSampler of {len(self)} indices>"


class Order(Protocol):
    """What a BatchSampler cuts: a Sampler, or anything else with a length and an order."""

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


class BatchSampler(Sampler):
    """Cuts an order into lists of `batch_size` indices.

    `last_batch` says what to do with a last batch that is too short: 'keep' it, 'discard' it, or 'rollover' to the
    beginning of the next iteration.

    >>> batches = BatchSampler(SequentialSampler(5), 2, last_batch="rollover")
    >>> list(batches), list(batches)
    ([[0, 1], [2, 3]], [[4, 0], [1, 2], [3, 4]])
    """

    def __init__(self, sampler: Order, batch_size: int, last_batch: str = "keep") -> None:
        self._sampler = sampler
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
