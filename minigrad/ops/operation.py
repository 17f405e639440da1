"""An operation: a forward function on raw arrays, and beside it, for each input, the product of a gradient with its Jacobian.

    @op
    def multiply(xp, a, b):
        "y = a b"
        return xp.multiply(a, b)

    multiply.vjp(a=lambda F, g, b: g * b,
                 b=lambda F, g, a: g * a)

`forward(xp, ...)` is given the array module of its inputs and raw arrays. A VJP is given `F`, the gradient `g` of the output, and
whatever else it asks for *by name*: inputs of the forward, or its output `y`. Only that is kept for the backward pass. `F` holds
every operation under its name, in one of two readings: on raw arrays, for an ordinary backward pass at the speed of NumPy; or on
Tensors, so that the backward pass is itself recorded and can be differentiated again. The text of the VJP is the same.

A VJP returns any shape that broadcasts with the input's: the backward pass sums or repeats it to fit, once for all operations. One
that takes `out` may write its result there.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy

from minigrad import device
from minigrad.autograd.graph import Node
from minigrad.autograd.scopes import state
from minigrad.device import Context
from minigrad.errors import DeviceError, MinigradError, ShapeError
from minigrad.tensor import Tensor

OPS: dict[str, Any] = {}
"""Every operation by name."""

_FLOAT32 = numpy.dtype("float32")
_FLOAT64 = numpy.dtype("float64")
_MISSING = object()
_PLACES = {"memo": -2, "y": -1}  # a node keeps the inputs, then these
_Operation = TypeVar("_Operation", "Op", "Variadic")


class Vjp:
    """One VJP. What it asks for by name is found by position in what a node keeps."""

    def __init__(self, function: Callable[..., Any], names: tuple[str, ...]) -> None:
        asked = function.__code__.co_varnames[2 : function.__code__.co_argcount]
        self.function = function
        self.takes_out = "out" in asked
        self.bind(tuple(_PLACES[name] if name in _PLACES else names.index(name) for name in asked if name != "out"))

    def bind(self, asks: tuple[int, ...]) -> None:
        """Ask for what is kept at these positions."""
        self.asks = asks
        self._find: Callable[[Any], tuple[Any, ...]]
        if len(asks) > 1:
            self._find = operator.itemgetter(*asks)
        else:
            self._find = (lambda kept, k=asks[0]: (kept[k],)) if asks else (lambda kept: ())

    def __call__(self, F: Any, g: Any, kept: list[Any]) -> Any:
        return self.function(F, g, *self._find(kept))

    def into(self, out: Any, F: Any, g: Any, kept: list[Any]) -> Any:
        """The same, written into `out`."""
        return self.function(F, g, *self._find(kept), out=out)


class Op:
    """A differentiable operation, called on Tensors, raw arrays and Python numbers alike; it returns a Tensor."""

    def __init__(self, forward: Callable[..., Any], view: bool = False) -> None:
        functools.update_wrapper(self, forward)
        self.name: str = forward.__name__.lstrip("_")
        self.forward = forward
        self.view = view  # may the output share the memory of its first input?
        code = forward.__code__
        self.names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount]
        self.defaults: tuple[Any, ...] = forward.__defaults__ or ()
        self.vjps: dict[int, Vjp] = {}
        self.shared: Vjp | None = None
        self.recall: Callable[..., Any] | None = None
        self._kept: dict[tuple[int, ...], tuple[tuple[int, ...], tuple[int, ...], bool]] = {}

    def vjp(self, **by_input: Callable[..., Any]) -> Op:
        """Attach the vector-Jacobian product of each named input. An input without one is a constant."""
        for name, function in by_input.items():
            self.vjps[self.names.index(name)] = Vjp(function, self.names)
        return self

    def share(self, function: Callable[..., Any]) -> Op:
        """Attach what the VJPs have in common: it makes, from `g`, the `g` that they are given."""
        self.shared = Vjp(function, self.names)
        return self

    def remember(self, recall: Callable[..., Any]) -> Op:
        """Let the forward return (y, memo): what it knows already and VJPs, which ask for it as `memo`, would compute again.

        `recall(F, *inputs)` computes the memo from the inputs, for a backward pass that is itself recorded.
        """
        self.recall = recall
        return self

    def keeps(self, tracked: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
        """For VJPs of the `tracked` inputs: which inputs to keep, which to drop, and whether to keep the output."""
        found = self._kept.get(tracked)
        if found is None:
            asked = {k for i in tracked for k in self.vjps[i].asks} | set(self.shared.asks if self.shared else ())
            drops = tuple(i for i in range(len(self.names)) if i not in asked)
            found = self._kept[tracked] = (tuple(sorted(k for k in asked if k >= 0)), drops, -1 in asked)
        return found

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position, defaults filled in."""
        names = self.names
        if len(args) > len(names):
            raise TypeError(f"{self.name}() takes {len(names)} arguments ({', '.join(names)}) but got {len(args)}.")
        values = [*args, *[_MISSING] * (len(names) - len(args))]
        for name, value in kwargs.items():
            if name not in names:
                raise TypeError(f"{self.name}() has no argument '{name}'; it takes {', '.join(names)}.")
            values[names.index(name)] = value
        required = len(names) - len(self.defaults)
        for i, value in enumerate(values):
            if value is _MISSING:
                if i < required:
                    raise TypeError(f"{self.name}() needs the argument '{names[i]}'.")
                values[i] = self.defaults[i - required]
        return tuple(values)

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        if kwargs or len(args) != len(self.names):
            args = self.bind(args, kwargs)
        raw = list(args)
        first: Any = None
        tracked: tuple[int, ...] = ()
        for i, a in enumerate(args):
            if isinstance(a, Tensor):
                raw[i] = a.data
                if first is None:
                    first = a
                elif a.ctx is not first.ctx:
                    raise self._two_devices(first.ctx, a.ctx)
                if a._node is not None and i in self.vjps:
                    tracked += (i,)
            elif isinstance(a, numpy.floating):
                raw[i] = a.item()  # numpy.float64(2) is a number, not a reason to leave float32
        if first is None:
            ctx = device.current_context()
            xp = ctx.xp
        else:
            ctx = first.ctx
            xp = device.MODULES[type(first.data)]
            if xp is not numpy and not ctx.is_current():
                with ctx:
                    return self(*args)
        try:
            out = self.forward(xp, *raw)
        except ValueError as error:
            raise self._explained(error, args) from error
        except TypeError:
            self._check_kinds(ctx, raw)
            raise
        memo = None
        if self.recall is not None:
            out, memo = out
        if isinstance(out, numpy.generic):
            out = numpy.asarray(out)
        if out.dtype is _FLOAT64 and not self._float64_meant(raw):
            out = out.astype(_FLOAT32)
        y = Tensor(out, ctx, None, first._version if self.view and first is not None else None)
        if tracked and state.recording:
            y._node = Node(self, args, raw, tracked, memo, y)
        return y

    def _two_devices(self, here: Context, there: Context) -> DeviceError:
        return DeviceError(f"{self.name}() got arrays on {here} and on {there}; move one of them first: x.as_in_ctx({here}).")

    def _float64_meant(self, raw: list[Any]) -> bool:
        """Integers and Python numbers give float32, as in Gluon; float64 comes from float64 or from a named dtype."""
        for name, value in zip(self.names, raw):
            if getattr(value, "dtype", None) == _FLOAT64 or (name == "dtype" and value is not None):
                return True
            if isinstance(value, (list, tuple)) and any(getattr(v, "dtype", None) == _FLOAT64 for v in value):
                return True
        return False

    def _check_kinds(self, ctx: Context, raw: list[Any]) -> None:
        """Refuse a raw array of another kind of device."""
        for value in raw:
            if type(value) in device.MODULES and (there := device.context_of(value)).device_type != ctx.device_type:
                raise self._two_devices(ctx, there)

    def _explained(self, error: ValueError, args: tuple[Any, ...]) -> Exception:
        """NumPy's complaint with the shapes that it was about."""
        if isinstance(error, MinigradError):
            return error
        shapes = " and ".join(str(a.shape) for a in args if hasattr(a, "shape"))
        return ShapeError(
            f"{self.name}() cannot combine shapes {shapes}: {error}. Check the order of the axes, or reshape first."
        )

    def raw(self, xp: Any) -> Callable[..., Any]:
        """The operation on raw arrays of one array module, for VJPs."""
        if self.recall is not None:
            return lambda *args: self.forward(xp, *args)[0]
        return functools.partial(self.forward, xp)

    def __repr__(self) -> str:
        return f"<operation {self.name}({', '.join(self.names)})>"


