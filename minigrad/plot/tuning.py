"""The best rate of a rule on a surface: a comparison at any other rate compares rates, not rules."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import create
from minigrad.plot.history import History, record
from minigrad.plot.surfaces import Surface, surface

RATES = tuple(float(f"{digit}e{power}") for power in range(-4, 3) for digit in (1, 2, 5))
"""The rates that are tried: 0.0001 to 500, three in each power of ten."""
SEEDS = (100, 101, 102)
"""The tuning draws its own noise, so that no rate is chosen for the noise that is then shown."""
NEEDED: dict[str, dict[str, Any]] = {"nag": {"momentum": 0.9}}
"""What a rule needs to be itself: without momentum NAG is SGD."""


@guarded
def tuned(
    optimizer: str | Optimizer,
    on: str | Surface | Callable[[Any, Any], Any],
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
) -> Optimizer:
    """The same optimizer at the rate among `RATES` with which it ends lowest on this surface.

    An optimizer without a rate, or with a schedule, is returned as it is.

    >>> tuned("adam", "valley", steps=50).lr
    0.5
    """
    rule = named(optimizer)
    if rule.lr_scheduler is not None or not has_rate(rule):
        return rule
    hill = surface(on)
    seeds = SEEDS if (hill.noise if noise is None else noise) else SEEDS[:1]

    def height(candidate: Optimizer) -> float:
        return float(numpy.median([end(record(candidate, hill, start, steps, noise, seed)) for seed in seeds]))

    return min((at(rule, rate) for rate in RATES), key=height)


def named(optimizer: str | Optimizer) -> Optimizer:
    """An optimizer by name, with what it needs to be itself; or the given optimizer."""
    return create(optimizer, **NEEDED.get(optimizer.lower(), {})) if isinstance(optimizer, str) else create(optimizer)


def has_rate(optimizer: Optimizer) -> bool:
    """Whether the learning rate has any effect: AdaDelta has none."""
    return not hasattr(optimizer, "rule") or "lr" in inspect.signature(optimizer.rule).parameters


def at(rule: Optimizer, rate: float) -> Optimizer:
    """The same optimizer at another rate."""
    made = copy.copy(rule)
    made.lr = rate
    return made


def end(history: History) -> float:
    """The loss at the end of a walk: the median over the last tenth of the steps; infinite if it has diverged."""
    last = history.losses[-max(1, history.steps // 10) :]
    return float(numpy.median(last)) if numpy.isfinite(last).all() else math.inf


def good(rates: Sequence[float], losses: Sequence[float], times: float) -> tuple[float, float]:
    """The lowest and the highest rate around the best one whose loss is at most `times` the best loss.

    Between two rates the loss is interpolated on logarithmic axes. Losses are positive, and infinite for a rate that
    diverged. A range that reaches the first or the last rate ends there.

    >>> good([0.01, 0.1, 1.0, 10.0], [9.0, 1.0, 1.0, math.inf], times=3)
    (0.03162..., 1.0)
    """
    best = min(range(len(rates)), key=losses.__getitem__)
    limit = times * losses[best]

    def end(step: int) -> float:
        k = best
        while 0 <= k + step < len(rates):
            if losses[k + step] > limit:
                share = math.log(limit / losses[k]) / math.log(losses[k + step] / losses[k])
                return rates[k] * math.pow(rates[k + step] / rates[k], share)
            k += step
        return rates[k]

    return end(-1), end(1)
