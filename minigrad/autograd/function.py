"""An operation of your own: a forward computation, and the gradient that belongs to it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from minigrad.autograd.graph import Node
from minigrad.autograd.scopes import pause, state
from minigrad.errors import GraphError, UsageError
from minigrad.tensor import Tensor


class Function:
    """Base class of operations with a gradient of their own (Gluon's `autograd.Function`).

    `forward` is not recorded: it may use whatever it likes. `backward` is given the gradient of each output and returns
    that of each input. One object is called once.

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
    _versions: Sequence[int] = []

    def save_for_backward(self, *args: Any) -> None:
        """Keep arrays for `backward`, which finds them in `saved_tensors`."""
        self._saved = args
        self._versions = [_version(a) for a in args]

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` kept."""
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
                f"This {type(self).__name__} has been called already, and it keeps what belongs to that call; make a "
                f"new one for each call: {type(self).__name__}()(x)."
            )
        self._used = True
        with pause(state.training):
            made = self.forward(*inputs)
        single = isinstance(made, Tensor)
        outputs = [made] if single else list(made)
        tracked = tuple(i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x._node is not None)
        if not tracked or not state.recording:
            return made
        self._inputs, self._outputs = inputs, outputs
        joint = ops.concatenate([y.detach().reshape(-1) for y in outputs])
        joint._node = Node(self._operation(inputs, outputs), inputs, list(inputs), tracked, None, joint)
        pieces, start = [], 0
        for y in outputs:
            pieces.append(ops.reshape(joint[start : start + y.size], y.shape))
            start += y.size
        return pieces[0] if single else tuple(pieces)

    def _operation(self, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> Any:
        """This call as an operation with one output, all outputs end to end."""

        def all_gradients(F: Any, g: Any) -> Sequence[Any]:
            return self._gradients(g, [y.shape for y in outputs], outputs[0])

        operation = operations.Op(lambda xp, *args: None)
        operation.name = type(self).__name__
        operation.names = tuple(f"input {i}" for i in range(len(inputs)))
        for i in range(len(inputs)):
            operation.vjps[i] = operations.Vjp(_choose(i), ())
        operation.shared = operations.Vjp(all_gradients, ())
        return operation

    def _gradients(self, g: Any, shapes: Sequence[tuple[int, ...]], like: Tensor) -> Sequence[Any]:
        """The gradients of all inputs, from that of the outputs end to end: raw, or Tensors if the pass is recorded."""
        recorded = isinstance(g, Tensor)
        if recorded and any(isinstance(a, Tensor) and not any(a is x for x in self._inputs) for a in self._saved):
            raise GraphError(
                f"{type(self).__name__} saved what is not one of its inputs, so the derivative of its backward() would "
                "be incomplete. Save inputs only, or write it with recorded operations."
            )
        if [_version(a) for a in self._saved] != self._versions:
            raise GraphError(
                f"An array that {type(self).__name__} saved was changed in place before backward(); save a copy()."
            )
        flat = g if recorded else Tensor(g, like.ctx)
        pieces, start = [], 0
        for shape, y in zip(shapes, self._outputs):
            pieces.append(flat[start : start + y.size].reshape(shape))
            start += y.size
        made = self.backward(*pieces)
        gradients = [made] if isinstance(made, Tensor) or made is None else list(made)
        if len(gradients) != len(self._inputs):
            raise UsageError(
                f"{type(self).__name__}.backward() returned {len(gradients)} gradients for {len(self._inputs)} inputs; "
                "return one for each, or None for an input without."
            )
        for i, x in enumerate(self._inputs):
            if not isinstance(x, Tensor):
                continue
            d = gradients[i]
            if d is None:
                gradients[i] = x.detach() * 0
            elif d.shape != x.shape:
                raise UsageError(
                    f"{type(self).__name__}.backward() returned a gradient of shape {d.shape} for input {i} of "
                    f"shape {x.shape}; they must be equal."
                )
        return gradients if recorded else [d.data if isinstance(d, Tensor) else d for d in gradients]


def _version(a: Any) -> int:
    """When an array was last changed in place."""
    return a._version[0] if isinstance(a, Tensor) else 0


def _choose(i: int) -> Callable[..., Any]:
    """The VJP of input i, out of the gradients of all inputs."""
    return lambda F, g: g[i]


class _WithVjp(Function):
    """A function of Tensors and the gradient that was given to it."""

    def __init__(self, function: Callable[..., Any], vjp: Callable[..., Any], again: Callable[..., Any]) -> None:
        self._function, self._vjp, self._again = function, vjp, again

    def forward(self, *inputs: Any) -> Any:
        self.save_for_backward(*inputs)
        self._output = self._function(*inputs)
        return self._output

    def backward(self, *output_grads: Any) -> Any:
        inputs = self.saved_tensors
        y = self._again(*inputs) if state.recording else self._output  # recorded, where the gradient itself is
        return self._vjp(*output_grads, y, *inputs)


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
            return _WithVjp(function, vjp, call)(*inputs)

        return call

    return decorate


from minigrad import ops  # noqa: E402  operations record themselves on this package: a circle, closed last
from minigrad.ops import operation as operations  # noqa: E402
