"""New arrays made by a rule: constants, steps, diagonals. Without `ctx`, on the current device; float32."""

from numbers import Number
from typing import Any

import numpy

from minigrad.arguments import lengths, one_of, whole
from minigrad.axes import axis_in
from minigrad.composed import composed
from minigrad.device import Where, place, xp_of
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw, shape_of
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, GraphError
from minigrad.ops.accumulate import divisor
from minigrad.ops.elementwise import power
from minigrad.values import asarray


@composed()
def zeros(shape: Any, dtype: Any = None, order: str = "C", ctx: Where = None, device: Where = None) -> Tensor:
    """An array of zeros, float32 by default.

    >>> from minigrad import np
    >>> np.zeros((2, 2))
    array([[0., 0.],
           [0., 0.]])
    """
    return full(shape, 0, dtype or "float32", order, ctx, device)


@composed()
def ones(shape: Any, dtype: Any = None, order: str = "C", ctx: Where = None, device: Where = None) -> Tensor:
    """An array of ones, float32 by default.

    >>> from minigrad import np
    >>> np.ones((2, 2))
    array([[1., 1.],
           [1., 1.]])
    """
    return full(shape, 1, dtype or "float32", order, ctx, device)


@composed()
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", ctx: Where = None, device: Where = None
) -> Tensor:
    """An array with one value everywhere, float32 by default, bool for True and False.

    >>> from minigrad import np
    >>> np.full((2, 2), 7)
    array([[7., 7.],
           [7., 7.]])
    """
    where = place(ctx, device)
    one_of("order", order, "C", "F")
    _check_constants("full()", fill_value)
    kind = as_dtype(dtype or ("bool" if fill_value is True or fill_value is False else "float32"))
    value = fill_value if isinstance(fill_value, Number) else where.put(as_raw(fill_value, "full()"))
    with where:
        return Tensor(where.xp.full(lengths("shape", shape), value, kind, order), where)


@composed()
def empty(shape: Any, dtype: Any = None, order: str = "C", ctx: Where = None, device: Where = None) -> Tensor:
    """An array whose values do not matter yet; here they are zeros, so that mistakes are reproducible.

    >>> from minigrad import np
    >>> np.empty(3).shape
    (3,)
    """
    return zeros(shape, dtype, order, ctx, device)


@composed()
def zeros_like(a: Any, dtype: Any = None) -> Tensor:
    """Zeros with the shape, dtype and device of `a`.

    >>> from minigrad import np
    >>> np.zeros_like(np.array([1, 2]))
    array([0., 0.])
    """
    return full_like(a, 0, dtype)


@composed()
def ones_like(a: Any, dtype: Any = None) -> Tensor:
    """Ones with the shape, dtype and device of `a`.

    >>> from minigrad import np
    >>> np.ones_like(np.array([1, 2]))
    array([1., 1.])
    """
    return full_like(a, 1, dtype)


