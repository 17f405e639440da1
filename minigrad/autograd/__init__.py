"""Reverse-mode differentiation: operations recorded as a graph, and gradients pulled back through it.

Recording is explicit. Inside `record()` each operation on a value that leads back to an attached array leaves a `Node`
that knows where its inputs came from and what its derivative needs. `backward` walks these nodes from the newest to the
oldest. Outside `record()` nothing is saved. The mechanism is in `minigrad.engine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

from minigrad.absent import explain_absent
from minigrad.autograd.anomaly import detect_anomaly
from minigrad.autograd.function import Function, with_vjp
from minigrad.autograd.functional import hessian, hvp, jacobian, vjp
from minigrad.autograd.grad import grad
from minigrad.autograd.scopes import (
    is_recording,
    is_training,
    pause,
    predict_mode,
    record,
    set_recording,
    set_training,
    train_mode,
)
from minigrad.autograd.variables import mark_variables
from minigrad.engine.backward import backward
from minigrad.engine.graph import Leaf, Node, leaf
from minigrad.engine.modes import state
from minigrad.engine.tensor import attach

__all__ = [
    "Function", "Leaf", "Node", "attach", "backward", "detect_anomaly", "draw", "grad", "hessian", "hvp",
    "is_recording", "is_training", "jacobian", "leaf", "mark_variables", "pause", "predict_mode",
    "record", "set_recording", "set_training", "state", "train_mode", "vjp", "with_vjp",
]  # fmt: skip

explain_absent(__name__)

if _TYPE_CHECKING:
    from minigrad.autograd.drawing import Picture as _Picture
    from minigrad.engine.tensor import Tensor as _Tensor


def draw(y: _Tensor, animate: bool = False) -> _Picture:
    """Draw the graph behind `y`: see `minigrad.autograd.drawing.draw`."""
    from minigrad.autograd.drawing import draw as drawn  # slow to import

    return drawn(y, animate)
