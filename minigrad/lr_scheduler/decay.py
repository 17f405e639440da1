"""Schedules that only fall: by a factor at intervals, or along a polynomial, half a cosine or a power of time."""

import math

from minigrad.arguments import lengths, number, whole
from minigrad.errors import ArgumentError, UsageError
from minigrad.lr_scheduler.scheduler import LRScheduler


class FactorScheduler(LRScheduler):
    r"""Multiply the rate by `factor` after every `step` updates, down to `stop_factor_lr`.

    Let $k$ be the update, $s$ the step, $f$ the factor: $\eta_k = B f^{\lceil k/s \rceil - 1}$ for $k \ge 1$, and never
    below `stop_factor_lr` once it has dropped. (A rate of 0 stays 0, though; MXNet raises it.) The first drop shows at
    update $s + 1$ (MXNet's text says $s$; its code does this).

    The schedule is stateful: for an earlier update it returns the present rate, and if you assign `base_lr`, later
    drops start from that.

    >>> schedule = FactorScheduler(step=2, factor=0.5, base_lr=0.8)
    >>> [schedule(k) for k in range(7)]
    [0.8, 0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    """

    progress = ("count",)

    def __init__(
        self,
        step: int,
        factor: float = 1,
        stop_factor_lr: float = 1e-8,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.step = whole("step", step, 1)
        self.factor = number("factor", factor, 0, 1, "[]")
        self.stop_factor_lr = number("stop_factor_lr", stop_factor_lr, 0)
        self.count = 0

    def rate(self, num_update: int) -> float:
        drops = (num_update - self.count - 1) // self.step
        if drops > 0:
            self.count += drops * self.step
            self.base_lr = max(self.base_lr * self.factor**drops, self.stop_factor_lr if self.base_lr else 0.0)
        return self.base_lr


class MultiFactorScheduler(LRScheduler):
    r"""Multiply the rate by `factor` after each of the updates listed in `step`.

    $\eta_k = B f^{\#\{s\,:\,k > s\}}$: the drop of step $s$ shows at update $s + 1$. The schedule is stateful, like
    `FactorScheduler`.

    >>> schedule = MultiFactorScheduler(step=[2, 3], factor=0.5, base_lr=0.8)
    >>> [schedule(k) for k in range(6)]
    [0.8, 0.8, 0.8, 0.4, 0.2, 0.2]
    """

    progress = ("cur_step_ind",)

    def __init__(
        self,
        step: list[int],
        factor: float = 1,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(step, list) or not step:
            raise UsageError(f"step is {step!r}; it must be a list of at least one update, such as [1000, 2000].")
        self.step = list(lengths("step", step, 1))
        if any(early >= late for early, late in zip(self.step, self.step[1:])):
            raise ArgumentError(f"step is {step}; its updates must increase from one to the next.")
        self.factor = number("factor", factor, 0, 1, "[]")
        self.cur_step_ind = 0

    def rate(self, num_update: int) -> float:
        while self.cur_step_ind < len(self.step) and num_update > self.step[self.cur_step_ind]:
            self.cur_step_ind += 1
            self.base_lr *= self.factor
        return self.base_lr


class PolyScheduler(LRScheduler):
    r"""Fall from `base_lr` to `final_lr` along a polynomial, reaching it at `max_update`.

    Let $M$ be `max_update`, $K$ the warm-up, $F$ the final rate and $p$ the power `pwr`:
    $\eta_k = F + (B - F)\left(1 - \frac{k-K}{M-K}\right)^p$ up to $M$, and $F$ from there on. (MXNet returns `base_lr`
    beyond $M$ if it was not called before.)

    >>> schedule = PolyScheduler(max_update=4, base_lr=1.0, pwr=2)
    >>> [schedule(k) for k in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """

    renamed = {**LRScheduler.renamed, "pwr": "power"}

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        pwr: float = 2,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.max_update = end_of_decay(max_update, self.warmup_steps)
        self.power = number("pwr", pwr, 0)
        self.final_lr = number("final_lr", final_lr, 0)

    def rate(self, num_update: int) -> float:
        left = 1 - progress(num_update, self.warmup_steps, self.max_update)
        height = math.pow(left, self.power) if left else 0.0  # also if the power is 0
        return self.final_lr + (self.warmup_final_lr - self.final_lr) * height


class CosineScheduler(LRScheduler):
    r"""Fall from `base_lr` to `final_lr` along half a cosine, reaching it at `max_update`.

    $\eta_k = F + \frac{B-F}{2}\left(1 + \cos\pi\frac{k-K}{M-K}\right)$ up to $M$, and $F$ from there on; the letters
    are those of `PolyScheduler`.

    >>> schedule = CosineScheduler(max_update=4, base_lr=1.0)
    >>> [round(schedule(k), 3) for k in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]

    Reference: Loshchilov, Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017), equation 5, one
    period.
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.max_update = end_of_decay(max_update, self.warmup_steps)
        self.final_lr = number("final_lr", final_lr, 0)

    def rate(self, num_update: int) -> float:
        angle = math.pi * progress(num_update, self.warmup_steps, self.max_update)
        return self.final_lr + (self.warmup_final_lr - self.final_lr) * (1 + math.cos(angle)) / 2


class InversePowerScheduler(LRScheduler):
    r"""Fall like a power of the number of updates, ever more slowly and without end: a schedule for sampling.

    Let $b$ be `offset`, $K$ the warm-up and $\gamma$ the power `pwr`:
    $\eta_k = B\left(1 + \frac{k-K}{b}\right)^{-\gamma}$. This is Welling and Teh's $\eta_t = a (b + t)^{-\gamma}$ with
    $a = B b^\gamma$. For $0.5 < \gamma \le 1$ the sum of all rates is infinite but that of their squares is not: `SGLD`
    can then go anywhere, and ends in the posterior.

    >>> schedule = InversePowerScheduler(offset=2, base_lr=1.0, pwr=1)
    >>> [round(schedule(k), 3) for k in range(6)]
    [1.0, 0.667, 0.5, 0.4, 0.333, 0.286]

    Reference: Welling, Teh, "Bayesian Learning via Stochastic Gradient Langevin Dynamics" (2011), section 2, and 5.1
    for $\gamma = 0.55$.
    """

    renamed = {**LRScheduler.renamed, "pwr": "power"}

    def __init__(
        self,
        offset: float,
        base_lr: float = 0.01,
        pwr: float = 0.55,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.offset = number("offset", offset, 0, ends="()")
        self.power = number("pwr", pwr, 0)

    def rate(self, num_update: int) -> float:
        return self.warmup_final_lr * math.pow(1 + (num_update - self.warmup_steps) / self.offset, -self.power)


def progress(num_update: int, start: int, end: int) -> float:
    """How far the decay has progressed: 0 at update `start`, 1 from `end` on."""
    return min((num_update - start) / (end - start), 1.0)


def end_of_decay(max_update: int, warmup_steps: int) -> int:
    end = whole("max_update", max_update, 1)
    if end <= warmup_steps:
        raise ArgumentError(f"max_update is {end} and warmup_steps {warmup_steps}; the decay comes after the warm-up.")
    return end
