"""Solving with matrices: inverse, linear equations, determinant. The matrices lie on the last two axes."""

from __future__ import annotations

from typing import Any

from minigrad.ops.accumulate import widened
from minigrad.ops.operation import op


def _transposed(F: Any, a: Any) -> Any:
    return F.swapaxes(a, -1, -2)


@op
def inv(xp: Any, a: Any) -> Any:
    """The inverse of a (..., n, n)."""
    return xp.linalg.inv(widened(a))


inv.vjp(a=lambda F, g, y: -F.matmul(_transposed(F, y), F.matmul(g, _transposed(F, y))))


@op
def solve_columns(xp: Any, a: Any, b: Any) -> Any:
    """The x with a x = b: a (..., n, n), b (..., n, k)."""
    return xp.linalg.solve(widened(a), widened(b))


solve_columns.vjp(
    a=lambda F, g, y, a: -F.matmul(F.solve_columns(_transposed(F, a), g), _transposed(F, y)),
    b=lambda F, g, a: F.solve_columns(_transposed(F, a), g),
)


@op
def det(xp: Any, a: Any) -> Any:
    """The determinant of a (..., n, n), which must be invertible where its gradient is asked for."""
    return xp.asarray(xp.linalg.det(widened(a)))


@op
def logabsdet(xp: Any, a: Any) -> Any:
    """The logarithm of the size of the determinant of a (..., n, n)."""
    return xp.asarray(xp.linalg.slogdet(widened(a))[1])


det.vjp(a=lambda F, g, y, a: (g * y)[..., None, None] * _transposed(F, F.inv(a)))
logabsdet.vjp(a=lambda F, g, a: g[..., None, None] * _transposed(F, F.inv(a)))
