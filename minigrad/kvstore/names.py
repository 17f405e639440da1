"""Stores by name, and the store that a Trainer gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from minigrad.arguments import arguments_of, refuse
from minigrad.errors import ArgumentError, KeywordError, KindError, suggestion
from minigrad.kvstore.compression import compression
from minigrad.kvstore.kvstore import KVStore
from minigrad.kvstore.simulated import Delay, SimulatedServer, SimulatedWorkers

if TYPE_CHECKING:
    from minigrad.kvstore.asynchronous import AsynchronousStore

NAMES = ("local", "device", "sim", "dist_sync", "dist_device_sync", "dist_async")

ELSEWHERE = dict.fromkeys(("horovod", "byteps", "dist", "dist_sync_device"), "'dist_sync' works across processes")
ELSEWHERE |= dict.fromkeys(("p3", "dist_device_async", "dist_async_device"), "'dist_async' does not wait for others")
ELSEWHERE |= dict.fromkeys(("nccl", "local_allreduce_device"), "'device' sums on the GPUs")
ELSEWHERE |= dict.fromkeys(("local_update_cpu", "local_allreduce_cpu"), "'local' sums on the CPU")
"""MXNet's stores that minigrad does not have, and what to use instead."""


@overload
def create(
    name: Literal["sim"], *, num_workers: int, delay: Delay, seed: int = 0, previous: str = "worker"
) -> SimulatedServer: ...


@overload
def create(name: Literal["dist_async"], *, previous: str = "worker") -> AsynchronousStore: ...


@overload
def create(name: str = "local", **options: Any) -> KVStore: ...


def create(name: str = "local", **options: Any) -> KVStore:
    """A store by name.

    'local' sums on the CPU, 'device' on the first device. 'sim' simulates `num_workers` workers in this process, which
    wait for each other unless there is a `delay`; see `SimulatedWorkers` and `SimulatedServer`.

    In a program started on several ranks, 'dist_sync' (or 'dist_device_sync') sums over all of them; with 'dist_async',
    rank 0 becomes the server of the others, which do not wait for each other. See `SynchronousStore` and
    `AsynchronousStore`.

    >>> from minigrad import kv
    >>> kv.create("sim", num_workers=4).num_workers
    4
    """
    if not isinstance(name, str):
        raise KeywordError(f"A store is created by name, such as 'local' or 'device', not by {name!r}.")
    lower = name.lower()
    if lower in ELSEWHERE:
        raise ArgumentError(f"There is no store {name!r} here: {ELSEWHERE[lower]}; use that.")
    if lower == "sim":
        return _made(SimulatedServer if "delay" in options else SimulatedWorkers, options)
    if lower not in NAMES:
        raise ArgumentError(f"There is no store {name!r}{suggestion(lower, NAMES)}.")
    known = {"previous"} if lower == "dist_async" else set()
    if set(options) - known:
        option = next(option for option in options if option not in known)
        raise KeywordError(f"The store {lower!r} has no option {option!r}{suggestion(option, known) if known else '.'}")
    return _distributed(lower, options) if lower.startswith("dist") else KVStore(lower)


def _distributed(name: str, options: Mapping[str, Any]) -> KVStore:
    from minigrad.kvstore.mpi import peers  # MPI starts only here

    if name == "dist_async":
        from minigrad.kvstore.asynchronous import create_asynchronous

        return create_asynchronous(peers(), **options)
    from minigrad.kvstore.synchronous import SynchronousStore

    return SynchronousStore(name, peers())


def _made(cls: Any, options: Mapping[str, Any]) -> KVStore:
    """A simulated store, or a sentence about its arguments."""
    known = arguments_of(cls)
    if set(options) - set(known):
        refuse(cls, [name for name in options if name not in known])
    if "num_workers" not in options:
        raise KeywordError("A store 'sim' needs the number of its workers: create('sim', num_workers=4).")
    made: KVStore = cls(**options)
    return made


def for_trainer(
    store: str | KVStore | None,
    update_on_kvstore: bool | None,
    compression_params: Mapping[str, Any] | None,
    devices: int,
) -> tuple[KVStore | None, bool]:
    """The store of a Trainer with this number of devices, and whether it updates the weights.

    One device in one process needs no store, unless one is given as an object.
    """
    if isinstance(store, str):
        made = create(store)
        store = made if devices > 1 or made.num_workers > 1 or made.type.startswith("dist") else None
    elif store is not None and not isinstance(store, KVStore):
        raise KindError(f"kvstore is {store!r}; it must be a store, the name of one, or None.")
    if store is None and update_on_kvstore:
        raise ArgumentError(
            "update_on_kvstore=True needs a store, but one device with a store given by name has none; "
            "leave it out, or pass kvstore=minigrad.kv.create('device')."
        )
    if store is not None and compression_params is not None:
        store.set_gradient_compression(compression_params)
    elif compression_params is not None:
        compression(compression_params, votes=False)  # checked even if a single device sends nothing
    return store, store is not None and store.updates_weights(update_on_kvstore, devices)
