"""An optimizer as plain data, and back: everything but its states, ready for a JSON file.

What is saved: the arguments of its constructor as they are now, the multipliers, the step counts, and the schedule with
its progress, so that training goes on as if it had not stopped. Parameters are not saved: a Trainer attaches its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from minigrad.arguments import number
from minigrad.config import as_file_error, build, check_complete, expected, field, places, plain, table
from minigrad.errors import ArgumentError, FileError, suggestion
from minigrad.lr_scheduler import LRScheduler
from minigrad.optimizer.registry import OPTIMIZERS

if TYPE_CHECKING:
    from minigrad.optimizer.optimizer import Optimizer

RENAMED = {"learning_rate": "lr"}
"""Arguments whose attribute has another name."""

APART = ("lr_scheduler", "param_dict", "param_idx2name")
"""Arguments that are not saved with the others."""

LEARNT = ("num_update", "_index_update_count", "lr_mult", "wd_mult", "idx2name")
"""Attributes that are saved although they are not arguments."""

LATEST = 2**53
"""The highest count of updates that is accepted: up to here every whole number is also a float."""


def to_config(optimizer: Optimizer, complete: bool = True) -> dict[str, Any]:
    """The optimizer as a dict of JSON's own types.

    Raises ArgumentError for an attribute that would be lost, if the dict is to be `complete`.

    >>> from minigrad import optimizer
    >>> config = to_config(optimizer.SGD(learning_rate=0.5, momentum=0.9))
    >>> config["class"], config["attributes"]["lr"], config["attributes"]["momentum"]
    ('sgd', 0.5, 0.9)
    """
    own, scheduler = vars(optimizer), optimizer.lr_scheduler
    if type(optimizer).__name__.lower() not in OPTIMIZERS:
        raise ArgumentError(
            f"{type(optimizer).__name__} is not registered, so a file with it could not be loaded; write "
            "@optimizer.register above the class"
        )
    names = [*places(type(optimizer), RENAMED, APART).values(), *LEARNT]
    config = {
        "class": type(optimizer).__name__.lower(),
        "attributes": {name: _plain(own[name]) for name in dict.fromkeys(names) if name in own},
        "lr_scheduler": scheduler.get_config() if isinstance(scheduler, LRScheduler) else scheduler is not None,
    }
    if complete:
        check_complete(optimizer, from_config(config, scheduler), apart=APART)
    return config


def from_config(config: dict[str, Any], lr_scheduler: Callable[[int], float] | None = None) -> Optimizer:
    """The optimizer that `to_config` described, made by its constructor.

    Args:
        lr_scheduler: the schedule to use if it was a callable of your own, which cannot be saved.

    Raises a MinigradError if the class is not registered, or a field is missing or could not have been given by a user.

    >>> from minigrad import optimizer
    >>> from_config(to_config(optimizer.Adam(learning_rate=0.5, beta1=0.8)))
    Adam(learning_rate=0.5, beta1=0.8, beta2=0.999, epsilon=1e-08)
    """
    config = expected("optimizer", config, dict)
    name, schedule = field(config, "class", str), field(config, "lr_scheduler", (dict, bool))
    if name not in OPTIMIZERS:
        raise ArgumentError(
            f"the file holds the optimizer {name!r:.60}, which is not registered; define or import it before loading"
            f"{suggestion(name, sorted(OPTIMIZERS))}"
        )
    if schedule is True and lr_scheduler is None:
        raise ArgumentError(
            f"the saved {name!r} had a callable of your own as its schedule; give it as lr_scheduler before loading"
        )
    attributes, cls = field(config, "attributes", dict), OPTIMIZERS[name]
    optimizer: Optimizer = build(cls, places(cls, RENAMED, APART), attributes, [*LEARNT, *cls.progress])
    _learn(optimizer, attributes)
    if isinstance(schedule, dict):
        optimizer.lr_scheduler = LRScheduler.from_config(schedule)
    elif schedule:
        optimizer.lr_scheduler = lr_scheduler
    with as_file_error(cls):
        optimizer.set_config(config)
    return optimizer


def _learn(optimizer: Optimizer, attributes: Mapping[str, Any]) -> None:
    """Read the counts, multipliers and names, and check each."""
    names, rates, decays, counts = (
        table(name, field(field(attributes, name, dict), "pairs", list))
        for name in ("idx2name", "lr_mult", "wd_mult", "_index_update_count")
    )
    optimizer.idx2name = {i: expected(f"idx2name of {i!r}", name, str) for i, name in names.items()}
    optimizer.lr_mult = {i: number(f"lr_mult of {i!r}", factor, 0) for i, factor in rates.items()}
    optimizer.wd_mult = {i: number(f"wd_mult of {i!r}", factor, 0) for i, factor in decays.items()}
    optimizer._index_update_count = {i: count(f"update count of {i!r}", n) for i, n in counts.items()}
    optimizer.num_update = count("num_update", field(attributes, "num_update", int))


def count(name: str, value: Any) -> int:
    """A number of updates, as a file gives it."""
    if not 0 <= expected(name, value, int) <= LATEST:
        raise FileError(f"The field {name!r} is {value!r:.60}; updates are counted from 0 to 2**53.")
    return int(value)


def _plain(value: Any) -> Any:
    """A value for JSON. A dict becomes a list of pairs, because JSON turns keys that are whole numbers into text."""
    return {"pairs": [list(pair) for pair in value.items()]} if isinstance(value, dict) else plain(value)
