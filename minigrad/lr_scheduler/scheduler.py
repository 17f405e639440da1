"""A schedule is a callable `num_update -> learning rate`; this base class adds warm-up and saving.

A schedule of your own is a subclass with a method `rate(num_update)`. (Any other callable works as a schedule too, but
has no warm-up and is not saved with the trainer.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from minigrad.arguments import number, one_of, shown, whole
from minigrad.config import as_call, as_file_error, build, check_complete, field, places, plain
from minigrad.errors import ArgumentError
from minigrad.guarded import guarded

RATES = ("warmup_final_lr", "base_lr")
"""The attributes that hold every schedule's base rate: as it was set, and as it is now."""


class LRScheduler:
    r"""Base of all schedules: warm up for `warmup_steps` updates, then follow `rate`.

    Let $k$ be the number of updates, $K$ the length of the warm-up, $b$ its first rate and $B$ the base rate. For
    $k < K$ the rate is

    $$\eta_k = b + (B - b)\,k/K \quad\text{(linear)}\qquad\text{or}\qquad \eta_k = b \quad\text{(constant)}$$

    and from $k = K$ on, `rate(k)` decides. Counting starts at update 0, not at the end of the warm-up.

    Parameters
    ----------
    base_lr : the rate $B$ that the schedule starts from, at least 0.
    warmup_steps : $K$, in updates.
    warmup_begin_lr : $b$, not above `base_lr`.
    warmup_mode : 'linear' or 'constant'.

    >>> class Inverse(LRScheduler):
    ...     def rate(self, num_update):
    ...         return self.base_lr / (1 + num_update)
    >>> schedule = Inverse(base_lr=1.0, warmup_steps=2)
    >>> [schedule(k) for k in range(4)]
    [0.0, 0.5, 0.3333333333333333, 0.25]

    Reference: Goyal et al., "Accurate, Large Minibatch SGD" (2017), section 2.2, for both ways of warming up.
    """

    renamed: ClassVar[Mapping[str, str]] = {"base_lr": "warmup_final_lr"}
    """Constructor arguments whose attributes have other names: argument -> attribute."""

    progress: ClassVar[tuple[str, ...]] = ()
    """Attributes that count the schedule's progress: whole numbers, saved with the arguments."""

    _classes: ClassVar[dict[str, type[LRScheduler]]] = {}

    def __init_subclass__(cls) -> None:
        LRScheduler._classes[cls.__name__] = cls

    def __init__(
        self, base_lr: float = 0.01, warmup_steps: int = 0, warmup_begin_lr: float = 0, warmup_mode: str = "linear"
    ) -> None:
        self.warmup_steps = whole("warmup_steps", warmup_steps, 0)
        self.warmup_begin_lr = number("warmup_begin_lr", warmup_begin_lr, 0)
        self.warmup_mode = one_of("warmup_mode", warmup_mode, "linear", "constant")
        self.set_base(base_lr)

    def set_base(self, lr: float) -> None:
        """Make `lr` the base rate of the whole schedule and the target of its warm-up.

        An optimizer calls this when it gets an explicit `learning_rate`. Assigning `base_lr` does less: as in Gluon, it
        affects Factor and MultiFactor from then on, but neither the warm-up nor other schedules.
        """
        lr = number("base_lr", lr, 0)
        if self.warmup_begin_lr > lr:
            raise ArgumentError(
                f"warmup_begin_lr is {self.warmup_begin_lr} and the base rate {lr}; a warm-up must not start above it."
            )
        self.base_lr = lr
        # The base as it was set; `base_lr` itself decreases in the stateful schedules.
        self.warmup_final_lr = lr

    def get_warmup_lr(self, num_update: int) -> float:
        """The rate of the warm-up at an update below `warmup_steps`."""
        if self.warmup_mode == "constant":
            return self.warmup_begin_lr
        return self.warmup_begin_lr + (self.warmup_final_lr - self.warmup_begin_lr) * num_update / self.warmup_steps

    def rate(self, num_update: int) -> float:
        """The rate after the warm-up, defined by the subclass."""
        raise NotImplementedError(f"{type(self).__name__} must define rate(num_update), the rate after the warm-up.")

    @guarded
    def __call__(self, num_update: int) -> float:
        """The learning rate for update number `num_update` (0 is before the first)."""
        if not num_update >= 0:
            asked = shown(num_update)
            raise ArgumentError(f"A schedule was asked for the rate of update {asked}; updates count from 0.")
        return self.get_warmup_lr(num_update) if num_update < self.warmup_steps else self.rate(num_update)

    def __repr__(self) -> str:
        return as_call(self, self.renamed, always=("base_lr",))

    def get_config(self) -> dict[str, Any]:
        """The schedule with its present state, as a dict for JSON.

        A schedule with state beyond its constructor arguments adds it: `return super().get_config() | {"count":
        self.count}`.
        """
        own = vars(self)
        names = dict.fromkeys([*places(type(self), self.renamed).values(), *RATES, *self.progress])
        config = {"class": type(self).__name__, "attributes": {name: plain(own[name]) for name in names if name in own}}
        if type(self).get_config is LRScheduler.get_config:
            check_complete(self, LRScheduler.from_config(config))
        return config

    def set_config(self, config: Mapping[str, Any]) -> None:
        """Restore what your own `get_config` added. The values come from a file, so check them."""

    @staticmethod
    @guarded
    def from_config(config: dict[str, Any]) -> LRScheduler:
        """The schedule that `get_config` described, made by its constructor and continuing where it was.

        >>> from minigrad.lr_scheduler import FactorScheduler
        >>> half = FactorScheduler(step=2, factor=0.5, base_lr=0.8)
        >>> half(5)
        0.2
        >>> LRScheduler.from_config(half.get_config())(6)
        0.2
        """
        name = field(config, "class", str)
        cls = LRScheduler._classes.get(name)
        if cls is None:
            raise ArgumentError(
                f"No schedule class is called {name!r:.60} (known: {', '.join(sorted(LRScheduler._classes))}); "
                "define or import it before loading."
            )
        attributes = field(config, "attributes", dict)
        scheduler: LRScheduler = build(cls, places(cls, cls.renamed), attributes, [*RATES, *cls.progress])
        scheduler.set_base(number("warmup_final_lr", field(attributes, "warmup_final_lr", (int, float)), 0))
        scheduler.base_lr = number("base_lr", field(attributes, "base_lr", (int, float)), 0)
        for progress in cls.progress:
            setattr(scheduler, progress, whole(progress, field(attributes, progress, int), 0))
        with as_file_error(cls):
            scheduler.set_config(config)
        return scheduler
