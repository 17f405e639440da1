"""Tensor: an array, its gradient, and its place in the recorded graph."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.arguments import lengths, one_of
from minigrad.conversions import Conversions
from minigrad.device import Array, Context, context_of, cpu, place, to_host, xp_of
from minigrad.engine.clock import clock, touched
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError

if TYPE_CHECKING:
    from minigrad.autograd import Leaf, Node

_CPU = cpu()


def _method(name: str) -> Callable[..., Tensor]:
    """The function `name` of `minigrad.np`, or else of `npx`, as a method."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        found = getattr(ops, name)
        return found(self, *args, **kwargs)  # type: ignore[no-any-return]

    method.__name__ = name
    method.__doc__ = f"`minigrad.np.{name}` (or `npx.{name}`) of this array."
    return method


def _reduction(name: str) -> Callable[..., Tensor]:
    """The reduction `name` as a method; with Gluon's `exclude` it is over all axes but those named."""
    plain = _method(name)

    def method(self: Tensor, axis: Any = None, *args: Any, exclude: bool = False, **kwargs: Any) -> Tensor:
        return plain(self, ops.reduce.all_but(self.ndim, axis) if exclude else axis, *args, **kwargs)

    method.__name__, method.__doc__ = name, plain.__doc__
    return method


def _operator(name: str, swapped: bool = False) -> Callable[[Any, Any], Tensor]:
    """The operation `name` as an operator, or as that of the right-hand side."""

    def method(self: Tensor, other: Any) -> Any:
        try:
            return getattr(ops, name)(other, self) if swapped else getattr(ops, name)(self, other)
        except TypeError:
            if name in ("equal", "not_equal") or getattr(type(other), "__array_ufunc__", self) is None:
                return NotImplemented  # it may know better: `pytest.approx`, say; and nothing equals a word
            raise

    return method


