"""What an explicit learning rate does to the schedule beside it."""

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from minigrad.errors import ArgumentError
from minigrad.optimizer.cautions import warn

if TYPE_CHECKING:
    from minigrad.optimizer.optimizer import Optimizer

HAVE_REBASED: WeakSet["Optimizer"] = WeakSet()
"""The optimizers that were given both."""


def rebase(optimizer: "Optimizer") -> None:
    """Let the rate of a new optimizer override the base of its schedule, with a warning if another one relies on that.

    The schedule itself is changed, as in Gluon.
    """
    scheduler: Any = optimizer.lr_scheduler
    lr = optimizer.lr
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
