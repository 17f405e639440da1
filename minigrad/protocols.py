"""Plain NumPy functions on Tensors: `numpy.exp(t)` and `numpy.concatenate([t, a])` are recorded like ours."""

from __future__ import annotations

from typing import Any

import numpy

from minigrad import ops
from minigrad.errors import GraphError
from minigrad.tensor import Tensor

SPELLINGS = {
    "true_divide": "divide",
    "abs": "absolute",
    "remainder": "mod",
    "amax": "max",
    "amin": "min",
    "linalg.norm": "norm",
}


def ufunc(function: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Tensor.__array_ufunc__`: the operation of the same name, else NumPy on constants."""
    name = SPELLINGS.get(function.__name__, function.__name__)
    found = ops.OPS.get(name)
    if method == "__call__" and found is not None and not kwargs:
        return found(*inputs)
    out = kwargs.get("out", ())
    if any(isinstance(o, Tensor) for o in out):
        (target,) = out
        target[...] = ufunc(function, method, inputs, {k: v for k, v in kwargs.items() if k != "out"})
        return target
    return _on_constants(getattr(function, method), name, inputs, kwargs)


def function(function: Any, args: Any, kwargs: Any) -> Any:
    """`Tensor.__array_function__`: the function of the same name in `minigrad.np`, else NumPy on constants."""
    from minigrad import np

    name = SPELLINGS.get(function.__name__, function.__name__)
    inside = function.__module__.removeprefix("numpy").lstrip(".")
    home = getattr(np, inside, np) if inside else np
    found = getattr(home, name, None)
    if found is not None and getattr(found, "differentiable", True):
        return found(*args, **kwargs)
    return _on_constants(function, name, args, kwargs)


def _on_constants(function: Any, name: str, args: Any, kwargs: Any) -> Any:
    """Let NumPy compute what has no derivative, unless a derivative would silently be lost."""
    lost = False

    def plain(value: Any) -> Any:
        nonlocal lost
        if isinstance(value, Tensor):
            lost = lost or value._node is not None
            return value.data
        if isinstance(value, (list, tuple)):
            return type(value)(plain(v) for v in value)
        return value

    args, kwargs = plain(tuple(args)), {k: plain(v) for k, v in kwargs.items()}
    from minigrad.autograd import state

    if lost and state.recording:
        raise GraphError(
            f"numpy.{name} has no derivative in minigrad, and an array with a gradient was given to it while recording. "
            "Write it with operations of minigrad.np, give it x.detach(), or write an autograd.Function."
        )
    result = function(*args, **kwargs)
    return Tensor(result) if isinstance(result, (numpy.ndarray, numpy.generic)) and numpy.ndim(result) else result
