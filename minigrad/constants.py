"""Functions without a derivative: the array module computes them, unless a gradient would silently be lost."""

import functools
import importlib
from contextlib import nullcontext
from typing import Any

from minigrad.composed import subclass_in
from minigrad.device import current_context
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import DeviceError, GraphError
from minigrad.explain import not_numbers

NEAREST = {  # function without a derivative -> the nearest with one
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

IN_PLACE = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis"}


def on_constants(path: str, args: Any, kwargs: Any, function: Any = None) -> Any:
    """Compute a function without a derivative: the array module's at `path`, or `function` if it has none there.

    While recording, it refuses if a derivative would silently be lost. (Positions and bools have none to lose.)
    """
    tensors: list[Tensor] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            tensors.append(value)
            return value.data
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value

    raw, options = plain(tuple(args)), {k: plain(v) for k, v in kwargs.items()}
    where, kind = tensors[0].ctx if tensors else current_context(), subclass_in(tensors) or Tensor
    losing = state.recording and any([t.node is not None for t in tensors])
    changes = path in IN_PLACE or path.endswith(".at") or kwargs.get("out") is not None
    if losing and changes:
        raise _lost(path)
    found = functools.reduce(lambda home, part: getattr(home, part, None), path.split("."), where.xp)
    if found is None and where.device_type == "gpu":
        raise DeviceError(f"CuPy has no {path}; compute it on the CPU: x.as_in_ctx(cpu()).")
    with where, _reporting(path, where):
        try:
            result = (found or function)(*raw, **options)
        except Exception as error:
            kind = type(error).__name__
            if where.device_type == "cpu" or kind not in ("CompileException", "NotImplementedError"):
                raise  # a CompileException is a page of C++, and tells a caller nothing
            raise TypeError(f"CuPy's {path} does not take these arguments") from None
    if changes:
        out = kwargs.get("out")
        first = args[:1] or kwargs.values()
        for value in first if out is None else out if isinstance(out, tuple) else (out,):
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
        return kind(where.xp.array(value), where)  # a copy, because it may be a view

    with where:
        return wrapped(result)


def _reporting(path: str, where: Any) -> Any:
    """A block in which CuPy reports failures. Else it does not wait, and returns numbers that are no decomposition."""
    cupyx = importlib.import_module("cupyx") if (path, where.device_type) == ("linalg.cholesky", "gpu") else None
    return cupyx.errstate(linalg="raise") if cupyx else nullcontext()


def _lost(path: str) -> GraphError:
    return GraphError(
        f"numpy.{path} has no derivative in minigrad, and an array with a gradient was given to it while recording. "
        f"Write it with {NEAREST.get(path, 'operations of minigrad.np')}, give it x.detach(), or write an "
        "autograd.Function."
    )
