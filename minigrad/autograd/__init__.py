"""Reverse-mode differentiation: operations recorded as a graph, and gradients passed back through it.

Recording is explicit. Inside `record()` each operation on a value that leads back to an attached array leaves a `Node`
that remembers the operation, where its inputs came from, and the values its derivative needs. `backward` walks these
nodes from the newest to the oldest. Outside `record()` nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

from minigrad.engine.backward import backward, grad
from minigrad.engine.graph import Leaf, Node, attach, leaf, mark_variables
from minigrad.engine.modes import (
    is_recording,
    is_training,
    looked_at,
    pause,
    predict_mode,
    record,
    set_recording,
    set_training,
    state,
    train_mode,
)

from minigrad.autograd.anomaly import detect_anomaly  # isort: skip
from minigrad.autograd.function import Function, with_vjp  # isort: skip
from minigrad.autograd.functional import hessian, hvp, jacobian, vjp  # isort: skip

if _TYPE_CHECKING:
    from minigrad.engine.tensor import Tensor as _Tensor
    from minigrad.plot.graph import Picture as _Picture


def draw(y: _Tensor, animate: bool = False) -> _Picture:
    """Draw the graph behind `y`: see `minigrad.plot.graph.draw`."""
    from minigrad.plot.graph import draw as drawn

    return drawn(y, animate)
