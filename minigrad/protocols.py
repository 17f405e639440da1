"""Plain NumPy functions on Tensors: `numpy.exp(t)` and `numpy.concatenate([t, a])` are recorded like ours."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from minigrad import np, ops
from minigrad.device import current_context
from minigrad.engine.modes import is_recording
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeviceError, GraphError
from minigrad.explain import not_numbers

SPELLINGS = {
    "true_divide": "divide",
    "abs": "absolute",
    "remainder": "mod",
    "amax": "max",
    "amin": "min",
    "linalg.norm": "norm",
}

NEAREST = {  # to what has no derivative here, what has one
    "add.reduce": "np.sum", "multiply.reduce": "np.prod", "maximum.reduce": "np.max", "minimum.reduce": "np.min",
    "logaddexp.reduce": "ops.logsumexp", "add.accumulate": "np.cumsum", "cumprod": "np.exp(np.cumsum(np.log(x)))",
    "add.outer": "x[:, None] + y", "multiply.outer": "np.outer", "subtract.outer": "x[:, None] - y",
    "linalg.pinv": "np.linalg.solve", "linalg.lstsq": "np.linalg.solve",
    "linalg.svd": "np.linalg.inv or np.linalg.det",
    "linalg.eigh": "np.linalg.inv or np.linalg.det", "linalg.cholesky": "np.linalg.solve or np.linalg.slogdet",
    "linalg.cond": "np.linalg.norm", "linalg.tensorsolve": "np.linalg.solve", "unique": "np.sort",
    "partition": "np.sort", "select": "np.where", "choose": "np.where", "piecewise": "np.where", "extract": "x[mask]",
    "compress": "x[mask]", "copysign": "np.absolute and np.sign", "float_power": "np.power",
    "logaddexp2": "np.logaddexp",
    "heaviside": "np.where", "sinc": "np.sin(x) / x", "nanstd": "np.std", "nanvar": "np.var",
    "convolve": "npx.convolution", "correlate": "npx.convolution", "apply_along_axis": "operations on whole arrays",
    "gradient": "np.diff", "unwrap": "np.mod",
}  # fmt: skip

COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
IN_PLACE = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis"}


def ufunc(function: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`Tensor.__array_ufunc__`: the operation of the same name, else NumPy on constants."""
    name = SPELLINGS.get(function.__name__, function.__name__)
    found = ops.OPS.get(name)
    if name in COMPARISONS:  # NumPy's numbers come to these as arrays, and would be of another device
        inputs = tuple(x.item() if isinstance(x, numpy.ndarray) and not x.ndim else x for x in inputs)
    if method == "__call__" and found is not None and not kwargs:
        return found(*inputs)
    out = kwargs.get("out", ())
    if any(isinstance(o, Tensor) for o in out):
        (target,) = out
        if "where" in kwargs:  # elsewhere it keeps its values
            written = target.copy().data
            ufunc(function, method, inputs, {**kwargs, "out": (written,)})
        else:
            written = ufunc(function, method, inputs, {k: v for k, v in kwargs.items() if k != "out"})
        target[...] = written
        return target
    path = name if method == "__call__" else f"{name}.{method}"
    return on_constants(path, inputs, kwargs, getattr(function, method))


def function(function: Any, args: Any, kwargs: Any) -> Any:
    """`Tensor.__array_function__`: the function of the same name in `minigrad.np`, else NumPy on constants.

    NumPy also computes what ours refuses, text among numbers or an option that we lack, unless a derivative is lost.
    """
    name = SPELLINGS.get(function.__name__, function.__name__)
    inside = function.__module__.removeprefix("numpy").lstrip(".")
    found = getattr(getattr(np, inside, np) if inside else np, name, None)
    path = f"{inside}.{name}".lstrip(".")
    if found is None or found is function:
        return on_constants(path, args, kwargs, function)
    try:
        return found(*args, **kwargs)
    except (TypeError, ValueError) as ours:
        try:
            return on_constants(path, args, kwargs, function)
        except (TypeError, ValueError, GraphError):
            raise ours from None


def on_constants(path: str, args: Any, kwargs: Any, function: Any = None) -> Any:
    """Let the array module's function at `path` (or `function`, if it has none there) compute what has no derivative.

    It refuses while recording, if a derivative would silently be lost. (Positions and bools have none to lose.)
    """
    tensors: list[Tensor] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            tensors.append(value)
            return value.data
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value

    raw, options = plain(tuple(args)), {k: plain(v) for k, v in kwargs.items()}
    where = tensors[0].ctx if tensors else current_context()
    losing = is_recording() and any([t.node is not None for t in tensors])
    changes = path in IN_PLACE or path.endswith(".at") or kwargs.get("out") is not None
    if losing and changes:
        raise _lost(path)
    found = functools.reduce(lambda home, part: getattr(home, part, None), path.split("."), where.xp)
    if found is None and where.device_type == "gpu":
        raise DeviceError(f"CuPy has no {path}; compute it on the CPU: x.as_in_ctx(cpu()).")
    with where:
        result = (found or function)(*raw, **options)
    if changes:
        out = kwargs.get("out")
        for value in args[:1] if out is None else out if isinstance(out, tuple) else (out,):
            if isinstance(value, Tensor):
                value.touch()
        return out if isinstance(out, Tensor) else result

    def wrapped(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(map(wrapped, value))
        if not hasattr(value, "dtype"):
            return value
        if value.dtype.kind not in "biufc":
            if function is None:
                raise not_numbers(f"{path}()", args[0] if args else kwargs)
            return value  # NumPy was asked, and may answer with text
        if losing and value.dtype.kind in "fc":
            raise _lost(path)
        return Tensor(where.xp.array(value), where)  # a copy, for it may be a view

    with where:
        return wrapped(result)


def _lost(path: str) -> GraphError:
    return GraphError(
        f"numpy.{path} has no derivative in minigrad, and an array with a gradient was given to it while recording. "
        f"Write it with {NEAREST.get(path, 'operations of minigrad.np')}, give it x.detach(), or write an "
        "autograd.Function."
    )


def _array_ufunc(self: Tensor, ufunc_: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    return ufunc(ufunc_, method, inputs, kwargs)


def _array_function(self: Tensor, function_: Any, types: Any, args: Any, kwargs: Any) -> Any:
    return function(function_, args, kwargs)


for _name, _given in (("__array_ufunc__", _array_ufunc), ("__array_function__", _array_function)):
    setattr(Tensor, _name, _given)
