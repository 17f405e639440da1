"""Plain NumPy functions on Tensors: `numpy.exp(t)` and `numpy.concatenate([t, a])` are recorded like ours."""

from __future__ import annotations

import functools
from typing import Any

from minigrad import autograd, ops
from minigrad.device import Context, current_context
from minigrad.errors import DeviceError, GraphError
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
    path = name if method == "__call__" else f"{name}.{method}"
    return on_constants(path, inputs, kwargs, getattr(function, method))


def function(function: Any, args: Any, kwargs: Any) -> Any:
    """`Tensor.__array_function__`: the function of the same name in `minigrad.np`, else NumPy on constants."""
    from minigrad import np

    name = SPELLINGS.get(function.__name__, function.__name__)
    inside = function.__module__.removeprefix("numpy").lstrip(".")
    found = getattr(getattr(np, inside, np) if inside else np, name, None)
    if found is not None:
        return found(*args, **kwargs)
    return on_constants(f"{inside}.{name}".lstrip("."), args, kwargs, function)


def on_constants(path: str, args: Any, kwargs: Any, function: Any = None) -> Any:
    """Let the array module's function at `path` (or `function`, if it has none there) compute what has no derivative.

    It refuses while recording, if a derivative would silently be lost.
    """
    where: Context | None = None
    lost = False

    def plain(value: Any) -> Any:
        nonlocal where, lost
        if isinstance(value, Tensor):
            where, lost = where or value.ctx, lost or value._node is not None
            return value.data
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value

    args, kwargs = plain(tuple(args)), {k: plain(v) for k, v in kwargs.items()}
    if lost and autograd.is_recording():
        raise GraphError(
            f"numpy.{path} has no derivative in minigrad, and an array with a gradient was given to it while "
            "recording. Write it with operations of minigrad.np, give it x.detach(), or write an autograd.Function."
        )
    where = where or current_context()
    found = functools.reduce(lambda home, part: getattr(home, part, None), path.split("."), where.xp)
    if found is None and where.device_type == "gpu":
        raise DeviceError(f"CuPy has no {path}; compute it on the CPU: x.as_in_ctx(cpu()).")
    result = (found or function)(*args, **kwargs)

    def wrapped(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(map(wrapped, value))
        return Tensor(where.xp.asarray(value), where) if hasattr(value, "dtype") else value

    return wrapped(result)
