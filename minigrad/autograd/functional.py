"""Derivatives of a function as a whole: Jacobian, Hessian, and their products with a vector.

Inside `record()` the results are recorded too: gradients reach `x` and whatever else the function uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad.arguments import function, shown
from minigrad.autograd.grad import grad
from minigrad.autograd.scopes import is_recording, is_training, record
from minigrad.composed import as_tensor
from minigrad.create import eye, zeros, zeros_like
from minigrad.engine.backward import toposort
from minigrad.engine.tensor import Tensor
from minigrad.errors import ShapeError, UsageError
from minigrad.ops.joining import stack
from minigrad.ops.shape import reshape

Map = Callable[[Tensor], Tensor]


def vjp(f: Map, x: Tensor, v: Tensor) -> Tensor:
    """v^T J: the gradient at `x` of the sum of v f(x). v has the shape of f(x), the result that of x.

    >>> from minigrad import autograd, np
    >>> autograd.vjp(lambda x: x * x, np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    array([ 2., 40.])
    """
    y, z = _computed(f, x)
    return _pulled(y, z, as_tensor(v, y))


def jacobian(f: Map, x: Tensor) -> Tensor:
    """All first derivatives of f at x, in the shape f(x).shape + x.shape: one backward pass for each value of f.

    >>> from minigrad import autograd, np
    >>> autograd.jacobian(lambda x: x * x, np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _rows(*_computed(f, x))


def hvp(f: Map, x: Tensor, v: Tensor) -> Tensor:
    """H v: the second derivatives of a scalar function at x, times v, at the cost of two gradients.

    >>> from minigrad import autograd, np
    >>> autograd.hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    y, z = _slope(f, x)
    return _pulled(y, z, as_tensor(v, y))


def hessian(f: Map, x: Tensor) -> Tensor:
    """All second derivatives of a scalar function at x, in the shape x.shape + x.shape.

    >>> from minigrad import autograd, np
    >>> autograd.hessian(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    return _rows(*_slope(f, x))


def _computed(f: Map, x: Tensor) -> tuple[Tensor, Tensor]:
    """f(z), recorded, and z, a copy of x that is recorded if we are recording."""
    function("f", f)
    z = as_tensor(x).copy()
    if z.node is None:
        z.attach_grad()
    with record(is_training()):
        y = f(z)
    if not isinstance(y, Tensor):
        raise UsageError(f"f returned {shown(y)}; expected an array that is computed from its argument.")
    if isinstance(x, Tensor) and x.node is not None and y.node is not None:
        behind = {y.node, *(parent for node in toposort([y], ()) for parent in node.parents)}
        if x.node in behind and z.node not in behind:
            raise UsageError(
                "f does not use its argument, but the array x itself, so all derivatives would be 0. Write it with the "
                "argument: f = lambda z: (z * z).sum()."
            )
    return y, z


def _slope(f: Map, x: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient of f at z, recorded, and z."""
    y, z = _computed(f, x)
    if y.size != 1:
        raise ShapeError(
            f"Second derivatives need a function with one value, but this one returned shape {y.shape}; sum it."
        )
    with record(is_training()):
        return _pulled(y, z, None), z


def _pulled(y: Tensor, z: Tensor, v: Tensor | None, retain_graph: bool | None = None) -> Tensor:
    """The gradient of y with respect to z, weighted by v: recorded if we are recording, zeros if y is independent."""
    if y.node is None:
        return zeros_like(z)
    found: Tensor = grad(y, z, v, retain_graph, create_graph=is_recording(), train_mode=is_training())
    return found


def _rows(y: Tensor, z: Tensor) -> Tensor:
    """The gradient of each value of y with respect to z."""
    basis: Any = eye(y.size, dtype=y.dtype, ctx=y.ctx)
    rows = [_pulled(y, z, basis[i].reshape(y.shape), retain_graph=True) for i in range(y.size)]
    if not rows:
        return zeros(y.shape + z.shape, z.dtype, ctx=z.ctx)
    return reshape(stack(rows), y.shape + z.shape)
