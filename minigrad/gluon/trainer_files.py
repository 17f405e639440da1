"""Saves and loads the states of a Trainer, which may be on several devices or in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigrad.disk import FilePath
from minigrad.optimizer import files
from minigrad.optimizer.updater import Updater

if TYPE_CHECKING:
    from minigrad.gluon.trainer import Trainer


def save(trainer: Trainer, path: FilePath) -> None:
    """Write the optimizer, its states and counts, the residuals of compression, and the random generators."""
    updater = trainer._updater()
    names = [p.name for p in trainer._params]
    for i in range(len(names)):
        if i in updater.states:
            updater._state_for(i, trainer._weight(i))  # converted, if the weight was cast
    files.save_states(path, updater, True, names, trainer._places, _residuals(trainer))


def load(trainer: Trainer, path: FilePath) -> None:
    """Read what `save` wrote, including the optimizer. Nothing changes unless everything fits."""
    updater = trainer._updater()
    weights = {i: trainer._weight(i) for i in range(len(trainer._params))}
    names = [p.name for p in trainer._params]
    exchange = trainer._exchange
    compressed = exchange is not None and exchange.store.compressed
    files.load_states(path, updater, weights, names, trainer._places, _residuals(trainer) if compressed else None)
    trainer._set_optimizer(updater.optimizer)
    if exchange is not None and exchange.update_on_kvstore:
        exchange.store.set_updater(updater)
    else:
        _spread(updater, trainer)


def _spread(updater: Updater, trainer: Trainer) -> None:
    """Give each device's updater the states."""
    first, *_ = trainer._contexts
    for own, ctx in zip(trainer._updaters, trainer._contexts):
        own.dtypes = dict(updater.dtypes)
        own.states = {i: s if ctx is first else files.copied(s, ctx) for i, s in updater.states.items()}


def _residuals(trainer: Trainer) -> dict[Any, Any]:
    return {} if trainer._exchange is None else trainer._exchange.store.residuals
