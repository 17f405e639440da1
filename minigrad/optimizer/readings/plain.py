"""Run a rule as Python on real arrays, at every step: print, breakpoints and lists work as anywhere else.

This is how rules run if they are defined in a notebook or a script or cannot become a program (`surroundings.py`), and
how every rule runs with `reading("plain")`. The arrays are copies (`arrays.py`): the rule can look at them, and compute
with them only what every other reading could.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import Array, xp_of
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.optimizer.accepts import check_arrays
from minigrad.optimizer.definition import call, check
from minigrad.optimizer.graph import Scalars, Seen, as_the_rule_gets_it, asked_by, is_number
from minigrad.optimizer.mistakes import mistake
from minigrad.optimizer.readings.arrays import Call, Look, RuleArray, running


def step(optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> None:
    """Take one step, like `run`: `arrays` are [w, g, *states]; w and the states are changed in place, g is not."""
    check(optimizer, scalars)
    names = ["w", "g", *optimizer.states]
    extras = {name: scalars[name] for name in asked_by(type(optimizer).rule, scalars) if not is_number(scalars[name])}
    check_arrays(type(optimizer).__name__, dict(zip(names, arrays)) | extras, extras)
    for array, x in zip([arrays[0], *arrays[2:]], after(optimizer, arrays, scalars)):
        array[...] = x


def after(optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> list[Any]:
    """What the rule returns for w and each state, on copies of the arrays: raw arrays of their shape, and numbers."""
    cls = type(optimizer)
    asked = {name: scalars[name] for name in asked_by(cls.rule, scalars)}
    xp = xp_of(arrays[0])
    dtype = single(numpy.result_type(*[a.dtype for a in arrays]))
    w, g, *states = (xp.array(a, dtype=dtype) for a in arrays)
    g = as_the_rule_gets_it(optimizer, w, g, scalars).astype(dtype, copy=False)
    asked = {name: plain_number(x) if is_number(x) else xp.array(x, dtype=dtype) for name, x in asked.items()}
    given, outer = [w, g, *states], running.call
    running.call = Call(dtype)
    try:
        if xp is numpy:
            given = [x.view(RuleArray) for x in given]
            asked = {name: x.view(RuleArray) if isinstance(x, numpy.ndarray) else x for name, x in asked.items()}
            used: Any = running.call.used
        else:
            used = None  # CuPy's arrays do not record their use
        everything = dict(zip(("w", "g", *optimizer.states), given)) | asked
        running.call.names = {id(x): name for name, x in everything.items()}
        with numpy.errstate(all="ignore"):
            returned = call(optimizer, Seen(optimizer, scalars["lr"]), given, asked, lambda: used)
    finally:
        running.call = outer
    return [fitted(cls, name, x, w) for name, x in zip(("w", *optimizer.states), returned)]


def plain_number(x: Any) -> Any:
    """A number as a Python number."""
    return x if type(x) in (int, float) else float(x)


def fitted(cls: type, name: str, x: Any, w: Array) -> Any:
    """A result as a raw array of the shape of w, or a number."""
    if isinstance(x, Look):
        raise mistake(cls, f"returns for {name} what was found by looking at an array: {x.reason}")
    x = x.data if isinstance(x, Tensor) else numpy.asarray(x) if isinstance(x, RuleArray) else x
    shape = getattr(x, "shape", ())
    if shape not in ((), w.shape):
        told = mistake(cls, f"returns an array of shape {shape} for {name}, which has shape {w.shape}")
        raise ShapeError(str(told))
    if getattr(x, "dtype", w.dtype).kind not in "fiub":
        raise mistake(cls, f"returns an array of {x.dtype} for {name}; it must be real numbers")
    return x
