"""Constructor arguments: checked numbers, defaults that know they are defaults, and second spellings of a name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

from minigrad.config import arguments_of
from minigrad.errors import ArgumentError, KeywordError, suggestion


class Default(float):
    """A number written in a signature, as opposed to one that the caller passes.

    A default rate gives way to a schedule's base; an explicit rate overrides it. A default also gives way to the second
    spelling of its argument.
    """


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """`value` as a float in [low, high), or a sentence that repeats it.

    >>> number("beta1", 0.9, 0, 1)
    0.9
    >>> number("beta1", 1.5, 0, 1)
    Traceback (most recent call last):
    minigrad.errors.ArgumentError: beta1=1.5 cannot be used; expected a number in [0, 1)
    """
    if not isinstance(value, bool) and isinstance(value, Real):
        found = float(value)
        if low <= found < high and found > -math.inf:
            return found
    if high < math.inf:
        expected = f"a number in [{low:g}, {high:g})"
    else:
        expected = "a finite number" if low == -math.inf else f"a number of at least {low:g}"
    raise ArgumentError(f"{name}={value!r} cannot be used; expected {expected}")


def either(standard: str, value: float, other: str, second: float | None) -> float:
    """The one of two spellings of an argument that was given.

    >>> either("epsilon", Default(1e-7), "eps", 1e-3)
    0.001
    """
    if second is None:
        return value
    if isinstance(value, Default):
        return second
    raise ArgumentError(
        f"{standard}={value!r} and {other}={second!r} are two spellings of one argument; give one of them"
    )


def refuse(cls: type, unknown: Iterable[str]) -> None:
    """Say that these are no arguments of `cls`, and which ones may have been meant."""
    name, known = next(iter(unknown)), list(arguments_of(cls))
    raise KeywordError(f"{cls.__name__} has no argument {name!r}{suggestion(name, known)}")
