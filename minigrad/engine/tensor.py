"""Tensor: an array, its gradient, and its place in the recorded graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from minigrad.arguments import one_of
from minigrad.device import Array, Context, context_of, cpu, to_host, xp_of
from minigrad.engine.backward import backward
from minigrad.engine.clock import clock
from minigrad.engine.conversions import Conversions
from minigrad.engine.graph import Leaf, Node, leaf
from minigrad.errors import DTypeError, UsageError

if TYPE_CHECKING:
    from minigrad.methods import Methods  # for type checkers; `methods.py` adds them when it is imported
else:
    Methods = object

_CPU = cpu()


class Tensor(Conversions, Methods):
    """An array of numbers on a device, with operators that are recorded inside `autograd.record()`.

    Make one with `minigrad.np.array`. `data` is the raw NumPy or CuPy array; `Tensor(raw)` wraps it without a copy.

    >>> from minigrad import np
    >>> x = np.array([[1, 2], [3, 4]])
    >>> x @ x.T + 1
    array([[ 6., 12.],
           [12., 26.]])
    """

    __slots__ = ("__weakref__", "ctx", "data", "node", "version")

    def __init__(
        self, data: Array, ctx: Context | None = None, node: Node | Leaf | None = None, version: list[int] | None = None
    ) -> None:
        if type(data) is not numpy.ndarray:
            data = numpy.asarray(data) if isinstance(data, numpy.generic) else data
            ctx = ctx or context_of(data)
        self.data: Array = data
        self.ctx: Context = ctx or _CPU
        self.node: Any = node  # its place in the graph; None for a constant
        self.version = [0] if version is None else version  # when last changed in place; shared by all its views

    # What it is

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.data.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> numpy.dtype[Any]:
        """The type of the numbers."""
        return self.data.dtype  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """The number of values."""
        return self.data.size  # type: ignore[no-any-return]

    # Gradients

    @property
    def grad(self) -> Tensor | None:
        """The gradient that the last `backward()` left here; None unless `attach_grad()` was called."""
        return self.node.grad if type(self.node) is Leaf else None

    def attach_grad(self, grad_req: str = "write", stype: str | None = None, *, name: str = "") -> None:
        """Ask for a gradient, 0 at first, which `backward()` replaces ('write') or adds to ('add'); 'null' for none.

        From here on the array is a leaf: gradients no longer flow back to what it was computed from. Pictures of the
        graph show its `name`.
        """
        one_of("stype", stype, None, "default", "row_sparse")  # accepted for Gluon; a gradient is always dense
        attach(self, grad_req)
        if self.node is not None:
            self.node.name = name

    def backward(self, out_grad: Tensor | None = None, retain_graph: bool = False, train_mode: bool = True) -> None:
        """Pass gradients back from here: see `autograd.backward`."""
        backward([self], [out_grad], retain_graph, train_mode)

    def detach(self) -> Tensor:
        """The same memory as a constant: gradients stop here."""
        return type(self)(self.data, self.ctx, None, self.version)

    def seen_as(self, kind: type[Tensor]) -> Tensor:
        """The same memory at the same place in the graph, as an array of the class `kind`: Tensor or a subclass."""
        return self if type(self) is kind else kind(self.data, self.ctx, self.node, self.version)

    # Changes in place

    def touch(self) -> None:
        """Set the version to now: call it after changing values in place, so that an older graph is refused."""
        self.version[0] = next(clock)

    # As a Python object (see also `Conversions`)

    def __deepcopy__(self, memo: Any) -> Tensor:
        with self.ctx:
            twin = type(self)(xp_of(self.data).array(self.data), self.ctx)
        own = leaf(self)
        if own is not None:  # attached in the same way
            twin.attach_grad(own.req)
            twin.node.name = own.name
            twin.node.grad[...] = own.grad
        return twin

    def __reduce__(self) -> Any:
        return _from_host, (to_host(self.data), self.ctx, type(self))


def _from_host(data: Any, ctx: Context, kind: Any) -> Any:
    return kind(ctx.put(data), ctx)


def attach(x: Tensor, grad_req: str = "write", buffer: Tensor | None = None) -> None:
    """Make `x` a leaf: cut it from any earlier graph and give it a gradient, zeros or the `buffer`."""
    if not isinstance(grad_req, str) or grad_req not in ("write", "add", "null"):
        raise UsageError(
            f"grad_req is '{grad_req}' but must be 'write' (replace), 'add' (accumulate) or 'null' (no gradient)."
        )
    if grad_req == "null":
        x.node = None
        return
    if x.dtype.kind != "f":
        raise DTypeError(
            f"A gradient was requested for an array of dtype {x.dtype}, but only floating-point arrays have one; "
            "convert it first: x = x.astype('float32')."
        )
    if buffer is None:
        with x.ctx:
            buffer = type(x)(xp_of(x.data).zeros(x.shape, x.dtype), x.ctx)
    x.node = Leaf(buffer, grad_req)
