"""The operators and methods of a Tensor: each is the operation of that name. Importing this file adds them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from minigrad import ops
from minigrad.absent import answers_for_absent
from minigrad.arguments import lengths, one_of
from minigrad.codes import GLUON, coded_shape
from minigrad.composed import as_tensor
from minigrad.device import Context, place
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw
from minigrad.engine.graph import leaf
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError
from minigrad.explain import EXPLAINED, explained
from minigrad.ops.index import raw_key
from minigrad.ops.reduce import all_but


def _method(name: str) -> Callable[..., Tensor]:
    """The operation `name` as a method."""
    operation = getattr(ops, name)

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return operation(self, *args, **kwargs)  # type: ignore[no-any-return]

    method.__name__ = name
    method.__doc__ = f"`minigrad.np.{name}` (or `npx.{name}`) of this array."
    return method


def _reduction(name: str) -> Callable[..., Tensor]:
    """The reduction `name` as a method; with Gluon's `exclude` it is over all axes but those named."""
    plain = _method(name)

    def method(self: Tensor, axis: Any = None, *args: Any, exclude: bool = False, **kwargs: Any) -> Tensor:
        return plain(self, all_but(self.ndim, axis) if exclude else axis, *args, **kwargs)

    method.__name__, method.__doc__ = name, plain.__doc__
    return method


def _operator(name: str, swapped: bool = False) -> Callable[[Any, Any], Tensor]:
    """The operation `name` as an operator, or as the reflected operator of the right-hand side."""
    operation = getattr(ops, name)

    def method(self: Tensor, other: Any) -> Any:
        try:
            return operation(other, self) if swapped else operation(self, other)
        except TypeError:
            if name in ("equal", "not_equal") or getattr(type(other), "__array_ufunc__", self) is None:
                return NotImplemented  # `other` may handle it, as `pytest.approx` does; and no array equals a word
            raise

    return method