@composed()
def full_like(a: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """One value everywhere, with the shape, dtype and device of `a`.

    >>> from minigrad import np
    >>> np.full_like(np.array([1, 2]), 7)
    array([7., 7.])
    """
    a = asarray(a)
    _check_constants("full_like()", fill_value)
    value = fill_value if isinstance(fill_value, Number) else a.ctx.put(as_raw(fill_value, "full_like()"))
    with a.ctx:
        return Tensor(xp_of(a.data).full(a.shape, value, as_dtype(dtype or a.dtype)), a.ctx)


@composed()
def empty_like(a: Any, dtype: Any = None) -> Tensor:
    """`empty` with the shape, dtype and device of `a`: zeros.

    >>> from minigrad import np
    >>> np.empty_like(np.array([1, 2])).shape
    (2,)
    """
    return full_like(a, 0, dtype)


@composed()
def arange(
    start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, ctx: Where = None, device: Where = None
) -> Tensor:
    """Numbers from `start` (or 0) up to but not including `stop`, in steps of `step`; float32 by default.

    They are computed in float64 and rounded once. (NumPy, given a smaller dtype, rounds the second number and repeats
    that step: the last of its 200 float16 numbers from 1 to 3 is 2.94, not 2.99.)

    >>> from minigrad import np
    >>> np.arange(4), np.arange(1, 2, 0.5)
    (array([0., 1., 2., 3.]), array([1. , 1.5]))
    """
    where = place(ctx, device)
    _check_constants("arange()", start, stop, step)
    start, stop = (0, start) if stop is None else (start, stop)
    start, stop, step = (v.item() if isinstance(v, Tensor) else v for v in (start, stop, step))
    step = 1 if step is None else step
    if not abs(step) > 0:
        raise ArgumentError(f"arange() got step={step!r}; expected a number above or below 0.")
    dtype = numpy.dtype(as_dtype(dtype or "float32"))
    with where:
        exact = where.xp.arange(start, stop, step, dtype="float64" if dtype.kind == "f" else dtype)
        return Tensor(exact.astype(dtype, copy=False), where)


@composed()
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None, axis: int = 0,
    ctx: Where = None, device: Where = None,
) -> Any:  # fmt: skip
    """`num` evenly spaced numbers from `start` to `stop` (without `stop` unless `endpoint`); float32 by default.

    With `retstep` the result is a pair: the numbers, and the step between them.

    >>> from minigrad import np
    >>> np.linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    whole("num", num, 0)
    where = place(ctx, device)
    _check_constants("linspace()", start, stop)
    start, stop = (v if isinstance(v, Number) else where.put(as_raw(v, "linspace()")) for v in (start, stop))
    with where:
        shape = numpy.broadcast_shapes(shape_of(start), shape_of(stop))
        axis = axis_in((*shape, 1), axis)
        raw = where.xp.linspace(start, stop, num, endpoint=endpoint, dtype=as_dtype(dtype or "float32"), axis=axis)
    if not retstep:
        return Tensor(raw, where)
    with where:
        step = (stop - start) / divisor(num - 1 if endpoint else num)
    return Tensor(raw, where), Tensor(step, where) if shape else step


@composed()
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: Any = True, base: float = 10.0, dtype: Any = None
) -> Tensor:
    """`num` numbers from base**start to base**stop, with evenly spaced logarithms; float32 by default.

    >>> from minigrad import np
    >>> np.logspace(0, 2, 3)
    array([  1.,  10., 100.])
    """
    return power(base, linspace(start, stop, num, endpoint, dtype="float64")).astype(dtype or "float32")


@composed()
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None, ctx: Where = None, device: Where = None) -> Tensor:
    """A matrix (N, M) with ones on diagonal k (above the main one for k > 0), zeros elsewhere; M is N by default.

    >>> from minigrad import np
    >>> np.eye(2)
    array([[1., 0.],
           [0., 1.]])
    """
    where = place(ctx, device)
    whole("N", N, 0), whole("M", N if M is None else M, 0), whole("k", k)
    with where:
        return Tensor(where.xp.eye(N, M, k, dtype=as_dtype(dtype or "float32")), where)


@composed()
def identity(n: int, dtype: Any = None, ctx: Where = None) -> Tensor:
    """The square matrix (n, n) with ones on its diagonal.

    >>> from minigrad import np
    >>> np.identity(2)
    array([[1., 0.],
           [0., 1.]])
    """
    return eye(n, dtype=dtype, ctx=ctx)


def _check_constants(where: str, *values: Any) -> None:
    """Raise if a gradient would be lost: the arrays made here are constants."""
    if state.recording and any(isinstance(v, Tensor) and v.node is not None for v in values):
        raise GraphError(
            f"{where} makes a constant, and an array with a gradient was given to it while recording; compute with "
            "that array itself, as in np.ones(shape) * x, or give it x.detach()."
        )
