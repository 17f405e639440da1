"""The recorded graph: a `Node` for each operation, a `Leaf` for each array that asked for its gradient."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from sys import getrefcount
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.device import MODULES, Array, xp_of
from minigrad.engine.clock import clock, rewire
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, GraphError, ShapeError, UsageError

if TYPE_CHECKING:
    from minigrad.engine.operation import Op


class Leaf:
    """The end of the graph: an array that asked for its gradient with `attach_grad`."""

    __slots__ = ("ctx", "dtype", "fresh", "grad", "name", "number", "req", "shape")

    def __init__(self, grad: Tensor, req: str) -> None:
        self.number = next(clock)
        self.grad = grad
        self.req = req
        self.shape = grad.shape
        self.dtype = grad.dtype
        self.ctx = grad.ctx
        self.name = ""
        self.fresh = False  # written by a backward pass, not yet used by a Trainer

    def lend(self, g: Array, grads: dict[Any, Any]) -> Array | None:
        """Lend the array of its gradient, so that a first part, made from `g`, is computed there; None if it cannot be.
        It is noted as changed, and in `grads`.

        A gradient that some graph has used as a constant is not lent: then a node refers to its version too.
        """
        kept = self.grad
        place = kept.data
        if (
            self.req == "write"
            and self not in grads
            and g.dtype is self.dtype
            and place.flags.c_contiguous
            and getrefcount(kept.version) == _ALONE
        ):
            kept.version[0] = next(clock)  # as `touch` does
            grads[self] = place
            return place
        return None

    def receive(self, g: Array) -> None:
        """Take the finished gradient: `write` replaces, `add` accumulates."""
        kept = self.grad
        if g is not kept.data:  # it is there already if it was computed in its place
            if self.req == "add":
                kept.data += g
            else:
                kept.data[...] = g
            kept.touch()
        self.fresh = True


class Node:
    """One recorded operation: what it was, where its inputs came from, and what its derivative will ask for."""

    __slots__ = ("cells", "code", "ctx", "dtype", "instruction", "kept", "number", "op", "parents", "shape", "tracked")

    def __init__(
        self, op: Op, args: Sequence[Any], raw: list[Any], tracked: tuple[int, ...], memo: Any, y: Tensor
    ) -> None:
        """The node of an operation that made `y` of `args`, of which the `tracked` lead back to a leaf."""
        tracked, keeps, drops, keeps_y, keeps_any = op.keeps(tracked)  # equal tuples, but this one is shared
        cells: list[list[int]] = []
        for i in keeps:
            a = args[i]
            if isinstance(a, Tensor):
                cells.append(a.version)
            else:
                cells.append(_CONSTANT)
                if type(a) not in _IMMUTABLE:
                    raw[i] = _own(raw[i])
        if keeps_y:
            cells.append(y.version)
        parents = []
        for i in tracked:
            a = args[i]
            parent = a.node
            parents.append(parent)
            if type(parent) is Leaf:
                cells.append(a.version)
            elif a.version[0] > parent.number:
                raise parent.overwritten()
        if keeps_any:
            for i in drops:
                raw[i] = None
            raw += (None, memo, y.data if keeps_y else None)
        self.number = next(clock)  # a node is always younger than its inputs
        self.op: Any = op  # None once it is freed
        self.shape = y.data.shape
        self.dtype = y.data.dtype
        self.ctx = y.ctx
        self.tracked = tracked  # the positions of the arguments that lead back to a leaf
        self.parents: tuple[Any, ...] = tuple(parents)  # and where these came from
        self.cells = tuple(cells)  # the versions of all that must not change: of what is kept, and of leaves
        self.kept = raw if keeps_any else _NOTHING  # the arguments that VJPs ask for, a place for `like`, memo, output
        self.code, self.instruction = users_line(3)  # above it: whoever called the operation, which made this

    def lend(self, g: Array, grads: dict[Any, Any]) -> None:
        """None: unlike a leaf, it has no array for its gradient."""

    def tensors(self, F: Any) -> list[Any]:
        """What it keeps as Tensors in their places in the graph, for a backward pass that is itself recorded."""
        kept, last = list(self.kept), len(self.kept) - 1
        source: dict[int, Any] = {**dict(zip(self.tracked, self.parents)), last: self}
        keeps = self.op.keeps(self.tracked).arguments
        for i, cell in zip((*keeps, last), self.cells):  # leaves come after; if y is not kept, one of them meets a None
            if type(kept[i]) in MODULES:
                kept[i] = Tensor(kept[i], self.ctx, source.get(i), None if cell is _CONSTANT else cell)
        if self.op.recall is not None:
            kept[-2] = self.op.recall(F, *kept[:-3])
        return kept

    def free(self) -> None:
        """Let go of everything: the graph falls apart behind the backward pass."""
        self.op = None
        self.parents, self.kept, self.cells = (), _NOTHING, ()

    def check(self) -> None:
        """Refuse a wrong gradient: the graph must be there, and what it keeps must not have been changed in place."""
        if self.op is None:
            raise GraphError(
                "backward() came to a part of the graph that an earlier backward() has used and freed. Compute the "
                "loss anew inside record(), or pass retain_graph=True to the first backward()."
            )
        for cell in self.cells:
            if cell[0] > self.number:
                raise GraphError(
                    f"An array that the derivative of '{self.op.name}' needs was changed in place after it was used "
                    f"({self.where}). Write y = y + ... (a new value) instead of y += ... or y[:] = ..., or change a "
                    "copy."
                )

    def overwritten(self) -> GraphError:
        """The refusal to go on with an output that is no longer what the operation computed."""
        name = self.op.name if self.op else "an operation"
        return GraphError(
            f"The result of '{name}' ({self.where}) was changed in place, so what is recorded is no longer how it came "
            "about. Write y = y + ... (a new value) inside record(), or go on with y.detach() if it is now a constant."
        )

    @property
    def where(self) -> str:
        """The user's line that recorded this node."""
        return f"recorded in {line_of(self.code, self.instruction)}"


