"""Inverses, linear equations and determinants of matrices, which lie on the last two axes."""

from collections.abc import Callable
from typing import Any

import numpy

from minigrad.dtypes import widened
from minigrad.engine.operation import op
from minigrad.errors import ArgumentError


def _transposed(F, a):
    return F.swapaxes(a, -1, -2)


def _regular(solve: Callable[..., Any], *args: Any) -> Any:
    """LAPACK's answer, or a sentence if there is none. (We do not wait for a GPU, which then answers inf and NaN.)"""
    try:
        return solve(*args)
    except numpy.linalg.LinAlgError as error:
        if "ingular" not in str(error):
            raise
        raise ArgumentError(
            f"A matrix in an array of shape {args[0].shape} is singular, so it has no inverse, and what divides by its "
            "determinant has no derivative there. Check its rows, or add a multiple of the identity."
        ) from None


@op
def inv(xp, a):
    """The inverse y of a (..., n, n). ArgumentError if a matrix is singular.

    Gradient: -yᵀ g yᵀ.

    >>> from minigrad import np
    >>> np.linalg.inv(np.array([[2, 0], [0, 4]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return _regular(xp.linalg.inv, widened(a))


inv.vjp(a=lambda F, g, y: -F.matmul(_transposed(F, y), F.matmul(g, _transposed(F, y))))


@op
def solve_columns(xp, a, b):
    """The solution x of a x = b: a (..., n, n), b (..., n, k). ArgumentError if a matrix is singular.

    Gradient: h = a⁻ᵀ g for b, -h xᵀ for a.

    >>> from minigrad import np, ops
    >>> ops.solve_columns(np.array([[2, 0], [0, 4]]), np.array([[2], [2]]))
    array([[1. ],
           [0.5]])
    """
    shape = numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2])  # CuPy wants as many b as there are a
    return _regular(xp.linalg.solve, *(xp.broadcast_to(widened(x), (*shape, *x.shape[-2:])) for x in (a, b)))


solve_columns.vjp(
    a=lambda F, g, y, a: -F.matmul(F.solve_columns(_transposed(F, a), g), _transposed(F, y)),
    b=lambda F, g, a: F.solve_columns(_transposed(F, a), g),
)


@op
def logabsdet(xp, a):
    """The logarithm of the absolute value of the determinant of a (..., n, n).

    Gradient: g a⁻ᵀ. ArgumentError if a matrix is singular.

    >>> from minigrad import np, ops
    >>> ops.logabsdet(np.array([[2, 0], [0, -4]])).round(4)
    array(2.0794)
    """
    return xp.asarray(xp.linalg.slogdet(widened(a))[1])


logabsdet.vjp(a=lambda F, g, a: g[..., None, None] * _transposed(F, F.inv(a)))


@op
def det(xp, a):
    """The determinant of a (..., n, n).

    Gradient: g times the cofactors of a, which exist for singular matrices too.

    >>> from minigrad import np
    >>> np.linalg.det(np.array([[2, 1], [0, 4]]))
    array(8.)
    """
    return xp.asarray(xp.linalg.det(widened(a)))


@op
def cofactors(xp, a):
    """The cofactors of a (..., n, n), the derivatives of its determinant; they exist for singular matrices too.

    With a = U S Vᵀ, the cofactors of the diagonal matrix S are the products of all other singular values.

    Gradient: `cofactor_change` in the direction g.

    >>> from minigrad import np, ops
    >>> ops.cofactors(np.array([[2, 1], [0, 4]])).round(4)
    array([[ 4., -0.],
           [-1.,  2.]])
    """
    u, s, vt, sign = _rotations(xp, a)
    return (u * (sign * _others(xp, s))[..., None, :]) @ vt


@op
def cofactor_change(xp, g, a):
    """The derivative of the cofactors of a (..., n, n) in the direction g, in the shape of a.

    Between the rotations U and Vᵀ, a change E of the diagonal matrix S changes the cofactor at (i, i) by the sum over
    j of E_jj P_ij, and that at (i, j) by -E_ji P_ij, where P_ij is the product of the singular values except i and j.

    Gradient: `cofactor_change` again for g, as the derivative is symmetric; for a only where a is invertible.

    >>> from minigrad import np, ops
    >>> ops.cofactor_change(np.eye(2), np.array([[2, 1], [0, 4]])).round(4)
    array([[ 1., -0.],
           [-0.,  1.]])
    """
    u, s, vt, sign = _rotations(xp, a)
    n = s.shape[-1]
    identity = xp.eye(n, dtype=bool)
    without = _others(xp, xp.where(identity, 1, s[..., None, :]))
    without = xp.where(identity, 0, without)
    change = u.swapaxes(-1, -2) @ g @ vt.swapaxes(-1, -2)
    diagonal = (without @ xp.diagonal(change, 0, -2, -1)[..., None]) * identity
    turned = (diagonal - without * change.swapaxes(-1, -2)) * sign[..., None]
    return u @ turned @ vt


def _rotations(xp, a):
    """U, the singular values, V^T, and the sign (..., 1) of det U det V; NaN if the matrix is not finite."""
    finite = xp.isfinite(a).all((-2, -1), keepdims=True)
    u, s, vt = xp.linalg.svd(xp.where(finite, widened(a), 0))
    sign = xp.rint(xp.linalg.det(u) * xp.linalg.det(vt))[..., None]
    return xp.where(finite, u, xp.nan), s, vt, sign


def _others(xp, s):
    """At each place of the last axis the product of all other places."""
    one = xp.ones_like(s[..., :1])
    before = xp.cumprod(xp.concatenate((one, s[..., :-1]), -1), -1)
    after = xp.flip(xp.cumprod(xp.concatenate((one, xp.flip(s[..., 1:], -1)), -1), -1), -1)
    return before * after


def _third(F, h, g, a):
    """The gradient for a of the sum of h times `cofactor_change(g, a)`, from B = a^-T; a must be invertible.

    The sum is det(a) (<g, B> <h, B> - <h, B g^T B>).
    """
    b = _transposed(F, F.inv(a))
    gb, hb = (F.matmul(_transposed(F, x), b) for x in (g, h))
    tg, th = (F.sum(x * b, (-2, -1), keepdims=True) for x in (g, h))
    size = F.det(a)[..., None, None]
    total = tg * th - F.sum(h * F.matmul(b, gb), (-2, -1), keepdims=True)
    return size * (F.matmul(b, F.matmul(gb, hb) + F.matmul(hb, gb) - th * gb - tg * hb) + total * b)


det.vjp(a=lambda F, g, a: g[..., None, None] * F.cofactors(a))
cofactors.vjp(a=lambda F, g, a: F.cofactor_change(g, a))
cofactor_change.vjp(g=lambda F, h, a: F.cofactor_change(h, a), a=_third)
