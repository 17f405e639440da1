"""The arrays of a rule that runs as Python: it can look at them, and compute with them element by element.

While the rule runs they behave like symbols. Anything else that NumPy does with them (a mean, an element, a rounded
copy) gives a `Look`, which the rule can print, compare, assert or keep in a list. Mixing a `Look` into the arrays is
refused, with the same words as for a symbol (`elementwise.py`). After the rule they are ordinary arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from minigrad.engine.tensor import Tensor
from minigrad.errors import RuleError
from minigrad.optimizer.elementwise import meaning, refused

FREE = {"shape", "size", "ndim", "dtype", "strides", "nbytes", "itemsize", "flags", "copy", "tolist", "tobytes"}
"""Attributes of an array that do not give a `Look`."""

OTHERS = frozenset(name for name in dir(numpy.ndarray) if not name.startswith("_")) - FREE


class Call:
    """One run of a rule: the names of its arguments, the arrays it has used, and the dtype it computes in."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.names: dict[int, str] = {}
        self.used: set[int] = set()

    def raw(self, x: Any) -> Any:
        """An argument in a form that NumPy's functions can use; true and false become 1 and 0."""
        if isinstance(x, RuleArray):
            self.used.add(id(x))
            return numpy.asarray(x).astype(self.dtype) if x.dtype == bool else numpy.asarray(x)
        if isinstance(x, Tensor):
            return x.data
        x = x.item() if isinstance(x, numpy.generic) else x
        return float(x) if type(x) is int else x  # as in a graph: whole numbers would wrap around

    def apply(self, op: str, *args: Any) -> Any:
        """An operation of `rule.py` on the arrays of this call."""
        raw = [self.raw(x) for x in args]
        if op == "where" and isinstance(args[0], RuleArray):
            raw[0] = numpy.asarray(args[0]) != 0
        if op == "divide" and isinstance(raw[1], (int, float)) and raw[1] == 0:
            raise ZeroDivisionError("division by zero")
        result = numpy.asarray(getattr(numpy, op)(*raw))
        if result.dtype.kind == "f":
            result = result.astype(self.dtype, copy=False)
        return result.view(RuleArray)

    def compute(self, function: Any, args: Any, kwargs: Any, library: str = "numpy") -> Any:
        """What a function of NumPy or minigrad gives in a rule: an array if it is elementwise, else a `Look`."""
        looks = [x for x in leaves((args, list(kwargs.values()))) if isinstance(x, RuleArray)]
        reason = next((x.reason for x in looks if isinstance(x, Look)), None)
        if reason is not None:
            if all(isinstance(x, Look) for x in looks):
                return looked(reason, function, args, kwargs)
            raise RuleError(str(reason))
        try:
            return meaning(self.apply, function, args, kwargs, library)
        except RuleError as error:
            return looked(error, function, args, kwargs)


class _Running(threading.local):
    call: Call | None = None


running = _Running()


