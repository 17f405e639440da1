"""Learning-rate schedules: the rate as a function of the number of updates done so far."""

from minigrad.absent import explain_absent
from minigrad.lr_scheduler.cyclic import OneCycleScheduler, TriangularScheduler
from minigrad.lr_scheduler.decay import (
    CosineScheduler,
    FactorScheduler,
    InversePowerScheduler,
    MultiFactorScheduler,
    PolyScheduler,
)  # fmt: skip
from minigrad.lr_scheduler.scheduler import LRScheduler

__all__ = [
    "CosineScheduler", "FactorScheduler", "InversePowerScheduler", "LRScheduler", "MultiFactorScheduler",
    "OneCycleScheduler", "PolyScheduler", "TriangularScheduler",
]  # fmt: skip

explain_absent(__name__)
