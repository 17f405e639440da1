"""Gluon's lower-level `attach_grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minigrad.engine.tensor import Tensor, attach
from minigrad.errors import DTypeError, ShapeError, UsageError
from minigrad.guarded import guarded


@guarded
def mark_variables(variables: Any, gradients: Any, grad_reqs: str | Sequence[str] = "write") -> None:
    """Attach the given buffers as gradients of the variables: one buffer for each, and one of `grad_reqs` or a word."""
    if isinstance(variables, Tensor):
        variables, gradients = [variables], [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    if not len(variables) == len(gradients) == len(reqs):
        raise UsageError(
            f"mark_variables() got {len(variables)} variables, {len(gradients)} buffers and {len(reqs)} of grad_reqs; "
            "give one of each for every variable."
        )
    for v, g in zip(variables, gradients):
        if not isinstance(v, Tensor):
            raise DTypeError(
                f"A variable of type {type(v).__name__} has no gradient; give an array of minigrad: np.array(x)."
            )
        if not isinstance(g, Tensor):
            raise DTypeError(
                f"A gradient is written into an array, not a value of type {type(g).__name__}; give np.zeros_like(x)."
            )
        if g.shape != v.shape or g.dtype != v.dtype:
            raise ShapeError(
                f"The gradient of an array of shape {v.shape} and dtype {v.dtype} does not fit into a buffer of shape "
                f"{g.shape} and dtype {g.dtype}; give a buffer such as np.zeros_like(x)."
            )
    for v, g, req in zip(variables, gradients, reqs):
        attach(v, req, g)
