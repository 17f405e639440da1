"""Tensor: an array, its gradient, and its place in the recorded graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.arguments import one_of
from minigrad.conversions import Conversions
from minigrad.device import Array, Context, context_of, cpu, place, to_host, xp_of
from minigrad.engine import modes
from minigrad.engine.backward import backward
from minigrad.engine.clock import clock
from minigrad.engine.graph import Leaf, Node, leaf
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError, UsageError

if TYPE_CHECKING:
    from minigrad.methods import Methods  # which, when it is imported, gives them to Tensor
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
        self.version = [0] if version is None else version  # when it was last changed in place; views have the same

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

    itemsize = property(lambda self: self.data.itemsize, doc="The bytes of one value.")
    nbytes = property(lambda self: self.data.nbytes, doc="The bytes of all values.")
    context = device = property(lambda self: self.ctx, doc="The device, which is also `ctx`.")
    stype = property(lambda self: "default", doc="The storage: always 'default', that is dense.")

    # Gradients

    @property
    def grad(self) -> Tensor | None:
        """The gradient that the last `backward()` left here; None unless `attach_grad()` was called."""
        found = leaf(self)
        return None if found is None else found.grad

    @property
    def fresh_grad(self) -> bool:
        """Whether `backward()` has written the gradient since a Trainer last used it."""
        found = leaf(self)
        return found is not None and found.fresh

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Ask for a gradient, 0 at first, which `backward()` will 'write' or 'add' to. Cuts the array from its past."""
        one_of("stype", stype, None, "default", "row_sparse")  # it is dense in any case
        attach(self, grad_req)

    def backward(self, out_grad: Tensor | None = None, retain_graph: bool = False, train_mode: bool = True) -> None:
        """Pass gradients back from here: see `autograd.backward`."""
        backward([self], [out_grad], retain_graph, train_mode)

    def zero_grad(self) -> None:
        """Set the gradient to 0 in place."""
        if self.grad is not None:
            self.grad[...] = 0

    def detach(self) -> Tensor:
        """The same memory as a constant: gradients stop here."""
        return Tensor(self.data, self.ctx, None, self.version)

    # Changes in place

    def touch(self) -> None:
        """Note that the values have just been changed in place, so that a graph that needs the old ones can tell."""
        self.version[0] = next(clock)

    def check_change(self, value: Any) -> None:
        """Refuse a change in place, to `value`, that would lose a gradient."""
        given = isinstance(value, Tensor) and value.node is not None
        if modes.state.recording and (given or self.node is not None):
            raise GraphError(
                "An array was changed in place (x += ..., x[...] = ...) while recording, and gradients would be lost. "
                "Write x = x + ... , or build the result with np.where or np.concatenate; or do it outside record()."
            )

    # To and from other places (see also `Conversions`)

    def _looked_at(self) -> Any:
        return modes.read(self)

    def copyto(self, other: Tensor | Context) -> Tensor:
        """Copy the values into `other`, or into a new array on that device."""
        if isinstance(other, Tensor):
            other[...] = self
            return other
        other = place(other)
        with other:
            return Tensor(other.xp.array(other.put(self.data)), other)

    def wait_to_read(self) -> None:
        """Wait until the value is computed (at once on a CPU)."""
        if self.ctx.device_type != "cpu":
            with self.ctx:
                self.ctx.xp.cuda.get_current_stream().synchronize()

    def as_np_ndarray(self) -> Tensor:
        """Itself: `np` and `nd` share one array type here."""
        return self

    as_nd_ndarray = as_np_ndarray

    # As a Python object

    def __len__(self) -> int:
        if self.ndim == 0:
            raise KeywordError("An array without axes has no length: it holds one number; use item().")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise KeywordError("An array without axes cannot be iterated: it holds one number; use item().")
        return (self[i] for i in range(len(self)))

    def __deepcopy__(self, memo: Any) -> Tensor:
        with self.ctx:
            twin = Tensor(xp_of(self.data).array(self.data), self.ctx)
        own = leaf(self)
        if own is not None:  # attached in the same way
            twin.attach_grad(own.req)
            twin.node.name = own.name
            twin.node.grad[...] = own.grad
        return twin

    def __reduce__(self) -> Any:
        return _from_host, (to_host(self.data), self.ctx)


def _from_host(data: Any, ctx: Context) -> Tensor:
    return Tensor(ctx.put(data), ctx)


def attach(x: Tensor, grad_req: str = "write", buffer: Tensor | None = None) -> None:
    """Make `x` a leaf: cut it from any earlier graph and give it a gradient, zero at first."""
    if grad_req not in ("write", "add", "null"):
        raise UsageError(
            f"grad_req is '{grad_req}' but must be 'write' (replace), 'add' (accumulate) or 'null' (no gradient)."
        )
    if grad_req == "null":
        x.node = None
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
            f"The gradient of an array of shape {x.shape} and dtype {x.dtype} cannot be held by one of shape "
            f"{buffer.shape} and dtype {buffer.dtype}; give a buffer like np.zeros_like(x)."
        )
    x.node = Leaf(buffer, grad_req)
