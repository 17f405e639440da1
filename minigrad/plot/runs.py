"""Rules compared on one surface: each at its best rate, from several starts, with a finding in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy

from minigrad.arguments import arguments_of
from minigrad.errors import ArgumentError, KindError
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.plot.history import History, record
from minigrad.plot.surfaces import Surface
from minigrad.plot.tuning import RATES, end, has_rate, tuned

Hill = str | Surface | Callable[[Any, Any], Any]

NEARBY = 4
"""The number of extra walks from starts nearby, which show whether a finding depends on the start."""
REACH = 0.05
"""How far away these starts are: one standard deviation, as a share of the view."""
FLOOR = 1e-12
"""A walk that ends at this share of its first height is at the minimum: below, rounding decides."""
EQUAL = 0.01
"""Heights that differ by less than this share are called equal: only two digits are printed."""


@dataclass(frozen=True)
class Run:
    """One rule in a picture."""

    label: str
    history: History
    near: list[History]
    """The same rule from starts nearby, with other noise."""
    tuned: bool

    @property
    def ends(self) -> list[float]:
        """The heights above the bottom at which its walks end."""
        return [end(history) - history.surface.bottom for history in (self.history, *self.near)]


Rule = str | Optimizer | History | Run


@guarded
def compared(
    rules: Rule | Sequence[Rule],
    on: Hill = "valley",
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> list[Run]:
    """A run for each rule. A rule given by name gets its best rate; an optimizer or a recording is taken as it is.

    Recordings need the same surface, start, noise and number of steps: else they say nothing about the rules.

    Pass the runs to several pictures, and the walks are taken only once.

    >>> [(run.label, run.history.optimizer.lr) for run in compared(["adam", "nag"], "valley", steps=20)]
    [('adam', 1.0), ('nag, momentum 0.9', 0.05)]
    """
    several: list[Any] = [rules]
    if isinstance(rules, Iterable) and not isinstance(rules, str):
        several = list(rules)
    runs = []
    for rule in several:
        if isinstance(rule, (str, Optimizer)):
            made = tuned(rule, on, start, steps, noise) if isinstance(rule, str) else rule
            history, best = record(made, on, start, steps, noise, seed), isinstance(rule, str) and has_rate(made)
            runs.append(Run("", history, nearby(history), best))
        elif not isinstance(rule, (History, Run)):
            raise KindError(
                f"{rule!r:.60} is not a rule; expected its name, an optimizer, a recording, or a list of these"
            )
        else:
            runs.append(rule if isinstance(rule, Run) else Run("", rule, nearby(rule), False))
    if not runs:
        raise ArgumentError("there is nothing to draw; name at least one optimizer, such as 'adam'")
    if len({run.history.surface for run in runs}) > 1:
        hills = ", ".join(sorted({run.history.surface.name for run in runs}))
        raise ArgumentError(f"these are walks on several surfaces ({hills}); draw one at a time")
    for what, values in {
        "numbers of steps": {f"{run.history.steps}" for run in runs},
        "noises": {f"{run.history.noise:g}" for run in runs},
        "starts": {f"({x:g}, {y:g})" for x, y in (run.history.positions[0] for run in runs)},
    }.items():
        if len(values) > 1:
            found = ", ".join(sorted(values))
            raise ArgumentError(
                f"these walks have several {what} ({found}), so they show nothing about the rules; draw one at a time"
            )
    hill = runs[0].history.surface
    top = max(walk.losses[0] for run in runs for walk in (run.history, *run.near)) - hill.bottom
    if hill.minima:
        check_lowest(hill, [run.ends for run in runs], float(top))
    names = labels([run.history.optimizer for run in runs])
    return [replace(run, label=name) for run, name in zip(runs, names)]


def nearby(history: History) -> list[History]:
    """The same rule from starts nearby, which are the same for every rule with the same start and seed."""
    spans = numpy.diff(history.surface.view, axis=1)[:, 0]
    shifts = numpy.random.default_rng(history.seed).normal(size=(NEARBY, 2)) * REACH * spans
    rule, steps, noise = history.optimizer, history.steps, history.noise
    return [
        record(rule, history.surface, tuple(history.positions[0] + shift), steps, noise, history.seed + 1 + i)
        for i, shift in enumerate(shifts)
    ]


def labels(optimizers: Sequence[Optimizer]) -> list[str]:
    """A name for each: the name of its rule, then the arguments that are not at their defaults.

    >>> from minigrad.optimizer import SGD
    >>> labels([SGD(), SGD(momentum=0.5)])
    ['sgd', 'sgd, momentum 0.5']
    >>> labels([SGD(), SGD()])
    ['sgd, number 1, rate 0.01', 'sgd, number 2, rate 0.01']
    """
    names = []
    for rule in optimizers:
        name = type(rule).__name__.lower()
        for argument, default in arguments_of(type(rule)).items():
            value = getattr(rule, argument, default)
            if argument != "learning_rate" and isinstance(value, (bool, int, float, str)) and value != default:
                name += f", {argument} {value}"
        names.append(name)
    names = [f"{name}, {rate(rule)}" if names.count(name) > 1 else name for name, rule in zip(names, optimizers)]
    return [
        f"{name.removesuffix(f', {rate(rule)}')}, number {1 + names[:k].count(name)}, {rate(rule)}"
        if names.count(name) > 1
        else name
        for k, (name, rule) in enumerate(zip(names, optimizers))
    ]


def rate(rule: Optimizer) -> str:
    """The learning rate in words."""
    if rule.lr_scheduler is not None:
        return type(rule.lr_scheduler).__name__
    return f"rate {rule.lr:g}" if has_rate(rule) else "no rate"


def height(run: Run, value: float) -> str:
    """A height in words."""
    return f"{value:.2g} above the minimum" if run.history.surface.minima else f"at {value:.2g}"


def finding(runs: Sequence[Run]) -> str:
    """What the runs show, and from how many starts."""
    took = f"{runs[0].history.steps} step{'s' * (runs[0].history.steps != 1)}"
    table, first = numpy.array([run.ends for run in runs]), runs[0].history.losses[0] - runs[0].history.surface.bottom
    if len(runs) == 1:
        (run,), (last, *near) = runs, table[0]
        nearby = " to ".join(dict.fromkeys(f"{value:.2g}" for value in (min(near), max(near))))
        where = height(run, last).removeprefix("at ")
        return f"{run.label} goes from {first:.3g} to {where} in {took} (nearby starts: {nearby})"
    if not numpy.isfinite(table).any():
        return f"All diverge in {took}"
    if runs[0].history.surface.minima:
        table = table.clip(FLOOR * first)
    least = table.min(axis=0)
    lowest = numpy.isfinite(table) & (table <= least + EQUAL * abs(least))
    wins = lowest.sum(axis=1)
    if lowest.all():
        return f"All end equally low after {took}, from {table.shape[1]} of {table.shape[1]} starts"
    best = [k for k in range(len(runs)) if wins[k] == wins.max()]
    names = " and ".join(runs[k].label for k in best)
    shown = "" if lowest[best, 0].any() else ", but not from the one shown"
    return (
        f"{names} {'ends' if len(best) == 1 else 'end'} lowest after {took}, "
        f"{'from' if len(best) == 1 else 'each from'} {wins.max()} of {table.shape[1]} starts{shown}"
    )


def check_heights(hill: Surface, ends: Any, top: float) -> None:
    """Refuse heights that cannot be compared by factors: a start that is no higher than 0, and ends below 0."""
    what = "above the minimum" if hill.minima else "of a surface without known minima"
    if not top > 0:
        raise ArgumentError(f"{hill.name}: the start has the height {top:g} {what}; expected a higher start")
    check_lowest(hill, ends, top)


def check_lowest(hill: Surface, ends: Any, top: float) -> None:
    """Refuse ends below 0."""
    what = "above the minimum" if hill.minima else "of a surface without known minima"
    if numpy.min(ends) < -FLOOR * top:
        raise ArgumentError(
            f"{hill.name}: a walk ends at {numpy.min(ends):.3g}, a height {what}, but heights are compared by factors; "
            "give the lowest places: Surface(name, function, minima=((x, y),))"
        )


def note(runs: Sequence[Run]) -> str:
    """How the picture was made."""
    rated = [run for run in runs if rate(run.history.optimizer) != "no rate"]
    given = [run.label for run in rated if not run.tuned]
    tried = f"the best of {len(RATES)} from {RATES[0]:g} to {RATES[-1]:g} for this surface, start and number of steps"
    if len(given) == len(rated):
        rates = "Rates as given. " if rated else ""
    else:
        rates = f"Rates: {tried}{'; as given: ' + ', '.join(given) if given else ''}. "
    noise = runs[0].history.noise
    how = f"Noise of {noise:g} on each gradient." if noise else "No noise on the gradients."
    return f"{rates}{how} Starts: the one shown and {NEARBY} nearby."
