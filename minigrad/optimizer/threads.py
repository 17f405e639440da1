"""Run a step of a rule on several threads, when the arrays are long enough for that to pay."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from minigrad.device import Array
from minigrad.optimizer.graph import Graph

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Step = Callable[[Graph, Sequence[Array], Sequence[float]], None]


def in_parts(step: Step, graph: Graph, arrays: Sequence[Array], parameters: Sequence[float], most: int) -> None:
    """Run on as many threads as there are cores, each on its own part of the arrays. This thread takes the first."""
    size, parts = arrays[0].size, min(most, cores())
    length = -(-size // parts // 64) * 64  # whole cache lines, so that no two threads write to one
    views = [[a[start : start + length] for a in arrays] for start in range(0, size, length)]
    others = [pool().submit(step, graph, part, parameters) for part in views[1:]]
    try:
        step(graph, views[0], parameters)
    finally:
        errors = [other.exception() for other in others]  # waits for each to finish
    for error in filter(None, errors):
        raise error


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool() -> ThreadPoolExecutor:
    """The threads that help this one: one less than there are cores."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(max(cores() - 1, 1), "minigrad-step")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # threads do not survive a fork
