"""Gluon's lower-level `attach_grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minigrad.engine.tensor import Tensor, attach
from minigrad.errors import DTypeError, ShapeError
from minigrad.guarded import guarded


@guarded
def mark_variables(variables: Any, gradients: Any, grad_reqs: str | Sequence[str] = "write") -> None:
    """Attach the given buffers as gradients of the variables."""
    if isinstance(variables, Tensor):
        variables, gradients = [variables], [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    for v, g, req in zip(variables, gradients, reqs):
        if not isinstance(g, Tensor):
            raise DTypeError(
                f"A gradient cannot be written into a {type(g).__name__}; give a buffer: np.zeros_like(x)."
            )
        if g.shape != v.shape or g.dtype != v.dtype:
            raise ShapeError(
                f"The gradient of an array of shape {v.shape} and dtype {v.dtype} does not fit into a buffer of shape "
                f"{g.shape} and dtype {g.dtype}; give a buffer such as np.zeros_like(x)."
            )
        attach(v, req, g)
