"""DataLoader: the batches of a dataset, in order or shuffled, loaded ahead by threads if asked."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy

from minigrad import autograd
from minigrad.arguments import number, shown, whole
from minigrad.config import as_call
from minigrad.device import cpu
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KindError
from minigrad.generators import generator, own
from minigrad.gluon.data.batchify import default_batchify_fn
from minigrad.gluon.data.dataset import ArrayDataset
from minigrad.gluon.data.sampler import BatchSampler, Order, RandomSampler, SequentialSampler, not_a_mask, order
from minigrad.guarded import guarded

if TYPE_CHECKING:
    from concurrent.futures import Future


class DataLoader:
    """Iterate over a dataset in batches; each `for` loop over the loader is one epoch.

    dataset : a Dataset, or anything with `__len__` and `__getitem__`.
    batch_size, last_batch : the size of a batch, and what to do with a short last one: 'keep', 'discard' or 'rollover'.
    shuffle, sampler : a new random order each epoch, repeatable with `minigrad.random.seed`; or an order of your own.
    batch_sampler : instead of the four above, an iterable of lists of indices.
    batchify_fn : makes a batch from a list of samples; see `default_batchify_fn`.
    num_workers : how many threads load batches ahead. The batches and their order are the same for any number. With
        threads, each batch has random numbers of its own, repeatable with `minigrad.random.seed` (those of minigrad:
        numpy.random's are drawn by whichever thread comes first).
    prefetch : how many batches to load ahead, by default twice the number of workers.
    pin_memory, pin_device_id, thread_pool, timeout : accepted for compatibility with Gluon, without effect: workers
        are always threads.

    >>> loader = DataLoader(ArrayDataset([1, 2, 3], [0.5, 1.0, 1.5]), batch_size=2)
    >>> for x, y in loader:
    ...     print(x.asnumpy(), y.asnumpy())
    [1 2] [0.5 1. ]
    [3] [1.5]
    """

    _stood: ClassVar[tuple[Any, int] | None] = None
    """The random generator, and its place when an epoch with threads last began, in any loader."""

    _repeats: ClassVar = 0
    """How many epochs before that one had begun at the same place."""

    @guarded
    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = None,
        shuffle: bool = False,
        sampler: Order | None = None,
        last_batch: str | None = None,
        batch_sampler: Order | None = None,
        batchify_fn: Callable[[list[Any]], Any] | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
        pin_device_id: int = 0,
        prefetch: int | None = None,
        thread_pool: bool = True,
        timeout: float = 120,
    ) -> None:
        if not hasattr(dataset, "__getitem__") or (isinstance(dataset, Mapping) and dataset and 0 not in dataset):
            raise KindError(
                f"dataset={shown(dataset)} cannot be used; expected samples by index: a list, or ArrayDataset(x, y)"
            )
        if batch_sampler is None:
            if batch_size is None:
                raise ArgumentError("DataLoader needs a batch_size, or a batch_sampler.")
            if sampler is None:
                sampler = RandomSampler(len(dataset)) if shuffle else SequentialSampler(len(dataset))
            elif shuffle:
                raise ArgumentError("DataLoader takes shuffle=True or a sampler, not both: each decides the order.")
            batch_sampler = BatchSampler(sampler, batch_size, "keep" if last_batch is None else last_batch)
        elif batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise ArgumentError(
                "A batch_sampler already decides batch_size, shuffle, sampler and last_batch; leave those out."
            )
        number("timeout", timeout, 0)
        self._dataset = dataset
        self._batch_sampler = order("batch_sampler", batch_sampler)
        self._batchify_fn = batchify_fn or default_batchify_fn
        self._num_workers = whole("num_workers", num_workers, 0)
        self._ahead = max(1, 2 * num_workers if prefetch is None else whole("prefetch", prefetch, 0))

    def __iter__(self) -> Iterator[Tensor]:  # or lists of Tensors, which are unpacked and indexed the same way
        if self._num_workers == 0:
            return (self._load(indices) for indices in self._batch_sampler)  # map() would end at a StopIteration
        return self._load_ahead(self._epoch())

    def __len__(self) -> int:
        return len(self._batch_sampler)

    def __repr__(self) -> str:
        return as_call(self, without=("batchify_fn",))

    def _load(self, indices: Sequence[int]) -> Any:
        with autograd.pause():
            not_a_mask(indices)
            if self._batchify_fn is default_batchify_fn and isinstance(self._dataset, ArrayDataset):
                return self._dataset.batch(indices)
            return self._batchify_fn([self._dataset[index] for index in indices])

    def _epoch(self) -> tuple[int, int]:
        """What seeds an epoch: the place of the random generator, and how many epochs have begun there just before."""
        source = generator(cpu())
        place = source.bit_generator.state["state"]["state"]
        DataLoader._repeats = self._repeats + 1 if (source, place) == self._stood else 0
        DataLoader._stood = (source, place)
        return place, self._repeats

    def _load_with(self, seed: Sequence[int], indices: Sequence[int]) -> Any:
        """A batch for which random numbers are drawn from a seed, not in the order in which threads come."""
        own.generators = {cpu(): numpy.random.default_rng(seed)}
        try:
            return self._load(indices)
        finally:
            del own.generators

    def _load_ahead(self, epoch: tuple[int, int]) -> Iterator[Tensor]:
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(self._num_workers, thread_name_prefix="DataLoader")
        loading: deque[Future[Any]] = deque()
        try:
            for k, indices in enumerate(self._batch_sampler):
                loading.append(pool.submit(self._load_with, (*epoch, k), indices))
                if len(loading) > self._ahead:
                    yield loading.popleft().result()
            while loading:
                yield loading.popleft().result()
        finally:  # even when the loop over the batches ends early
            pool.shutdown(cancel_futures=True)
