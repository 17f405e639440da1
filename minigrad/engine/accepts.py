"""What is accepted where an array is expected, and the sentence that says why something is not.

Numbers, nested lists of numbers, and arrays of any library are; text, None, sets and rows of unequal length are not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, TypeVar, cast

import numpy

from minigrad.device import MODULES, SHARING, shared
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import (
    ArgumentError,
    AxisError,
    DTypeError,
    GraphError,
    KeywordError,
    KindError,
    MatrixError,
    MinigradError,
    NotNumbersError,
    PositionError,
    ShapeError,
)

EXPLAINED = (TypeError, ValueError, AttributeError, LookupError, OverflowError, ZeroDivisionError, BufferError)
"""What NumPy and Python raise for arguments that cannot be meant. Warnings and lack of memory speak for themselves."""

NUMBERS = "biufc"
"""The kinds of dtype that are numbers."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def as_raw(value: Any, where: str = "array()") -> Any:
    """A number, nested lists or an array of any library as a raw array; `where` says who was given it."""
    if isinstance(value, Tensor):
        return value.data
    if type(value) in MODULES:
        found = value
    elif isinstance(value, (list, tuple)):
        found = from_lists(value)
    else:
        try:
            found = shared(value) if any(hasattr(value, name) for name in SHARING) else numpy.asarray(value)
        except (*EXPLAINED, RuntimeError) as error:
            raise DTypeError(f"{where} cannot read {described(value)} as an array: {error}") from None
    if found.dtype.kind == "O" and isinstance(value, Real):  # a fraction, say
        found = numpy.asarray(float(value))
    if found.dtype.kind not in NUMBERS:
        raise not_numbers(where, value)
    return found


def as_tensor(value: Any, like: Tensor | None = None, where: str = "array()") -> Tensor:
    """`value` itself if it is a Tensor, else a new one: from numbers or lists beside `like`, as wide as its floats."""
    from minigrad.create import array

    if isinstance(value, Tensor):
        return value
    raw = as_raw(value, where)
    if hasattr(value, "shape"):
        return array(raw)
    dtype = like.dtype if like is not None and like.dtype.kind == "f" and raw.dtype.kind in "iuf" else None
    return array(raw.tolist(), dtype, None if like is None else like.ctx)


def holds_plain(value: Any) -> bool:
    """Whether this is an array of NumPy's or of another library, or a list with such."""
    if type(value) in (list, tuple):
        return any(map(holds_plain, value))
    return hasattr(value, "__array__") and not isinstance(value, (Tensor, numpy.generic))


def from_plain(value: Any) -> Any:
    """Arrays of NumPy's or of another library, also in lists, as Tensors on the current device; else the value."""
    if type(value) in (list, tuple):
        return type(value)(map(from_plain, value))
    return as_tensor(value) if holds_plain(value) else value


def shape_of(values: Any) -> tuple[int, ...]:
    """The shape of a raw array, of nested lists, or of a number."""
    return values.shape if hasattr(values, "shape") else numpy.shape(values)


def as_dtype(dtype: Any) -> Any:
    """A dtype of numbers; None stays None."""
    try:
        found = None if dtype is None else numpy.dtype(dtype)
    except EXPLAINED:
        found = numpy.dtype(object)
    if found is not None and found.kind not in NUMBERS:
        raise DTypeError(f"No numbers have the dtype {dtype!r}; write 'float32', 'float64', 'int64', 'bool' or such.")
    return found


def from_lists(values: Any) -> Any:
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
        return numpy.asarray(plain(values))
    except (ValueError, TypeError) as error:
        raise ShapeError(
            f"A list cannot become an array: {error} Check that all rows have the same length, and that all arrays in "
            "it have the same shape."
        ) from error


def write(out: Any, result: Tensor, where: str) -> Any:
    """Put the result into the array `out`, and return that."""
    if not isinstance(out, Tensor):
        raise KeywordError(
            f"{where} puts its result into an array, but got out={described(out)}; give it np.empty(...)."
        )
    out[...] = result
    return out


