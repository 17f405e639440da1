"""The server of workers that do not wait for each other: it holds the weights and applies a push when it arrives.

Workers and server communicate only by messages: a text (JSON) and some arrays. How these travel is decided elsewhere,
so that a simulation and MPI run the same server.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from minigrad.arguments import one_of
from minigrad.device import Array, cpu
from minigrad.engine.tensor import Tensor
from minigrad.errors import MinigradError, UsageError
from minigrad.kvstore.compression import compression
from minigrad.kvstore.kvstore import described
from minigrad.optimizer import DCASGD, Updater
from minigrad.optimizer.config import from_config
from minigrad.optimizer.files import load_states, save_states

Key = int | str

OTHER_ORDER = (
    "The parameters of this network are in another order than those of the first worker's: by name dense10 comes "
    "before dense9. Give each Trainer a list in the order of the network: list(net.collect_params().values())."
)


class Server:
    """Weights, the optimizer, and the weights that each worker took last.

    `previous` says which weights DCASGD compares a late gradient with. 'worker' (the paper, Algorithm 2): those that
    its worker took last, one copy for each worker and key. 'key' (MXNet): those before the latest update, from any
    worker.

    >>> from minigrad import np, optimizer
    >>> server = Server()
    >>> server.init("w", np.array([1.0]))
    >>> server.updater = optimizer.get_updater(optimizer.SGD(learning_rate=0.5))
    >>> _ = server.pull(0, "w"), server.pull(1, "w")
    >>> [server.push(rank, "w", np.array([1.0])) for rank in (0, 1, 1)]  # how late each push was
    [0, 1, 2]
    >>> server.stored["w"]
    array([-0.5])
    """

    def __init__(self, previous: str = "worker") -> None:
        self.previous = one_of("previous", previous, "worker", "key")
        self.stored: dict[Key, Tensor] = {}
        self.updates: dict[Key, int] = {}  # how many each weight has seen
        self.updater: Any = None
        self.handed: dict[int, int] = {}  # by worker: how many optimizers it has sent
        self.places: list[int] = []  # of the keys in the network, if they are a Trainer's
        self._taken: dict[tuple[int, Key], tuple[int, Tensor | None]] = {}  # by worker: after which update, and what

    # What it does

    def init(self, key: Key, value: Tensor) -> None:
        """Add a key; only the first value counts, and others must be like it."""
        stored = self.stored.setdefault(key, value)
        if stored is value:
            self.stored[key], self.updates[key] = value.copyto(cpu()), 0
        elif (stored.shape, stored.dtype) != (value.shape, value.dtype):
            raise UsageError(f"A worker before this one added {described(key, stored)}, not {described(key, value)}.")

    def push(self, rank: int, key: Key, gradient: Tensor) -> int:
        """Update with a gradient, or without an optimizer replace the value. Returns the staleness: how many updates
        the weight has seen since this worker took it.
        """
        stored = self._find(key, gradient.shape)
        since, copy = self._taken.get((rank, key), (0, None))
        if self.updater is None:
            stored[...] = gradient
        else:
            if copy is not None and self._corrects():
                self.updater.optimizer.pulled(key, copy)
            self.updater(key, gradient, stored)
        self.updates[key] += 1
        return self.updates[key] - 1 - since

    def pull(self, rank: int, key: Key) -> Tensor:
        """The present weight, recorded as the one this worker has."""
        stored = self._find(key)
        keep = self.updater is None or self._corrects()
        self._taken[rank, key] = self.updates[key], stored.copy() if keep else None
        return stored

    def _corrects(self) -> bool:
        """Whether each worker's own copy is needed."""
        return self.previous == "worker" and isinstance(getattr(self.updater, "optimizer", None), DCASGD)

    def _find(self, key: Key, shape: tuple[int, ...] | None = None) -> Tensor:
        if key not in self.stored:
            raise UsageError(f"Key {key!r} is not on the server; add it first: store.init({key!r}, value).")
        stored = self.stored[key]
        if shape not in (None, stored.shape):
            raise UsageError(f"Key {key!r} holds shape {stored.shape} on the server, but was given {shape}.")
        return stored

    # Messages

    def answer(self, rank: int, text: str, arrays: Sequence[Array]) -> tuple[str, list[Array]]:
        """Do what a worker's message asks for. A refusal is an answer too; the server continues."""
        try:
            note, found = self._obey(rank, json.loads(text), arrays)
        except MinigradError as error:
            note, found = {"error": str(error)}, []
        return json.dumps(note | {"arrays": [[array.dtype.str, array.shape] for array in found]}), found

    def _obey(self, rank: int, asked: dict[str, Any], arrays: Sequence[Array]) -> tuple[dict[str, Any], list[Array]]:
        what, keys = asked["what"], asked.get("keys", [])
        if what in ("init", "assign"):
            for key, array in zip(keys, arrays):
                if what == "init":
                    self.init(key, Tensor(array))
                else:
                    self._find(key, array.shape)[...] = Tensor(array)
        elif what == "order":
            self.places = self.places or asked["places"]
            if self.places != asked["places"]:
                raise UsageError(OTHER_ORDER)
        elif what == "push":
            return self._pushed(rank, asked, keys, arrays)
        elif what == "pull":
            return {}, [self.pull(rank, key).data for key in keys]
        elif what == "optimizer":
            times = self.handed.get(rank, 0) + 1
            if times > max(self.handed.values(), default=0):  # each worker sends one; the first counts
                self.updater = Updater(from_config(asked["optimizer"]))
            self.handed[rank] = times
        elif self.updater is None:
            raise UsageError("The server has no optimizer that has states; set_optimizer() first.")
        elif what == "save":
            save_states(asked["path"], self.updater, asked["dump_optimizer"])
        else:
            load_states(asked["path"], self.updater, self.stored)
        return {}, []

    def _pushed(
        self, rank: int, asked: dict[str, Any], keys: Sequence[Key], arrays: Sequence[Array]
    ) -> tuple[dict[str, Any], list[Array]]:
        """Apply one push, with the rate and the scale of the worker that sent it."""
        values = [self._value(key, array, asked["compression"]) for key, array in zip(keys, arrays)]
        optimizer = getattr(self.updater, "optimizer", None)
        if optimizer is not None and "lr" in asked:
            optimizer.rescale_grad = asked["rescale_grad"]
            if optimizer.lr_scheduler is None:
                optimizer.lr = asked["lr"]
        late = [self.push(rank, key, value) for key, value in zip(keys, values)]
        note = {"staleness": max(late, default=0), "num_update": 0 if optimizer is None else optimizer.num_update}
        return note, [self.pull(rank, key).data for key in keys] if asked["pull"] else []

    def _value(self, key: Key, array: Array, params: dict[str, Any] | None) -> Tensor:
        """A gradient, unpacked."""
        stored = self._find(key, None if params else array.shape)
        if not params:
            return Tensor(array)
        kind = compression(params, votes=True)
        codes = kind.unpack(array, stored.size).reshape(stored.shape)
        return Tensor(kind.dequantize(kind.combine([codes]), stored.dtype))
