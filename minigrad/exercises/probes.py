"""Probes: the arguments on which an answer is tried, the same in every check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Probe:
    """One call of an answer.

    * `words`: what is special about it, for a sentence: "float32", "equal maxima".
    * `make`: a function that makes the arguments, positional and by keyword, anew for every call.
    """

    words: str
    make: Callable[[], Arguments]


def probe(words: str, *args: Any, **kwargs: Any) -> Probe:
    """A probe with these arguments; arrays and lists of arrays are copied for every call."""
    return Probe(words, lambda: (tuple(map(copied, args)), {name: copied(x) for name, x in kwargs.items()}))


def copied(x: Any) -> Any:
    """A copy, which keeps the gaps between the elements of an array."""
    if isinstance(x, numpy.ndarray):
        return x.copy() if x.flags.c_contiguous else spread(x)
    return [copied(y) for y in x] if isinstance(x, list) else x


def spread(x: Any) -> Any:
    """The same values in memory that is neither contiguous nor in order."""
    wide = numpy.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    view = wide[..., ::-2]
    view[...] = x
    return view
