"""An initializer fills an array in place; given only a name, it goes by the end of that name.

An initializer of your own is a subclass with a method `_init_weight(self, name, data)` that writes into `data`:

>>> from minigrad import np
>>> @register
... class Counting(Initializer):
...     def _init_weight(self, name, data):
...         data[:] = np.arange(data.size).reshape(data.shape)
>>> weight = np.zeros((2, 3))
>>> create("counting")("dense0_weight", weight)
>>> weight.asnumpy().tolist()
[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
"""

from __future__ import annotations

from typing import Any, TypeVar

from minigrad.arguments import mapping, refuse, registered_name, shown
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, UsageError, suggestion


class InitDesc(str):
    """A parameter's name with attributes: that under `'__init__'` is the initializer to use whatever the name."""

    attrs: dict[str, Any]

    def __new__(cls, name: str, attrs: dict[str, Any] | None = None) -> InitDesc:
        desc = super().__new__(cls, name)
        desc.attrs = mapping("attrs", attrs)
        return desc


class Initializer:
    """Base class of all initializers: called with a parameter's name and array, it fills the array in place.

    The suffix of the name chooses the method: `weight` goes to `_init_weight`, which the subclass defines; `bias`,
    `beta` and `min` become 0, `gamma` and `max` become 1. A subclass may override `_init_bias` and the others too. Any
    other suffix raises ArgumentError.

    A `Parameter` does not depend on the suffix: it calls `_init_weight` of its own initializer, or else of the one
    given to `net.initialize()`. (Biases of Gluon's layers have their own, `zeros`.)
    """

    def __init__(self, **attributes: Any) -> None:
        if attributes and type(self).__init__ is Initializer.__init__:  # no subclass constructor takes them
            refuse(type(self), attributes)
        vars(self).update(attributes)

    def __call__(self, name: str, arr: Tensor) -> None:
        own = name.attrs.get("__init__") if isinstance(name, InitDesc) else None
        if own is not None:
            create(own)._init_weight(name, arr)
        else:
            ending = next((end for end in SUFFIXES if name.endswith(end)), "default")
            getattr(self, f"_init_{ending}")(name, arr)

    def _init_weight(self, name: str, arr: Tensor) -> None:
        raise NotImplementedError(
            f"{type(self).__name__} must define _init_weight(self, name, data), which fills data."
        )

    def _init_zero(self, name: str, arr: Tensor) -> None:
        arr[...] = 0

    def _init_one(self, name: str, arr: Tensor) -> None:
        arr[...] = 1

    _init_bias = _init_beta = _init_min = _init_zero
    _init_gamma = _init_max = _init_one

    def _init_default(self, name: str, arr: Tensor) -> None:
        raise ArgumentError(
            f"The name {str(name)!r} does not tell {type(self).__name__} what to do: it ends in none of weight, bias, "
            "gamma, beta, min, max. Rename the parameter, or give it an initializer of its own (init=...)."
        )

    def __repr__(self) -> str:
        from minigrad.config import as_call

        return as_call(self)


Class = TypeVar("Class", bound="type[Initializer]")

SUFFIXES = ("weight", "bias", "gamma", "beta", "min", "max")
"""The endings of names that tell an initializer what to do."""

registry: dict[str, type[Initializer]] = {}
"""Every initializer class by its lower-cased name, and `zeros` and `ones`."""


def register(cls: Class) -> Class:
    """Make an initializer class available under its lower-cased name; used as a decorator."""
    registry[registered_name(cls)] = cls
    return cls


def create(init: str | Initializer | type[Initializer], **arguments: Any) -> Initializer:
    """An initializer from its name (in any case), from its class, or as it is.

    >>> create("xavier", magnitude=2)
    Xavier(magnitude=2.0)
    """
    if isinstance(init, Initializer):
        if arguments:
            raise UsageError(f"{init!r} exists already and takes no arguments, but got {', '.join(arguments)}.")
        return init
    if isinstance(init, type) and issubclass(init, Initializer):
        return init(**arguments)
    if not isinstance(init, str):
        raise ArgumentError(f"An initializer is a name like 'xavier' or an object like Xavier(), not {shown(init)}.")
    cls = registry.get(init.lower())
    if cls is None:
        raise ArgumentError(f"No initializer is called {init!r}{suggestion(init.lower(), sorted(registry))}")
    return cls(**arguments)
