"""Solutions that are operations or layers of minigrad: what they do, as a function on NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad import np
from minigrad.autograd import record
from minigrad.errors import UsageError
from minigrad.exercises.exercise import Exercise

OF_INPUTS = ("relu_vjp", "multiply_vjp", "matmul_vjp")
"""Backward passes that are given nothing but the gradient and the inputs, as a Function's are."""


def of_function(exercise: Exercise, cls: type[Any]) -> Callable[..., Any]:
    """The backward pass of an `autograd.Function`: its `forward` is run on the inputs first.

    >>> from minigrad import autograd
    >>> from minigrad.exercises import EXERCISES, check
    >>> class Relu(autograd.Function):
    ...     def forward(self, x):
    ...         self.save_for_backward(x)
    ...         return np.maximum(x, 0)
    ...
    ...     def backward(self, dy):
    ...         (x,) = self.saved_tensors
    ...         return dy * (x > 0)
    >>> check("relu_vjp", Relu)
    relu_vjp: right
    All of it is right.

    Raises UsageError for an exercise that needs more than the inputs.
    """
    if exercise.name not in OF_INPUTS:
        raise UsageError(f"{exercise.name} takes more than a gradient and inputs; write a function")

    def backward(g: Any, *inputs: Any) -> Any:
        tensors = [np.array(x, dtype=x.dtype) for x in inputs]
        for tensor in tensors:
            tensor.attach_grad()
        with record():
            y = cls()(*tensors)
        y.backward(np.array(g, dtype=g.dtype))
        found = tuple(x.grad.asnumpy() for x in tensors if x.grad is not None)
        return found if len(found) > 1 else found[0]

    return backward


def of_block(exercise: Exercise, cls: type[Any]) -> Callable[..., Any]:
    """What a layer computes that is made as Dense is: `cls(units, in_units=inputs)`, with a weight and a bias.

    >>> from minigrad.exercises import check
    >>> from minigrad.gluon import nn
    >>> check("dense_forward", nn.Dense)
    dense_forward: right
    All of it is right.

    Raises UsageError for an exercise that is no layer.
    """
    if exercise.name != "dense_forward":
        raise UsageError(f"{exercise.name} is not about a layer; write a function")

    def forward(x: Any, W: Any, b: Any) -> Any:
        layer = cls(len(b), in_units=x.shape[1])
        layer.cast(str(x.dtype))
        layer.initialize()
        layer.weight.set_data(np.array(W, dtype=W.dtype))
        layer.bias.set_data(np.array(b, dtype=b.dtype))
        return layer(np.array(x, dtype=x.dtype)).asnumpy()

    return forward
