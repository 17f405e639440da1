"""Which dtype is used for a computation, and which for its result.

A sum, a mean, a norm or a softmax of float16 is computed in float32 and rounded once, at the end; a statistic of whole
numbers is computed in float64.
"""

from typing import Any

import numpy

from minigrad.arguments import shown
from minigrad.errors import DTypeError
from minigrad.explain import EXPLAINED, not_numbers

NUMBERS = "biufc"
"""The kinds of dtype that are numbers."""

FLOAT32, FLOAT64 = numpy.dtype("float32"), numpy.dtype("float64")


def single(dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """float32 for float16, else `dtype` itself, in this machine's byte order: NumPy adds up in no other."""
    return FLOAT32 if dtype.kind == "f" and dtype.itemsize < 4 else dtype if dtype.isnative else dtype.newbyteorder("=")


def wide(dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """The dtype of a statistic before it is rounded: `single`, and float64 for whole numbers and bools."""
    return single(dtype) if dtype.kind in "fc" else FLOAT64


def unhalved(x: Any) -> Any:
    """An array, raw or a Tensor: converted to float32 if it is float16."""
    return x if x.dtype == single(x.dtype) else x.astype(single(x.dtype))


def widened(x: Any) -> Any:
    """An array, raw or a Tensor, converted to `wide` of its dtype."""
    dtype = x.dtype
    return x if dtype.char in "fdFD" else x.astype(wide(dtype))


def result_dtype(*dtypes: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """The dtype of a result from arrays of these: whole numbers do not widen a float; alone, they give float32."""
    floats = [dtype for dtype in dtypes if dtype.kind == "f"]
    return numpy.result_type(*floats) if floats else FLOAT32


def as_dtype(dtype: Any) -> Any:
    """A dtype of numbers; None stays None."""
    try:
        found = None if dtype is None else numpy.dtype(dtype)
    except EXPLAINED:
        found = numpy.dtype(object)
    if found is not None and found.kind not in NUMBERS:
        name = shown(dtype)
        raise DTypeError(f"{name} is not a dtype of numbers; use 'float32', 'float64', 'int64', 'bool' or the like.")
    return found


def in_result_dtype(op: Any, xp: Any, y: Any, args: tuple[Any, ...], raw: list[Any]) -> Any:
    """The result `y` of `op` in the dtype that Gluon would give it.

    Whole numbers and Python numbers do not widen a float; an operation on these alone gives float32.
    """
    kind = y.dtype.kind if hasattr(y, "dtype") else "O"
    if kind != "f":
        if kind not in NUMBERS:
            raise not_numbers(f"{op.name}()", args[0] if len(args) == 1 else args)
        return y
    dtypes = []
    for name, value in zip(op.names, args):
        if name == "dtype" and value is not None:
            return y
        for v in value if isinstance(value, (list, tuple)) else (value,):
            dtype = getattr(v, "dtype", None)
            if isinstance(dtype, numpy.dtype) and not isinstance(v, numpy.generic):
                dtypes.append(dtype)
    kinds = {dtype.kind for dtype in dtypes}
    if "c" in kinds:
        return y
    if "f" not in kinds and y.dtype.itemsize < 4:  # NumPy uses float16 for int8
        raw = [a.astype("float32") if hasattr(a, "dtype") and a.dtype.kind in "iub" else a for a in raw]
        y = op.raw(xp)(*raw)
    dtype = result_dtype(*dtypes)
    return y if y.dtype == dtype else y.astype(dtype)