def not_numbers(where: str, value: Any) -> NotNumbersError:
    """The refusal of a `value` that cannot be an array."""
    return NotNumbersError(
        f"{where} got {described(value)}, but expects numbers: an array, a number or a list of numbers. Check for text "
        "or missing values, and write list(...) around a generator."
    )


def described(value: Any) -> str:
    """A value in a few words."""
    if isinstance(getattr(value, "shape", None), tuple) and hasattr(value, "dtype"):
        return f"an array of {value.dtype} and shape {value.shape}"
    if value is None or isinstance(value, (str, bool, int, float, complex)):
        text = repr(value)
        return text if len(text) < 50 else f"{text[:40]}..."
    kind = value.__name__ if isinstance(value, type) else type(value).__name__
    if isinstance(value, (list, tuple)):
        return f"a {kind} of {', '.join(sorted({type(v).__name__ for v in value})) or 'nothing'}"
    return f"a value of type {kind}"


def explained(what: str, error: Exception, given: Mapping[str, Any]) -> Exception:
    """NumPy's or Python's complaint about `what`, which was `given` these, as a sentence with the values."""
    if isinstance(error, (MinigradError, Warning)):
        return error
    if isinstance(error, numpy.linalg.LinAlgError):
        return MatrixError(f"{what}: {error}. Check the values and the shape of the matrix.")
    reason = f"{error}".rstrip(".") or type(error).__name__
    shapes = [str(value.shape) for value in given.values() if isinstance(getattr(value, "shape", None), tuple)]
    if isinstance(error, ValueError) and shapes:
        does = f"combine shapes {' and '.join(shapes)}" if len(shapes) > 1 else f"take {shapes[0]}"
        misfit = AxisError if isinstance(error, IndexError) else ShapeError
        return misfit(f"{what} cannot {does}: {reason}. Check the order of the axes, or reshape first.")
    if isinstance(error, TypeError) and f"{what} " in reason:  # Python's own, about a call that does not fit
        return KeywordError(f"{reason}. See its help() for what it takes; not every option of NumPy's is here.")
    values = ", ".join(f"{key}: {described(value)}" for key, value in given.items())
    sentence = f"{what} cannot work with what it got ({values}): {reason}. Check the arguments, and their order."
    if isinstance(error, (TypeError, AttributeError)):
        return KindError(sentence)
    return PositionError(sentence) if isinstance(error, IndexError) else ArgumentError(sentence)


def composed(*arrays: str) -> Callable[[_Function], _Function]:
    """A function that is written in operations: its arguments called `arrays` reach it as Tensors.

    What fails inside is explained by the arguments that it was called with. A number or a list takes the dtype and the
    device of the first Tensor given, so that it does not widen the result.
    """

    def decorate(function: _Function) -> _Function:
        name, names = function.__name__, _positional(function, False)
        if not set(arrays) <= set(names):  # another wrapper hides them
            names = _positional(function, True)
        places = [(i, key) for i, key in enumerate(names) if key in arrays]
        names += [f"argument {i + 1}" for i in range(len(names), 20)]

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given, named = list(args), dict(kwargs)
            try:
                first = next((value for value in args if isinstance(value, Tensor)), None)
                for i, key in places:
                    if i < len(given):
                        given[i] = _converted(given[i], first, name)
                    elif key in named:
                        named[key] = _converted(named[key], first, name)
                return function(*given, **named)
            except EXPLAINED as error:
                told = explained(f"{name}()", error, {**dict(zip(names, args)), **kwargs})
                if told is error:
                    raise
                raise told from None

        return cast(_Function, checked)

    return decorate


def _positional(function: Any, follow_wrapped: bool) -> list[str]:
    while follow_wrapped and hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = function.__code__  # which is read many times as fast as a signature, at each import
    return list(code.co_varnames[: code.co_argcount])


def _converted(value: Any, like: Tensor | None, name: str) -> Any:
    return value if value is None or isinstance(value, Tensor) else as_tensor(value, like, f"{name}()")
