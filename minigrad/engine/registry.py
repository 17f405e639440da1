"""Every operation by name, and the two readings of `F`, the namespace in which derivatives are written."""

import functools
from types import SimpleNamespace
from typing import Any

OPS: dict[str, Any] = {}
"""`operation.register` fills it."""


@functools.cache
def raw(xp: Any) -> SimpleNamespace:
    """`F` on raw arrays of the module `xp`, for an ordinary backward pass."""
    return SimpleNamespace(**{name: operation.raw(xp) for name, operation in OPS.items()})


@functools.cache
def recorded() -> SimpleNamespace:
    """`F` on Tensors, for a backward pass that is itself recorded."""
    return SimpleNamespace(**OPS)
