"""The states of an optimizer to a file and back: with its step counts and, if asked, its settings and the random
generators.

Loading makes new states for the weights that are there and fills them, so that shapes, dtypes and devices are those of
this run; a file that does not fit is named and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minigrad import device
from minigrad.errors import FileError
from minigrad.optimizer.config import from_config, to_config
from minigrad.optimizer.updater import Updater
from minigrad.serialization import FilePath, load_arrays, save_arrays
from minigrad.tensor import Tensor

KIND = "states of an optimizer"


def save_states(
    path: FilePath,
    updater: Updater,
    dump_optimizer: bool = False,
    names: Sequence[str] | None = None,
    places: Sequence[int] | None = None,
) -> None:
    """Write the states of an updater; arrays are named key/position.

    With `dump_optimizer` the file also holds the optimizer itself and the state of the random generators. `names` are
    those of the parameters with the keys 0, 1, ..., and `places` say where each stands in its network.
    """
    optimizer = updater.optimizer
    meta = {
        "kind": KIND,
        "class": type(optimizer).__name__,
        "keys": list(updater.states),
        "names": list(names or ()),
        "places": list(places or range(len(names or ()))),
        "counts": list(optimizer._index_update_count.items()),
        "num_update": optimizer.num_update,
        "optimizer": to_config(optimizer) if dump_optimizer else None,
        "generators": device.generator_states() if dump_optimizer else {},
    }
    arrays = {f"{key}/{i}": leaf.data for key, state in updater.states.items() for i, leaf in enumerate(leaves(state))}
    save_arrays(path, arrays, meta)


def load_states(
    path: FilePath,
    updater: Updater,
    weights: Mapping[Any, Tensor],
    names: Sequence[str] | None = None,
    places: Sequence[int] | None = None,
) -> None:
    """Read what `save_states` wrote into an updater of these weights.

    If the file's parameters have the same `names` as ours, in whatever order, they are matched by name; else by their
    `places`: the same network made again has other numbers in its names, and dense10 is sorted before dense9.
    """
    arrays, meta = load_arrays(path)
    if meta.get("kind") != KIND:
        raise FileError(f"{str(path)!r} holds {meta.get('kind', meta.get('holds', 'arrays'))!r}, not {KIND}.")
    optimizer = updater.optimizer
    if meta["optimizer"] is not None:
        optimizer = from_config(meta["optimizer"], optimizer.lr_scheduler)
        optimizer.param_dict = updater.optimizer.param_dict
    elif meta["class"] != type(optimizer).__name__:
        runs = type(optimizer).__name__
        raise FileError(f"{str(path)!r} holds states of {meta['class']}, but {runs} is running.")
    ours = {} if names is None else _renumbering(path, meta, list(names), list(places or range(len(names))))
    states = {}
    for key in meta["keys"]:
        mine = ours.get(key, key)
        if mine not in weights:
            raise FileError(f"{str(path)!r} holds states of the key {key!r}, which is not in the store; init it first.")
        states[mine] = optimizer.create_state_multi_precision(mine, weights[mine])
        for i, leaf in enumerate(leaves(states[mine])):
            saved = arrays.get(f"{key}/{i}")
            if saved is None or saved.shape != leaf.shape or saved.dtype != leaf.dtype:
                found = "missing" if saved is None else f"{saved.dtype} of shape {saved.shape}"
                called = f"parameter {names[mine]!r}" if names else f"key {key!r}"
                raise FileError(
                    f"State {i} of the {called} is {found} in {str(path)!r}, but must be {leaf.dtype} of shape "
                    f"{leaf.shape}. Nothing was loaded."
                )
            leaf[...] = saved
    optimizer._index_update_count = {ours.get(key, key): count for key, count in meta["counts"]}
    optimizer.num_update = meta["num_update"]
    updater.optimizer, updater.states = optimizer, states
    device.set_generator_states(meta["generators"])


def _renumbering(path: FilePath, meta: dict[str, Any], ours: list[str], places: list[int]) -> dict[Any, int]:
    """From the file's number of a parameter to ours."""
    theirs = meta["names"]
    if len(theirs) != len(ours):
        raise FileError(
            f"{str(path)!r} holds states of {len(theirs)} parameters ({', '.join(theirs[:3])} ...), but this Trainer "
            f"has {len(ours)} ({', '.join(ours[:3])} ...). Load it with the network that saved it."
        )
    if sorted(theirs) == sorted(ours) and len(set(ours)) == len(ours):
        return {i: ours.index(name) for i, name in enumerate(theirs)}
    return {i: places.index(place) for i, place in enumerate(meta["places"])}


def leaves(state: Any) -> list[Tensor]:
    """The arrays of a state, which is None, a Tensor, or a tuple of states.

    >>> from minigrad import np
    >>> leaves((np.array([1]), (None, np.array([2]))))
    [array([1.]), array([2.])]
    """
    if state is None:
        return []
    return [state] if isinstance(state, Tensor) else [leaf for part in state for leaf in leaves(part)]
