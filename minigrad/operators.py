"""The operators of a Tensor: indexing, arithmetic, comparison, conversion. Importing this file adds them to Tensor."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

from minigrad.arguments import flag
from minigrad.device import Context, place
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw, write
from minigrad.engine.graph import leaf
from minigrad.engine.modes import state
from minigrad.engine.operation import Op
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError
from minigrad.explain import EXPLAINED, explained
from minigrad.ops import elementwise as el
from minigrad.ops.index import getitem, raw_key
from minigrad.ops.matmul import matmul
from minigrad.ops.shape import transpose


def method(operation: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    """An operation as a method."""

    def called(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return operation(self, *args, **kwargs)

    called.__name__ = name
    called.__doc__ = f"`minigrad.ops.{name}` of this array."
    return called


def _operator(operation: Op, swapped: bool = False) -> Callable[[Any, Any], Tensor]:
    """An operation as an operator, or as the reflected operator of the right-hand side."""
    call: Callable[..., Tensor] = operation
    if operation.defaults:  # only `matmul` has any; giving it all arguments saves binding: 1.4 of 3.6 us
        call = lambda a, b: operation(a, b, *operation.defaults)  # noqa: E731

    def method(self: Tensor, other: Any) -> Any:
        try:
            return call(other, self) if swapped else call(self, other)
        except TypeError:
            if operation in (el.equal, el.not_equal) or getattr(type(other), "__array_ufunc__", self) is None:
                return NotImplemented  # `other` may handle it, as `pytest.approx` does; and no array equals a string
            raise

    return method


def _in_place(change: Callable[[Any, Any], Any], symbol: str) -> Callable[[Any, Any], Tensor]:
    """An operator that changes a Tensor in place, by `change` of its raw array, such as `operator.iadd`."""

    def method(self: Tensor, other: Any) -> Tensor:
        _check_change(self, other)
        value = _raw_value(self, other)
        with self.ctx:
            try:
                change(self.data, value)
            except (TypeError, ValueError, OverflowError) as error:
                raise _cannot_change(self, symbol, value, error) from None
        self.touch()
        return self

    return method


def _check_change(x: Tensor, value: Any) -> None:
    """Raise if writing `value` into `x` would lose a gradient."""
    if state.recording and any(isinstance(a, Tensor) and a.node is not None for a in (x, value)):
        raise GraphError(
            "An array was changed in place (x += ..., x[...] = ...) while recording, and gradients would be lost. "
            "Write x = x + ... , or build the result with np.where or np.concatenate; or do it outside record()."
        )


def _raw_value(x: Tensor, value: Any) -> Any:
    """A raw array or number that can be written into `x`."""
    if isinstance(value, Tensor):
        return value.data if value.ctx is x.ctx else x.ctx.put(value.data)
    if isinstance(value, (int, float)):
        return value
    return x.ctx.put(as_raw(value, "A change in place"))


def _cannot_change(x: Tensor, symbol: str, value: Any, error: Exception) -> Exception:
    """The error for a change in place that NumPy refused."""
    if "read-only" in str(error):
        return explained(symbol, error, {})
    if "broadcast" not in str(error):
        other = getattr(value, "dtype", type(value).__name__)
        return DTypeError(
            f"{symbol} cannot put the result of {x.dtype} and {other} into an array of {x.dtype}; make a new array, "
            "x = x ..., or convert with astype() first."
        )
    return ShapeError(
        f"{symbol} cannot change an array of shape {x.shape} by one of {getattr(value, 'shape', ())}, as its shape is "
        f"fixed ({error}); make a new array, x = x ..., to get another shape."
    )


class Operators:
    """The operators that `Tensor` gets."""

    __slots__ = ()

    # Reading and writing

    def __getitem__(self: Any, key: Any) -> Tensor:
        return getitem(self, raw_key(key))

    def __setitem__(self: Any, key: Any, value: Any) -> None:
        _check_change(self, value)
        value = _raw_value(self, value)
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
            raise KeywordError("An array without axes has no length and no rows: it holds one number; use item().")
        return self.shape[0]  # type: ignore[no-any-return]

    def __iter__(self: Any) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    __iadd__, __isub__ = _in_place(operator.iadd, "+="), _in_place(operator.isub, "-=")
    __imul__, __itruediv__ = _in_place(operator.imul, "*="), _in_place(operator.itruediv, "/=")
    __ipow__, __imod__ = _in_place(operator.ipow, "**="), _in_place(operator.imod, "%=")
    __ifloordiv__, __iand__ = _in_place(operator.ifloordiv, "//="), _in_place(operator.iand, "&=")
    __ior__, __ixor__ = _in_place(operator.ior, "|="), _in_place(operator.ixor, "^=")

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

    __add__, __radd__ = _operator(el.add), _operator(el.add, swapped=True)
    __sub__, __rsub__ = _operator(el.subtract), _operator(el.subtract, swapped=True)
    __mul__, __rmul__ = _operator(el.multiply), _operator(el.multiply, swapped=True)
    __truediv__, __rtruediv__ = _operator(el.divide), _operator(el.divide, swapped=True)
    __floordiv__, __rfloordiv__ = _operator(el.floor_divide), _operator(el.floor_divide, swapped=True)
    __mod__, __rmod__ = _operator(el.mod), _operator(el.mod, swapped=True)
    __pow__, __rpow__ = _operator(el.power), _operator(el.power, swapped=True)
    __matmul__, __rmatmul__ = _operator(matmul), _operator(matmul, swapped=True)
    __divmod__, __rdivmod__ = (lambda a, b: (a // b, a % b)), (lambda a, b: (b // a, b % a))
    __and__, __rand__ = _operator(el.bitwise_and), _operator(el.bitwise_and, swapped=True)
    __or__, __ror__ = _operator(el.bitwise_or), _operator(el.bitwise_or, swapped=True)
    __xor__, __rxor__ = _operator(el.bitwise_xor), _operator(el.bitwise_xor, swapped=True)
    __lt__, __le__ = _operator(el.less), _operator(el.less_equal)
    __gt__, __ge__ = _operator(el.greater), _operator(el.greater_equal)
    __eq__, __ne__ = _operator(el.equal), _operator(el.not_equal)  # type: ignore[assignment]
    __neg__, __pos__ = method(el.negative, "negative"), method(el.positive, "positive")
    __abs__, __invert__ = method(el.absolute, "absolute"), method(el.invert, "invert")
    __hash__ = object.__hash__

    # Axes, dtypes, devices

    @property
    def T(self: Any) -> Tensor:  # noqa: N802
        """The axes reversed."""
        return transpose(self)

    def astype(self: Any, dtype: Any, copy: bool = True) -> Tensor:
        """The values converted to `dtype`."""
        return self if not flag("copy", copy) and self.dtype == as_dtype(dtype) else el.astype(self, dtype)

    def as_in_ctx(self: Any, ctx: Context) -> Tensor:
        """This array on the device `ctx`: itself if it is there already."""
        return self if ctx is self.ctx else el.to_device(self, place(ctx))

    as_in_context = to_device = to = as_in_ctx
    copy = __copy__ = method(el.copy, "copy")

    def copyto(self: Any, other: Tensor | Context) -> Tensor:
        """Copy the values into `other`, of the same shape, or into a new array on that device."""
        if isinstance(other, Tensor):
            return write(other, self, "copyto()", casting="unsafe")  # type: ignore[no-any-return]
        other = place(other)
        with other:
            return Tensor(other.xp.array(other.put(self.data)), other).seen_as(type(self))


class _Plain:
    __slots__ = ()


def give(methods: type) -> None:
    """Add everything that this class defines to Tensor."""
    for name, given in vars(methods).items():
        if name not in vars(_Plain):  # all but what every class has
            setattr(Tensor, name, given)


give(Operators)
