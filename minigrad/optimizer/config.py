"""An optimizer as plain data, and back: all it knows but the states, fit for a JSON file.

Saved are its attributes (rates, hyper-parameters, multipliers, step counts) and its schedule in mid-flight, so that
training goes on as if it had not stopped. Parameters are not saved: a Trainer attaches its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from minigrad.errors import ArgumentError, suggestion
from minigrad.lr_scheduler import LRScheduler
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import OPTIMIZERS


def to_config(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer as a dict of JSON's own types.

    >>> from minigrad import optimizer
    >>> config = to_config(optimizer.SGD(learning_rate=0.5, momentum=0.9))
    >>> config["class"], config["attributes"]["lr"], config["attributes"]["momentum"]
    ('sgd', 0.5, 0.9)
    """
    kept = {name: value for name, value in vars(optimizer).items() if name not in ("param_dict", "lr_scheduler")}
    scheduler = optimizer.lr_scheduler
    return {
        "class": type(optimizer).__name__.lower(),
        "attributes": {name: _plain(type(optimizer), name, value) for name, value in kept.items()},
        "lr_scheduler": scheduler.get_config() if isinstance(scheduler, LRScheduler) else scheduler is not None,
    }


def from_config(config: dict[str, Any], lr_scheduler: Callable[[int], float] | None = None) -> Optimizer:
    """The optimizer that `to_config` described.

    Args:
        lr_scheduler: the schedule to use if it was a callable of your own, which cannot be saved.

    >>> from minigrad import optimizer
    >>> from_config(to_config(optimizer.Adam(learning_rate=0.5, beta1=0.8)))
    Adam(learning_rate=0.5, beta1=0.8, beta2=0.999, epsilon=1e-08)
    """
    name, schedule = config["class"], config["lr_scheduler"]
    if name not in OPTIMIZERS:
        raise ArgumentError(
            f"saved was the optimizer {name!r}, which is not registered; define or import it before loading"
            f"{suggestion(name, sorted(OPTIMIZERS))}"
        )
    if schedule is True and lr_scheduler is None:
        raise ArgumentError(
            f"the saved {name!r} had a callable of your own as its schedule; give it as lr_scheduler before loading"
        )
    cls = OPTIMIZERS[name]
    optimizer = cls.__new__(cls)
    for key, value in config["attributes"].items():
        setattr(optimizer, key, dict(value["pairs"]) if isinstance(value, dict) else value)
    optimizer.param_dict = {}
    if isinstance(schedule, dict):
        optimizer.lr_scheduler = LRScheduler.from_config(schedule)
    else:
        optimizer.lr_scheduler = lr_scheduler if schedule else None
    return optimizer


def _plain(cls: type, name: str, value: Any) -> Any:
    """A value that JSON keeps as it is. A dict becomes its pairs, for JSON would turn whole-number keys into text."""
    plain = {"pairs": [list(pair) for pair in value.items()]} if isinstance(value, dict) else value
    try:
        json.dumps(plain)
    except TypeError as error:
        raise ArgumentError(
            f"{cls.__name__}.{name} = {value!r:.60} cannot be saved ({error}); "
            "keep numbers and text in attributes, arrays in states"
        ) from None
    return plain
