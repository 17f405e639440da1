"""The arrays of a parameter, and others put in their place: a network then runs on weights computed from others.

MXNet keeps the arrays in the lists `p._data` and `p._grad`, and programs assign to these, as for Bayes by backprop.
"""

from collections.abc import Callable
from typing import Any, SupportsIndex

from minigrad.arguments import shown, whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError
from minigrad.gluon.exchanges import exchanged
from minigrad.gluon.parameter import Parameter


class Arrays(list[Tensor]):
    """Arrays, one for each device; assigning to one also calls `put(i, array)`."""

    def __init__(self, arrays: list[Tensor], put: Callable[[Any, Any], None]) -> None:
        super().__init__(arrays)
        self._put = put

    def __setitem__(self, i: SupportsIndex | slice, array: Any) -> None:
        self._put(i, array)
        super().__setitem__(i, array)


def arrays_of(p: Parameter) -> Arrays | None:
    """`p._data`: None before it is initialized. An array that is assigned takes the place of the parameter's own.

    If it was computed from others, gradients go on to these, and a Trainer leaves it alone:

    >>> from minigrad import autograd, gluon, nd
    >>> net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    >>> net.initialize()
    >>> mean = nd.array([[1, 2]])
    >>> mean.attach_grad()
    >>> with autograd.record():
    ...     net.weight._data[0] = mean * 10
    ...     y = net(nd.array([[3, 4]]))
    >>> y.backward()
    >>> mean.grad.tolist()
    [[30.0, 40.0]]
    """

    def put(i: int, array: Any) -> None:
        own = p.list_data()[whole("the position of a device", i, 0, len(p.tensors) - 1)]
        if not isinstance(array, Tensor) or array.shape != own.shape or array.ctx is not own.ctx:
            got = f"of shape {array.shape} on {array.ctx}" if isinstance(array, Tensor) else shown(array)
            raise ArgumentError(
                f"Parameter '{p.name}' has shape {own.shape} on {own.ctx}; in its place, an array {got} cannot be used."
            )
        p.tensors[i] = array
        p.only = p.tensors[0] if len(p.tensors) == 1 else None
        exchanged(p)

    return Arrays(p.tensors, put) if p.tensors else None


def gradients_of(p: Parameter) -> Arrays | None:
    """`p._grad`: None without gradients. Values that are assigned are written into the parameter's own."""

    def put(i: int, values: Any) -> None:
        p.list_grad()[i][...] = values

    return Arrays(p.list_grad(), put) if p.tensors and p.grad_req != "null" else None


Parameter._data, Parameter._grad = property(arrays_of), property(gradients_of)  # type: ignore[attr-defined]
