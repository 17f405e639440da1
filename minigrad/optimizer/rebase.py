"""What an explicit learning rate does to a schedule given with it."""

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from minigrad.arguments import shown
from minigrad.errors import ArgumentError, KeywordError
from minigrad.optimizer.arguments import Default
from minigrad.warn import warn

if TYPE_CHECKING:
    from minigrad.optimizer.optimizer import Optimizer

HAVE_REBASED: WeakSet["Optimizer"] = WeakSet()
"""The optimizers that were given a rate and a schedule."""


def rebase(optimizer: "Optimizer") -> None:
    """Check the schedule of a new optimizer, and let an explicit rate override its base.

    The schedule itself is changed, as in Gluon, so there is a warning if another optimizer relies on its base.
    KeywordError if the schedule cannot be called, ArgumentError if it has no base.
    """
    scheduler: Any = optimizer.lr_scheduler
    lr = optimizer.lr
    if not callable(scheduler):
        raise KeywordError(f"lr_scheduler={shown(scheduler)} is not a schedule; expected a callable, update -> rate")
    if isinstance(lr, Default):
        return
    if hasattr(scheduler, "set_base"):
        scheduler.set_base(lr)
    elif hasattr(scheduler, "base_lr"):
        scheduler.base_lr = lr
    else:
        raise ArgumentError(
            f"learning_rate={lr!r} cannot override {scheduler!r}, which has no base_lr; give one of the two"
        )
    for other in [one for one in HAVE_REBASED if one.lr_scheduler is scheduler and one.lr != lr][:1]:
        warn(
            f"learning_rate={lr!r} replaces the {other.lr!r} that another optimizer gave to the same lr_scheduler, so "
            f"both now begin at {lr!r}. Give each optimizer a schedule of its own."
        )
    HAVE_REBASED.add(optimizer)
