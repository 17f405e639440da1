"""What a user's class passes to the base class: constructor arguments, first states, the values of `named`."""

from typing import Any

import numpy

from minigrad.device import MODULES, Array
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, KeywordError, ShapeError, UsageError
from minigrad.explain import described
from minigrad.optimizer.accepts import fits, overlap


def first_state(cls: str, name: str, made: Any, w: Array) -> Array:
    """What `initial_state` made, if it is an array of the shape and dtype of w, with memory of its own."""
    array: Array = made.data if isinstance(made, Tensor) else made
    what = f"{cls}.initial_state gives {described(made)} for {name!r}"
    if type(array) not in MODULES or isinstance(array, numpy.generic):
        raise KeywordError(f"{what}; expected an array like w: numpy.full_like(w, 1.0), w.copy().")
    if array.shape != w.shape:
        raise ShapeError(f"{what}, but w has shape {w.shape}; make it like w: numpy.ones_like(w).")
    if not fits(array, w):
        raise DTypeError(f"{what}, but w is {w.dtype}; make it like w, numpy.ones_like(w), or .astype(w.dtype).")
    if overlap(array, w):
        raise UsageError(f"{cls}.initial_state gives w itself for {name!r}, which changes with w; give w.copy().")
    return array


def not_by_name(cls: type, found: Any) -> Exception:
    """The error for a `named` that did not return a dict."""
    return UsageError(
        f"{cls.__name__}.named returned {described(found)}; end it with a dict of what the rule asks for, by name: "
        'return {"length": ...}'
    )


def by_name(cls: type, given: tuple[Any, ...]) -> Exception:
    """The error for positional arguments to the base's constructor."""
    right = "**kwargs" if isinstance(given[0], dict) else "learning_rate=learning_rate, **kwargs"
    return KeywordError(
        f"{cls.__name__}.__init__ passes {described(given[0])} to super().__init__() by position, but every optimizer "
        f"takes its arguments by name: write super().__init__({right})"
    )
