"""What an operation accepts where an array is expected (Tensors, numbers, lists, arrays of any library), and returns.

Text, None, sets, rows of unequal length, and arrays on different devices are refused. Python's numbers and whole
numbers take the dtype of the floats that they are combined with.
"""

from __future__ import annotations

from contextlib import suppress
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.axes import check_axis
from minigrad.device import MODULES, SHARING, Context, context_of, current_context, without_copy
from minigrad.dtypes import NUMBERS, result_dtype
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import AxisError, DeviceError, DTypeError, GraphError, KeywordError, MinigradError, ShapeError
from minigrad.explain import EXPLAINED, described, explained, not_numbers

if TYPE_CHECKING:
    from minigrad.engine.operation import Op

_PLAIN = frozenset({type(None), str, int, float, bool})


def accept(op: Op, args: tuple[Any, ...]) -> tuple[Tensor | None, type[Tensor], Context, list[Any], tuple[int, ...]]:
    """What an operation needs to know about its arguments.

    Returns the first Tensor among them (or None), the class of the result, their device, the arguments with raw arrays
    in place of Tensors, and the positions of the tracked ones: those that have a VJP and lead back to a leaf. If an
    argument is of a subclass of Tensor, so is the result.
    """
    raw = list(args)
    first: Tensor | None = None
    kind = Tensor
    tracked: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    for i, a in enumerate(args):
        if isinstance(a, Tensor):
            raw[i] = a.data
            if type(a) is not Tensor:
                kind = type(a)
            if first is None:
                first = a
            elif a.ctx is not first.ctx:
                raise two_devices(op, first.ctx, a.ctx)
            if a.node is not None and i in op.vjps:
                tracked += (i,)
        elif type(a) not in _PLAIN:
            others += (i,)
    ctx = current_context() if first is None else first.ctx
    if first is None:
        refuse_words(op, args)
    for i in others:
        a = args[i]
        if isinstance(a, numpy.generic):
            raw[i] = a.item()  # numpy.float64(2) is a number, not a reason to leave float32
        elif op.takes_array(i) and type(a) not in MODULES:
            raw[i] = ctx.put(as_raw(a, f"{op.name}()"))
    if op.view and first is None and type(raw[0]) in MODULES:
        raw[0] = raw[0].copy()  # no version would tell of changes in the caller's own array
    if op.axis:
        raw[op.axis] = check_axis(shape_of(raw[0]), raw[op.axis], op.names)
    return first, kind, ctx, raw, tracked


def as_raw(value: Any, where: str = "array()") -> Any:
    """A number, nested lists or an array of any library as a raw array; `where` names the caller."""
    if isinstance(value, Tensor):
        return value.data
    if type(value) in MODULES:
        found = value
    elif isinstance(value, (list, tuple)):
        found = from_lists(value)
    else:
        try:
            found = without_copy(value) if any(hasattr(value, name) for name in SHARING) else numpy.asarray(value)
        except (*EXPLAINED, RuntimeError) as error:
            raise DTypeError(f"{where} cannot read {described(value)} as an array: {error}") from None
        if hasattr(value, "filled") and numpy.any(value.mask):
            raise DTypeError(f"{where} would use the numbers behind a mask; fill it first: x.filled(numpy.nan).")
    if found.dtype.kind == "O" and isinstance(value, Real):  # a fraction, say
        with suppress(OverflowError):  # a whole number beyond 1e308 stays what it is, and is refused
            found = numpy.asarray(float(value))
    if found.dtype.kind not in NUMBERS:
        raise not_numbers(where, value)
    return found


def from_lists(values: Any, dtype: Any = None) -> Any:
    """Numbers in nested lists as a NumPy array. Arrays among them must be constants: their gradients would be lost."""

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            if value.node is not None and state.recording:
                raise GraphError(
                    "A list holds an array that has a gradient, which would be lost; join arrays with np.stack([...]) "
                    "or np.concatenate([...])."
                )
            return value.asnumpy()
        return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value

    try:
        return numpy.asarray(plain(values), dtype)
    except (ValueError, TypeError) as error:
        raise ShapeError(
            f"A list cannot become an array: {error} Check that all rows have the same length, and that all arrays in "
            "it have the same shape."
        ) from None


def in_result_dtype(op: Op, xp: Any, y: Any, args: tuple[Any, ...], raw: list[Any]) -> Any:
    """The result `y` of `op` in the dtype that Gluon would give it.

    Whole numbers and Python numbers do not widen a float; an operation on these alone gives float32. `raw` are the
    arguments `args` with raw arrays.
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


def shape_of(values: Any) -> tuple[int, ...]:
    """The shape of a raw array, of nested lists, or of a number."""
    return values.shape if hasattr(values, "shape") else numpy.shape(values)


def write(out: Any, result: Tensor, where: str, casting: Any = "same_kind") -> Any:
    """Copy the result into the array `out` of the same shape, and return `out`. NumPy says what `casting` allows."""
    if not isinstance(out, Tensor):
        raise KeywordError(f"{where} puts its result into an array, but got out={described(out)}; use np.empty(...).")
    if out.shape != result.shape or not numpy.can_cast(result.dtype, out.dtype, casting):
        raise ShapeError(f"{where} has {described(result)} as its result and cannot put it into {described(out)}.")
    out[...] = result
    return out


# Refusals


def two_devices(op: Op, here: Context, there: Context) -> DeviceError:
    """The error for arrays on different devices."""
    return DeviceError(f"{op.name}() got arrays on {here} and on {there}; move one of them first: x.as_in_ctx({here}).")


def refuse_words(op: Op, args: tuple[Any, ...]) -> None:
    """Raise for text, and for None where an array is required."""
    required = len(op.names) - len(op.defaults)
    for i, a in enumerate(args):
        if op.takes_array(i) and (isinstance(a, str) or (a is None and i < required)):
            raise not_numbers(f"{op.name}()", a)


def refusal(op: Op, error: Exception, args: tuple[Any, ...]) -> Exception:
    """The error that a user sees when an operation failed with `error`: a sentence."""
    if isinstance(error, TypeError) and not isinstance(error, MinigradError):
        here = next((a.ctx for a in args if isinstance(a, Tensor)), current_context())
        for a in args:
            if type(a) in MODULES and (there := context_of(a)).device_type != here.device_type:
                return two_devices(op, here, there)
    refuse_words(op, args)
    if isinstance(error, AxisError):  # from `check_axis`, which does not know the operation's name
        error = numpy.exceptions.AxisError(str(error))
    return explained(f"{op.name}()", error, dict(zip(op.names, args)))
