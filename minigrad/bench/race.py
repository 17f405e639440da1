"""A race: ours and others do the same task in turns, and are compared round by round.

A machine whose speed drifts treats all that run in one round alike. So a ratio is taken within each round; what is
reported is the median of these ratios, and their quartiles.
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
"""Seconds that a turn takes, or as long as two steps take, if that is longer."""
MOST = 10_000
"""Steps in a turn."""

Quartiles = tuple[float, float, float]


class Contestant(NamedTuple):
    """One program for a task."""

    step: Callable[[], Any]
    weights: Callable[[], list[Array]]
    """What its steps have made, for NumPy: after as many steps it is the same for all contestants of a race."""


Makers = Mapping[str, Callable[[], Contestant]]


@dataclass(frozen=True)
class Race:
    """One task, and who takes part; a contestant is made when the race begins."""

    part: str
    task: str
    ours: Makers
    theirs: Makers
    within: Callable[[str], AbstractContextManager[object]] = lambda name: nullcontext()
    """What holds during the turns of a contestant."""
    wait: Callable[[], object] = lambda: None
    """Waits for what a step has only begun, as on a GPU."""
    last: bool = False
    """Whether it is to be run after all others, because something in it would disturb them."""

    def run(
        self, rounds: int, each: Callable[[], object] = lambda: None, clock: Callable[[], float] = time.perf_counter
    ) -> Times:
        """Take turns; `each` is called after every round. Whoever fails is left out, and the reason is kept."""
        makers, running, times = {**self.ours, **self.theirs}, {}, Times(self)
        for number in range(1 + rounds):  # round 0 makes them, compiles, and fills caches
            for name in [name for name in makers if name not in times.failed]:
                try:
                    if name not in running:
                        running[name] = makers[name]()
                    took = self._turn(name, running[name], clock)
                except Exception as error:  # one contestant less, not all of them
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
        """Seconds of a step. A first one brings the arrays back into the cache, and tells how many fit in a turn."""
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
    """What a race has found."""

    race: Race
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Name -> seconds of a step, one for each round."""
    failed: dict[str, str] = field(default_factory=dict)
    """Name -> why it did not take part."""

    def ratios(self) -> dict[str, dict[str, Quartiles]]:
        """For each of ours, how many times as long each of the others takes: lower quartile, median, upper quartile."""
        found: dict[str, dict[str, Quartiles]] = {}
        for mine in filter(self.seconds.__contains__, self.race.ours):
            found[mine] = {}
            for other in filter(self.seconds.__contains__, self.race.theirs):
                each = numpy.divide(self.seconds[other], self.seconds[mine])
                low, middle, high = numpy.quantile(each, (0.25, 0.5, 0.75)).tolist()
                found[mine][other] = low, middle, high
        return found
