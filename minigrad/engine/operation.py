"""An operation: a forward function on raw arrays and, for each input, a gradient times its Jacobian.

    @op
    def multiply(xp, a, b):
        "y = a b"
        return xp.multiply(a, b)

    multiply.vjp(a=lambda F, g, b: g * b,
                 b=lambda F, g, a: g * a)

`forward(xp, ...)` receives the array module of its inputs and raw arrays. A VJP receives `F`, the gradient `g` of the
output, and whatever else it asks for *by name*: inputs of the forward function, its output `y`, its by-product `aux`,
or `target`, which has the shape and dtype of the input that the gradient is for. Only what is asked for is saved.
`F` holds every operation under its name, in one of two readings: on raw arrays, for an ordinary backward pass at the
speed of NumPy; or on Tensors, so that the backward pass is itself recorded and can be differentiated again. The text
of the VJP is the same.

A VJP may return any shape that broadcasts with the input's: the backward pass sums or repeats it to fit, in one place
for all operations.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy

from minigrad.device import MODULES
from minigrad.engine.accepts import accept, in_result_dtype, refusal, write
from minigrad.engine.graph import Node
from minigrad.engine.modes import state
from minigrad.engine.registry import OPS, raw, recorded
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, KeywordError
from minigrad.explain import EXPLAINED

_Operation = TypeVar("_Operation", bound=Any)
_MISSING = object()
_IMMUTABLE = {int, float, bool, str, type(None), type(Ellipsis)}
_NOTHING: dict[str, Any] = {}  # shared by nodes that save nothing; a dict of its own would cost 5 % of recording one
_CONSTANT = [0]  # the version of numbers and copies, which cannot be changed in place


class Vjp(NamedTuple):
    """One VJP as `pull(F, g, saved)`, and the names of what it takes from `saved`."""

    pull: Callable[[Any, Any, dict[str, Any]], Any]
    names: tuple[str, ...]


def as_vjp(function: Callable[..., Any], names: tuple[str, ...] | None = None) -> Vjp:
    """A VJP from `function(F, g, ...)`, whose other arguments are taken by name from what was saved."""
    if names is None:
        names = function.__code__.co_varnames[2 : function.__code__.co_argcount]
    if not names:
        return Vjp(lambda F, g, saved: function(F, g), names)
    if len(names) == 1:  # takes a third of the time of the general case below
        (name,) = names
        return Vjp(lambda F, g, saved: function(F, g, saved[name]), names)
    pick = operator.itemgetter(*names)
    return Vjp(lambda F, g, saved: function(F, g, *pick(saved)), names)


class Pullback(NamedTuple):
    """How gradients go back through an operation if certain inputs are tracked: worked out once, used by every node."""

    names: tuple[str, ...]  # of the tracked inputs
    common: Vjp | None
    vjps: tuple[Vjp, ...]
    targets: bool  # whether one of them asks for the parent, which is its `target`
    saves: tuple[tuple[int, str], ...]  # the arguments to save: position and name
    saves_y: bool


class Signature:
    """`op.__signature__`, for help(): the arguments of the forward function without `xp`. (The class keeps its own.)"""

    def __get__(self, op: Any, kind: type) -> inspect.Signature:
        if op is None:
            raise AttributeError("__signature__")
        forward = inspect.signature(op.forward)
        return forward.replace(parameters=list(forward.parameters.values())[1:])


class Op:
    """A differentiable operation, called on Tensors, raw arrays and Python numbers alike; it returns a Tensor."""

    __signature__ = Signature()
    elementwise = False  # whether all arguments are arrays; else the first is, and those with a VJP
    complex = False  # whether its VJPs hold for complex numbers too

    def __init__(self, forward: Callable[..., Any], view: bool = False) -> None:
        functools.update_wrapper(self, forward)
        self.name = self.__name__ = forward.__name__.lstrip("_")
        self.forward = forward
        self.view = view  # whether the output may be a view of the first input
        code = forward.__code__
        self.names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount]
        self.defaults: tuple[Any, ...] = forward.__defaults__ or ()
        if taken := {"y", "aux", "target"}.intersection(self.names):
            raise KeywordError(
                f"{self.name}() cannot have an argument {taken.pop()!r}: in a VJP that name means something else."
            )
        self.find_options()
        self.vjps: dict[int, Vjp] = {}
        self.common_vjp: Vjp | None = None
        self.recompute_aux: Callable[..., Any] | None = None
        self.pullbacks: dict[tuple[int, ...], Pullback] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """Run the forward function on raw arrays. While recording, the result gets a node if an input is tracked."""
        if kwargs or len(args) != len(self.names) or (self.takes_out and args[-1] is not None):
            return self.call_bound(args, kwargs)
        try:
            first, kind, ctx, arrays, tracked = accept(self, args)
            xp = ctx.xp if first is None else MODULES[type(first.data)]
            if xp is not numpy and not ctx.is_current():  # again, with its GPU as the current one
                with ctx:
                    return self(*args)
            out = self.forward(xp, *arrays)
        except EXPLAINED as error:
            for a in args:  # a symbol of an optimizer's rule, say
                if hasattr(type(a), "__minigrad_operation__"):
                    return a.__minigrad_operation__(self, args)  # type: ignore[no-any-return]
            raise refusal(self, error, args) from None
        out, aux = (out, None) if self.recompute_aux is None else out
        if first is None or out.dtype is not first.data.dtype:
            out = in_result_dtype(self, xp, out, args, arrays)
        y = kind(out, ctx, None, first.version if self.view and first is not None else None)
        if (
            tracked
            and state.recording
            and (out.dtype.kind == arrays[tracked[0]].dtype.kind == "f" or self.differentiable(arrays[tracked[0]], out))
        ):
            y.node = OpNode(self, args, arrays, tracked, aux, y)
        for observer in state.observers:
            observer.called(self, args, y)
        return y

    # How it is defined

    def vjp(self, **by_input: Callable[..., Any]) -> Op:
        """Attach the vector-Jacobian product of each named input. An input without one is a constant."""
        for name, function in by_input.items():
            self.vjps[self.names.index(name)] = as_vjp(function)
        return self

    def common(self, function: Callable[..., Any]) -> Op:
        """Attach the first step that all VJPs share: it turns `g` into the `g` that they receive."""
        self.common_vjp = as_vjp(function)
        return self

    def by_product(self, recompute: Callable[..., Any]) -> Op:
        """Declare that the forward function returns (y, aux); `aux` is an intermediate result that VJPs may ask for.

        `recompute(F, *inputs)` computes `aux` from the inputs, for a backward pass that is itself recorded.
        """
        self.recompute_aux = recompute
        return self

    def find_options(self, new: bool = False) -> Op:
        """Find `out`, and `axis`, which is checked against the first input unless it names a `new` axis."""
        self.axis = self.names.index("axis") if "axis" in self.names and not new else 0
        self.takes_out = self.names[-1:] == ("out",)
        return self

    # How it is called

    def takes_array(self, i: int) -> bool:
        """Whether the argument at this position is an array."""
        return self.elementwise or i == 0 or i in self.vjps

    def call_bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
        """A call with keywords, defaults or `out`: pass all arguments by position, then copy the result into `out`."""
        target = kwargs.pop("out", None)
        bound = self.bind(args, kwargs)
        if self.takes_out:
            target, bound = bound[-1] if target is None else target, (*bound[:-1], None)
        y = self(*bound)
        return y if target is None else write(target, y, f"{self.name}()")

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position, defaults filled in."""
        names = self.names
        if len(args) > len(names):
            raise KeywordError(f"{self.name}() takes {len(names)} arguments ({', '.join(names)}) but got {len(args)}.")
        defaults = (_MISSING,) * (len(names) - len(self.defaults)) + self.defaults
        values = [*args, *defaults[len(args) :]]
        for name, value in kwargs.items():
            if name not in names:
                raise KeywordError(f"{self.name}() has no argument '{name}'; it takes {', '.join(names)}.")
            values[names.index(name)] = value
        for name, value in zip(names, values):
            if value is _MISSING:
                raise KeywordError(f"{self.name}() needs the argument '{name}'.")
        return tuple(values)

    def differentiable(self, x: Any, y: Any) -> bool:
        """Whether a gradient can pass from `y` to `x`: not if `y` holds whole numbers.

        DTypeError if either holds complex numbers, unless the VJPs hold for them.
        """
        if "c" in (x.dtype.kind, y.dtype.kind) and not self.complex:
            raise DTypeError(
                f"{self.name}() met {x.dtype if x.dtype.kind == 'c' else y.dtype} on the way from an array that has a "
                "gradient, but it has no derivative for complex numbers. Compute with the real and the imaginary part "
                "as two arrays, or give it x.detach() if it is a constant."
            )
        return y.dtype.kind in "fc"

    def pullback(self, tracked: tuple[int, ...]) -> Pullback:
        """How to go back if the inputs at the positions `tracked` lead to a leaf; the result is kept in `pullbacks`."""
        vjps = tuple([self.vjps[i] for i in tracked])
        asked = {name for vjp in (self.common_vjp, *vjps) if vjp is not None for name in vjp.names}
        if self.recompute_aux is not None:
            asked |= {*self.names}
        saves = tuple([(i, name) for i, name in enumerate(self.names) if name in asked])
        names = tuple([self.names[i] for i in tracked])
        found = self.pullbacks[tracked] = Pullback(names, self.common_vjp, vjps, "target" in asked, saves, "y" in asked)
        return found

    def raw(self, xp: Any) -> Callable[..., Any]:
        """The forward function on raw arrays of the module `xp`, without `aux`: an operation of `F` in that reading."""
        if self.recompute_aux is not None:
            return lambda *args: self.forward(xp, *args)[0]
        return functools.partial(self.forward, xp)

    def __repr__(self) -> str:
        return f"<operation {self.name}{self.__signature__}>"