_UNUSED = Tensor(numpy.zeros(()))
_ALONE = getrefcount(_UNUSED.version)  # of a version that only its array refers to, as this Python counts
_NOTHING: list[Any] = [None, None, None]
_CONSTANT = [0]  # the version of what does not change
_IMMUTABLE = {int, float, bool, str, slice, type(None), type(Ellipsis)}


def _own(value: Any) -> Any:
    """A copy of raw arrays, alone or in an index, that belong to the user and may change later."""
    if type(value) in MODULES:
        return value.copy()
    return type(value)(map(_own, value)) if type(value) in (tuple, list) else value


_HERE = str(Path(__file__).parents[1]) + os.sep
_OURS: dict[str, bool] = {}  # which files are minigrad's own


def users_line(depth: int) -> tuple[CodeType, int]:
    """Code and instruction of the innermost call, from `depth` calls up, that is not minigrad's own.

    (The frame itself would keep its variables alive.)
    """
    frame: Any = sys._getframe(depth)
    code = frame.f_code
    ours = _OURS
    try:
        while ours[code.co_filename] and frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
    except KeyError:  # a file that has not been seen before
        ours[code.co_filename] = code.co_filename.startswith(_HERE)
        return users_line(depth + 1)
    return code, frame.f_lasti


def line_of(code: CodeType, instruction: int) -> str:
    """A place in the user's code in words."""
    lines = [line for start, end, line in code.co_lines() if start <= instruction < end]
    return f'"{code.co_filename}", line {lines[0] if lines else code.co_firstlineno}'


def mark_variables(variables: Any, gradients: Any, grad_reqs: str | Sequence[str] = "write") -> None:
    """Attach the given buffers as gradients of the variables (Gluon's lower-level `attach_grad`)."""
    if isinstance(variables, Tensor):
        variables, gradients = [variables], [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    for v, g, req in zip(variables, gradients, reqs):
        attach(v, req, g)


def attach(x: Tensor, grad_req: str = "write", buffer: Tensor | None = None) -> None:
    """Make `x` a leaf: cut it from any earlier graph and give it a gradient, zero at first."""
    if grad_req not in ("write", "add", "null"):
        raise UsageError(
            f"grad_req is '{grad_req}' but must be 'write' (replace), 'add' (accumulate) or 'null' (no gradient)."
        )
    if grad_req == "null":
        x.node = None
        rewire()
        return
    if x.dtype.kind != "f":
        raise DTypeError(
            f"A gradient was asked for an array of dtype {x.dtype}, but only floating-point arrays have one; "
            "convert it first: x = x.astype('float32')."
        )
    if buffer is None:
        with x.ctx:
            buffer = Tensor(xp_of(x.data).zeros(x.shape, x.dtype), x.ctx)
    elif not isinstance(buffer, Tensor):
        raise DTypeError(
            f"A gradient cannot be written into a {type(buffer).__name__}; give a buffer: np.zeros_like(x)."
        )
    elif buffer.shape != x.shape or buffer.dtype != x.dtype:
        raise ShapeError(
            f"The gradient of an array of shape {x.shape} and dtype {x.dtype} cannot be kept in one of shape "
            f"{buffer.shape} and dtype {buffer.dtype}; give a buffer like np.zeros_like(x)."
        )
    x.node = Leaf(buffer, grad_req)
    rewire()


def leaf(x: Tensor) -> Leaf | None:
    """The leaf of an attached array, or None."""
    return x.node if type(x.node) is Leaf else None
