"""The plans of one network: when one is made, and how long it is valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.device import MODULES
from minigrad.engine.modes import observing, state
from minigrad.engine.tensor import Tensor
from minigrad.gluon.stamps import latest

if TYPE_CHECKING:
    from minigrad.gluon.replay.plan import Plan

MOST_PLANS = 8
"""The most plans that a network keeps, each for different shapes."""

_changed: Callable[[Any], int] = attrgetter("_changed")


class Replay:
    """The plans of one network."""

    def __init__(self, block: Any) -> None:
        self.block = block
        self.plans: dict[Any, Plan | None] = {}  # by shapes; None if the Python code is to run
        self.blocks: list[Any] = []
        self.parameters: list[Any] = []
        self.parts: list[Any] = []  # both
        self.changes: list[int] = []  # the stamps of the parts, when the plans were made
        self.seen = -1
        self.made = self.calls = 0

    def __reduce__(self) -> Any:
        return Replay, (self.block,)  # a copy makes plans of its own

    def programs(self) -> list[str]:
        """The text of each plan."""
        return [plan.text() for plan in list(self.plans.values()) if plan is not None]

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The output; None if the Python code must run."""
        key: Any = (state.recording, state.training)
        for x in inputs:
            if not isinstance(x, Tensor) or type(x.data) not in MODULES or not x.data.flags.c_contiguous:
                return None
            key = (key, x.data.shape, x.data.dtype, x.ctx, x.node is None, type(x))
        if state.observers:
            return None
        self.calls += 1
        if latest[0] != self.seen:
            self._look_again()
        plans = self.plans
        if key in plans:
            plan = plans.get(key)
            if plan is None:
                return None
            if plan.holds():
                return plan(inputs)
        if 8 * self.made > 64 + self.calls:  # shapes or parts keep changing: plans do not pay off
            return None
        self.made += 1
        for old in list(plans)[: 1 - MOST_PLANS]:
            plans.pop(old, None)
        y, plans[key] = first_run(self.blocks, self.parameters, inputs)
        return y

    def _look_again(self) -> None:
        """If a part of the network was replaced, drop all plans and find the parts again."""
        now = latest[0]
        if not self.changes or [*map(_changed, self.parts)] != self.changes:
            self._find_parts()
        self.seen = now  # last, so that another thread that gets here meanwhile looks too

    def _find_parts(self) -> None:
        self.plans = {}
        self.blocks = list(with_parts(self.block))
        found = {id(p): p for b in self.blocks for p in (*b.params.values(), *b._own.values())}
        self.parameters = list(found.values())
        self.parts = [*self.blocks, *self.parameters]
        self.changes = [*map(_changed, self.parts)]


def first_run(blocks: Sequence[Any], parameters: Sequence[Any], inputs: Sequence[Tensor]) -> tuple[Any, Plan | None]:
    """Run the Python code of the first block, which contains the others, and make a plan from it if possible.

    The output is None if it was not run.
    """
    from minigrad.gluon.replay.plan import Plan
    from minigrad.gluon.replay.script import Script

    if not all(map(is_pure, blocks)):
        return None, None
    tensors = [*inputs, *(p.only for p in parameters)]
    if any([t is None or t.ctx is not tensors[0].ctx for t in tensors]):
        return None, None
    if len({id(t.data) for t in tensors}) < len(tensors):  # one array under two names: it is unclear which one is read
        return None, None
    script = Script(tensors)
    with observing(script):
        y = blocks[0].forward(*inputs)
    try:
        with numpy.errstate(all="ignore"), tensors[0].ctx:
            return y, Plan(script, tensors, [p.name for p in parameters], y)
    except Exception:  # if a tape cannot do it, the Python code can
        return y, None


def with_parts(block: Any) -> Iterator[Any]:
    """A block and all its parts."""
    yield block
    act = vars(block).get("act")  # of a Dense or a convolution: not a child, so that the names of its parts are Gluon's
    for part in (*block._children.values(), *([act] if hasattr(act, "_hooks") else [])):
        yield from with_parts(part)


def is_pure(block: Any) -> bool:
    """Whether a block can be replayed: its own class, not a base class, says so, and it has no hooks."""
    replaced = {"forward", "hybrid_forward"} & vars(block).keys()
    return vars(type(block)).get("pure", False) and not replaced and not any(block._hooks)
