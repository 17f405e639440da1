"""Optimizers by name: `@register` enters a class under its lower-cased name, `create('adam')` builds one."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from minigrad.arguments import registered_name
from minigrad.errors import ArgumentError, KeywordError, UsageError, suggestion

if TYPE_CHECKING:
    from minigrad.optimizer.optimizer import Optimizer

Class = TypeVar("Class", bound="type[Optimizer]")

OPTIMIZERS: dict[str, type[Optimizer]] = {}
"""Every optimizer class by its lower-cased name."""


def register(cls: Class) -> Class:
    """Enter an optimizer class in the registry; used as a decorator.

    The class may then be created by its name in any case. Running the same definition again, as a notebook cell does,
    replaces the old class; taking the name of another class warns.
    """
    name = registered_name(cls)
    old = OPTIMIZERS.get(name)
    if old is not None and (old.__module__, old.__qualname__) != (cls.__module__, cls.__qualname__):
        warnings.warn(
            f"the optimizer name {name!r} of {old.__module__}.{old.__qualname__} now means "
            f"{cls.__module__}.{cls.__qualname__}",
            stacklevel=2,
        )
    OPTIMIZERS[name] = cls
    return cls


def create(optimizer: str | Optimizer, **arguments: Any) -> Optimizer:
    """An optimizer from its registered name and its constructor arguments. An optimizer object is returned as it is.

    >>> create("SGD", learning_rate=0.1)
    SGD(learning_rate=0.1, momentum=0.0)
    """
    if not isinstance(optimizer, str):
        if isinstance(optimizer, type) or not hasattr(optimizer, "update_multi_precision"):
            raise KeywordError(f"expected the name of an optimizer or an Optimizer, got {optimizer!r}")
        if arguments:
            raise UsageError(f"{optimizer!r} exists already and takes no arguments, but got {', '.join(arguments)}")
        return optimizer
    cls = OPTIMIZERS.get(optimizer.lower())
    if cls is None:
        raise ArgumentError(f"no optimizer is called {optimizer!r}{suggestion(optimizer.lower(), sorted(OPTIMIZERS))}")
    made = cls(**arguments)
    made._check_class()
    return made
