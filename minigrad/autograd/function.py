"""An operation of your own: a forward computation and its gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from minigrad.autograd.scopes import pause
from minigrad.composed import as_tensor
from minigrad.create import zeros_like
from minigrad.device import MODULES
from minigrad.engine.graph import Node
from minigrad.engine.modes import Observer, observing, state
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, GraphError, UsageError
from minigrad.ops.joining import concatenate
from minigrad.ops.shape import reshape


class Function:
    """Base class of operations with a gradient of their own (Gluon's `autograd.Function`).

    `forward` is not recorded, so it may run any code. `backward` receives the gradient of each output and returns that
    of each input. An object can be called only once. For a second derivative, `backward` is recorded: it must then
    use operations, and no arrays of `forward` but its inputs and outputs.

    >>> from minigrad import autograd, np
    >>> class Sigmoid(autograd.Function):
    ...     def forward(self, x):
    ...         y = 1 / (1 + np.exp(-x))
    ...         self.save_for_backward(y)
    ...         return y
    ...
    ...     def backward(self, dy):
    ...         (y,) = self.saved_tensors
    ...         return dy * y * (1 - y)
    >>> x = np.array([0.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = Sigmoid()(x)
    >>> y.backward()
    >>> x.grad
    array([0.25])
    """

    _used = False
    _saved: tuple[Any, ...] = ()
    _versions: Sequence[tuple[Any, int]] = ()  # the arrays that must not change before the backward pass

    def save_for_backward(self, *args: Any) -> None:
        """Save arrays for `backward`, which finds them in `saved_tensors`. (Attributes work too: `self.y = y`.)"""
        self._saved = args
        self._versions = [(a, _version(a)) for a in _arrays(args)]

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` saved."""
        return self._saved

    def forward(self, *inputs: Any) -> Any:
        """The output, or a tuple of outputs, for these inputs. A subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} must define forward(self, *inputs).")

    def backward(self, *output_grads: Any) -> Any:
        """The gradient of each input, from that of each output. A subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} must define backward(self, *output_grads).")

    def __call__(self, *inputs: Any) -> Any:
        if self._used:
            raise UsageError(
                f"This {type(self).__name__} was already called, and it holds the values of that call; make a new one "
                f"for each call: {type(self).__name__}()(x)."
            )
        self._used, before = True, dict(vars(self))
        tracked = tuple(i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.node is not None)
        with pause(state.training):
            made = self.forward(*inputs)
        single = not isinstance(made, (tuple, list))
        outputs = [y if isinstance(y, Tensor) else as_tensor(y) for y in ([made] if single else made)]
        kept = {name: a for name, a in vars(self).items() if a is not before.get(name) and name != "_versions"}
        self._inputs, self._outputs = inputs, [y for y in outputs if y.dtype.kind == "f"]
        self._kept, known = kept, self._known()
        self._versions = [*self._versions, *((a, _version(a)) for a in _arrays(kept) if id(a) in known)]
        if tracked and state.recording and any([y.dtype.kind == "c" for y in outputs]):
            raise DTypeError(
                f"{type(self).__name__}.forward() returned complex numbers, whose gradient would be lost; return their "
                "real and imaginary parts as two arrays."
            )
        if tracked and self._outputs and state.recording:
            joined = concatenate([reshape(y.detach(), (-1,)) for y in self._outputs]).seen_as(Tensor)
            joined.node = FunctionNode(self, tracked, joined)
            pieces = iter(self._apart(joined))
            outputs = [next(pieces) if y.dtype.kind == "f" else y for y in outputs]
        return outputs[0] if single else tuple(outputs)

    def _apart(self, joint: Tensor) -> list[Tensor]:
        """The outputs, or their gradients, that lie end to end in one array."""
        pieces, start = [], 0
        for y in self._outputs:
            piece = reshape(joint[start : start + y.size], y.shape).astype(y.dtype, copy=False)
            pieces.append(piece.seen_as(type(y)))
            start += y.size
        return pieces

    def _known(self) -> set[int]:
        """The arrays whose derivatives the graph knows, by identity."""
        return {id(a) for a in (*self._inputs, *self._outputs)}

    def _gradients(self, g: Any, y: Any) -> Sequence[Any]:
        """The gradients of all inputs, from that of the outputs end to end: raw, or Tensors if the pass is recorded."""
        recorded = isinstance(g, Tensor)
        if any([_version(a) != version for a, version in self._versions]):
            raise GraphError(
                f"An array that {type(self).__name__} saved was changed in place before backward(); save a copy()."
            )
        if recorded:
            known = self._known()
            if any([a.dtype.kind == "f" and id(a) not in known for a in _arrays(self._kept)]):
                raise GraphError(
                    f"{type(self).__name__} saved an array that is neither an input nor an output, so the derivative "
                    "of its backward() would be incomplete. Save only these, or write it with recorded operations."
                )
        with self._as_recorded(y) if recorded else nullcontext() as watch:
            made = self.backward(*self._apart(g if recorded else Tensor(g, self._outputs[0].ctx)))
        gradients = list(made) if isinstance(made, (tuple, list)) else [made]
        if len(gradients) != len(self._inputs):
            raise UsageError(
                f"{type(self).__name__}.backward() must return one gradient for each input ({len(self._inputs)}), or "
                f"None for an input that has none; it returned {len(gradients)}."
            )
        for i, x in enumerate(self._inputs):
            if not isinstance(x, Tensor):
                continue
            if recorded and type(gradients[i]) in MODULES:
                raise GraphError(
                    f"{type(self).__name__}.backward() returned a plain array for input {i}, which records nothing, so "
                    "its own derivative would be lost. Write it with recorded operations: minigrad.np."
                )
            d = (zeros_like(x) if gradients[i] is None else as_tensor(gradients[i])).seen_as(Tensor)
            if d.shape != x.shape:
                raise UsageError(
                    f"{type(self).__name__}.backward() returned a gradient of shape {d.shape} for input {i} of "
                    f"shape {x.shape}; they must be equal."
                )
            if watch is not None and watch.looked and d.node is None and x.node is not None:
                raise _incomplete(self, f"read numbers, and its gradient of input {i} does not follow from arrays")
            gradients[i] = d if recorded else d.data.copy()  # the array returned may be reused
        return gradients

    @contextmanager
    def _as_recorded(self, y: Tensor) -> Iterator[_Watch]:
        """While `backward` is recorded: the outputs are part of the graph, and what would be lost is refused."""
        inputs = [id(x) for x in self._inputs]
        pieces = [(own, again) for own, again in zip(self._outputs, self._apart(y)) if id(own) not in inputs]
        watch = _Watch(self)
        try:
            for own, again in pieces:
                own.node = again.node
            with observing(watch):
                yield watch
        finally:
            for own, _ in pieces:
                own.node = None


class _Watch(Observer):
    """Refuses arrays that leave the graph while `backward` is being recorded: their derivative would be missing."""

    def __init__(self, call: Function) -> None:
        self._call = call
        self.looked = False  # whether a number was read: perhaps only to decide which way to go

    def read(self, x: Tensor) -> None:
        if x.node is not None and x.size > 1:
            raise _incomplete(self._call, "turned an array into one of NumPy")
        self.looked |= x.node is not None


def _incomplete(call: Function, did: str) -> GraphError:
    return GraphError(
        f"{type(call).__name__}.backward() {did}, so its own derivative would be incomplete. Write it with operations "
        "on gradients, inputs and outputs. If you only need the values, as in a condition, use x.detach()."
    )


def _version(a: Any) -> int:
    """When an array was last changed in place."""
    return a.version[0] if isinstance(a, Tensor) else 0


def _arrays(kept: Any) -> list[Any]:
    """The arrays in what was kept, at any depth of lists, tuples and dicts."""
    if isinstance(kept, (list, tuple, dict)):
        return [a for part in (kept.values() if isinstance(kept, dict) else kept) for a in _arrays(part)]
    return [kept] if isinstance(kept, Tensor) or type(kept) in MODULES else []


class FunctionNode(Node):
    """One call of a `Function`, recorded. Its output is all of the call's outputs, end to end."""

    __slots__ = ("call", "tracked")

    def __init__(self, call: Function, tracked: tuple[int, ...], y: Tensor) -> None:
        self.call = call
        self.tracked = tracked
        names = [f"input {i}" for i in tracked]
        super().__init__(type(call).__name__, names, call._inputs, tracked, y, {"y": y.data}, [y.version])

    def pull(self, F: Any, g: Any) -> list[Any]:
        """What the user's `backward` returns for each input that leads back to a leaf."""
        y = Tensor(self.saved["y"], self.ctx, self, self.versions[0])
        gradients = self.call._gradients(g, y)
        return [gradients[i] for i in self.tracked]


class _WithVjp(Function):
    """A function of Tensors and the gradient that was given to it."""

    def __init__(self, function: Callable[..., Any], vjp: Callable[..., Any]) -> None:
        self._function, self._vjp = function, vjp

    def forward(self, *inputs: Any) -> Any:
        y = self._function(*inputs)
        self.save_for_backward(y, *inputs)
        return y

    def backward(self, *output_grads: Any) -> Any:
        return self._vjp(*output_grads, *self.saved_tensors)


def with_vjp(vjp: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a function of Tensors its own gradient: `vjp(g, y, *inputs)` returns that of each input.

    It is differentiable again if `vjp` is written with recorded operations:

    >>> from minigrad import autograd, np
    >>> @autograd.with_vjp(lambda g, y, x: g * y)
    ... def exp(x):
    ...     return np.exp(x)
    >>> x = np.array([0.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = exp(x)
    >>> y.backward()
    >>> x.grad
    array([1.])
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*inputs: Any) -> Any:
            return _WithVjp(function, vjp)(*inputs)

        return call

    return decorate
