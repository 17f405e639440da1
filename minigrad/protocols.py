"""Plain NumPy functions on Tensors: `numpy.exp(t)` and `numpy.concatenate([t, a])` are recorded like ours."""

from __future__ import annotations

import inspect
from typing import Any

import numpy

from minigrad import np, ops
from minigrad.constants import on_constants
from minigrad.engine.accepts import write
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError, KeywordError

SPELLINGS = {
    "true_divide": "divide",
    "abs": "absolute",
    "remainder": "mod",
    "amax": "max",
    "amin": "min",
    "linalg.norm": "norm",
}

COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def ufunc(self: Tensor, function: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`Tensor.__array_ufunc__`: the operation of the same name, else NumPy on constants."""
    name = SPELLINGS.get(function.__name__, function.__name__)
    found = ops.OPS.get(name)
    if name in COMPARISONS:  # NumPy passes its numbers as arrays, which could be on another device
        inputs = tuple(x.item() if isinstance(x, numpy.ndarray) and not x.ndim else x for x in inputs)
    if method == "__call__" and found is not None and not kwargs:
        return found(*inputs)
    out = kwargs.get("out", ())
    if any(isinstance(o, Tensor) for o in out):
        if len(out) > 1:
            raise KeywordError(f"numpy.{name} can put its results only into NumPy's own arrays; leave out `out`.")
        (target,) = out
        if "where" in kwargs:  # where it is False, the old values remain
            written = target.copy().data
            ufunc(self, function, method, *inputs, **{**kwargs, "out": (written,)})
            target[...] = written
            return target
        result = ufunc(self, function, method, *inputs, **{k: v for k, v in kwargs.items() if k != "out"})
        result = ops.broadcast_to(result, target.shape)
        return write(target, result, f"numpy.{name}()", kwargs.get("casting", "same_kind"))
    path = name if method == "__call__" else f"{name}.{method}"
    return on_constants(path, inputs, kwargs, getattr(function, method))


def function(self: Tensor, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """`Tensor.__array_function__`: the function of the same name in `minigrad.np`, else NumPy on constants.

    NumPy computes what ours refuses (text among numbers, an option that we lack), unless a derivative would be lost.
    """
    name = SPELLINGS.get(function.__name__, function.__name__)
    inside = function.__module__.removeprefix("numpy").lstrip(".")
    found = getattr(getattr(np, inside, np) if inside else np, name, None)
    path = f"{inside}.{name}".lstrip(".")
    args, kwargs = _out_by_name(function, args, kwargs)
    if found is None or found is function:
        return on_constants(path, args, kwargs, function)
    try:
        return found(*args, **kwargs)
    except (TypeError, ValueError) as ours:
        try:
            return on_constants(path, args, kwargs, function)
        except (TypeError, ValueError, GraphError):
            raise ours from None


def _out_by_name(function: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """The arguments from `out` on by their names: what is written to must be known, and ours come in another order."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[: len(args)]
    except ValueError:  # written in C
        return args, kwargs
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    n = names.index("out") if "out" in names else len(args)
    return args[:n], kwargs | {name: value for name, value in zip(names[n:], args[n:]) if value is not None}


for _name, _given in (("__array_ufunc__", ufunc), ("__array_function__", function)):
    setattr(Tensor, _name, _given)