def op(forward: Callable[..., Any]) -> Op:
    """Make an operation of a forward function `(xp, *arguments)`."""
    return register(Op(forward))


def view(forward: Callable[..., Any]) -> Op:
    """Make an operation whose output may share the memory of its first input."""
    return register(Op(forward, view=True))


def register(operation: _Operation) -> _Operation:
    """Enter an operation under its name."""
    OPS[operation.name] = operation
    return operation


class Variadic:
    """An operation on a sequence of arrays: for each length an `Op` with that many inputs.

    `forward(xp, arrays, option)`; its VJP is given, besides what `Op` gives, the position `i` of the input: `vjp(F, g, i, arrays, option)`.
    """

    def __init__(self, forward: Callable[..., Any], vjp: Callable[..., Any]) -> None:
        functools.update_wrapper(self, forward)
        self.name: str = forward.__name__.lstrip("_")
        self.forward = forward
        self._vjp = vjp
        self._sized: dict[int, Op] = {}

    def __call__(self, arrays: Any, *args: Any, **kwargs: Any) -> Tensor:
        arrays = tuple(arrays)
        found = self._sized.get(len(arrays))
        if found is None:
            found = self._sized[len(arrays)] = self._of_length(len(arrays))
        options = found.bind(arrays + args, kwargs)
        return found(*options)

    def _of_length(self, n: int) -> Op:
        def forward(xp: Any, *args: Any) -> Any:
            return self.forward(xp, args[:n], *args[n:])

        sized = Op(forward)
        code = self.forward.__code__
        sized.name = self.name
        sized.names = (*(f"{code.co_varnames[1]}[{i}]" for i in range(n)), *code.co_varnames[2 : code.co_argcount])
        sized.defaults = self.forward.__defaults__ or ()
        for i in range(n):
            sized.vjps[i] = vjp = Vjp(lambda F, g, *a, i=i: self._vjp(F, g, i, a[:n], *a[n:]), ())
            vjp.bind(tuple(range(len(sized.names))))
        return sized

    def raw(self, xp: Any) -> Callable[..., Any]:
        """The operation on raw arrays of one array module, for VJPs."""
        return functools.partial(self.forward, xp)


@functools.cache
def raw(xp: Any) -> SimpleNamespace:
    """Every operation on raw arrays of the module `xp`: the reading of `F` in an ordinary backward pass."""
    return SimpleNamespace(**{name: operation.raw(xp) for name, operation in OPS.items()})


@functools.cache
def recorded() -> SimpleNamespace:
    """Every operation on Tensors: the reading of `F` in a backward pass that is itself recorded."""
    return SimpleNamespace(**OPS)
