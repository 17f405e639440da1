"""Which dtype is used for a computation, and which for its result.

A sum, a mean, a norm or a softmax of float16 is computed in float32 and rounded once, at the end; a statistic of whole
numbers is computed in float64.
"""

from typing import Any

import numpy

from minigrad.arguments import shown
from minigrad.errors import DTypeError
from minigrad.explain import EXPLAINED

NUMBERS = "biufc"
"""The kinds of dtype that are numbers."""

FLOAT32, FLOAT64 = numpy.dtype("float32"), numpy.dtype("float64")


def single(dtype: numpy.dtype[Any]) -> numpy.dtype[Any]:
    """float32 for float16, else `dtype` itself, in this machine's byte order: NumPy adds up in no other."""
    if dtype.kind == "f" and dtype.itemsize < 4:
        return FLOAT32
    return dtype if dtype.isnative else dtype.newbyteorder("=")


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
