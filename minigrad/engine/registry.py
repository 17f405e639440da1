"""Every operation by name, and the two readings of `F`, the namespace in which derivatives are written."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

OPS: dict[str, Any] = {}
"""Every operation by name. One is entered by `operation.register`."""


@functools.cache
def raw(xp: Any) -> SimpleNamespace:
    """Every operation on raw arrays of the module `xp`: the reading of `F` in an ordinary backward pass."""
    return SimpleNamespace(**{name: operation.raw(xp) for name, operation in OPS.items()})


@functools.cache
def recorded() -> SimpleNamespace:
    """Every operation on Tensors: the reading of `F` in a backward pass that is itself recorded."""
    return SimpleNamespace(**OPS)
