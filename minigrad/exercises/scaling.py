"""What a difference scales with: an answer is also tried with each hyper-parameter halved, and with g halved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy

from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Arguments, Probe

LAWS = {
    "is proportional to {}": 0.5,
    "is proportional to the square of {}": 0.25,
    "is proportional to the root of {}": 0.5**0.5,
    "is proportional to 1 / {}": 2.0,
    "does not depend on {}": 1.0,
}
"""A sentence about a difference -> the factor by which it changes if the argument is halved."""


def twins(probe: Probe, positional: Sequence[str]) -> dict[str, Probe]:
    """Argument -> the same probe with that argument halved: `g`, and every float passed by keyword."""
    args, kwargs = probe.make()
    found = [name for name, x in zip(positional, args) if name == "g" and isinstance(x, numpy.ndarray)]
    found += [name for name, x in kwargs.items() if isinstance(x, float)]
    return {name: Probe(f"{name} halved", partial(halved, probe, positional, name)) for name in found}


def halved(probe: Probe, positional: Sequence[str], name: str) -> Arguments:
    """The arguments of a probe with one of them halved."""
    args, kwargs = probe.make()
    given = tuple(x / 2 if y == name else x for y, x in zip(positional, args))
    return given, {y: x / 2 if y == name else x for y, x in kwargs.items()}


def scaling(before: tuple[Outcome, Outcome], after: dict[str, tuple[Outcome, Outcome]], names: Sequence[str]) -> str:
    """A sentence about what the error of the first wrong result scales with; "" if it follows no law.

    If the answer ignores an argument that matters, any law would be chance, and the sentence says that instead.

    `before` is what was expected and found on a probe, `after` the same for its twins, `names` the results' names.
    """
    start = differences(*before)
    k = next((i for i, x in enumerate(start) if x.any()), None)
    unused = [name for name, x in after.items() if equal(x[1], before[1]) and not equal(x[0], before[0])]
    if unused and not (k is not None and before[1].results and not numpy.any(before[1].results[k])):  # 0 stays 0
        used = "is it used?" if len(unused) == 1 else "are they used?"
        return f"Halving {joined(unused, 'or')} changes nothing that is returned: {used}"
    if k is None:
        return ""
    parts: list[str] = []
    for law, factor in LAWS.items():
        follow = [name for name, outcomes in after.items() if alike(differences(*outcomes), factor * start[k], k)]
        if follow:
            parts.append(law.format(joined(follow, "or" if factor == 1 else "and")))
    return f"The difference in {names[k]} {joined(parts, 'and')}." if parts else ""


def equal(x: Outcome, y: Outcome) -> bool:
    """Whether an answer returned the same numbers twice."""
    if x.results is None or y.results is None or len(x.results) != len(y.results):
        return False
    return all(map(numpy.array_equal, x.results, y.results))


def alike(found: list[Any], wanted: Any, k: int) -> bool:
    """Whether result number k differs by the wanted amount."""
    return len(found) > k and numpy.allclose(found[k], wanted, rtol=1e-3, atol=1e-9 * numpy.abs(wanted).max())


def differences(expected: Outcome, found: Outcome) -> list[Any]:
    """How much each result differs, with 0 for rounding; empty if there are no results, or if shapes differ."""
    pairs = list(zip(expected.results or (), found.results or ()))
    if any(numpy.shape(x) != numpy.shape(y) for x, y in pairs):
        return []
    flat = [(numpy.ravel(x).astype(float), numpy.ravel(y).astype(float)) for x, y in pairs]
    return [numpy.where(numpy.abs(y - x) > 1e-8 * numpy.abs(x).max(initial=0), y - x, 0) for x, y in flat]


def joined(words: Sequence[str], last: str) -> str:
    """Words separated by commas, with `last` before the last one.

    >>> joined(["lr", "wd", "eps"], "or")
    'lr, wd or eps'
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
