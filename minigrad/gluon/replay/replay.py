"""The plans of one network: when one is made, and when it still holds."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.autograd.scopes import state
from minigrad.tensor import Tensor

if TYPE_CHECKING:
    from minigrad.gluon.replay.plan import Plan

KEPT = 32
"""Plans that a network keeps at most, each for other shapes."""

_changes = 0


def changed() -> None:
    """Say that a part of some network was exchanged: plans made before do not hold."""
    global _changes
    _changes += 1


class Replay:
    """The plans of one network."""

    def __init__(self, block: Any) -> None:
        self.block = block
        self.plans: dict[Any, Plan | None] = {}  # by shapes; None where the Python code is run
        self.changes = _changes
        self.made = self.used = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> Replay:
        return Replay(copy.deepcopy(self.block, memo))  # a copied network makes plans of its own

    def programs(self) -> list[str]:
        """The text of each plan."""
        return [plan.program.source for plan in self.plans.values() if plan is not None]

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The output; None if the Python code has to be run."""
        key: Any = state.recording
        for x in inputs:
            if type(x) is not Tensor or type(x.data) is not numpy.ndarray or not x.data.flags.c_contiguous:
                return None
            key = (key, x.data.shape, x.data.dtype, x._node is None)
        if state.watching is not None:
            return None
        if self.changes != _changes:
            self.changes = _changes
            self.plans.clear()
        if key in self.plans:
            plan = self.plans[key]
            y = None if plan is None else plan(inputs)
            if plan is None or y is not None:
                self.used += 1
                return y
        if self.made > 8 + self.used // 8:  # shapes or parts change all the time: plans do not pay
            return None
        self.made += 1
        while len(self.plans) >= KEPT:
            del self.plans[next(iter(self.plans))]
        y, self.plans[key] = first_run(self.block, inputs)
        return y


def first_run(block: Any, inputs: Sequence[Tensor]) -> tuple[Any, Plan | None]:
    """Run the Python code, and make a plan of it if that can be done; the output is None if it was not run."""
    from minigrad.gluon.replay.plan import Plan
    from minigrad.gluon.replay.script import Script

    blocks = list(with_parts(block))
    if not all(map(is_pure, blocks)):
        return None, None
    parameters = list({id(p): p for b in blocks for p in (*b.params.values(), *b._own.values())}.values())
    tensors = [*inputs, *(p._only for p in parameters)]
    if any([t is None for t in tensors]) or len({*map(id, tensors)}) < len(tensors):
        return None, None
    script = Script(tensors)
    state.watching = script.watch
    try:
        y = block.forward(*inputs)
    finally:
        state.watching = None
    try:
        with numpy.errstate(all="ignore"):
            return y, Plan(script, tensors, [p.name for p in parameters], y)
    except Exception:  # whatever it is that a tape cannot do, the Python code can
        return y, None


def with_parts(block: Any) -> Iterator[Any]:
    """A block and all that it is made of."""
    yield block
    for child in block._children.values():
        yield from with_parts(child)


def is_pure(block: Any) -> bool:
    """Whether a block can be replayed: its class, and not one above it, says so, and it has no hooks."""
    return vars(type(block)).get("pure", False) and "forward" not in vars(block) and not any(block._hooks)
