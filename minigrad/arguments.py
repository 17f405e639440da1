"""Checks of single arguments: a number in a range, a whole number, a shape, one of a few words.

There is one function for each kind, used everywhere, so 1.9 never passes for 1, nor NaN for a rate.
"""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from numbers import Real
from typing import Any

import numpy

from minigrad.errors import ArgumentError, KeywordError, KindError, suggestion


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf, ends: str = "[)") -> float:
    """`value` as a finite float between `low` and `high`; `ends` says whether each is included, as in mathematics.

    >>> number("beta1", 0.9, 0, 1)
    0.9
    >>> number("beta1", 1.5, 0, 1)
    Traceback (most recent call last):
    minigrad.errors.ArgumentError: beta1=1.5 cannot be used; expected a number in [0, 1)
    """
    real = isinstance(value, Real) and not isinstance(value, bool)
    try:
        found = float(value) if real else math.nan
    except OverflowError:  # a whole number beyond 1e308
        found = math.inf
    if _inside(found, low, high, ends) and math.isfinite(found):
        return found
    refusal = ArgumentError if real else KindError
    raise refusal(f"{name}={shown(value)} cannot be used; expected {_range(low, high, ends)}")


def numbers(name: str, values: Any, low: float = -math.inf, high: float = math.inf, ends: str = "[)") -> None:
    """Refuse numbers, alone or in lists and arrays, unless each is a `number` in that range.

    Arrays on a GPU are not checked, because reading them would wait for the device.
    """
    raw = getattr(values, "data", values) if hasattr(values, "ctx") else values
    if not isinstance(raw, (list, tuple, numpy.ndarray)):
        if isinstance(raw, (Real, str, type(None))):
            number(name, raw, low, high, ends)
        return
    try:
        found = numpy.asarray(raw)
    except ValueError:  # rows of unequal length
        found = numpy.array(None)
    if found.dtype.kind not in "biuf":
        raise KindError(f"{name}={shown(values)} cannot be used; expected numbers, each {_range(low, high, ends)}")
    wrong = found[~(numpy.isfinite(found) & _inside(found, low, high, ends))]
    if wrong.size:
        number(name, wrong.flat[0].item(), low, high, ends)


def _inside(found: Any, low: float, high: float, ends: str) -> Any:
    """Whether a number lies in the range, or which numbers of an array do."""
    above = found >= low if ends[0] == "[" else found > low
    return above & (found <= high if ends[1] == "]" else found < high)


def _range(low: float, high: float, ends: str) -> str:
    if high < math.inf:
        return f"a number in {ends[0]}{low:g}, {high:g}{ends[1]}"
    if low == -math.inf:
        return "a finite number"
    if ends[0] == "[":
        return f"a number of at least {low:g}"
    return f"a number above {low:g}" if low else "a positive number"


MANY = 10**6
"""The most steps or layers that are taken or made one after another: more would seem to hang."""


def whole(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> int:
    """`value` as an int from `low` to `high`. 2.0 and True are refused.

    >>> whole("units", 1.9, 1)
    Traceback (most recent call last):
    minigrad.errors.KindError: units=1.9 cannot be used; expected a positive whole number
    """
    expected = {-math.inf: "a whole number", 1: "a positive whole number"}.get(low, f"a whole number of at least {low}")
    expected += f", and at most {high}" if high < math.inf else ""
    try:
        found = None if isinstance(value, (bool, numpy.bool)) else operator.index(value)
    except TypeError:
        found = None
    if found is None:
        raise KindError(f"{name}={shown(value)} cannot be used; expected {expected}")
    if not low <= found <= high:
        raise ArgumentError(f"{name}={shown(value)} cannot be used; expected {expected}")
    return found


def flag(name: str, value: Any) -> bool:
    """Whether `value` is true, as `if` would decide. An array is neither true nor false."""
    try:
        return bool(value)
    except ValueError:
        raise KindError(f"{name}={shown(value)} cannot be used; expected True or False") from None


def function(name: str, value: Any) -> Callable[..., Any]:
    """`value`, if it can be called."""
    if not callable(value):
        raise KindError(f"{name}={shown(value)} cannot be used; expected a function")
    return value  # type: ignore[no-any-return]


def lengths(name: str, value: Any, low: float = 0) -> tuple[int, ...]:
    """A shape as a tuple, from one length or several, each a whole number of at least `low`.

    >>> lengths("shape", 3), lengths("shape", [2, 3])
    ((3,), (2, 3))
    """
    if type(value) is tuple and all([type(n) is int and n >= low for n in value]):
        return value  # the usual case
    if isinstance(value, Iterable) and getattr(value, "ndim", 1) > 0:
        return tuple([whole(f"{name}[{i}]", n, low) for i, n in enumerate(value)])
    return (whole(name, value, low),)


def one_of(name: str, value: Any, *choices: Any) -> Any:
    """`value`, if it is one of the choices.

    >>> one_of("layout", "NCT", "NTC", "TNC")
    Traceback (most recent call last):
    minigrad.errors.ArgumentError: layout is 'NCT'; it must be 'NTC' or 'TNC'.
    """
    if not any(value is choice or (type(value) is type(choice) and value == choice) for choice in choices):
        *most, last = map(repr, choices)
        expected = f"{', '.join(most)} or {last}" if most else last
        raise ArgumentError(f"{name} is {shown(value)}; it must be {expected}.")
    return value


def text(name: str, value: Any) -> str:
    """`value`, if it is a string."""
    if not isinstance(value, str):
        raise KindError(f"{name}={shown(value)} cannot be used; expected text")
    return value


def mapping(name: str, value: Any) -> dict[Any, Any]:
    """`value`, which may be None, as a dict."""
    if value is not None and not isinstance(value, Mapping):
        raise KindError(f"{name}={shown(value)} cannot be used; expected a dict")
    return dict(value or {})


def registered_name(cls: Any) -> str:
    """The name under which a class is registered: its own in lower case."""
    if not isinstance(cls, type):
        raise KindError(f"cls={shown(cls)} cannot be registered; expected a class")
    return cls.__name__.lower()


def shown(value: Any) -> str:
    """A value in an error: its repr on one line, shortened if it is long."""
    line = " ".join(repr(value).split())
    return line if len(line) < 80 else f"{line[:60]}..."


def arguments_of(cls: type) -> dict[str, Any]:
    """Name and default of every constructor argument: those of the class, then those that it passes to its bases."""
    import inspect  # slow to import, and rarely needed

    found: dict[str, Any] = {}
    for base in cls.__mro__[:-1]:
        if "__init__" not in vars(base):
            continue
        parameters = list(inspect.signature(vars(base)["__init__"]).parameters.values())[1:]
        named = {p.name: p.default for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
        found |= {name: default for name, default in named.items() if name not in found}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return found


def refuse(cls: type, unknown: Iterable[str]) -> None:
    """Raise KeywordError for arguments that `cls` does not have, suggesting the closest."""
    name, known = next(iter(unknown)), list(arguments_of(cls))
    raise KeywordError(f"{cls.__name__} has no argument {name!r}{suggestion(name, known)}")
