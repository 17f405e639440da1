"""Derivatives of a function as a whole: Jacobian, Hessian, and their products with a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad.autograd.backward import grad
from minigrad.autograd.scopes import record
from minigrad.errors import ShapeError
from minigrad.tensor import Tensor

Map = Callable[[Tensor], Tensor]


def vjp(f: Map, x: Tensor, v: Tensor) -> Tensor:
    """v^T J: the gradient at `x` of the sum of v f(x). v has the shape of f(x), the result that of x."""
    y, z = _computed(f, x)
    result: Tensor = grad(y, z, head_grads=v)
    return result


def jacobian(f: Map, x: Tensor) -> Tensor:
    """All first derivatives of f at x, in the shape f(x).shape + x.shape: one backward pass for each value of f.

    >>> from minigrad import autograd, np
    >>> autograd.jacobian(lambda x: x * x, np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    y, z = _computed(f, x)
    return _rows(y, z)


def hvp(f: Map, x: Tensor, v: Tensor) -> Tensor:
    """H v: the second derivatives of a scalar function at x, times v, for the price of two gradients."""
    z = _leaf(x)
    with record():
        slope = grad(_scalar(f(z)), z, create_graph=True)
    result: Tensor = grad(slope, z, head_grads=v)
    return result


def hessian(f: Map, x: Tensor) -> Tensor:
    """All second derivatives of a scalar function at x, in the shape x.shape + x.shape.

    >>> from minigrad import autograd, np
    >>> autograd.hessian(lambda x: (x**3).sum(), np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    z = _leaf(x)
    with record():
        slope = grad(_scalar(f(z)), z, create_graph=True)
    return _rows(slope, z)


def _leaf(x: Tensor) -> Tensor:
    z = x.detach().copy()
    z.attach_grad()
    return z


def _computed(f: Map, x: Tensor) -> tuple[Tensor, Tensor]:
    z = _leaf(x)
    with record():
        return f(z), z


def _scalar(y: Tensor) -> Tensor:
    if y.size != 1:
        raise ShapeError(f"Second derivatives are of one number, but the function returned shape {y.shape}; sum it.")
    return y


def _rows(y: Tensor, z: Tensor) -> Tensor:
    """The gradient of each value of y by z. Where y does not depend on z at all, zeros."""
    from minigrad import np

    if y._node is None:
        return np.zeros(y.shape + z.shape, z.dtype, ctx=z.ctx)
    basis: Any = np.eye(y.size, dtype=y.dtype, ctx=y.ctx)
    rows = [grad(y, z, head_grads=basis[i].reshape(y.shape), retain_graph=True) for i in range(y.size)]
    return np.stack(rows).reshape(y.shape + z.shape) if rows else np.zeros(y.shape + z.shape, z.dtype, ctx=z.ctx)
