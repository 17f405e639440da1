"""Save and load parameters; everything is checked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.arguments import one_of
from minigrad.device import Context, current_context, places, to_host
from minigrad.disk import FilePath
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, DTypeError, ShapeError, UsageError
from minigrad.serialization import load_arrays, save_arrays

if TYPE_CHECKING:
    from minigrad.gluon.block import Block
    from minigrad.gluon.parameter import Parameter


def save_parameters(path: FilePath, parameters: Mapping[str, Parameter]) -> None:
    """Write the values of parameters by name, atomically and without pickle."""
    save_arrays(path, {name: averaged(p).data for name, p in parameters.items()}, {"holds": "parameters"})


def averaged(p: Parameter) -> Tensor:
    """Its values; if they differ between devices, as running statistics do, their mean, as in Gluon."""
    first, *others = p.list_data()
    raw = [to_host(tensor.data) for tensor in (first, *others)] if others and p.dtype.kind == "f" else []
    if all(a.tobytes() == raw[0].tobytes() for a in raw):
        return first
    return Tensor(first.ctx.put(numpy.asarray(numpy.mean(raw, axis=0, dtype="float64"), p.dtype)), first.ctx)


def load_block(path: FilePath, block: Block, *options: Any) -> None:
    """`load_parameters` for a block, with `options` from its `ctx` to its `dtype_source`.

    Names in a file are structural ('0.weight'), or those of `collect_params()` without the block's prefix
    ('dense0_weight'), as `collect_params().save(path, strip_prefix=block.prefix)` and MXNet before 1.3 wrote them.
    """
    arrays, _ = load_arrays(path)
    parameters, flat, prefix = block._collect_params_with_prefix(), dict(block.collect_params()), ""
    structural = any("." in name or name in parameters for name in arrays)
    if not structural and any(block.prefix + name in flat for name in arrays):
        parameters, prefix = flat, block.prefix
    _load(path, arrays, parameters, prefix, *options)


def load_parameters(path: FilePath, parameters: Mapping[str, Parameter], restore_prefix: str, *options: Any) -> None:
    """Load parameters from a file, with `restore_prefix` before its names; for the `options`, see `_load`."""
    _load(path, load_arrays(path)[0], parameters, restore_prefix, *options)


def _load(
    path: FilePath,
    arrays: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    restore_prefix: str = "",
    ctx: Any = None,
    allow_missing: bool = False,
    ignore_extra: bool = False,
    cast_dtype: bool = False,
    dtype_source: str = "current",
) -> None:
    """Give parameters the values read from a file. If one does not fit, an error names it and nothing changes.

    Everything in the file is checked and converted before the first parameter is touched. A shared parameter needs only
    one of its names in the file, whose names may begin with 'arg:' or 'aux:', as in MXNet's checkpoints. With
    `cast_dtype`, values take the parameter's dtype or, if `dtype_source` is 'saved', parameters take the file's.
    """
    one_of("dtype_source", dtype_source, "current", "saved")
    arrays = {restore_prefix + name.removeprefix("arg:").removeprefix("aux:"): a for name, a in arrays.items()}
    ready = {}
    found = {id(p) for name, p in parameters.items() if name in arrays}
    for name, p in parameters.items():
        if id(p) not in found and not allow_missing:
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
                f"{_some(parameters)}). Load it into the network that saved it, or pass ignore_extra=True."
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
                f"{array.dtype.name}; pass cast_dtype=True to convert it."
            )
        if 0 in array.shape:
            raise ShapeError(f"Parameter '{name}' is empty in the file {str(path)!r}: its shape is {array.shape}.")
        wanted = array.dtype if dtype_source == "saved" else p.dtype
        loses = array.dtype.kind == "c" and wanted.kind != "c"
        if loses or (p.grad_req != "null" and wanted.kind != "f"):
            raise DTypeError(
                f"Parameter '{name}' has dtype {p.dtype.name} and cannot take {array.dtype.name} values from the file "
                f"{str(path)!r}; save them in a floating-point dtype."
            )
        ready[name] = array.astype(wanted, copy=False)
    contexts = None if ctx is None else places(ctx)
    for context in contexts or ():
        with context:  # raises DeviceError if it cannot be used
            pass
    for name, array in ready.items():
        if array.dtype != parameters[name].dtype:
            parameters[name].cast(array.dtype)
        _give(parameters[name], array, contexts)


def _give(p: Parameter, array: Any, contexts: list[Context] | None) -> None:
    """Set the values of a parameter; if it was not initialized, it no longer needs an initializer."""
    if p.tensors and contexts is not None:
        p.reset_ctx(contexts)
    if p.tensors:
        p.set_data(array)
        return
    waiting = p.request[1] if p.request is not None else [current_context()]
    p.shape = array.shape
    p.request = (None, contexts or waiting, "zeros", array)
    p.finish()


def _some(names: Mapping[str, Any]) -> str:
    listed = ", ".join(f"'{name}'" for name in list(names)[:4])
    return listed + (f" and {len(names) - 4} more" if len(names) > 4 else "") or "none"