class RuleArray(numpy.ndarray[Any, Any]):
    """An array in a rule. While the rule runs, it does what a symbol does, and can also be looked at."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if running.call is not None:
            return running.call.compute(function, inputs, kwargs)
        return function(*map(ordinary, inputs), **{key: ordinary(x) for key, x in kwargs.items()})

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if running.call is not None:
            return running.call.compute(function, args, kwargs)
        return super().__array_function__(function, types, args, kwargs)

    def __minigrad_operation__(self, operation: Any, args: Any, kwargs: Any = None) -> Any:
        if running.call is not None:
            return running.call.compute(operation, args, kwargs or {}, "np")
        return operation(*map(ordinary, args), **(kwargs or {}))

    def __getattribute__(self, name: str) -> Any:
        if name not in OTHERS or running.call is None:
            return super().__getattribute__(name)
        reason, value = why_not(self, name), getattr(frozen(self), name)
        if callable(value):
            return lambda *args, **kwargs: looked(reason, value, args, kwargs)
        return look(value, reason)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or running.call is None:
            raise AttributeError(f"an array has no attribute {name!r}", name=name, obj=self)
        raise refused(name, named(self))

    def __getitem__(self, key: Any) -> Any:
        if running.call is None:
            return numpy.asarray(self)[key]
        return look(frozen(self)[frozen(key)], why_not(self, "__getitem__"))

    def __iter__(self) -> Iterator[Any]:
        if running.call is None:
            return iter(numpy.asarray(self))
        return (look(x, why_not(self, "__iter__")) for x in frozen(self))

    def __contains__(self, x: Any) -> bool:
        return frozen(x) in numpy.asarray(self)

    def __bool__(self) -> bool:
        if running.call is not None:
            raise refused("__bool__", named(self))
        return bool(numpy.asarray(self))

    def copy(self, order: Any = "K") -> Any:
        """A copy, which counts as a use of this array."""
        if running.call is not None:
            running.call.used.add(id(self))
        return numpy.array(self, order=order).view(RuleArray)

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __repr__(self) -> str:
        return repr(numpy.asarray(self))

    def __str__(self) -> str:
        return str(numpy.asarray(self))

    def __reduce__(self) -> Any:
        return numpy.asarray(self).__reduce__()


class Look(RuleArray):
    """The result of looking at an array: numbers that must not be mixed into the arrays of the rule."""

    reason: RuleError

    def __bool__(self) -> bool:
        if self.size != 1:
            raise refused("__bool__", "an array")
        return bool(numpy.asarray(self))

    def __round__(self, digits: int = 0) -> Any:
        return looked(self.reason, numpy.round, (self, digits), {})

    def __repr__(self) -> str:
        return repr(numpy.asarray(self)) if self.ndim else repr(numpy.asarray(self).item())

    def copy(self, order: Any = "K") -> Any:
        return look(numpy.array(self, order=order), self.reason)


def look(value: Any, reason: RuleError) -> Any:
    """A value of NumPy's as a `Look`, which holds the reason why it is not an array of the rule."""
    if isinstance(value, Tensor):
        value = value.data
    if not isinstance(value, (numpy.ndarray, numpy.generic, float)):
        return value
    found = numpy.asarray(value).view(Look)
    found.reason = reason
    return found


def looked(reason: RuleError, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What a function gives for read-only arrays, as a `Look`. If it gives nothing, raise the reason."""
    try:
        value = function(*map(frozen, args), **{key: frozen(x) for key, x in kwargs.items()})
    except Exception:
        raise RuleError(str(reason)) from None
    if value is None or isinstance(value, tuple):  # it tried to change the array, or gave positions
        raise RuleError(str(reason))
    return look(value, reason)


def leaves(x: Any) -> Iterator[Any]:
    """The items of a list, or of nested lists."""
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from leaves(item)
    else:
        yield x


def ordinary(x: Any) -> Any:
    """An ordinary NumPy array that shares the memory; also in lists."""
    if type(x) in (list, tuple):
        return type(x)(map(ordinary, x))
    return numpy.asarray(x) if isinstance(x, RuleArray) else x


def frozen(x: Any) -> Any:
    """A read-only copy; also in lists."""
    if type(x) in (list, tuple):
        return type(x)(map(frozen, x))
    if isinstance(x, RuleArray):
        x = numpy.array(x)
        x.flags.writeable = False
    return x


def why_not(x: RuleArray, what: str) -> RuleError:
    """The reason why what was read from an array must not be mixed into the arrays."""
    return x.reason if isinstance(x, Look) else refused(what, named(x))


def guarded(special: str) -> Any:
    """A special method that is refused while a rule runs."""
    of_arrays = getattr(numpy.ndarray, special)

    def method(self: RuleArray, *args: Any, **kwargs: Any) -> Any:
        if running.call is None:
            return of_arrays(self, *args, **kwargs)
        if isinstance(self, Look) and special != "__setitem__":
            raise RuleError(f'{self.reason}. (To print it, write it into an f-string, as in f"{{x:.3f}}")')
        raise refused(special, named(self))

    return method


for _special in ("float", "int", "complex", "index", "setitem", "dlpack"):
    setattr(RuleArray, f"__{_special}__", guarded(f"__{_special}__"))
for _special in ("add", "sub", "mul", "truediv", "pow"):  # like a symbol, `v += g` does not change the old array
    setattr(RuleArray, f"__i{_special}__", getattr(numpy.ndarray, f"__{_special}__"))


def named(x: RuleArray) -> str:
    """What to call an array in a sentence: its name, if it is an argument of the rule."""
    return running.call.names.get(id(x), "an array") if running.call else "an array"
