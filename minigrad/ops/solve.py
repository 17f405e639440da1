"""Solving with matrices: inverse, linear equations, determinant. The matrices lie on the last two axes."""

from __future__ import annotations

from typing import Any

from minigrad.ops.operation import op


def _wide(a: Any) -> Any:
    """LAPACK starts at float32."""
    return a.astype("float32") if a.dtype == "float16" else a


def _transposed(F: Any, a: Any) -> Any:
    return F.swapaxes(a, -1, -2)


@op
def inv(xp: Any, a: Any) -> Any:
    """The inverse of a (..., n, n)."""
    return xp.linalg.inv(_wide(a)).astype(a.dtype, copy=False)


inv.vjp(a=lambda F, g, y: -F.matmul(_transposed(F, y), F.matmul(g, _transposed(F, y))))


@op
def solve_columns(xp: Any, a: Any, b: Any) -> Any:
    """The x with a x = b: a (..., n, n), b (..., n, k)."""
    return xp.linalg.solve(_wide(a), _wide(b)).astype(xp.result_type(a, b), copy=False)


solve_columns.vjp(
    a=lambda F, g, y, a: -F.matmul(F.solve_columns(_transposed(F, a), g), _transposed(F, y)),
    b=lambda F, g, a: F.solve_columns(_transposed(F, a), g),
)


@op
def det(xp: Any, a: Any) -> Any:
    """The determinant of a (..., n, n), which must be invertible where its gradient is asked for."""
    return xp.asarray(xp.linalg.det(_wide(a))).astype(a.dtype, copy=False)


@op
def logabsdet(xp: Any, a: Any) -> Any:
    """The logarithm of the size of the determinant of a (..., n, n)."""
    return xp.asarray(xp.linalg.slogdet(_wide(a))[1]).astype(a.dtype, copy=False)


det.vjp(a=lambda F, g, y, a: (g * y)[..., None, None] * _transposed(F, F.inv(a)))
logabsdet.vjp(a=lambda F, g, a: g[..., None, None] * _transposed(F, F.inv(a)))
