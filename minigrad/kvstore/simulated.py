"""Many workers in one process, to study delays, votes and compression: no network, and every run is repeatable."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy

from minigrad.arguments import number, whole
from minigrad.composed import from_plain
from minigrad.device import Array, to_host
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, UsageError
from minigrad.kvstore.kvstore import Key, KVStore, Lists, Values, refuse
from minigrad.kvstore.server import Server
from minigrad.kvstore.traffic import allreduce, answered
from minigrad.kvstore.worker import WorkerStore

Delay = float | Sequence[float] | Callable[[int, numpy.random.Generator], float]
"""How long a worker takes for a gradient: the same for all, one number for each, or `delay(rank, generator)`."""


class SimulatedWorkers(KVStore):
    """`create('sim', num_workers=4)`: workers that wait for each other. A push has one array for each.

    It sums or, with compression to one bit, counts votes, as 'dist_sync' does over processes. In a Trainer, put the
    network on as many CPUs as there are workers: `net.initialize(ctx=[cpu(k) for k in range(4)])`. `traffic` tells what
    each worker would have sent with 'dist_sync', not counting the check that all agree.

    >>> from minigrad import kv, np
    >>> store = kv.create("sim", num_workers=3)
    >>> store.init("w", np.zeros(2))
    >>> store.set_gradient_compression({"type": "1bit"})
    >>> store.push("w", [np.array([5.0, 1.0]), np.array([-0.1, 2.0]), np.array([-0.1, 3.0])])
    >>> w = np.zeros(2)
    >>> store.pull("w", out=w)
    >>> w  # two of three were against the first
    array([-1.,  1.])
    """

    def __init__(self, num_workers: int) -> None:
        super().__init__("sim", num_workers=whole("num_workers", num_workers, 1))

    def __repr__(self) -> str:
        return f"kvstore.create('sim', num_workers={self._num_workers})"

    def _check(self, key: Key, values: list[Tensor]) -> None:
        n = self._num_workers
        if len(values) != n:
            raise ArgumentError(f"Key {key!r} was given {len(values)} arrays; expected one from each of {n} workers.")
        for rank, value in enumerate(values):
            refuse(f"rank {rank}", key, to_host(value.data), self._compression)

    def push(self, key: Key | list[Key], value: Values, priority: int = 0) -> None:
        """As in the base class; all keys of a call count as sent together."""
        super().push(key, value, priority)
        n, kind, sizes = self._num_workers, self._compression, dict[Any, int]()
        for _, values in self._pairs(key, from_plain(value)):
            sizes[values[0].dtype] = sizes.get(values[0].dtype, 0) + values[0].size
        for dtype, size in sizes.items():
            self._sent += allreduce(size * single(dtype).itemsize, n) if kind is None else answered(kind, size, n)

    def sum_gradients(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        self.pushpull(list(keys), list(gradients))

    def update_weights(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        self.push(list(keys), list(gradients))
        self.pull(list(keys), list(weights))


class Arrival(NamedTuple):
    """The arrival of a push: when, whose, and how many updates the weight had seen since the worker took it."""

    time: float
    rank: int
    staleness: int


class SimulatedServer(WorkerStore):
    """`create('sim', num_workers=4, delay=...)`: workers that do not wait. Each has a store, with a rank of its own.

    A worker takes the weights, computes for as long as `delay` says, pushes its gradient, and takes the weights again.
    `turns` says whose gradient arrives next: in its turn a worker computes the gradient with the weights it took last,
    and pushes. (So gradients are exactly as late as they would be; only the computing is done when they arrive.)

    The store itself only observes: `pull` shows the weights of the server.

    Arguments:
        num_workers: how many workers.
        delay: how long a gradient takes, in a unit of your choice: a positive number (all alike), a list with one for
            each worker, or a function of rank and random generator, such as `lambda rank, rng: rng.exponential(2.0)`.
        seed: the seed of that generator.
        previous: 'worker' or 'key': what DCASGD compares with. See `Server`.

    >>> from minigrad import kv, np, optimizer
    >>> store = kv.create("sim", num_workers=2, delay=[1.0, 2.5])  # the second is slow
    >>> copies = [np.array([8.0]), np.array([8.0])]
    >>> for worker in store.workers:
    ...     worker.init("w", copies[worker.rank])
    ...     worker.pull("w", out=copies[worker.rank])
    >>> store.set_optimizer(optimizer.SGD(learning_rate=0.25))
    >>> for worker in store.turns(4):
    ...     w = copies[worker.rank]
    ...     worker.pushpull("w", w.copy(), out=w)  # the gradient of w²/2 is w
    >>> [(arrival.time, arrival.rank, arrival.staleness) for arrival in store.arrivals]
    [(1.0, 0, 0), (2.0, 0, 0), (2.5, 1, 2), (3.0, 0, 1)]
    >>> copies  # 8, 6, 4.5, then 4.5 - 8/4 = 2.5 for the slow one, then 2.5 - 4.5/4
    [array([1.375]), array([2.5])]
    """

    def __init__(self, num_workers: int, delay: Delay, seed: int = 0, previous: str = "worker") -> None:
        super().__init__("sim", rank=-1, num_workers=whole("num_workers", num_workers, 1))
        self._server = Server(previous)
        self._random = numpy.random.default_rng(whole("seed", seed, 0))
        self._delay = [*delay] if isinstance(delay, (list, tuple, numpy.ndarray)) else delay
        if isinstance(self._delay, list) and len(self._delay) != num_workers:
            raise ArgumentError(
                f"delay has {len(self._delay)} numbers; expected one for each of {num_workers} workers."
            )
        self.workers = [SimulatedWorker(self, rank) for rank in range(num_workers)]
        self.arrivals: list[Arrival] = []
        """All pushes so far, in order."""
        self.time = 0.0
        """The time of the latest turn."""
        self._due = [(self._duration(rank), rank) for rank in range(num_workers)]
        heapq.heapify(self._due)

    def __repr__(self) -> str:
        return f"kvstore.create('sim', num_workers={self._num_workers}, delay={self._delay!r})"

    def turns(self, pushes: int) -> Iterator[SimulatedWorker]:
        """The next workers, in the order in which their gradients arrive; ties go to the lower rank."""
        for _ in range(whole("pushes", pushes, 0)):
            self.time, rank = self._due[0]
            heapq.heapreplace(self._due, (self.time + self._duration(rank), rank))
            yield self.workers[rank]

    def _duration(self, rank: int) -> float:
        delay: Any = self._delay
        if callable(delay):
            delay = delay(rank, self._random)
        elif isinstance(delay, list):
            delay = delay[rank]
        return number(f"the delay of rank {rank}", delay, 0, ends="()")

    def set_gradient_compression(self, compression_params: Mapping[str, Any]) -> None:
        """As in the base class, for each worker."""
        super().set_gradient_compression(compression_params)
        for worker in self.workers:
            worker.set_gradient_compression(compression_params)

    def push(self, *_: Any, **__: Any) -> None:
        """Refused: workers push."""
        raise UsageError(
            "With a delay, workers push one by one: for worker in store.turns(n): worker.pushpull(key, gradient, out=w)"
        )

    pushpull = push

    def _find(self, key: Key, arrays: Sequence[Tensor]) -> Tensor:
        if key in self._server.stored:  # any worker may have added it
            self._stored.setdefault(key, self._server.stored[key].copy())
        return super()._find(key, arrays)

    def _deliver(self, text: str, arrays: Sequence[Array]) -> tuple[str, list[Array]]:
        return self._server.answer(self.rank, text, arrays)


class SimulatedWorker(WorkerStore):
    """The store of one worker, also for the worker's Trainer."""

    def __init__(self, store: SimulatedServer, rank: int) -> None:
        super().__init__("sim", rank, store.num_workers)
        self._store = store

    def __repr__(self) -> str:
        return f"{self._store!r}.workers[{self.rank}]"

    def _deliver(self, text: str, arrays: Sequence[Array]) -> tuple[str, list[Array]]:
        answer, found = self._store._server.answer(self.rank, text, arrays)
        return answer, [array.copy() for array in found]

    def _push(self, key: Any, value: Any, pull: bool) -> None:
        super()._push(key, value, pull)
        self._store.arrivals.append(Arrival(self._store.time, self.rank, self.staleness))
