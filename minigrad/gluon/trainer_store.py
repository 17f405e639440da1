"""What a Trainer does through a store, which sums the gradients of several devices or workers, or steps the weights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from minigrad.engine.graph import Leaf
from minigrad.engine.tensor import Tensor
from minigrad.errors import UsageError
from minigrad.gluon.flat import learns
from minigrad.gluon.parameter import Parameter
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.updater import Updater

if TYPE_CHECKING:
    from minigrad.kvstore import KVStore


class Exchange:
    """A Trainer's store, and what has passed between them. With `update_on_kvstore` the store updates the weights."""

    def __init__(
        self, store: KVStore, on_store: bool, params: Sequence[Parameter], places: Sequence[int], devices: int
    ) -> None:
        self.store, self.update_on_kvstore, self.params, self.places = store, on_store, params, places
        self.devices = devices * store.num_workers
        self.begun = False  # whether the store has the initial values
        self.summed = False  # whether gradients have been summed for an update that has not come yet
        self.seen: list[int] = []  # for each parameter, its version when the store last wrote it

    def begin(self, optimizer: Optimizer, late: bool = True) -> None:
        """Give the store the initial values of all parameters, once; `late` if they have already been used."""
        if self.begun:
            return
        arrays = [p.list_data() for p in self.params]  # raises before the store has any if a shape is unknown
        self.store.begin(arrays, self.places, late)
        self.seen = [weights[0].version[0] for weights in arrays]
        if self.update_on_kvstore:
            self.store.set_optimizer(optimizer)
        self.begun = True

    def refuse_half(self, name: str) -> None:
        """UsageError if `allreduce_grads` or `update`, the halves of a step, cannot be done now."""
        if self.update_on_kvstore:
            raise UsageError(
                f"{name}() is half a step, but here the store does both halves; use step(), or update_on_kvstore=False."
            )
        if name == "update" and self.devices > 1 and not self.summed:
            raise UsageError(
                f"update() is the second half of a step, but the gradients of {self.devices} devices have not been "
                "summed; call allreduce_grads() first. (With kvstore=None each device steps with its own.)"
            )

    def sum_gradients(self, stale: Collection[Leaf] = ()) -> None:
        """Sum every gradient that is not stale over all devices, into its arrays."""
        learning = self._learning(stale)
        gradients = [p.list_grad() for p in learning.values()]
        self.store.sum_gradients(list(learning), gradients, [p.list_data() for p in learning.values()])

    def step(self, stale: Collection[Leaf]) -> None:
        """Let the store update every weight whose gradient is not stale."""
        moving = self._learning(stale)
        self._assign_changed(moving)
        gradients = [p.list_grad() for p in moving.values()]
        self.store.update_weights(list(moving), gradients, [p.list_data() for p in moving.values()])
        for i, p in moving.items():
            self.seen[i] = p.list_data()[0].version[0]
            for t in p.list_data():
                t.node.fresh = False

    def updater(self, optimizer: Optimizer) -> Updater:
        """The store's updater, which has the states."""
        self.begin(optimizer)
        updater = self.store.optimizer_updater()
        self._assign_changed(range(len(self.params)))
        return updater

    def _learning(self, stale: Collection[Leaf]) -> dict[int, Parameter]:
        return {i: p for i, p in enumerate(self.params) if learns(p) and p.tensors[0].node not in stale}

    def _assign_changed(self, indices: Iterable[int]) -> None:
        """Give the store the values that were set, moved or cast by hand."""
        for i in indices:
            first: Tensor = self.params[i].list_data()[0]
            if first.version[0] != self.seen[i]:
                self.store.assign(i, first)
                self.seen[i] = first.version[0]
