"""Run a step of a rule on several threads, where that is faster.

That depends on the rule, the length of the arrays and what else the machine is doing. A core takes 250 µs for half of a
momentum step over a million elements; a thread that must wait for its core is later than that. So both ways are timed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from queue import SimpleQueue
from time import perf_counter
from typing import Any

from minigrad.device import Array
from minigrad.optimizer.graph import Graph

Step = Callable[[Graph, Sequence[Array], Sequence[float]], None]


class Choice:
    """Alone or together: whichever took less time, by the median of its last three turns.

    The first six steps alternate. After that, every 32nd goes the other way, to see whether it is now the faster one.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.seconds: list[tuple[float, ...]] = [(0.0,) * 3, (0.0,) * 3]

    def together(self) -> bool:
        """Whether to take the next step together."""
        self.steps += 1
        if self.steps <= 6:
            return self.steps % 2 == 0
        alone, together = (sorted(turns)[1] for turns in self.seconds)
        return (together < alone) != (self.steps % 32 == 0)

    def took(self, together: bool, seconds: float) -> None:
        """Note how long a step took."""
        self.seconds[together] = (*self.seconds[together][1:], seconds)


def in_parts(step: Step, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], most: int) -> None:
    """Run on this thread alone, or on up to `most` together, whichever is faster."""
    choice = graph.compiled.setdefault((Choice, arrays[0].size, arrays[0].dtype), Choice())
    together, start = choice.together(), perf_counter()
    if together:
        share(step, graph, arrays, parameters, min(most, cores()))
    else:
        step(graph, arrays, parameters)
    choice.took(together, perf_counter() - start)


def share(step: Step, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], parts: int) -> None:
    """Run on several threads, each on its own part of the arrays. This thread takes the first."""
    size = arrays[0].size
    length = -(-size // parts // 64) * 64  # whole cache lines, so that no two threads write to one
    views = [[a[start : start + length] for a in arrays] for start in range(0, size, length)]
    answers: SimpleQueue[Any] = SimpleQueue()
    for part, work in zip(views[1:], helpers()):
        work.put((answers, step, graph, part, parameters))
    try:
        step(graph, views[0], parameters)
    finally:
        errors = [answers.get() for _ in views[1:]]  # waits for each to finish
    for error in filter(None, errors):
        raise error


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def helpers() -> list[SimpleQueue[Any]]:
    """The queues of the threads that help this one: one fewer than there are cores.

    Each thread waits at its own queue, because an executor's thread begins 10 µs later. numba's threads would begin at
    once, but they wait for each other without giving up their cores: up to 20 ms if another process is using one.
    """
    found: list[SimpleQueue[Any]] = [SimpleQueue() for _ in range(cores() - 1)]
    for work in found:
        threading.Thread(target=help_with, args=(work,), name="minigrad-step", daemon=True).start()
    return found


def help_with(work: SimpleQueue[Any]) -> None:
    """Run each job that arrives, and answer with its error or None."""
    while True:
        answers, step, *given = work.get()
        try:
            step(*given)
        except BaseException as error:
            answers.put(error)
        else:
            answers.put(None)
        del answers, given  # else this thread would keep the arrays until the next step


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=helpers.cache_clear)  # threads do not survive a fork
