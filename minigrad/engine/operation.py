"""An operation: a forward function on raw arrays, and beside it, for each input, a gradient times its Jacobian.

    @op
    def multiply(xp, a, b):
        "y = a b"
        return xp.multiply(a, b)

    multiply.vjp(a=lambda F, g, b: g * b,
                 b=lambda F, g, a: g * a)

`forward(xp, ...)` is given the array module of its inputs and raw arrays. A VJP is given `F`, the gradient `g` of
the output, and whatever else it asks for *by name*: inputs of the forward, its output `y`, what it remembers as
`memo`, or `like`, which has the shape and dtype of the input that the gradient is for. Only that is kept for the
backward pass. `F` holds every operation under its name, in one of two readings: on raw arrays, for an ordinary
backward pass at the speed of NumPy; or on Tensors, so that the backward pass is itself recorded and can be
differentiated again. The text of the VJP is the same.

A VJP returns any shape that broadcasts with the input's: the backward pass sums or repeats it to fit, once for all
operations. One that takes `out` may write its result there.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

import numpy

from minigrad import device
from minigrad.axes import check_axis
from minigrad.device import MODULES, Context
from minigrad.engine.accepts import EXPLAINED, NUMBERS, as_raw, described, explained, not_numbers, shape_of, write
from minigrad.engine.complex import check_complex
from minigrad.engine.graph import Node
from minigrad.engine.modes import state
from minigrad.engine.tensor import Tensor
from minigrad.errors import AxisError, DeviceError, KeywordError, MinigradError

OPS: dict[str, Any] = {}
"""Every operation by name."""

_FLOAT32 = numpy.dtype("float32")
_MISSING = object()
_PLAIN = frozenset({type(None), str, int, float, bool})
_POSITIONS = {"like": -3, "memo": -2, "y": -1}  # a node keeps the inputs, then these
_Operation = TypeVar("_Operation", "Op", "Variadic")


def _position(name: str, names: Sequence[str]) -> int:
    """Where a node keeps what a VJP asks for by this name."""
    return _POSITIONS[name] if name in _POSITIONS else names.index(name)


class Keeps(NamedTuple):
    """What a node keeps for the VJPs of the inputs that lead back to a leaf."""

    tracked: tuple[int, ...]
    arguments: tuple[int, ...]
    drops: tuple[int, ...]  # the arguments that it does not keep
    output: bool
    anything: bool


class Vjp:
    """One VJP. What it asks for by name is found by position in what a node keeps."""

    def __init__(self, function: Callable[..., Any], names: tuple[str, ...]) -> None:
        asked = function.__code__.co_varnames[2 : function.__code__.co_argcount]
        self.function = function
        self.takes_out = "out" in asked
        self.bind(tuple(_position(name, names) for name in asked if name != "out"))

    def bind(self, asks: tuple[int, ...]) -> None:
        """Ask for what is kept at these positions."""
        self.asks = asks
        self.takes_like = _POSITIONS["like"] in asks
        items: Any = asks
        if len(asks) < 2:  # itemgetter(i) would give the bare item, and a slice gives a list
            items = [slice(asks[0], asks[0] + 1 or None) if asks else slice(0)]
        self.find: Callable[[list[Any]], Sequence[Any]] = operator.itemgetter(*items)


class Joint(NamedTuple):
    """The VJPs of all inputs in one: `function(F, g, kept, out)` returns a list of gradients.

    It is given all that a node keeps, which is what stands at the positions `asks`, and for each gradient a place that
    it may write to, or None.
    """

    function: Callable[[Any, Any, list[Any], list[Any]], list[Any]]
    asks: tuple[int, ...]


class Op:
    """A differentiable operation, called on Tensors, raw arrays and Python numbers alike; it returns a Tensor."""

    elementwise = False  # are all inputs arrays? Else the first is, and those that have a VJP

    def __init__(self, forward: Callable[..., Any], view: bool = False) -> None:
        functools.update_wrapper(self, forward)
        self.name: str = forward.__name__.lstrip("_")
        self.forward = forward
        self.view = view  # may the output share the memory of its first input?
        code = forward.__code__
        self.names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount]
        self.defaults: tuple[Any, ...] = forward.__defaults__ or ()
        self.takes_out = self.names[-1:] == ("out",)
        self.find_axis()
        self.vjps: dict[int, Vjp] = {}
        self.shared: Vjp | None = None
        self.joint: Joint | None = None  # in the place of all others
        self.recall: Callable[..., Any] | None = None
        self._kept: dict[tuple[int, ...], Keeps] = {}

    def find_axis(self, new: bool = False) -> Op:
        """Note where `axis` stands among the arguments: it is checked as one of the first input, unless it is `new`."""
        self.axis = self.names.index("axis") if "axis" in self.names and not new else 0
        return self

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
        """Let the forward return (y, memo): what it knows already, and VJPs that ask for it would compute again.

        `recall(F, *inputs)` computes the memo from the inputs, for a backward pass that is itself recorded.
        """
        self.recall = recall
        return self

    def keeps(self, tracked: tuple[int, ...]) -> Keeps:
        """What a node keeps for the VJPs of the `tracked` inputs."""
        found = self._kept.get(tracked)
        if found is None:
            vjps: list[Any] = [self.joint] if self.joint else [self.shared, *(self.vjps[i] for i in tracked)]
            asked = {k for vjp in vjps if vjp is not None for k in vjp.asks}
            if self.recall is not None:
                asked |= set(range(len(self.names)))
            drops = tuple(i for i in range(len(self.names)) if i not in asked)
            arguments = tuple(sorted(k for k in asked if k >= 0))
            found = self._kept[tracked] = Keeps(tracked, arguments, drops, -1 in asked, bool(asked))
        return found

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position, defaults filled in."""
        names = self.names
        if len(args) > len(names):
            raise KeywordError(f"{self.name}() takes {len(names)} arguments ({', '.join(names)}) but got {len(args)}.")
        values = [*args, *[_MISSING] * (len(names) - len(args))]
        for name, value in kwargs.items():
            if name not in names:
                raise KeywordError(f"{self.name}() has no argument '{name}'; it takes {', '.join(names)}.")
            values[names.index(name)] = value
        required = len(names) - len(self.defaults)
        for i, value in enumerate(values):
            if value is _MISSING:
                if i < required:
                    raise KeywordError(f"{self.name}() needs the argument '{names[i]}'.")
                values[i] = self.defaults[i - required]
        return tuple(values)

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        if kwargs or len(args) != len(self.names):
            target = kwargs.pop("out", None)
            if target is not None:
                return write(target, self(*args, **kwargs), f"{self.name}()")  # type: ignore[no-any-return]
            args = self.bind(args, kwargs)
        elif self.takes_out and args[-1] is not None:  # by position: written above, where it is noted as a change
            return self(*args[:-1], out=args[-1])
        raw = list(args)
        first: Any = None
        ctx: Any = None
        vjps = self.vjps
        tracked: tuple[int, ...] = ()
        listed: tuple[int, ...] = ()
        for i, a in enumerate(args):
            if isinstance(a, Tensor):
                raw[i] = a.data
                if first is None:
                    first, ctx = a, a.ctx
                elif a.ctx is not ctx:
                    raise self._two_devices(ctx, a.ctx)
                if a.node is not None and i in vjps:
                    tracked += (i,)
            elif type(a) in _PLAIN:
                pass
            elif isinstance(a, numpy.generic):
                raw[i] = a.item()  # numpy.float64(2) is a number, not a reason to leave float32
            elif (i in vjps or i == 0 or self.elementwise) and type(a) not in MODULES:
                listed += (i,)
        if first is None:
            self._refuse_words(args)
            ctx = device.current_context()
            xp = ctx.xp
        else:
            xp = MODULES[type(first.data)]
            if xp is not numpy and not ctx.is_current():
                with ctx:
                    return self(*args)
        for i in listed:
            raw[i] = ctx.put(as_raw(args[i], f"{self.name}()"))
        try:
            if self.axis:
                raw[self.axis] = check_axis(shape_of(raw[0]), raw[self.axis])
            out = self.forward(xp, *raw)
        except EXPLAINED as error:
            raise self._explained(error, args, ctx, raw) from None
        memo = None
        if self.recall is not None:
            out, memo = out
        if first is None or out.dtype is not first.data.dtype:
            out = self._settled(xp, out, args, raw)
            if tracked and state.recording and first.data.dtype.kind == "c":
                check_complex(self.name, first.data.dtype)
        y = Tensor(out, ctx, None, first.version if self.view and first is not None else None)
        if tracked and state.recording:
            if out.dtype.kind == "f":
                y.node = Node(self, args, raw, tracked, memo, y)
            elif out.dtype.kind == "c":
                check_complex(self.name, out.dtype)
                y.node = Node(self, args, raw, tracked, memo, y)
        if state.watching is not None:
            state.watching(self, args, y)
        return y

    def _two_devices(self, here: Context, there: Context) -> DeviceError:
        return DeviceError(
            f"{self.name}() got arrays on {here} and on {there}; move one of them first: x.as_in_ctx({here})."
        )

    def _settled(self, xp: Any, out: Any, args: tuple[Any, ...], raw: list[Any]) -> Any:
        """Whole numbers and Python numbers do not widen a float, and alone they give float32, as in Gluon."""
        kind = out.dtype.kind if hasattr(out, "dtype") else "O"
        if kind != "f":
            if kind not in NUMBERS:
                raise not_numbers(f"{self.name}()", args[0] if len(args) == 1 else args)
            return out
        floats = []
        for name, value in zip(self.names, args):
            if name == "dtype" and value is not None:
                return out
            for v in value if isinstance(value, (list, tuple)) else (value,):
                dtype = getattr(v, "dtype", None)
                if isinstance(dtype, numpy.dtype) and dtype.kind == "c":
                    return out
                if isinstance(dtype, numpy.dtype) and dtype.kind == "f" and not isinstance(v, numpy.generic):
                    floats.append(dtype)
        if not floats and out.dtype.itemsize < _FLOAT32.itemsize:  # NumPy has used float16 for int8
            raw = [a.astype(_FLOAT32) if hasattr(a, "dtype") and a.dtype.kind in "iub" else a for a in raw]
            out = self.raw(xp)(*raw)
        meant = numpy.result_type(*floats) if floats else _FLOAT32
        return out if out.dtype == meant else out.astype(meant)

    def _check_kinds(self, ctx: Context, raw: list[Any]) -> None:
        """Refuse a raw array of another kind of device."""
        for value in raw:
            if type(value) in MODULES and (there := device.context_of(value)).device_type != ctx.device_type:
                raise self._two_devices(ctx, there)

    def _refuse_words(self, args: tuple[Any, ...]) -> None:
        """Refuse text and None where an array has to be."""
        for i in range(len(args)) if self.elementwise else (0, *self.vjps):
            if isinstance(args[i], str) or (args[i] is None and i < len(self.names) - len(self.defaults)):
                raise not_numbers(f"{self.name}()", args[i])

    def _explained(self, error: Exception, args: tuple[Any, ...], ctx: Context, raw: list[Any]) -> Exception:
        """Why the forward failed."""
        if isinstance(error, TypeError) and not isinstance(error, MinigradError):
            self._check_kinds(ctx, raw)
        self._refuse_words(args)
        if isinstance(error, AxisError):  # of `check_axis`, which does not know whose axis it is
            error = numpy.exceptions.AxisError(str(error))
        return explained(f"{self.name}()", error, dict(zip(self.names, args)))

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

    `forward(xp, arrays, *options)`. Its VJP is given the position `i` of the input that the gradient is for, and
    asks for the rest by name, as in `Op`; if it asks for the arrays, it does so first: `vjp(F, g, i, arrays,
    option)`.
    """

    def __init__(self, forward: Callable[..., Any], vjp: Callable[..., Any], new_axis: bool = False) -> None:
        functools.update_wrapper(self, forward)
        self.new_axis = new_axis  # is `axis` one of the result, that no array has yet?
        self.name: str = forward.__name__.lstrip("_")
        self.forward = forward
        self._vjp = vjp
        self._sized: dict[int, Op] = {}

    def __call__(self, arrays: Any, *args: Any, **kwargs: Any) -> Tensor:
        arrays = self.several(arrays)
        found = self._sized.get(len(arrays))
        if found is None:
            found = self._sized[len(arrays)] = self._of_length(len(arrays))
        return found(*arrays, *args, **kwargs)

    def several(self, arrays: Any) -> tuple[Any, ...]:
        """The arrays, at least one."""
        try:
            found = tuple(arrays)
        except TypeError:
            found = ()
        if not found:
            raise KeywordError(f"{self.name}() takes a list of arrays, at least one, but got {described(arrays)}.")
        return found

    def _of_length(self, n: int) -> Op:
        def forward(xp: Any, *args: Any) -> Any:
            return self.forward(xp, args[:n], *args[n:])

        arrays, *options = self.forward.__code__.co_varnames[1 : self.forward.__code__.co_argcount]
        sized = Op(forward)
        sized.name = self.name
        sized.names = (*(f"{arrays}[{i}]" for i in range(n)), *options)
        sized.defaults = self.forward.__defaults__ or ()
        sized.find_axis(self.new_axis)
        asked = self._vjp.__code__.co_varnames[3 : self._vjp.__code__.co_argcount]
        taken = n if arrays in asked else 0
        places = [_position(name, sized.names) for name in asked if name != arrays]
        for i in range(n):
            sized.vjps[i] = Vjp(self._at(i, taken), ())
            sized.vjps[i].bind((*range(taken), *places))
        return sized

    def _at(self, i: int, taken: int) -> Callable[..., Any]:
        """The VJP of input `i`, given `taken` arrays and then the rest."""
        if taken:
            return lambda F, g, *kept: self._vjp(F, g, i, kept[:taken], *kept[taken:])
        return lambda F, g, *kept: self._vjp(F, g, i, *kept)

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
