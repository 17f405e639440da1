"""New NDArrays, with `nd`'s order of arguments: the device comes before the dtype."""

from typing import Any

from minigrad import create, ops, values
from minigrad.arguments import one_of, whole
from minigrad.device import Where
from minigrad.engine.tensor import Tensor
from minigrad.nd.ndarray import constructor


@constructor
def array(source_array: Any, ctx: Where = None, dtype: Any = None) -> Tensor:
    """A new array: float32 by default, or in the dtype of a given minigrad array."""
    return values.array(
        source_array, dtype or (source_array.dtype if isinstance(source_array, Tensor) else "float32"), ctx
    )


@constructor
def zeros(shape: Any, ctx: Where = None, dtype: Any = None, stype: str | None = None) -> Tensor:
    """Zeros, float32 by default."""
    one_of("stype", stype, None, "default")
    return create.zeros(shape, dtype, ctx=ctx)


@constructor
def ones(shape: Any, ctx: Where = None, dtype: Any = None) -> Tensor:
    """Ones, float32 by default."""
    return create.ones(shape, dtype, ctx=ctx)


@constructor
def full(shape: Any, val: Any, ctx: Where = None, dtype: Any = None) -> Tensor:
    """One value everywhere; float32 by default."""
    return create.full(shape, val, dtype or "float32", ctx=ctx)


@constructor
def arange(
    start: Any, stop: Any = None, step: Any = 1.0, repeat: int = 1, ctx: Where = None, dtype: Any = None
) -> Tensor:
    """Numbers from `start` (or 0) up to but not including `stop`, in steps of `step`, each `repeat` times."""
    return ops.repeat(create.arange(start, stop, step, dtype, ctx), whole("repeat", repeat, 1))


@constructor
def eye(N: int, M: int = 0, k: int = 0, ctx: Where = None, dtype: Any = None) -> Tensor:
    """Ones on a diagonal, zeros elsewhere."""
    return create.eye(N, M or None, k, dtype, ctx)


empty, linspace = zeros, constructor(create.linspace)
