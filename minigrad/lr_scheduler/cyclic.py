"""Schedules that rise before they fall: the triangle of cyclical rates, and the one-cycle policy."""

from minigrad.arguments import number, whole
from minigrad.errors import ArgumentError
from minigrad.lr_scheduler.scheduler import LRScheduler


class TriangularScheduler(LRScheduler):
    r"""Rise linearly from `min_lr` to `max_lr` and fall back, `cycles` times; then stay at `min_lr`.

    Let $L$ be `cycle_length`, $r$ be `inc_fraction` and $k$ the update within its cycle. The rate is
    $\eta_{\min} + u\,(\eta_{\max} - \eta_{\min})$ with $u = k/(rL)$ up to the peak at $k = rL$, and
    $u = (L - k)/(L - rL)$ after it. A fraction below a half gives the slanted triangle. An explicit `learning_rate`
    of an optimizer becomes `max_lr`.

    >>> schedule = TriangularScheduler(min_lr=1.0, max_lr=2.0, cycle_length=8, inc_fraction=0.25)
    >>> [round(schedule(k), 3) for k in range(10)]
    [1.0, 1.5, 2.0, 1.833, 1.667, 1.5, 1.333, 1.167, 1.0, 1.0]

    References: Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.1 (his step size is
    half a cycle); Howard, Ruder, "Universal Language Model Fine-tuning" (2018), equation 3, for the slanted one.
    """

    def __init__(
        self, min_lr: float, max_lr: float, cycle_length: int, inc_fraction: float = 0.5, cycles: int = 1
    ) -> None:
        self.min_lr = number("min_lr", min_lr, 0)
        super().__init__(number("max_lr", max_lr, 0))
        self.cycle_length = whole("cycle_length", cycle_length, 1)
        self.inc_fraction = number("inc_fraction", inc_fraction, 0, 1, "()")
        self.cycles = whole("cycles", cycles, 1)

    def set_base(self, lr: float) -> None:
        super().set_base(lr)
        if self.min_lr > lr:
            raise ArgumentError(f"The lowest rate, {self.min_lr}, is above the highest, {lr}; it must not be.")
        self.max_lr = float(lr)

    def rate(self, num_update: int) -> float:
        done = num_update // self.cycle_length
        k = num_update % self.cycle_length if done < self.cycles else 0
        peak = self.cycle_length * self.inc_fraction
        height = k / peak if k <= peak else (self.cycle_length - k) / (self.cycle_length - peak)
        return self.min_lr + height * (self.max_lr - self.min_lr)


class OneCycleScheduler(TriangularScheduler):
    """One symmetric triangle from `start_lr` to `max_lr` and back, then a linear cool-down to `finish_lr`.

    The cool-down lasts `cooldown_length` updates after the `cycle_length` of the triangle; then the rate stays.

    >>> schedule = OneCycleScheduler(start_lr=0.25, max_lr=0.5, cycle_length=4, cooldown_length=2, finish_lr=0.0)
    >>> [schedule(k) for k in range(8)]
    [0.25, 0.375, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]

    Reference: Smith, Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates"
    (2018), section 2.
    """

    renamed = {"start_lr": "min_lr"}

    def __init__(
        self,
        start_lr: float,
        max_lr: float,
        cycle_length: int,
        cooldown_length: int = 0,
        finish_lr: float | None = None,
    ) -> None:
        super().__init__(start_lr, max_lr, cycle_length)
        self.cooldown_length = whole("cooldown_length", cooldown_length, 0)
        if (finish_lr is None) != (self.cooldown_length == 0):
            raise ArgumentError(
                f"cooldown_length is {cooldown_length} and finish_lr {finish_lr}; give both for a cool-down or neither."
            )
        self.finish_lr = None if finish_lr is None else number("finish_lr", finish_lr, 0)

    def rate(self, num_update: int) -> float:
        late = num_update - self.cycle_length
        if late < 0:
            return super().rate(num_update)
        finish = self.min_lr if self.finish_lr is None else self.finish_lr
        if late >= self.cooldown_length:
            return finish
        return self.min_lr + late * (finish - self.min_lr) / self.cooldown_length
