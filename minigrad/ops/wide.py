"""A decorator for functions of Tensors that are built from operations: it makes them compute in a wide dtype."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy

from minigrad.dtypes import result_dtype, wide, widened

_Function = TypeVar("_Function", bound=Callable[..., Any])


def computed_wide(function: _Function) -> _Function:
    """Make a function of Tensors compute in wide dtypes: it rounds once, at the end."""

    @functools.wraps(function)
    def rounded(*args: Any, **kwargs: Any) -> Any:
        dtypes = [a.dtype for a in (*args, *kwargs.values()) if _is_array(a)]
        if all(dtype == wide(dtype) for dtype in dtypes):
            return function(*args, **kwargs)
        args = tuple(widened(a) if _is_array(a) else a for a in args)
        kwargs = {name: widened(a) if _is_array(a) else a for name, a in kwargs.items()}
        return function(*args, **kwargs).astype(result_dtype(*dtypes))

    return cast(_Function, rounded)


def _is_array(a: Any) -> bool:
    return hasattr(a, "dtype") and not isinstance(a, numpy.generic)
