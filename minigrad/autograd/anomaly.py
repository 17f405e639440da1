"""Where did it go wrong? `detect_anomaly()` reports the first NaN or infinity, with the operation that made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from minigrad.device import MODULES, xp_of
from minigrad.engine.graph import Node, Piece
from minigrad.engine.modes import Observer, observing
from minigrad.engine.operation import Op
from minigrad.engine.tensor import Tensor
from minigrad.errors import AnomalyError
from minigrad.explain import line_of, users_line


class detect_anomaly(Observer):  # noqa: N801  a `with` block, named like record() and pause()
    """A `with` block that raises at the first operation whose result, or gradient, has a NaN or an infinity.

    A value that came with the data counts too: mask with a large negative number instead of -inf while you search.
    The AnomalyError names the operation, the shapes and ranges of its inputs, and the line of the forward call. Looking
    at every value takes time (and makes a GPU wait): use it to find a mistake, not to train.

    >>> from minigrad import autograd, np
    >>> x = np.array([1.0, 0.0])
    >>> x.attach_grad()
    >>> with autograd.detect_anomaly(), autograd.record():
    ...     y = np.log(x)
    Traceback (most recent call last):
        ...
    minigrad.errors.AnomalyError: The forward pass of 'log' made 1 infinite value out of 2. ...
    """

    def __enter__(self) -> None:
        self._blocks = numpy.errstate(all="ignore"), observing(self)  # NumPy's own warnings say less
        for block in self._blocks:
            block.__enter__()

    def __exit__(self, *error: Any) -> None:
        for block in reversed(self._blocks):
            block.__exit__(*error)

    def called(self, op: Op, args: Sequence[Any], y: Tensor) -> None:
        """Raise if an operation has made the first value that is not finite."""
        found = _what_is_wrong(y.data)
        if found:
            raise AnomalyError(
                f"The forward pass of '{op.name}' made {found}. Its inputs: {_ranges(args)}. "
                f"It was called in {line_of(*users_line(3))}."
            )

    def pulled(self, node: Node, g: Any, parts: Sequence[Any]) -> None:
        """Raise if the gradient of an operation is the first that is not finite."""
        for i, part in enumerate(parts):
            part = part.values if isinstance(part, Piece) else part
            found = _what_is_wrong(part.data if isinstance(part, Tensor) else part)
            if found:
                raise AnomalyError(
                    f"The backward pass of '{node.name}' made {found} in the gradient of its input '{node.names[i]}'. "
                    f"The gradient of its output: {_ranges([g])}. What it saved: {_ranges(node.saved.values())}."
                )


def _what_is_wrong(values: Any) -> str:
    """How many values are NaN or infinite, in words; empty if none is."""
    if values.dtype.kind != "f":
        return ""
    xp = xp_of(values)
    counts = {"NaN": int(xp.isnan(values).sum()), "infinite": int(xp.isinf(values).sum())}
    said = [f"{n} {kind} value{'s' * (n != 1)}" for kind, n in counts.items() if n]
    return f"{' and '.join(said)} out of {values.size}" if said else ""


def _ranges(values: Any) -> str:
    """Shape and range of each array."""
    said = []
    for value in values:
        raw = value.data if isinstance(value, Tensor) else value
        if type(raw) in MODULES and hasattr(raw, "shape"):
            spread = f" from {float(raw.min()):g} to {float(raw.max()):g}" if raw.size else " (empty)"
            said.append(f"shape {raw.shape}{spread}")
        elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
            said.append(f"{raw:g}")
    return ", ".join(said) or "none"
