"""Save and load the states and step counts of an optimizer and, if asked, its settings and the random generators.

Loading makes new states for the present weights and fills them, so that shapes, dtypes and devices are those of this
run; a file that does not fit is refused and changes nothing.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import numpy

from minigrad.config import field, list_of, table
from minigrad.device import Context
from minigrad.disk import FilePath
from minigrad.engine.tensor import Tensor
from minigrad.errors import FileError, KindError, MinigradError
from minigrad.generator_states import generator_states, set_generator_states
from minigrad.optimizer.config import count, from_config, to_config
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.updater import Updater, leaves
from minigrad.serialization import load_arrays, save_arrays
from minigrad.warn import warn

KIND = "states of an optimizer"


def save_states(
    path: FilePath,
    updater: Updater,
    dump_optimizer: bool = False,
    names: Sequence[str] | None = None,
    places: Sequence[int] | None = None,
    residuals: Mapping[tuple[Any, int], Any] | None = None,
) -> None:
    """Write the states of an updater; arrays are named key/position.

    With `dump_optimizer` the file also holds the optimizer itself and the state of the random generators. `names` are
    those of the parameters with the keys 0, 1, ..., and `places` their positions in the network. `residuals` are
    what gradient compression has not sent yet, by key and number of the device.
    """
    residuals = residuals or {}
    optimizer = updater.optimizer
    for key, state in updater.states.items():
        _refuse_other_kinds(state, key, type(optimizer).__name__)
    meta = {
        "kind": KIND,
        "class": type(optimizer).__name__,
        "keys": list(updater.states),
        "names": list(names or ()),
        "places": list(places or range(len(names or ()))),
        "masters": [[k, optimizer.multi_precision and d == numpy.float16] for k, d in updater.dtypes.items()],
        "counts": list(optimizer._index_update_count.items()),
        "num_update": optimizer.num_update,
        "progress": {name: getattr(optimizer, name) for name in optimizer.progress},
        "optimizer": to_config(optimizer, complete=False) | optimizer.get_config() if dump_optimizer else None,
        "residuals": list(residuals),
        "generators": generator_states() if dump_optimizer else {},
    }
    arrays = {f"{key}/{i}": leaf.data for key, state in updater.states.items() for i, leaf in enumerate(leaves(state))}
    arrays |= {_residual(key, sender): array for (key, sender), array in residuals.items()}
    save_arrays(path, arrays, meta)


def _refuse_other_kinds(state: Any, key: Any, optimizer: str) -> None:
    """Refuse a state that a file cannot hold."""
    if isinstance(state, (tuple, list)):
        for part in state:
            _refuse_other_kinds(part, key, optimizer)
    elif state is not None and not isinstance(state, Tensor):
        raise KindError(
            f"the state of parameter {key!r} holds a {type(state).__name__}, which cannot be saved; let "
            f"{optimizer}.create_state return np.zeros(...) of minigrad, a tuple of such arrays, or None"
        )


def load_states(
    path: FilePath,
    updater: Updater,
    weights: Mapping[Any, Tensor],
    names: Sequence[str] | None = None,
    places: Sequence[int] | None = None,
    residuals: dict[tuple[Any, int], Any] | None = None,
) -> None:
    """Read what `save_states` wrote into an updater of these weights.

    If the file's parameters have the same `names` as ours, in whatever order, they are matched by name; otherwise by
    their `places`, because the same network made again has other numbers in its names, and dense10 is sorted before
    dense9. `residuals`, if given, become those of the file; otherwise a warning says that they are dropped.
    """
    arrays, meta = load_arrays(path)
    try:
        if meta.get("kind") != KIND:
            raise FileError(f"It holds {meta.get('kind', meta.get('holds', 'arrays'))!r:.60}, not {KIND}.")
        optimizer = _optimizer(meta, updater.optimizer)
        ours = {} if names is None else _renumbering(meta, list(names), list(places or range(len(names))))
        saved = table("counts", field(meta, "counts", list))
        counts = {ours.get(key, key): count(f"count of {key!r}", n) for key, n in saved.items()}
        num_update = count("num_update", field(meta, "num_update", int))
        masters = table("masters", list_of(meta, "masters", list) if "masters" in meta else [])  # older files: none
        states = {}
        for key in list_of(meta, "keys", (int, str)):
            mine = ours.get(key, key)
            if mine not in weights or mine in states:
                raise FileError(f"It holds states of the key {key!r}, which is not in the store; init it first.")
            states[mine] = optimizer.create_state_multi_precision(mine, weights[mine])
            called = f"parameter {names[mine]!r}" if names else f"key {key!r}"
            if masters.get(key, has := optimizer._has_master(weights[mine])) != has:
                raise FileError(
                    f"The {called} is {weights[mine].dtype} here and has {'a' if has else 'no'} float32 master "
                    f"copy; in the file it has {'none' if has else 'one'}. Cast it to its dtype there, and load."
                )
            for i, leaf in enumerate(leaves(states[mine])):
                leaf[...] = _fitting(arrays.pop(f"{key}/{i}", None), leaf, f"State {i} of the {called}")
            for former, _ in enumerate(optimizer.former_states, len(leaves(states[mine]))):
                arrays.pop(f"{key}/{former}", None)
        progress = _progress(meta, optimizer)
        owed = _owed(meta, arrays, ours, weights)
        if arrays:
            raise FileError(f"It holds {next(iter(arrays))!r:.60}, which is not a state of {type(optimizer).__name__}.")
        _tell(path, optimizer, updater.optimizer, dropped=bool(owed) and residuals is None)
        set_generator_states(field(meta, "generators", dict))
    except MinigradError as error:
        raise FileError(f"{str(path)!r} cannot be loaded. {str(error).rstrip('.')}. Nothing was loaded.") from None
    optimizer._index_update_count, optimizer.num_update = counts, num_update
    vars(optimizer).update(progress)
    updater.optimizer, updater.states = optimizer, states
    updater.dtypes = {key: weights[key].dtype for key in states}
    if residuals is not None:
        residuals.clear()
        residuals.update(owed)


def _tell(path: FilePath, found: Optimizer, running: Optimizer, dropped: bool) -> None:
    """Warn, before anything changes, of what loading does that its caller may not expect."""
    theirs, ours = type(found).__name__, type(running).__name__
    if theirs != ours:
        warn(f"{str(path)!r} holds the optimizer {theirs} with its settings, which replaces {ours}.")
    if dropped:
        warn(
            f"{str(path)!r} holds what gradient compression had not sent yet, which is dropped: there is no "
            "compression here. Choose it as in the run that saved the file before you load."
        )


def copied(state: Any, ctx: Context) -> Any:
    """A state on another device."""
    if isinstance(state, (tuple, list)):
        return type(state)([copied(part, ctx) for part in state])
    if not isinstance(state, Tensor):
        return state
    return state.copyto(ctx) if state.ndim or ctx.device_type == "cpu" else state.copy()


def _optimizer(meta: dict[str, Any], running: Optimizer) -> Optimizer:
    """The optimizer of the file, or else the running one, if it is of the same class."""
    if meta.get("optimizer") is not None:
        optimizer = from_config(meta["optimizer"], running.lr_scheduler)
        optimizer.param_dict = running.param_dict
        return optimizer
    cls = type(running).__name__
    if field(meta, "class", str) != cls:
        raise FileError(f"It holds states of {meta['class']:.60}, but {cls} is running.")
    return running


def _progress(meta: dict[str, Any], optimizer: Optimizer) -> dict[str, Any]:
    """What the rule keeps besides counts and states, such as the rates of LARS, checked.

    Nothing if the file has the optimizer itself, with all that it keeps.
    """
    if meta.get("optimizer") is not None or not meta.get("progress"):  # older files: none
        return {}
    twin = copy(optimizer)
    twin.set_config({"attributes": field(meta, "progress", dict)})
    return {name: getattr(twin, name) for name in optimizer.progress}


def _owed(
    meta: dict[str, Any], arrays: dict[str, Any], ours: Mapping[Any, int], weights: Mapping[Any, Tensor]
) -> dict[tuple[Any, int], Any]:
    """The residuals, each in the shape of its weight. They are taken out of `arrays`; older files have none."""
    owed = {}
    for pair in list_of(meta, "residuals", list) if "residuals" in meta else []:
        if [type(part) for part in pair] not in ([int, int], [str, int]) or ours.get(pair[0], pair[0]) not in weights:
            raise FileError(f"It holds a residual of {pair!r:.60}; expected a key that is in the store, and a device.")
        weight = weights[ours.get(pair[0], pair[0])]
        template = numpy.broadcast_to(numpy.zeros((), numpy.promote_types(weight.dtype, "float32")), weight.shape)
        residual = arrays.pop(_residual(*pair), None)
        owed[ours.get(pair[0], pair[0]), pair[1]] = _fitting(residual, template, f"The residual of {pair!r}")
    return owed


def _fitting(saved: Any, leaf: Any, called: str) -> Any:
    """A saved array, if it has the shape and dtype of the state that it is to fill."""
    if saved is None or saved.shape != leaf.shape or saved.dtype != leaf.dtype:
        found = "missing" if saved is None else f"{saved.dtype} of shape {saved.shape}"
        raise FileError(f"{called} is {found} in the file, but must be {leaf.dtype} of shape {leaf.shape}.")
    return saved


def _renumbering(meta: dict[str, Any], ours: list[str], places: list[int]) -> dict[Any, int]:
    """The file's number of each parameter -> ours."""
    theirs, their_places = list_of(meta, "names", str), list_of(meta, "places", int)
    if len(theirs) != len(ours):
        raise FileError(
            f"It holds states of {len(theirs)} parameters ({', '.join(theirs[:3]):.60} ...), but this Trainer has "
            f"{len(ours)} ({', '.join(ours[:3])} ...). Load it with the network that saved it."
        )
    if set(theirs) == set(ours) and len(set(ours)) == len(ours):
        return {i: ours.index(name) for i, name in enumerate(theirs)}
    if sorted(their_places) != list(range(len(ours))):
        raise FileError(f"The field 'places' is {their_places!r:.60}; expected each number below {len(ours)} once.")
    return {i: places.index(place) for i, place in enumerate(their_places)}


def _residual(key: Any, sender: int) -> str:
    """The name of a residual among the arrays, which no state can have."""
    return f"{key}/residual {sender}"
