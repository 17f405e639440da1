"""The recorded graph: a `Node` for each operation, a `Leaf` for each array that asked for its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from minigrad.device import assign_on_gpu
from minigrad.engine.clock import clock
from minigrad.engine.guards import overwritten
from minigrad.explain import users_line

if TYPE_CHECKING:
    from minigrad.engine.tensor import Tensor


_one_at_a_time = Lock()


class Leaf:
    """An end of the graph: an array that asked for its gradient with `attach_grad`.

    `req` is 'write' or 'add'; `grad` is the Tensor that the gradient is written into, or added to.
    """

    __slots__ = ("averaged", "ctx", "dtype", "fresh", "grad", "name", "number", "req", "shape")

    def __init__(self, grad: Tensor, req: str) -> None:
        self.number = next(clock)
        self.grad = grad
        self.req = req
        self.shape = grad.shape
        self.dtype = grad.dtype
        self.ctx = grad.ctx
        self.name = ""
        self.fresh = False  # written by a backward pass, not yet used by a Trainer
        self.averaged = False  # whether that pass started from the mean of a loss

    def receive(self, g: Any, averaged: bool = False) -> None:
        """Store the finished gradient, a raw array on the current device, as `req` says."""
        grad = self.grad
        if self.req == "add":
            with _one_at_a_time:  # other threads may add to the same gradient, and NumPy lets them run while it adds
                grad.data += g
        elif self.ctx.device_type == "gpu":
            assign_on_gpu(grad.data, g)
        else:
            grad.data[...] = g
        grad.version[0] = next(clock)
        self.fresh, self.averaged = True, averaged


class Node:
    """The record of one output: which inputs it came from, and how to pull its gradient back to them.

    Base class: `OpNode`, `FunctionNode` and `NetworkNode` define `pull` for an operation, a `Function` and a
    hybridized network.
    """

    __slots__ = (
        "code", "ctx", "dtype", "gradient", "instruction", "name", "names", "number", "parents", "saved", "shape",
        "versions",
    )  # fmt: skip

    gradient: Any
    """The gradient pulled from here by the last backward pass that kept the graph. Not set before such a pass."""

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        args: Sequence[Any],
        tracked: Sequence[int],
        y: Tensor,
        saved: Any,
        versions: Any,
    ) -> None:
        """The node of `y`, which was computed from `args`.

        The arguments at the positions `tracked`, called `names`, lead back to a leaf. `saved` is what the derivative
        needs, and `versions` are the versions of what is saved.
        """
        parents = []
        for i in tracked:
            x = args[i]
            parent = x.node
            if type(parent) is Leaf:
                versions.append(x.version)
            elif x.version[0] > parent.number:
                raise overwritten(parent)
            parents.append(parent)
        self.number = next(clock)  # a node is always younger than its inputs
        self.name = name
        self.names = names
        self.shape = y.data.shape
        self.dtype = y.data.dtype
        self.ctx = y.ctx
        self.parents: Any = parents  # the nodes and leaves of the inputs; None once it is freed
        self.saved: Any = saved
        self.versions: Any = versions  # of everything that must not change in place: what is saved, and leaves
        self.code, self.instruction = users_line(4)  # 4 calls up: this, OpNode.__init__, Op.__call__, its caller

    def pull(self, F: Any, g: Any) -> Sequence[Any]:
        """The gradient for each parent, from the gradient `g` of the output."""
        raise NotImplementedError

    def free(self) -> None:
        """Release parents and saved arrays, so that memory is freed while the backward pass is still running."""
        self.parents = self.saved = None
        self.versions = ()


class Piece(NamedTuple):
    """What a slice contributes to the gradient of its array: zeros of `shape`, but `values` at `key`."""

    values: Any
    key: Any
    shape: tuple[int, ...]
    dtype: Any = None  # no array has this dtype, so the walk notices


def leaf(x: Tensor) -> Leaf | None:
    """The leaf of an attached array, or None."""
    return x.node if type(x.node) is Leaf else None
