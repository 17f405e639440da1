"""The store of a worker that does not wait for others: every call is a message to the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from minigrad import autograd
from minigrad.composed import from_plain
from minigrad.device import Array, to_host
from minigrad.disk import FilePath
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, UsageError
from minigrad.guarded import guarded
from minigrad.kvstore.kvstore import Key, KVStore, Lists, Values, checked, described, refuse
from minigrad.optimizer import Optimizer


class WorkerStore(KVStore):
    """A worker's side: `_deliver` brings a message to the server and returns the answer.

    A push is applied as soon as it arrives, to whatever the weight is by then; `staleness` says how many updates the
    weight had seen since this worker took it. A `pushpull` is one message, so no other worker can come in between.
    """

    def __init__(self, name: str, rank: int, num_workers: int) -> None:
        super().__init__(name, rank, num_workers)
        self._params: dict[str, Any] | None = None  # of the compression, as sent to the server
        self._optimizer: Optimizer | None = None
        self.staleness: int = 0
        """Of the latest push: how many updates its weight had seen since this worker took it."""

    # Values in and out

    @guarded
    def push(self, key: Key | list[Key], value: Values, priority: int = 0) -> None:
        """Send the sum over this worker's devices; the server immediately updates the weight with it."""
        self._push(key, value, pull=False)

    def pull(self, key: Key | list[Key], out: Values = None, priority: int = 0, ignore_sparse: bool = True) -> None:
        """Take the server's present weights."""
        if out is not None:  # else the base class refuses
            self._refresh(self._pairs(key, out))
        super().pull(key, out)

    @guarded
    def pushpull(self, key: Key | list[Key], value: Values, out: Values = None, priority: int = 0) -> None:
        """Push and pull in one message."""
        outs = value if out is None else out
        for k, arrays in self._pairs(key, outs):  # before anything is sent
            self._find(k, arrays)
        self._push(key, value, pull=True)
        super().pull(key, outs)

    def row_sparse_pull(
        self, key: Key | list[Key], out: Values = None, priority: int = 0, row_ids: Values = None
    ) -> None:
        """As in the base class. (The whole value is sent.)"""
        if out is not None:
            self._refresh(self._pairs(key, out))
        super().row_sparse_pull(key, out, priority, row_ids)

    @guarded
    def assign(self, key: Key, value: Tensor) -> None:
        self._find(key, [value])
        self._ask("assign", [key], [to_host(value.data)])

    def _push(self, key: Key | list[Key], value: Values, pull: bool) -> None:
        keys, arrays = [], []
        with autograd.pause():
            for k, values in self._pairs(key, from_plain(value)):
                self._find(k, values)
                keys.append(k)
                arrays.append(to_host(self._total(values).data))
                refuse(f"rank {self._rank}", k, arrays[-1], self._compression)
            kind = self._compression
            if kind is not None:
                arrays = [kind.pack(kind.quantize((k, self._rank), array)) for k, array in zip(keys, arrays)]
        own = self._optimizer
        own_rate = {} if own is None else {"lr": float(own.lr), "rescale_grad": float(own.rescale_grad)}
        note, weights = self._ask("push", keys, arrays, pull=pull, compression=self._params, **own_rate)
        self.staleness = note["staleness"]
        if own is not None:
            own.num_update = note["num_update"]
        self._take(keys if pull else [], weights)

    def _refresh(self, pairs: Sequence[tuple[Key, list[Tensor]]]) -> None:
        """Ask for the weights of these keys."""
        for k, outs in pairs:
            self._find(k, outs)
        keys = [k for k, _ in pairs]
        self._take(keys, self._ask("pull", keys)[1])

    def _take(self, keys: Sequence[Key], arrays: Sequence[Array]) -> None:
        for k, array in zip(keys, arrays):
            self._stored[k][...] = Tensor(array).as_in_ctx(self._stored[k].ctx)

    # How values change

    def set_updater(self, updater: Callable[[Any, Tensor, Tensor], None]) -> None:
        """Refused: a function cannot be sent to a server, and a server runs no code that it receives."""
        raise UsageError("A server does not take a function as its updater; give it an optimizer: set_optimizer().")

    _set_updater = set_updater

    def set_optimizer(self, optimizer: Optimizer) -> None:
        """From now on a push is a gradient. Every worker sets one; the first one's runs on the server, as in `init`.

        A second call replaces it, again with the first worker's, and its states start anew. Settings and multipliers
        are sent now; rate and scale are sent with every push.
        """
        config = checked(optimizer).get_config()
        if config["lr_scheduler"] is True:
            raise ArgumentError(
                f"The schedule {optimizer.lr_scheduler!r} is a function of your own, which cannot be sent to a server; "
                "use a class of lr_scheduler."
            )
        for kind in ("lr_mult", "wd_mult"):
            own = {i: getattr(p, kind) for i, p in optimizer.param_dict.items()}
            config["attributes"][kind] = {"pairs": [list(pair) for pair in (getattr(optimizer, kind) | own).items()]}
        self._optimizer = optimizer
        self._together("set_optimizer()", lambda: self._ask("optimizer", optimizer=config))

    def set_gradient_compression(self, compression_params: Mapping[str, Any]) -> None:
        """As in the base class; with {'type': '1bit'} each push is a vote of one worker."""
        super().set_gradient_compression(compression_params)
        self._params = {name: x if name == "type" else float(x) for name, x in compression_params.items()}

    @guarded
    def save_optimizer_states(self, fname: FilePath, dump_optimizer: bool = False) -> None:
        """Let the server write its states to a file on its machine, without the residuals of compression."""
        self._ask("save", path=str(Path(fname).resolve()), dump_optimizer=bool(dump_optimizer))

    @guarded
    def load_optimizer_states(self, fname: FilePath) -> None:
        """Let the server read what `save_optimizer_states` wrote."""
        self._ask("load", path=str(Path(fname).resolve()))

    # What a Trainer asks for

    def updates_weights(self, asked: bool | None, devices: int) -> bool:
        if asked is False:
            raise ArgumentError(
                f"A store {self.type!r} whose workers do not wait for each other updates the weights itself; leave out "
                "update_on_kvstore=False, or use 'dist_sync'."
            )
        return True

    def begin(self, weights: Lists, places: Sequence[int], late: bool) -> None:
        keys: list[Key] = list(range(len(weights)))
        self._ask("order", places=list(places))
        self.init(keys, [arrays[0] for arrays in weights])
        before = [self._stored[k].data.copy() for k in keys]
        self.pull(keys, list(weights))
        if late and any([(a != self._stored[k].data).any() for k, a in zip(keys, before)]):
            raise UsageError(OTHER_WEIGHTS)
        self.barrier()  # before any worker changes them

    def update_weights(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        self.pushpull(list(keys), list(gradients), list(weights))

    def optimizer_updater(self) -> Any:
        raise UsageError(
            "The server has the states of the optimizer, not the Trainer; use save_optimizer_states() and "
            "load_optimizer_states() of the store."
        )

    # Messages

    def _share(self, first: dict[Key, Tensor]) -> None:
        """The first worker's value counts; with several processes, that of rank 0."""
        said = [f"init of {described(k, value)}" for k, value in first.items()]
        values = [to_host(value.data) for value in first.values()]
        self._together("\n".join(["init()", *said]), lambda: self._ask("init", list(first), values))

    def _together(self, where: str, first: Callable[[], Any]) -> None:
        """Do something that all workers ask for and that is done once; `where` says what, line by line."""
        first()

    def _ask(
        self, what: str, keys: Sequence[Key] = (), arrays: Sequence[Array] = (), **note: Any
    ) -> tuple[dict[str, Any], list[Array]]:
        """Send a message and wait for the answer. A refusal is raised here."""
        shapes = [[array.dtype.str, array.shape] for array in arrays]
        text = json.dumps({"what": what, "keys": list(keys), "arrays": shapes, **note})
        self._sent += 8 + len(text) + sum(array.nbytes for array in arrays)
        answer, found = self._deliver(text, arrays)
        said = json.loads(answer)
        if "error" in said:
            raise UsageError(said["error"])
        return said, found

    def _deliver(self, text: str, arrays: Sequence[Array]) -> tuple[str, list[Array]]:
        raise NotImplementedError


OTHER_WEIGHTS = (
    "The first gradients were computed with weights other than those of rank 0, because the shapes of some "
    "parameters were unknown when the Trainer was made. Let the network see one batch before making the Trainer, or "
    "seed all ranks alike."
)
