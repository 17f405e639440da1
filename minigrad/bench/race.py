"""A race: our programs and others take turns at the same task, and are compared round by round.

If the speed of a machine drifts, it affects everything within one round alike. So ratios are taken within each round;
their median and quartiles are reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy

from minigrad.device import Array

TURN = 0.02
"""Seconds that a turn takes, or the time of two steps, if that is longer."""
MOST = 10_000
"""The most steps in a turn."""

Quartiles = tuple[float, float, float]


class Contestant(NamedTuple):
    """One program for a task."""

    step: Callable[[], Any]
    weights: Callable[[], list[Array]]
    """The weights after its steps, for NumPy: after equal numbers of steps they agree for all contestants of a race."""


Makers = Mapping[str, Callable[[], Contestant]]


@dataclass(frozen=True)
class Race:
    """One task and its contestants, which are made when the race begins."""

    part: str
    task: str
    ours: Makers
    theirs: Makers
    within: Callable[[str], AbstractContextManager[object]] = lambda name: nullcontext()
    """A context for the turns of a contestant."""
    wait: Callable[[], object] = lambda: None
    """Waits for work that a step has only started, as on a GPU."""
    last: bool = False
    """Whether it must run after all others, because something in it would disturb them."""

    def run(
        self, rounds: int, each: Callable[[], object] = lambda: None, clock: Callable[[], float] = time.perf_counter
    ) -> Times:
        """Take turns; `each` is called after every round. A contestant that fails is left out, and the reason kept."""
        makers, running, times = {**self.ours, **self.theirs}, {}, Times(self)
        for number in range(1 + rounds):  # round 0 makes the contestants, compiles, and fills caches
            for name in [name for name in makers if name not in times.failed]:
                try:
                    if name not in running:
                        running[name] = makers[name]()
                    took = self._turn(name, running[name], clock)
                except Exception as error:  # only this contestant is out
                    times.failed[name] = f"{type(error).__name__}: {' '.join(str(error).split()):.200}"
                    times.seconds.pop(name, None)
                    running.pop(name, None)
                    continue
                if number:
                    times.seconds.setdefault(name, []).append(took)
            if number:
                each()
        return times

    def _turn(self, name: str, contestant: Contestant, clock: Callable[[], float]) -> float:
        """Seconds per step. A first step brings the arrays back into the cache, and shows how many fit into a turn."""
        with self.within(name):
            start = clock()
            contestant.step()
            self.wait()
            took = clock() - start
            count = int(TURN / took) if took > TURN / MOST else MOST
            start = clock()
            for _ in range(max(1, count)):
                contestant.step()
            self.wait()
            return (clock() - start) / max(1, count)


@dataclass(frozen=True)
class Times:
    """The results of a race."""

    race: Race
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Name -> seconds per step, one value for each round."""
    failed: dict[str, str] = field(default_factory=dict)
    """Name -> why it did not take part."""

    def ratios(self) -> dict[str, dict[str, Quartiles]]:
        """For each of ours, the relative times of the others: lower quartile, median, upper quartile."""
        found: dict[str, dict[str, Quartiles]] = {}
        for mine in filter(self.seconds.__contains__, self.race.ours):
            found[mine] = {}
            for other in filter(self.seconds.__contains__, self.race.theirs):
                each = numpy.divide(self.seconds[other], self.seconds[mine])
                low, middle, high = numpy.quantile(each, (0.25, 0.5, 0.75)).tolist()
                found[mine][other] = low, middle, high
        return found
