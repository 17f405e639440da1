"""Parameters to a file and back: everything is checked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minigrad.device import Context
from minigrad.disk import FilePath
from minigrad.errors import ArgumentError, ShapeError, UsageError
from minigrad.gluon.parameter import Parameter
from minigrad.serialization import load_arrays, save_arrays


def save_parameters(path: FilePath, parameters: Mapping[str, Parameter]) -> None:
    """Write the values of parameters by name, atomically and without pickle."""
    save_arrays(path, {name: p.list_data()[0].data for name, p in parameters.items()}, {"holds": "parameters"})


def load_parameters(
    path: FilePath,
    parameters: Mapping[str, Parameter],
    ctx: Any = None,
    allow_missing: bool = False,
    ignore_extra: bool = False,
    cast_dtype: bool = False,
    dtype_source: str = "current",
    restore_prefix: str = "",
) -> None:
    """Give parameters their values from a file. What does not fit is named (name, shape, dtype); nothing changes.

    With `cast_dtype`, values become the parameter's dtype, or, if `dtype_source` is 'saved', the parameter the file's.
    """
    if dtype_source not in ("current", "saved"):
        raise ArgumentError(f"dtype_source is {dtype_source!r}; it must be 'current' or 'saved'.")
    arrays, _ = load_arrays(path)
    arrays = {restore_prefix + name: array for name, array in arrays.items()}
    for name in parameters:
        if name not in arrays and not allow_missing:
            raise UsageError(
                f"The file {str(path)!r} has no parameter '{name}' (it has {_some(arrays)}). "
                "Load it into the network that saved it, or pass allow_missing=True."
            )
    for name, array in arrays.items():
        if name not in parameters:
            if ignore_extra:
                continue
            raise ArgumentError(
                f"The file {str(path)!r} has a parameter '{name}' that the network does not have (it has "
                f"{_some(parameters)}). "
                "Load it into the network that saved it, or pass ignore_extra=True."
            )
        p = parameters[name]
        shape = p.shape
        if shape is not None and (len(shape) != array.ndim or any(a not in (0, b) for a, b in zip(shape, array.shape))):
            raise ShapeError(
                f"Parameter '{name}' has shape {shape}, but in the file {str(path)!r} it has {array.shape}."
            )
        if p.dtype != array.dtype and not cast_dtype:
            raise UsageError(
                f"Parameter '{name}' has dtype {p.dtype.name}, but in the file {str(path)!r} it has "
                f"{array.dtype.name}; "
                "pass cast_dtype=True to convert it."
            )
    for name, array in arrays.items():
        if name in parameters:
            if dtype_source == "saved" and cast_dtype:
                parameters[name].cast(array.dtype)
            _give(parameters[name], array, ctx)


def _give(p: Parameter, array: Any, ctx: Any) -> None:
    p.shape = array.shape
    if not p._tensors and p._request is None:
        p.initialize(ctx=ctx, default_init="zeros")
    elif ctx is not None:
        p.reset_ctx(ctx if isinstance(ctx, Context) else list(ctx))
    p.set_data(array.astype(p.dtype, copy=False))
    if p._request is not None:
        p.finish()


def _some(names: Mapping[str, Any]) -> str:
    listed = ", ".join(f"'{name}'" for name in list(names)[:4])
    return listed + (f" and {len(names) - 4} more" if len(names) > 4 else "") or "none"
