"""Gluon's lower-level `attach_grad`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minigrad.engine.tensor import Tensor, attach


def mark_variables(variables: Any, gradients: Any, grad_reqs: str | Sequence[str] = "write") -> None:
    """Attach the given buffers as gradients of the variables."""
    if isinstance(variables, Tensor):
        variables, gradients = [variables], [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    for v, g, req in zip(variables, gradients, reqs):
        attach(v, req, g)
