"""Run a rule as Python on real arrays, at every step: print, breakpoints and lists work in it as anywhere else.

It is how rules run that are defined in a notebook or a script, and every other rule with `reading("plain")`. The arrays
are copies that refuse, while the rule runs, what no other reading could do (`elementwise.py`); afterwards they are
arrays like any other.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import Array, xp_of
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError
from minigrad.optimizer.accepts import check as check_arrays
from minigrad.optimizer.definition import call, check
from minigrad.optimizer.elementwise import meaning, refused
from minigrad.optimizer.graph import Scalars, Seen, active, asked_by, is_number, prepared_gradient
from minigrad.optimizer.mistakes import mistake

LOOKING = {"shape", "size", "ndim", "dtype", "strides", "nbytes", "itemsize", "flags", "copy", "tolist", "tobytes"}
"""Attributes of an array that serve to look at it, so that a rule run as Python may use them."""

REFUSED = frozenset(name for name in dir(numpy.ndarray) if not name.startswith("_")) - LOOKING


class Call:
    """One run of a rule: the names of its arguments, what has been computed from, and the dtype it computes in."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.names: dict[int, str] = {}
        self.used: set[int] = set()

    def raw(self, x: Any) -> Any:
        """An argument of a NumPy function as NumPy can use it; true and false count as 1 and 0."""
        if isinstance(x, RuleArray):
            self.used.add(id(x))
            return numpy.asarray(x).astype(self.dtype) if x.dtype == bool else numpy.asarray(x)
        if isinstance(x, Tensor):
            return x.data
        return x.item() if isinstance(x, numpy.generic) else x

    def apply(self, op: str, *args: Any) -> Any:
        """An operation of `rule.py` on the arrays of this call."""
        raw = [self.raw(x) for x in args]
        if op == "where" and isinstance(args[0], RuleArray):
            raw[0] = numpy.asarray(args[0]) != 0
        result = numpy.asarray(getattr(numpy, op)(*raw))
        if result.dtype.kind == "f":
            result = result.astype(self.dtype, copy=False)
        return result.view(RuleArray)


class _Running(threading.local):
    call: Call | None = None


running = _Running()


class RuleArray(numpy.ndarray[Any, Any]):
    """An array in a rule. While the rule runs, it does what a symbol does, and can be looked at besides."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if running.call is not None:
            return meaning(running.call.apply, function, inputs, kwargs)
        plain = [numpy.asarray(x) if isinstance(x, RuleArray) else x for x in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(numpy.asarray(x) if isinstance(x, RuleArray) else x for x in kwargs["out"])
        return function(*plain, **kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if running.call is not None:
            return meaning(running.call.apply, function, args, kwargs)
        return super().__array_function__(function, types, args, kwargs)

    def __minigrad_operation__(self, operation: Any, args: Any) -> Any:
        if running.call is not None:
            return meaning(running.call.apply, operation, args, {}, "np")
        return operation(*(numpy.asarray(x) if isinstance(x, RuleArray) else x for x in args))

    def __getattribute__(self, name: str) -> Any:
        if name in REFUSED and running.call is not None:
            raise refused(name, named(self))
        return super().__getattribute__(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or running.call is None:
            raise AttributeError(f"an array has no attribute {name!r}", name=name, obj=self)
        raise refused(name, named(self))

    def __getitem__(self, key: Any) -> Any:
        found = numpy.asarray(self)[key]
        if running.call is None:
            return found
        return found.item() if found.ndim == 0 else found.view(RuleArray)

    def __bool__(self) -> bool:
        if running.call is not None:
            raise refused("__bool__", named(self))
        return bool(numpy.asarray(self))

    def __repr__(self) -> str:
        return repr(numpy.asarray(self))

    def __str__(self) -> str:
        return str(numpy.asarray(self))

    def __reduce__(self) -> Any:
        return numpy.asarray(self).__reduce__()


def guarded(special: str) -> Any:
    """A special method that is refused while a rule runs."""
    ordinary = getattr(numpy.ndarray, special)

    def method(self: RuleArray, *args: Any, **kwargs: Any) -> Any:
        if running.call is not None:
            raise refused(special, named(self))
        return ordinary(self, *args, **kwargs)

    return method


for _special in ("float", "int", "complex", "index", "len", "iter", "contains", "setitem", "dlpack"):
    setattr(RuleArray, f"__{_special}__", guarded(f"__{_special}__"))
for _special in ("add", "sub", "mul", "truediv", "pow"):  # as a symbol does, `v += g` leaves the array that v was alone
    setattr(RuleArray, f"__i{_special}__", getattr(numpy.ndarray, f"__{_special}__"))


def named(x: RuleArray) -> str:
    """An array in a sentence: by its name, if it is an argument of the rule."""
    return running.call.names.get(id(x), "an array") if running.call else "an array"


def step(optimizer: Any, arrays: Sequence[Array], scalars: Scalars) -> None:
    """Take one step as `run` does: `arrays` are [w, g, *states]; w and the states are changed in place, g is not."""
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
    parts = active(scalars)
    g = prepared_gradient(w, g, scalars, (*parts[:2], parts[2] and "wd" not in asked)).astype(dtype, copy=False)
    asked = {name: plain_number(x) if is_number(x) else xp.array(x, dtype=dtype) for name, x in asked.items()}
    given, outer = [w, g, *states], running.call
    running.call = Call(dtype)
    try:
        if xp is numpy:
            given = [x.view(RuleArray) for x in given]
            asked = {name: x.view(RuleArray) if isinstance(x, numpy.ndarray) else x for name, x in asked.items()}
            used: Any = running.call.used
        else:
            used = None  # CuPy's arrays do not note what is computed from them
        everything = dict(zip(("w", "g", *optimizer.states), given)) | asked
        running.call.names = {id(x): name for name, x in everything.items()}
        with numpy.errstate(all="ignore"):
            returned = call(optimizer, Seen(optimizer, scalars["lr"]), given, asked, lambda: used)
    finally:
        running.call = outer
    return [fitted(cls, name, x, w) for name, x in zip(("w", *optimizer.states), returned)]


def plain_number(x: Any) -> Any:
    """One number as Python's."""
    return x if type(x) in (int, float) else float(x)


def fitted(cls: type, name: str, x: Any, w: Array) -> Any:
    """A result as a raw array of the shape of w, or a number."""
    x = x.data if isinstance(x, Tensor) else numpy.asarray(x) if isinstance(x, RuleArray) else x
    shape = getattr(x, "shape", ())
    if shape not in ((), w.shape):
        told = mistake(cls, f"returns an array of shape {shape} for {name}, which has shape {w.shape}")
        raise ShapeError(str(told))
    if getattr(x, "dtype", w.dtype).kind not in "fiub":
        raise mistake(cls, f"returns an array of {x.dtype} for {name}; it must be real numbers")
    return x
