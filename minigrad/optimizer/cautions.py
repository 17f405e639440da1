"""Warnings about rules that run without an error but cannot do their job; each optimizer warns once.

The rules import this file only when there is something to warn about.
"""

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from minigrad.warn import warn

if TYPE_CHECKING:
    from minigrad.optimizer.ftrl import Ftrl
    from minigrad.optimizer.optimizer import Optimizer
    from minigrad.optimizer.sgld import SGLD

WARNED: WeakSet["Optimizer"] = WeakSet()
"""The optimizers that have warned. (An attribute of theirs would count as a setting, to be saved.)"""


def a_mean_is_sampled(sgld: "SGLD", averaged: bool) -> None:
    """Warn that SGLD gets the gradient of a mean, taken by the loss or by `Trainer.step`, but needs that of a sum."""
    if averaged:
        found, cure = "of a loss that was averaged", "step(1)"
    else:
        found, cure = f"multiplied by {sgld.rescale_grad:.3g}, as step(batch_size) does", "step(batch_size)"
    _warn_once(
        sgld,
        f"SGLD's gradients are {found}: they are a mean, but a posterior needs the sum over all the data; a mean "
        f"drowns in the noise. Create SGLD with rescale_grad=N, the number of training samples, and call {cure}. "
        "(If the loss already has the factor N, all is well.)",
    )


def weights_are_erased(ftrl: "Ftrl", left: float, w: Any) -> None:
    """Warn that Ftrl's first step has erased weights; `left` is the fraction of their norm that remains."""
    _warn_once(
        ftrl,
        f"Ftrl's first step left {left:.1%} of the norm of {w.size} weights, and {(w == 0).mean():.1%} of them are now "
        f"0: where gradients are smaller than beta={ftrl.beta:g} or lamda1={ftrl.lamda1:g}, initial weights count for "
        "little or nothing. Start a linear model at zero. For a network, use lamda1=0 and beta=0, which turn Ftrl into "
        "AdaGrad.",
    )


def two_trainers(optimizer: "Optimizer") -> None:
    """An optimizer that has the parameters of one Trainer is given to another."""
    warn(
        f"This {type(optimizer).__name__} already has the parameters of another Trainer. Both would share one count of "
        "steps, and the other would use the multipliers of this one. Give each Trainer an optimizer of its own."
    )


def _warn_once(optimizer: "Optimizer", message: str) -> None:
    """Warn the first time that this optimizer asks for it."""
    if optimizer not in WARNED:
        WARNED.add(optimizer)
        warn(message)
