"""A script: the operations that a forward pass called, so that they can be run again on other arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import MODULES, Context
from minigrad.engine.backward import walk
from minigrad.engine.clock import clock
from minigrad.engine.modes import Observer, Scope, state
from minigrad.engine.operation import Op
from minigrad.engine.tensor import Tensor, attach
from minigrad.gluon.replay.tape import Unreplayable

LARGE = 8 << 20
"""With more bytes of results than this, Python's own time does not matter, and a plan would waste memory."""


class Slot(int):
    """A position among the tensors of a script."""


class Script(Observer):
    """Operations on numbered tensors: the given ones come first, then the results."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.lines: list[tuple[Op, list[Any]]] = []
        self.known = list(tensors)  # references, so that no new array gets the same id
        self.slots = {place_of(t): Slot(i) for i, t in enumerate(tensors)}
        self.begun = next(clock)
        self.recording = state.recording
        self.bytes = 0
        self.complete = True
        self.result = Slot()

    def called(self, op: Op, args: Sequence[Any], y: Tensor) -> None:
        """Record one operation, if the script can still be completed."""
        if not self.complete:
            return
        self.bytes += y.data.nbytes
        strange = [a for a in args if is_raw(a) or is_nested(a) or not self.knows(a)]
        if strange or state.recording is not self.recording or self.bytes > LARGE:
            self.give_up()  # an array from elsewhere, for instance, may be a different one next time
            return
        self.lines.append((op, [self.slots[place_of(a)] if isinstance(a, Tensor) else a for a in args]))
        self.slots[place_of(y)] = Slot(len(self.known))
        self.known.append(y)

    def knows(self, a: Any) -> bool:
        """Whether an argument is a number, an option, or an array that was given or computed."""
        return not isinstance(a, Tensor) or place_of(a) in self.slots

    def read(self, x: Tensor) -> None:
        """Values were read: what happens next may depend on them."""
        self.give_up()

    def give_up(self) -> None:
        """Release the arrays: there will be no script."""
        self.complete = False
        self.known, self.slots = [], {}

    def end(self, y: Any) -> None:
        """Record the result. It must come from an operation, and nothing may have been changed in place."""
        given = len(self.known) - len(self.lines)
        self.result = self.slots.get(place_of(y), Slot())
        if not self.complete or self.result < given or any([t.version[0] > self.begun for t in self.known]):
            raise Unreplayable
        self.known, self.slots = [], {}

    def run(self, tensors: Sequence[Tensor]) -> Tensor:
        """The same operations on other tensors."""
        known = list(tensors)
        for op, args in self.lines:
            known.append(op(*[known[a] if type(a) is Slot else a for a in args]))
        return known[self.result]

    def forward(self, raw: Sequence[Any], tracked: Sequence[int], ctx: Context) -> tuple[list[Tensor], Tensor]:
        """Run on raw arrays, recorded: returns the tensors, of which the `tracked` are leaves, and the output."""
        tensors = [Tensor(a, ctx) for a in raw]
        for i in tracked:
            attach(tensors[i])
        with Scope(True, None):
            return tensors, self.run(tensors)


def place_of(x: Tensor) -> tuple[int, int]:
    """The identity of a tensor: its array and its node in the graph, which `x.seen_as(...)` shares."""
    return id(x.data), id(x.node)


def gradients(tensors: Sequence[Tensor], tracked: Sequence[int], y: Tensor, dy: Any) -> list[Any]:
    """The gradients of the `tracked` tensors, given `dy` for `y`; None for those that `y` does not depend on."""
    with Scope(False, None):
        found = walk([y], [dy]) if tracked else {}
    parts = [found.get(tensors[i].node) for i in tracked]
    return [d if d is None else d.astype(tensors[i].dtype, copy=False) for i, d in zip(tracked, parts)]


def is_raw(value: Any) -> bool:
    """Whether this is an array of NumPy or CuPy."""
    return isinstance(value, numpy.ndarray) or type(value) in MODULES


def is_nested(value: Any) -> bool:
    """Whether a tuple, a list or a slice holds arrays, as an index may."""
    if isinstance(value, slice):
        value = value.start, value.stop, value.step
    if isinstance(value, (tuple, list)):
        return any([is_raw(v) or isinstance(v, Tensor) or is_nested(v) for v in value])
    return False
