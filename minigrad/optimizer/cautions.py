"""Warnings of rules that run without an error but cannot do what they are for: each comes once for an optimizer.

They stand apart from the rules, which import them only when there is something to warn of.
"""

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

if TYPE_CHECKING:
    from minigrad.optimizer.ftrl import Ftrl
    from minigrad.optimizer.optimizer import Optimizer
    from minigrad.optimizer.sgld import SGLD

WARNED: WeakSet["Optimizer"] = WeakSet()
"""The optimizers that have warned. (An attribute of theirs would count as a setting, to be saved.)"""

HERE = str(Path(__file__).parent.parent)


def a_mean_is_sampled(sgld: "SGLD") -> None:
    """SGLD needs the gradient of the sum over all the data, and `Trainer.step` has made a mean of it."""
    _warn_once(
        sgld,
        f"SGLD's gradients are multiplied by {sgld.rescale_grad:.3g}: step(batch_size) makes a mean of them, but a "
        "posterior needs the sum over all the data, and the noise drowns a mean. Create SGLD with rescale_grad=N, the "
        "number of training samples: step(batch_size) then makes it N / batch_size.",
    )


def weights_are_erased(ftrl: "Ftrl", before: int, after: int) -> None:
    """Ftrl's first step has left `after` of `before` weights that were not 0."""
    _warn_once(
        ftrl,
        f"Ftrl has set {1 - after / before:.1%} of {before} weights to 0 in its first step: where gradients are "
        f"smaller than beta={ftrl.beta:g} or lamda1={ftrl.lamda1:g}, first weights count for little or nothing. "
        "Start a linear model at zero. For a network take lamda1=0 and beta=0, which make Ftrl AdaGrad.",
    )


def _warn_once(optimizer: "Optimizer", message: str) -> None:
    """Warn at the user's line, the first time that this optimizer asks for it."""
    if optimizer in WARNED:
        return
    WARNED.add(optimizer)
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
