"""A decorator for functions that call operations: arguments become Tensors, and errors become sentences."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numpy

from minigrad.device import current_context
from minigrad.engine.accepts import as_raw
from minigrad.engine.tensor import Tensor
from minigrad.explain import EXPLAINED, explained

_Function = TypeVar("_Function", bound=Callable[..., Any])


def as_tensor(value: Any, beside: Tensor | None = None, where: str = "array()") -> Tensor:
    """`value` itself if it is a Tensor, else a new one. Plain numbers take the device and float dtype of `beside`."""
    if isinstance(value, Tensor):
        return value
    raw = as_raw(value, where)
    ctx, dtype = current_context(), raw.dtype
    if not hasattr(value, "shape"):
        ctx = ctx if beside is None else beside.ctx
        if dtype.kind in "iuf" and (beside is None or not {dtype.kind, beside.dtype.kind} <= {"i", "u"}):
            dtype = beside.dtype if beside is not None and beside.dtype.kind == "f" else "float32"
    with ctx:
        return Tensor(ctx.xp.array(ctx.put(raw), dtype=dtype), ctx)


def holds_plain(value: Any) -> bool:
    """Whether this is an array of NumPy or another library, or a list that contains one."""
    if type(value) in (list, tuple):
        return any(map(holds_plain, value))
    return hasattr(value, "__array__") and not isinstance(value, (Tensor, numpy.generic))


def from_plain(value: Any) -> Any:
    """Arrays of NumPy or another library, even in lists, as Tensors on the current device; else the value."""
    if type(value) in (list, tuple):
        return type(value)(map(from_plain, value))
    return as_tensor(value) if holds_plain(value) else value


def subclass_in(values: Iterable[Any]) -> Any:
    """The class of the first array, even in a list, of a subclass of Tensor; None if there is none."""
    for value in values:
        kind = subclass_in(value) if type(value) in (list, tuple) else type(value)
        if kind is not Tensor and kind is not None and issubclass(kind, Tensor):
            return kind
    return None


def composed(*arrays: str) -> Callable[[_Function], _Function]:
    """Decorate a function that is composed of operations: its arguments named in `arrays` reach it as Tensors.

    An error inside is explained with the arguments of the call. A number or a list takes the dtype and the device of
    the first array of floats given (else of the first array), so that it neither widens the result nor is rounded more
    than that; whole numbers beside whole numbers stay exact. The function sees only Tensors, whose methods mean what
    NumPy's do: a subclass of Tensor turns its arrays into Tensors with `calling`, and the results back.
    """

    def decorate(function: _Function) -> _Function:
        code = inspect.unwrap(function).__code__  # many times faster than a signature, and this runs at each import
        name, names = function.__name__, list(code.co_varnames[: code.co_argcount])
        places = [(i, key) for i, key in enumerate(names) if key in arrays]
        names += [f"argument {i + 1}" for i in range(len(names), 20)]

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if kind := subclass_in(args) or subclass_in(kwargs.values()):
                return kind.calling(checked, args, kwargs)
            given, named, every = list(args), dict(kwargs), (*args, *kwargs.values())
            try:
                for i, key in places:
                    if i < len(given):
                        given[i] = _converted(given[i], every, name)
                    elif key in named:
                        named[key] = _converted(named[key], every, name)
                return function(*given, **named)
            except EXPLAINED as error:
                for a in args:  # a symbol of an optimizer's rule, say
                    if hasattr(type(a), "__minigrad_operation__"):
                        return a.__minigrad_operation__(checked, args, kwargs)
                told = explained(f"{name}()", error, {**dict(zip(names, args)), **kwargs})
                if told is error:
                    raise
                raise told from None

        return cast(_Function, checked)

    return decorate


def _converted(value: Any, every: Iterable[Any], name: str) -> Any:
    if value is None or isinstance(value, Tensor):
        return value
    here = current_context()
    arrays = [v if isinstance(v, Tensor) else Tensor(v, here) for v in every if isinstance(v, (Tensor, numpy.ndarray))]
    first = max(arrays, key=lambda x: x.dtype.kind == "f", default=None)
    return as_tensor(value, first, f"{name}()")
