"""Positions, counts, sets and comparisons: functions without a derivative, which refuse to lose one while recording."""

import functools
import inspect
import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy

from minigrad import ops
from minigrad.arguments import whole
from minigrad.composed import composed
from minigrad.constants import on_constants
from minigrad.device import Context, current_context, xp_of
from minigrad.dtypes import unhalved
from minigrad.engine.accepts import as_raw
from minigrad.engine.tensor import Tensor
from minigrad.errors import KeywordError
from minigrad.explain import EXPLAINED, explained


def constant(name: str, *arrays: str) -> Callable[..., Any]:
    """The function `name` of the array module, on constants.

    On a GPU the first arguments, called `arrays`, are moved there if they are lists or numbers, which CuPy refuses.
    """

    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            where = _place_of([*args, *kwargs.values()])
            if where.device_type == "gpu":
                args = (*[_sent(a, where) for a in args[: len(arrays)]], *args[len(arrays) :])
                kwargs = {key: _sent(a, where) if key in arrays else a for key, a in kwargs.items()}
            return on_constants(name, args, kwargs)
        except EXPLAINED as error:
            given = {f"argument {i + 1}": value for i, value in enumerate(args)}
            raise explained(f"{name}()", error, given | kwargs) from None

    theirs = operator.attrgetter(name)(numpy)
    functools.update_wrapper(function, theirs, ("__name__", "__qualname__"), ())
    said = next(part for part in str(theirs.__doc__).split("\n\n") if "(" not in part.split()[0])
    function.__doc__ = f"{' '.join(said.split())}\n\nNo derivative: `numpy.{name}` computes a constant."
    if not inspect.isfunction(inspect.unwrap(theirs)):  # in C: the doctest of Python 3.12.3 would ask for its lines
        del vars(function)["__wrapped__"]
        with suppress(ValueError):
            vars(function)["__signature__"] = inspect.signature(theirs)
    return function


def _place_of(values: Any) -> Context:
    """The device of the first Tensor among values and in their lists, else the current one."""
    for value in values:
        if isinstance(value, Tensor):
            return value.ctx
        if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
            return _place_of(value)
    return current_context()


def _sent(value: Any, where: Context) -> Any:
    """What a function of CuPy's takes as an array: a Tensor for numbers, lists, and lists of Tensors."""
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        return ops.stack(value)
    return value if isinstance(value, Tensor) else Tensor(where.put(as_raw(value)))


argwhere, flatnonzero, nonzero = (constant(name, "a") for name in ("argwhere", "flatnonzero", "nonzero"))
searchsorted, digitize = constant("searchsorted", "a", "v"), constant("digitize", "x", "bins")
lexsort, unique = constant("lexsort", "keys"), constant("unique", "ar")
unravel_index = constant("unravel_index", "indices")
isin, isclose = constant("isin", "element", "test_elements"), constant("isclose", "a", "b")
intersect1d, setdiff1d, union1d = (constant(name, "ar1", "ar2") for name in ("intersect1d", "setdiff1d", "union1d"))


@composed("a")
def histogram(a: Any, bins: Any = 10, range: Any = None, density: bool = False, weights: Any = None) -> Any:
    """How many values lie in each bin, and the edges of the bins (float32 for float16 values).

    No derivative: the results are constants.

    >>> from minigrad import np
    >>> np.histogram(np.array([1, 2, 2, 4]), bins=3)
    (array([1, 2, 1]), array([1., 2., 3., 4.]))
    """
    return constant("histogram")(unhalved(a), bins, range, density=density, weights=weights)


@composed()
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """`x` where the condition holds, else `y`; for a condition alone, where it holds, as an array for each axis.

    Gradient: for x, g where the condition holds, else 0; for y the other way round.

    Next to an array, a number takes its dtype. Two numbers alone give float32, as `np.array(1.2)` does: NumPy's float64
    would widen every float32 array that the result meets. So a computation in float64 loses digits: there `w *
    np.where(a > 0, 1.2, 1)` multiplies by 1.2000000477. Make one of the two an array: `np.where(a > 0, 1.2 * w, w)`.
    (In an optimizer's rule both are right.)

    >>> from minigrad import np
    >>> a = np.array([3, -1, 2])
    >>> np.where(a > 0, a, 0), np.where(a > 0)
    (array([3., 0., 2.]), (array([0, 2]),))
    """
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise KeywordError("where() takes a condition alone, or with both `x` and `y`, but got only one of the two.")
    return ops.where(condition, x, y)


@composed("a")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Tensor:
    """How many values over `axis` are not 0. No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.count_nonzero(np.array([0, 1, 2]))
    array(2)
    """
    return ops.sum(a != 0, axis, dtype="int64", keepdims=keepdims)


@composed("x")
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    """How often each whole number from 0 up occurs, or the sum of its weights. No derivative: the result is a constant.

    >>> from minigrad import np
    >>> np.bincount(np.array([0, 2, 2]))
    array([1, 0, 2])
    """
    with x.ctx:
        counted = Tensor(ops.raw_key(x), x.ctx)
    found: Tensor = constant("bincount")(counted, weights, whole("minlength", minlength, 0))
    return found


@composed("a", "b")
def array_equal(a: Any, b: Any) -> Any:
    """Whether two arrays have the same shape and equal values.

    >>> from minigrad import np
    >>> np.array_equal(np.array([1, 2]), np.array([1, 2]))
    True
    """
    return a.shape == b.shape and (a == b).all().item()


@composed("a", "b")
def array_equiv(a: Any, b: Any) -> Any:
    """Whether two arrays have equal values after broadcasting.

    >>> from minigrad import np
    >>> np.array_equiv(np.array([1, 1]), 1)
    True
    """
    try:
        numpy.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return False
    return (a == b).all().item()


@composed("a", "b")
def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether all values differ by at most atol + rtol |b|.

    >>> from minigrad import np
    >>> np.allclose(np.array([1, 2]), np.array([1, 2.000001]))
    True
    """
    return isclose(a.detach(), b.detach(), rtol, atol, equal_nan).all().item()


@composed()
def may_share_memory(a: Any, b: Any) -> Any:
    """Whether two arrays may lie in the same memory.

    >>> from minigrad import np
    >>> a = np.array([1, 2, 3])
    >>> np.may_share_memory(a, a[1:])
    True
    """
    a, b = as_raw(a, "may_share_memory()"), as_raw(b, "may_share_memory()")
    return xp_of(a) is xp_of(b) and xp_of(a).may_share_memory(a, b)


shares_memory = may_share_memory


@composed("a")
def shape(a: Any) -> tuple[int, ...]:
    """The lengths of the axes of an array.

    >>> from minigrad import np
    >>> np.shape(np.zeros((2, 3)))
    (2, 3)
    """
    return a.shape  # type: ignore[no-any-return]


@composed("a")
def ndim(a: Any) -> int:
    """The number of axes of an array.

    >>> from minigrad import np
    >>> np.ndim(np.zeros((2, 3)))
    2
    """
    return int(a.ndim)


@composed("a")
def size(a: Any) -> int:
    """The number of values in an array.

    >>> from minigrad import np
    >>> np.size(np.zeros((2, 3)))
    6
    """
    return int(a.size)
