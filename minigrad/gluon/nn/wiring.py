"""Blocks without parameters that reshape or route their input: Flatten, functions as layers, parallel branches."""

import math
from collections.abc import Callable
from typing import Any

from minigrad import arguments, ops
from minigrad.arguments import whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, suggestion
from minigrad.gluon.hybrid import HybridBlock
from minigrad.gluon.nn.basic import HybridSequential, Sequential
from minigrad.guarded import guarded


class Flatten(HybridBlock):
    """Flattens all axes after the first into one.

    >>> from minigrad import np
    >>> Flatten()(np.zeros((2, 3, 4))).shape
    (2, 12)
    """

    pure = True

    def hybrid_forward(self, F: Any, x: Tensor) -> Tensor:
        """x (batch, ...) to (batch, product of the rest)."""
        return ops.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


class Identity(HybridBlock):
    """Returns its input."""

    pure = True

    def hybrid_forward(self, F: Any, x: Any) -> Any:
        """x itself."""
        return x


class Lambda(HybridBlock):
    """A function as a layer, given itself or by its name in `nd`, `np` or `npx`.

    >>> from minigrad import np
    >>> Lambda(lambda x: x * 2)(np.array([1, 2])), Lambda("tanh")(np.array([0]))
    (array([2., 4.]), array([0.]))
    """

    def __init__(self, function: str | Callable[..., Any], prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        self._func_impl = _named(function) if isinstance(function, str) else arguments.function("function", function)
        self._func_name = repr(function) if isinstance(function, str) else getattr(function, "__name__", "function")

    def hybrid_forward(self, F: Any, *args: Any) -> Any:
        """The function of the inputs."""
        return self._func_impl(*args)

    def extra_repr(self) -> str:
        """The function's name."""
        return self._func_name


class HybridLambda(Lambda):
    """A function `f(F, x, ...)` as a layer, where `F` is the array namespace; or the name of a function.

    >>> from minigrad import np
    >>> HybridLambda(lambda F, x: F.relu(x))(np.array([-1, 2])), HybridLambda("relu")(np.array([-1, 2]))
    (array([0., 2.]), array([0., 2.]))
    """

    def __init__(self, function: str | Callable[..., Any], prefix: str | None = None) -> None:
        super().__init__(function, prefix)
        self._func = None if isinstance(function, str) else function

    def hybrid_forward(self, F: Any, *args: Any) -> Any:
        """The function of the inputs; if not given by name, it gets the namespace first."""
        return self._func_impl(*args) if self._func is None else self._func(F, *args)


def _named(name: str) -> Callable[..., Any]:
    """The function of the array namespaces called `name`."""
    from minigrad import nd, np, npx

    for namespace in (nd, np, npx):
        if hasattr(namespace, name):
            found: Callable[..., Any] = getattr(namespace, name)
            return found
    raise ArgumentError(f"No function of nd, np or npx is called {name!r}{suggestion(name, sorted(vars(np)))}")


class Concatenate(Sequential):
    """Blocks in parallel: each gets the same input, and their outputs are joined along `axis`.

    >>> from minigrad import np
    >>> net = Concatenate(axis=1)
    >>> net.add(Identity(), Identity())
    >>> net(np.array([[1, 2]]))
    array([[1., 2., 1., 2.]])
    """

    pure = True

    def __init__(self, axis: int = -1, prefix: str | None = None, params: Any = None) -> None:
        super().__init__(prefix=prefix, params=params)
        self._axis = whole("axis", axis)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if not isinstance(key, slice):
            return found
        part = Concatenate(self._axis, self.prefix)
        part.add(*found)
        return part

    @guarded
    def hybrid_forward(self, F: Any, x: Any, *args: Any) -> Any:
        """The outputs of all blocks, joined."""
        return ops.concatenate([block(x, *args) for block in self], self._axis)


class HybridConcatenate(Concatenate, HybridSequential):
    """`Concatenate` under Gluon's name for a hybridizable one."""

    pure = True