def _divmod(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    return a // b, a % b


def _in_place(change: Callable[[Any, Any], Any], symbol: str) -> Callable[[Any, Any], Tensor]:
    """`change` of the raw array, such as `operator.iadd`, as an operator that changes a Tensor."""

    def method(self: Tensor, other: Any) -> Tensor:
        self._check_change(other)
        value = self._plain(other)
        with self.ctx:
            try:
                change(self.data, value)
            except (TypeError, ValueError) as error:
                raise self._unchanged(symbol, value, error) from error
        self.touch()
        return self

    return method


class Tensor(Conversions):
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
        self.node: Any = node
        self.version = [0] if version is None else version  # when it was last changed in place; views share it

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
    def T(self) -> Tensor:  # noqa: N802
        """The axes reversed."""
        return ops.transpose(self)

    ndim = property(lambda self: self.data.ndim, doc="The number of axes.")
    size = property(lambda self: self.data.size, doc="The number of values.")
    itemsize = property(lambda self: self.data.itemsize, doc="The bytes of one value.")
    nbytes = property(lambda self: self.data.nbytes, doc="The bytes of all values.")
    context = device = property(lambda self: self.ctx, doc="The device, which is also `ctx`.")
    stype = property(lambda self: "default", doc="The storage: always 'default', that is dense.")

    # Gradients

    @property
    def grad(self) -> Tensor | None:
        """The gradient that the last `backward()` left here; None unless `attach_grad()` was called."""
        found = autograd.leaf(self)
        return None if found is None else found.grad

    @property
    def fresh_grad(self) -> bool:
        """Whether `backward()` has written the gradient since a Trainer last used it."""
        found = autograd.leaf(self)
        return found is not None and found.fresh

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Ask for a gradient, 0 at first, which `backward()` will 'write' or 'add' to. Cuts the array from its past."""
        one_of("stype", stype, None, "default", "row_sparse")  # it is dense in any case
        autograd.attach(self, grad_req)

    def backward(self, out_grad: Tensor | None = None, retain_graph: bool = False, train_mode: bool = True) -> None:
        """Pass gradients back from here: see `autograd.backward`."""
        autograd.backward([self], [out_grad], retain_graph, train_mode)

    def zero_grad(self) -> None:
        """Set the gradient to 0 in place."""
        if self.grad is not None:
            self.grad[...] = 0

    def detach(self) -> Tensor:
        """The same memory as a constant: gradients stop here."""
        return Tensor(self.data, self.ctx, None, self.version)

    # To and from other places (see also `Conversions`)

    def _looked_at(self) -> Any:
        return autograd.looked_at(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return protocols.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return protocols.function(function, args, kwargs)

    def astype(self, dtype: Any, copy: bool = True) -> Tensor:
        """The values converted to `dtype`."""
        return self if not copy and self.dtype == as_dtype(dtype) else ops.astype(self, dtype)

    def copyto(self, other: Tensor | Context) -> Tensor:
        """Copy the values into `other`, or into a new array on that device."""
        if isinstance(other, Tensor):
            other[...] = self
            return other
        other = place(other)
        with other:
            return Tensor(other.xp.array(other.put(self.data)), other)

    def as_in_ctx(self, ctx: Context) -> Tensor:
        """This array on the device `ctx`: itself if it is there already."""
        return self if ctx is self.ctx else ops.to_device(self, place(ctx))

    as_in_context = to_device = to = as_in_ctx

    def wait_to_read(self) -> None:
        """Wait until the value is computed (at once on a CPU)."""
        if self.ctx.device_type != "cpu":
            with self.ctx:
                self.ctx.xp.cuda.get_current_stream().synchronize()

    def as_np_ndarray(self) -> Tensor:
        """Itself: `np` and `nd` share one array type here."""
        return self

    as_nd_ndarray = as_np_ndarray

    # Shapes, and what takes its arguments in Gluon's way

    def reshape(self, *shape: Any, order: str = "C", reverse: bool = False) -> Tensor:
        """The values in another shape, numbers or one tuple, which may hold the codes of `nd.reshape`: 0 to -4."""
        one_of("order", order, "C")
        wanted = lengths("shape", shape[0] if len(shape) == 1 else shape, -4)
        if reverse or min(wanted, default=0) < -1:
            wanted = coded_shape(self.shape, wanted, GLUON, reverse)
        return ops.reshape(self, wanted)

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order (reversed if none is given)."""
        if len(axes) == 1 and not isinstance(axes[0], int):
            return ops.transpose(self, axes[0])
        return ops.transpose(self, axes or None)

    def flatten(self) -> Tensor:
        """A copy with one axis."""
        return ops.copy(ops.reshape(self, (-1,)))

    def ravel(self) -> Tensor:
        """The values on one axis."""
        return ops.reshape(self, (-1,))

    def reshape_like(self, other: Tensor) -> Tensor:
        """The values in the shape of `other`."""
        return ops.reshape(self, as_tensor(other, where="reshape_like()").shape)

    def broadcast_like(self, other: Tensor) -> Tensor:
        """The values repeated to the shape of `other`."""
        return ops.broadcast_to(self, as_tensor(other, where="broadcast_like()").shape)

    sum, mean, max, min = _reduction("sum"), _reduction("mean"), _reduction("max"), _reduction("min")
    prod, var, std, cumsum = _reduction("prod"), _method("var"), _method("std"), _method("cumsum")
    argmax, argmin, argsort = _method("argmax"), _method("argmin"), _method("argsort")
    any, all, copy = _method("any"), _method("all"), _method("copy")
    swapaxes, expand_dims, squeeze = _method("swapaxes"), _method("expand_dims"), _method("squeeze")
    broadcast_to, repeat, tile, flip = _method("broadcast_to"), _method("repeat"), _method("tile"), _method("flip")
    clip, round, abs, sign = _method("clip"), _method("round"), _method("absolute"), _method("sign")
    exp, log, sqrt, square = _method("exp"), _method("log"), _method("sqrt"), _method("square")
    sin, cos, tanh, sigmoid, relu = _method("sin"), _method("cos"), _method("tanh"), _method("sigmoid"), _method("relu")
    softmax, log_softmax, norm, dot = _method("softmax"), _method("log_softmax"), _method("norm"), _method("dot")
    take, pick, one_hot = _method("take"), _method("pick"), _method("one_hot")

    # Operators

    __add__, __radd__ = _operator("add"), _operator("add", swapped=True)
    __sub__, __rsub__ = _operator("subtract"), _operator("subtract", swapped=True)
    __mul__, __rmul__ = _operator("multiply"), _operator("multiply", swapped=True)
    __truediv__, __rtruediv__ = _operator("divide"), _operator("divide", swapped=True)
    __floordiv__, __rfloordiv__ = _operator("floor_divide"), _operator("floor_divide", swapped=True)
    __mod__, __rmod__ = _operator("mod"), _operator("mod", swapped=True)
    __pow__, __rpow__ = _operator("power"), _operator("power", swapped=True)
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", swapped=True)
    __divmod__, __rdivmod__ = _divmod, lambda self, other: _divmod(other, self)
    __and__, __rand__ = _operator("bitwise_and"), _operator("bitwise_and", swapped=True)
    __or__, __ror__ = _operator("bitwise_or"), _operator("bitwise_or", swapped=True)
    __xor__, __rxor__ = _operator("bitwise_xor"), _operator("bitwise_xor", swapped=True)
    __lt__, __le__ = _operator("less"), _operator("less_equal")
    __gt__, __ge__ = _operator("greater"), _operator("greater_equal")
    __eq__, __ne__ = _operator("equal"), _operator("not_equal")  # type: ignore[assignment]
    __neg__, __pos__, __abs__, __invert__ = (_method(name) for name in ("negative", "positive", "absolute", "invert"))
    __hash__ = object.__hash__

    # Reading and writing in place

    def __getitem__(self, key: Any) -> Tensor:
        return ops.getitem(self, ops.raw_key(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._check_change(value)
        value = self._plain(value)
        if getattr(value, "size", 0) == 1:
            value = value.reshape(())  # an element takes an array of one element
        with self.ctx:
            try:
                self.data[ops.raw_key(key)] = value
            except EXPLAINED as error:
                raise explained("x[key] = value", error, {"x": self, "key": key, "value": value}) from None
        self.touch()

    __iadd__, __isub__ = _in_place(operator.iadd, "+="), _in_place(operator.isub, "-=")
    __imul__, __itruediv__ = _in_place(operator.imul, "*="), _in_place(operator.itruediv, "/=")

    def _check_change(self, value: Any) -> None:
        """Refuse a change in place that would lose a gradient."""
        given = isinstance(value, Tensor) and value.node is not None
        if autograd.state.recording and (given or self.node is not None):
            raise GraphError(
                "An array was changed in place (x += ..., x[...] = ...) while recording, and gradients would be lost. "
                "Write x = x + ... , or build the result with np.where or np.concatenate; or do it outside record()."
            )

    def touch(self) -> None:
        """Note that the values have just been changed in place, so that a graph that needs the old ones can tell."""
        self.version[0] = touched[0] = next(clock)

    def _unchanged(self, symbol: str, value: Any, error: Exception) -> Exception:
        """Why a change in place is impossible."""
        other = getattr(value, "dtype", type(value).__name__)
        if isinstance(error, TypeError):
            return DTypeError(
                f"{symbol} cannot put the result of {self.dtype} and {other} into an array of {self.dtype}; write "
                "a new value, x = x ..., or convert with astype() first."
            )
        return ShapeError(
            f"{symbol} cannot change an array of shape {self.shape} by one of {getattr(value, 'shape', ())}, as "
            f"the result must keep its shape ({error}); write a new value, x = x ..., to get another."
        )

    def _plain(self, value: Any) -> Any:
        """A raw array or number that can be written here."""
        if isinstance(value, Tensor):
            return value.data if value.ctx is self.ctx else self.ctx.put(value.data)
        if isinstance(value, (int, float)) or type(value) is type(self.data):
            return value
        return self.ctx.put(as_raw(value, "A change in place"))

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
        own = autograd.leaf(self)
        if own is not None:  # attached in the same way
            twin.attach_grad(own.req)
            twin.node.name = own.name
            twin.node.grad[...] = own.grad
        return twin

    __copy__ = copy

    def __reduce__(self) -> Any:
        return _from_host, (to_host(self.data), self.ctx)


def _from_host(data: Any, ctx: Context) -> Tensor:
    return Tensor(ctx.put(data), ctx)


# What a Tensor does is written in terms of Tensors: a circle, closed last.
from minigrad import autograd, ops, protocols  # noqa: E402
from minigrad.codes import GLUON, coded_shape  # noqa: E402
from minigrad.engine.accepts import EXPLAINED, as_dtype, as_raw, as_tensor, explained  # noqa: E402
