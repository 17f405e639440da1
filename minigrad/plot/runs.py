"""Rules compared on one surface: each at its best rate, from several starts, and what can be said about them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy

from minigrad.arguments import arguments_of
from minigrad.errors import ArgumentError
from minigrad.optimizer.arguments import has_rate
from minigrad.optimizer.optimizer import Optimizer
from minigrad.plot.history import History, record
from minigrad.plot.surfaces import Surface, surface
from minigrad.plot.tuning import RATES, end, tuned

Hill = str | Surface | Callable[[Any, Any], Any]

NEARBY = 4
"""So many more walks are taken from starts nearby, to see whether a finding depends on the start."""
REACH = 0.05
"""How far away these are, as a share of the view: one standard deviation."""


@dataclass(frozen=True)
class Run:
    """One rule in a picture."""

    label: str
    history: History
    near: list[History]
    """The same from starts nearby, with other noise."""
    tuned: bool

    @property
    def ends(self) -> list[float]:
        """The losses at the end of all its walks."""
        return [end(history) for history in (self.history, *self.near)]


Rule = str | Optimizer | History | Run


def compared(
    rules: Rule | Sequence[Rule],
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> list[Run]:
    """A run for each rule. One that is named gets its best rate; an optimizer or a recording is taken as it is.

    Give the runs to several pictures, and the walks are taken once.

    >>> [(run.label, run.history.optimizer.lr) for run in compared(["adam", "nag"], "valley", steps=20)]
    [('adam', 1.0), ('nag, momentum 0.9', 0.05)]
    """
    several: list[Rule] = [rules] if isinstance(rules, (str, Optimizer, History, Run)) else list(rules)
    runs = []
    for rule in several:
        if isinstance(rule, (str, Optimizer)):
            made = tuned(rule, on, start, steps, noise) if isinstance(rule, str) else rule
            history, best = record(made, on, start, steps, noise, seed), isinstance(rule, str) and has_rate(made)
            runs.append(Run("", history, nearby(history), best))
        else:
            runs.append(rule if isinstance(rule, Run) else Run("", rule, nearby(rule), False))
    if not runs:
        raise ArgumentError("there is nothing to draw; name at least one optimizer, such as 'adam'")
    hills = {run.history.surface.name for run in runs}
    if len(hills) > 1:
        raise ArgumentError(f"these are walks on several surfaces ({', '.join(sorted(hills))}); draw one at a time")
    names = labels([run.history.optimizer for run in runs])
    return [replace(run, label=name) for run, name in zip(runs, names)]


def nearby(history: History) -> list[History]:
    """The same rule from starts nearby; from the same ones for every rule with the same start and seed."""
    spans = numpy.diff(surface(history.surface).view, axis=1)[:, 0]
    shifts = numpy.random.default_rng(history.seed).normal(size=(NEARBY, 2)) * REACH * spans
    rule, steps, noise = history.optimizer, history.steps, history.noise
    return [
        record(rule, history.surface, tuple(history.positions[0] + shift), steps, noise, history.seed + 1 + i)
        for i, shift in enumerate(shifts)
    ]


def labels(optimizers: Sequence[Optimizer]) -> list[str]:
    """A name for each: that of its rule, then the arguments that are not at their defaults.

    >>> from minigrad.optimizer import SGD
    >>> labels([SGD(), SGD(momentum=0.5)])
    ['sgd', 'sgd, momentum 0.5']
    """
    names = []
    for rule in optimizers:
        name = type(rule).__name__.lower()
        for argument, default in arguments_of(type(rule)).items():
            value = getattr(rule, argument, default)
            if argument != "learning_rate" and isinstance(value, (bool, int, float, str)) and value != default:
                name += f", {argument} {value}"
        names.append(name)
    counts = Counter(names)
    return [f"{name}, {rate(rule)}" if counts[name] > 1 else name for name, rule in zip(names, optimizers)]


def rate(rule: Optimizer) -> str:
    """The learning rate in words."""
    if rule.lr_scheduler is not None:
        return type(rule.lr_scheduler).__name__
    return f"rate {rule.lr:g}" if has_rate(rule) else "no rate"


def finding(runs: Sequence[Run]) -> str:
    """What the runs show, and from how many starts."""
    steps = runs[0].history.steps
    if len(runs) == 1:
        (run,) = runs
        last, *near = (f"{end:.2g}" if math.isfinite(end) else "infinity" for end in run.ends)
        nearby = " to ".join(dict.fromkeys(sorted(near, key=float)[:: NEARBY - 1]))
        return f"{run.label} goes from {run.history.losses[0]:.3g} to {last} in {steps} steps (starts nearby: {nearby})"
    table = numpy.array([run.ends for run in runs])
    if not numpy.isfinite(table).any():
        return f"All diverge in {steps} steps"
    wins = numpy.bincount(table.argmin(axis=0), minlength=len(runs))
    best = min(range(len(runs)), key=lambda i: (-wins[i], table[i, 0]))
    shown = "" if table[best, 0] == table[:, 0].min() else ", but not from the one shown"
    return f"{runs[best].label} ends lowest after {steps} steps, from {wins[best]} of {table.shape[1]} starts{shown}"


def note(runs: Sequence[Run]) -> str:
    """How the picture was made."""
    given = [run.label for run in runs if not run.tuned and rate(run.history.optimizer) != "no rate"]
    tried = f"the best of {len(RATES)} from {RATES[0]:g} to {RATES[-1]:g} for this surface, start and number of steps"
    if len(given) == len(runs):
        rates = "Rates as given."
    else:
        rates = f"Rates: {tried}{'; as given: ' + ', '.join(given) if given else ''}."
    noise = runs[0].history.noise
    how = f"Noise of {noise:g} on each gradient." if noise else "No noise on the gradients."
    return f"{rates} {how} Starts: the one shown and {NEARBY} nearby."
