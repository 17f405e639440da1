"""The optimizer of a store, to a file and back: its states, its step counts and, if asked, its settings.

Loading makes new states for the weights that are in the store and fills them, so that shapes, dtypes and devices are
those of this run; a file that does not fit is named and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minigrad.errors import FileError
from minigrad.optimizer import Updater
from minigrad.optimizer.config import from_config, to_config
from minigrad.serialization import FilePath, load_arrays, save_arrays
from minigrad.tensor import Tensor

KIND = "states of a store's optimizer"


def save_states(path: FilePath, updater: Updater, dump_optimizer: bool = False) -> None:
    """Write the states of an updater; arrays are named key/position."""
    optimizer = updater.optimizer
    meta = {
        "kind": KIND,
        "class": type(optimizer).__name__,
        "keys": list(updater.states),
        "counts": list(optimizer._index_update_count.items()),
        "num_update": optimizer.num_update,
        "optimizer": to_config(optimizer) if dump_optimizer else None,
    }
    arrays = {f"{key}/{i}": leaf.data for key, state in updater.states.items() for i, leaf in enumerate(leaves(state))}
    save_arrays(path, arrays, meta)


def load_states(path: FilePath, updater: Updater, weights: Mapping[Any, Tensor]) -> None:
    """Read what `save_states` wrote into an updater of these weights."""
    arrays, meta = load_arrays(path)
    if meta.get("kind") != KIND:
        raise FileError(f"{str(path)!r} holds {meta.get('kind', 'arrays')!r}, not {KIND}.")
    optimizer = updater.optimizer
    if meta["optimizer"] is not None:
        optimizer = from_config(meta["optimizer"], optimizer.lr_scheduler)
        optimizer.param_dict = updater.optimizer.param_dict
    elif meta["class"] != type(optimizer).__name__:
        runs = type(optimizer).__name__
        raise FileError(f"{str(path)!r} holds states of {meta['class']}, but the store runs {runs}.")
    states = {}
    for key in meta["keys"]:
        if key not in weights:
            raise FileError(f"{str(path)!r} holds states of the key {key!r}, which is not in the store; init it first.")
        states[key] = optimizer.create_state_multi_precision(key, weights[key])
        for i, leaf in enumerate(leaves(states[key])):
            saved = arrays.get(f"{key}/{i}")
            if saved is None or saved.shape != leaf.shape or saved.dtype != leaf.dtype:
                found = "missing" if saved is None else f"{saved.dtype} of shape {saved.shape}"
                raise FileError(
                    f"State {i} of the key {key!r} is {found} in {str(path)!r}, but must be {leaf.dtype} of shape "
                    f"{leaf.shape}. Nothing was loaded."
                )
            leaf[...] = saved
    optimizer._index_update_count = dict(meta["counts"])
    optimizer.num_update = meta["num_update"]
    updater.optimizer, updater.states = optimizer, states


def leaves(state: Any) -> list[Tensor]:
    """The arrays of a state, which is None, a Tensor, or a tuple of states.

    >>> from minigrad import np
    >>> leaves((np.array([1]), (None, np.array([2]))))
    [array([1.]), array([2.])]
    """
    if state is None:
        return []
    return [state] if isinstance(state, Tensor) else [leaf for part in state for leaf in leaves(part)]