class OpNode(Node):
    """One recorded call of an operation. `saved` holds, by name, what its VJPs ask for."""

    __slots__ = ("op", "pullback")

    def __init__(
        self, op: Op, args: Sequence[Any], arrays: list[Any], tracked: tuple[int, ...], aux: Any, y: Tensor
    ) -> None:
        self.op = op
        self.pullback = op.pullbacks.get(tracked) or op.pullback(tracked)
        names, _, _, _, saves, saves_y = self.pullback
        saved: dict[str, Any] = {} if saves or saves_y or aux is not None else _NOTHING
        versions = []
        for i, name in saves:
            a = args[i]
            if isinstance(a, Tensor):
                versions.append(a.version)
                saved[name] = arrays[i]
            else:
                versions.append(_CONSTANT)
                saved[name] = arrays[i] if type(a) in _IMMUTABLE else own(arrays[i])
        if saves_y:
            versions.append(y.version)
            saved["y"] = y.data
        if aux is not None:
            saved["aux"] = aux
        Node.__init__(self, op.name, names, args, tracked, y, saved, versions)

    def pull(self, F: Any, g: Any) -> list[Any]:
        """The gradient for each parent, each by its VJP."""
        saved = self.tensors(F) if type(g) is Tensor else self.saved
        _, common, vjps, targets, _, _ = self.pullback
        if common is not None:
            g = common.pull(F, g, saved)
        if not targets:
            return [vjp.pull(F, g, saved) for vjp in vjps]  # another thread may walk the same graph: leave `saved`
        return [vjp.pull(F, g, {**saved, "target": parent}) for vjp, parent in zip(vjps, self.parents)]

    def tensors(self, F: Any) -> dict[str, Any]:
        """The saved arrays as Tensors, each with its node, for a backward pass that is itself recorded."""
        nodes = {**dict(zip(self.names, self.parents)), "y": self}
        saved = dict(self.saved)
        for name, version in zip(self.saved, self.versions):
            if type(saved[name]) in MODULES:
                saved[name] = Tensor(saved[name], self.ctx, nodes.get(name), None if version is _CONSTANT else version)
        if self.op.recompute_aux is not None:
            saved["aux"] = self.op.recompute_aux(F, *[saved[name] for name in self.op.names])
        return saved


def own(value: Any) -> Any:
    """A copy of a user's raw array, or of those in an index or a list, since no version is checked later for these."""
    if type(value) is slice:
        ends = value.start, value.stop, value.step
        return value if _IMMUTABLE.issuperset(map(type, ends)) else slice(*map(own, ends))
    if isinstance(value, Tensor):
        return Tensor(value.data.copy(), value.ctx)
    if type(value) in MODULES:
        return value.copy()
    return type(value)(map(own, value)) if type(value) in (tuple, list) else value


def op(forward: Callable[..., Any]) -> Op:
    """Make an operation from a forward function `(xp, *arguments)`."""
    return register(Op(forward))


def view(forward: Callable[..., Any]) -> Op:
    """Make an operation whose output may be a view of its first input."""
    return register(Op(forward, view=True))


def register(operation: _Operation) -> _Operation:
    """Add an operation to `OPS`, and so to `F`."""
    OPS[operation.name] = operation
    raw.cache_clear()
    recorded.cache_clear()
    return operation