def _divmod(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    return a // b, a % b


def _in_place(change: Callable[[Any, Any], Any], symbol: str) -> Callable[[Any, Any], Tensor]:
    """`change` of the raw array, such as `operator.iadd`, as an operator that changes a Tensor."""

    def method(self: Tensor, other: Any) -> Tensor:
        _check_change(self, other)
        value = _plain(self, other)
        with self.ctx:
            try:
                change(self.data, value)
            except (TypeError, ValueError) as error:
                raise _unchanged(self, symbol, value, error) from None
        self.touch()
        return self

    return method


def _check_change(x: Tensor, value: Any) -> None:
    """Refuse a change in place, to `value`, that would lose a gradient."""
    given = isinstance(value, Tensor) and value.node is not None
    if state.recording and (given or x.node is not None):
        raise GraphError(
            "An array was changed in place (x += ..., x[...] = ...) while recording, and gradients would be lost. "
            "Write x = x + ... , or build the result with np.where or np.concatenate; or do it outside record()."
        )


def _plain(x: Tensor, value: Any) -> Any:
    """A raw array or number that can be written into `x`."""
    if isinstance(value, Tensor):
        return value.data if value.ctx is x.ctx else x.ctx.put(value.data)
    if isinstance(value, (int, float)) or type(value) is type(x.data):
        return value
    return x.ctx.put(as_raw(value, "A change in place"))


def _unchanged(x: Tensor, symbol: str, value: Any, error: Exception) -> Exception:
    """The error for a change in place that is impossible."""
    if isinstance(error, TypeError):
        other = getattr(value, "dtype", type(value).__name__)
        return DTypeError(
            f"{symbol} cannot put the result of {x.dtype} and {other} into an array of {x.dtype}; make a new array, "
            "x = x ..., or convert with astype() first."
        )
    return ShapeError(
        f"{symbol} cannot change an array of shape {x.shape} by one of {getattr(value, 'shape', ())}, as its shape is "
        f"fixed ({error}); make a new array, x = x ..., to get another shape."
    )


class Methods:
    """The methods that `Tensor` gets."""

    __slots__ = ()

    # Reading and writing

    def __getitem__(self: Any, key: Any) -> Tensor:
        return ops.getitem(self, raw_key(key))

    def __setitem__(self: Any, key: Any, value: Any) -> None:
        _check_change(self, value)
        value = _plain(self, value)
        if getattr(value, "size", 0) == 1:
            value = value.reshape(())  # an element can be set from an array of one element
        with self.ctx:
            try:
                self.data[raw_key(key)] = value
            except EXPLAINED as error:
                raise explained("x[key] = value", error, {"x": self, "key": key, "value": value}) from None
        self.touch()

    def __len__(self: Any) -> int:
        if self.ndim == 0:
            raise KeywordError("An array without axes has no length: it holds one number; use item().")
        return self.shape[0]  # type: ignore[no-any-return]

    def __iter__(self: Any) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise KeywordError("An array without axes cannot be iterated: it holds one number; use item().")
        return (self[i] for i in range(len(self)))

    __iadd__, __isub__ = _in_place(operator.iadd, "+="), _in_place(operator.isub, "-=")
    __imul__, __itruediv__ = _in_place(operator.imul, "*="), _in_place(operator.itruediv, "/=")

    # Gradients

    @property
    def fresh_grad(self: Any) -> bool:
        """Whether `backward()` has written the gradient since a Trainer last used it."""
        found = leaf(self)
        return found is not None and found.fresh

    def zero_grad(self: Any) -> None:
        """Set the gradient to 0 in place."""
        if self.grad is not None:
            self.grad[...] = 0

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

    # Shapes

    @property
    def T(self: Any) -> Tensor:  # noqa: N802
        """The axes reversed."""
        return ops.transpose(self)

    def reshape(self: Any, *shape: Any, order: str = "C", reverse: bool = False) -> Tensor:
        """The values in another shape, given as numbers or one tuple, in which `nd.reshape`'s codes 0 to -4 work."""
        one_of("order", order, "C")
        wanted = lengths("shape", shape[0] if len(shape) == 1 else shape, -4)
        if reverse or min(wanted, default=0) < -1:
            wanted = coded_shape(self.shape, wanted, GLUON, reverse)
        return ops.reshape(self, wanted)

    def transpose(self: Any, *axes: Any) -> Tensor:
        """The axes in another order (reversed if none is given)."""
        if len(axes) == 1 and not isinstance(axes[0], int):
            return ops.transpose(self, axes[0])
        return ops.transpose(self, axes or None)

    def flatten(self: Any) -> Tensor:
        """A copy with one axis."""
        return ops.copy(ops.reshape(self, (-1,)))

    def ravel(self: Any) -> Tensor:
        """The values on one axis."""
        return ops.reshape(self, (-1,))

    def reshape_like(self: Any, other: Any) -> Tensor:
        """The values in the shape of `other`."""
        return ops.reshape(self, as_tensor(other, where="reshape_like()").shape)

    def broadcast_like(self: Any, other: Any) -> Tensor:
        """The values repeated to the shape of `other`."""
        return ops.broadcast_to(self, as_tensor(other, where="broadcast_like()").shape)

    swapaxes, expand_dims, squeeze = _method("swapaxes"), _method("expand_dims"), _method("squeeze")
    broadcast_to, repeat, tile, flip = _method("broadcast_to"), _method("repeat"), _method("tile"), _method("flip")

    # Dtypes and devices

    itemsize = property(lambda self: self.data.itemsize, doc="The bytes of one value.")
    nbytes = property(lambda self: self.data.nbytes, doc="The bytes of all values.")
    context = device = property(lambda self: self.ctx, doc="The device, which is also `ctx`.")
    stype = property(lambda self: "default", doc="The storage: always 'default', that is dense.")

    def astype(self: Any, dtype: Any, copy: bool = True) -> Tensor:
        """The values converted to `dtype`."""
        return self if not copy and self.dtype == as_dtype(dtype) else ops.astype(self, dtype)

    def as_in_ctx(self: Any, ctx: Context) -> Tensor:
        """This array on the device `ctx`: itself if it is there already."""
        return self if ctx is self.ctx else ops.to_device(self, place(ctx))

    as_in_context = to_device = to = as_in_ctx
    copy = __copy__ = _method("copy")

    def copyto(self: Any, other: Tensor | Context) -> Tensor:
        """Copy the values into `other`, or into a new array on that device."""
        if isinstance(other, Tensor):
            other[...] = self
            return other
        other = place(other)
        with other:
            return Tensor(other.xp.array(other.put(self.data)), other)

    def wait_to_read(self: Any) -> None:
        """Wait until the value is computed (at once on a CPU)."""
        if self.ctx.device_type != "cpu":
            with self.ctx:
                self.ctx.xp.cuda.get_current_stream().synchronize()

    def as_np_ndarray(self: Any) -> Tensor:
        """Itself: `np` and `nd` share one array type here."""
        return self  # type: ignore[no-any-return]

    as_nd_ndarray = as_np_ndarray

    # Arithmetic

    sum, mean, max, min = _reduction("sum"), _reduction("mean"), _reduction("max"), _reduction("min")
    prod, var, std, cumsum = _reduction("prod"), _method("var"), _method("std"), _method("cumsum")
    argmax, argmin, argsort = _method("argmax"), _method("argmin"), _method("argsort")
    any, all = _method("any"), _method("all")
    clip, round, abs, sign = _method("clip"), _method("round"), _method("absolute"), _method("sign")
    exp, log, sqrt, square = _method("exp"), _method("log"), _method("sqrt"), _method("square")
    sin, cos, tanh, sigmoid, relu = _method("sin"), _method("cos"), _method("tanh"), _method("sigmoid"), _method("relu")
    softmax, log_softmax, norm, dot = _method("softmax"), _method("log_softmax"), _method("norm"), _method("dot")
    take, pick, one_hot = _method("take"), _method("pick"), _method("one_hot")


class _Plain:
    __slots__ = ()


for _name, _given in vars(Methods).items():
    if _name not in vars(_Plain):  # all but what every class has
        setattr(Tensor, _name, _given)
Tensor.__hash__ = Methods.__hash__  # type: ignore[method-assign]
answers_for_absent(Tensor)
