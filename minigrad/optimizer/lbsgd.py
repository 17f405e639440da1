"""LBSGD: SGD for large batches that are put together from small ones."""

from typing import Any

from minigrad.arguments import whole
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KindError, UsageError
from minigrad.optimizer.accepts import check_arrays, weight_of
from minigrad.optimizer.arguments import number, velocity
from minigrad.optimizer.optimizer import Index, Optimizer, State
from minigrad.optimizer.outside import divides, norm
from minigrad.optimizer.registry import register
from minigrad.optimizer.rule import clip, sqrt, where


@register
class LBSGD(Optimizer):
    """LBSGD: average the gradients of several small batches, then take one SGD step with a rate that warms up.

    A batch B times larger has a steadier gradient, so the rate may be B times larger too; but not from the start,
    when the weights still change fast. The rate therefore grows from η to B η. The strategy `lars` instead gives
    each parameter a rate in proportion to its length over the length of its gradient.

    Let w be the weight, g the average of B gradients (then rescaled, clipped, plus δ w), η the learning rate, γ the
    momentum, v the velocity, n the number of the small batch, from 1, and N = warmup_epochs * updates_per_epoch. When B
    divides n:

        v_t = γ v_{t-1} - η scale g_t
        w_t = w_{t-1} + v_t                 (without momentum: w_t = w_{t-1} - η scale g_t)

    Otherwise the gradient is only added to `total`. From n = N on, scale = B; before that, it depends on the strategy:

        linear   scale = 1 + (B - 1) n / N
        power2   scale = 1 + (B - 1) (n / N)²
        sqrt     scale = 1 + (B - 1) √(n / N)
        other    scale = 1

    With `lars`, always: scale = √(|w|² / (|g|² + δ |w|² + 1e-18)), limited to [0.01, 100], where |g| is taken before
    rescaling.

    State: `v` if there is momentum and `total` if B > 1, shaped like the weight, zeros at first.

    Arguments:
        momentum: γ in [0, 1), default 0.
        multi_precision: see `Optimizer`, default False.
        warmup_strategy: 'linear' (default), 'power2', 'sqrt' or 'lars'; with any other word, such as 'none', the rate
            is η until n = N. A misspelling of one of the four is refused.
        warmup_epochs: length of the warm-up, default 5.
        batch_scale: B, how many small batches make a large one, default 1. With 1, every strategy but 'lars' equals
            SGD.
        updates_per_epoch: small batches in an epoch, default 32.
        begin_epoch: the epoch at which training resumes; n starts there. Default 0.
        num_epochs: no effect, as in MXNet. Default 60.
        Others, such as `learning_rate` (η, default 0.01) and `wd` (δ): see `Optimizer`.

    Every second batch is a step:

    >>> from minigrad import np, optimizer
    >>> w = np.array([1.0, -2.0])
    >>> lbsgd = optimizer.LBSGD(learning_rate=0.1, batch_scale=2, warmup_epochs=1, updates_per_epoch=4)
    >>> state = lbsgd.create_state(0, w)
    >>> for g in [0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]:
    ...     lbsgd.update(0, w, np.array(g), state)
    ...     print(w.asnumpy().round(4))
    [ 1. -2.]
    [ 1.0375 -1.9812]
    [ 1.0375 -1.9812]
    [ 1.0125 -2.2312]

    With this rule MXNet 1.9 reads a schedule one update late, and in a Trainer counts the second gradient of the first
    group twice; minigrad does neither. `lars` is MXNet's formula; for the paper's see `LARS`.

    A single gradient of 1e30 throws the weight to -η · 1e30, where ordinary steps are smaller than its last digit:
    it never comes back. `clip_gradient` prevents this.

    References: Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888,
    2017. Warm-up: P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", arXiv:1706.02677,
    2017.
    """

    def __init__(
        self,
        momentum: float = 0.0,
        multi_precision: bool = False,
        warmup_strategy: str = "linear",
        warmup_epochs: int = 5,
        batch_scale: int = 1,
        updates_per_epoch: int = 32,
        begin_epoch: int = 0,
        num_epochs: int = 60,
        **kwargs: Any,
    ) -> None:
        super().__init__(multi_precision=multi_precision, **kwargs)
        self.momentum = number("momentum", momentum, 0, 1)
        if not isinstance(warmup_strategy, str):
            raise KindError(f"warmup_strategy={warmup_strategy!r} cannot be used; expected a word such as 'linear'")
        if warmup_strategy not in STRATEGIES:
            _refuse_misspelt(warmup_strategy)
        self.warmup_strategy = warmup_strategy
        self.warmup_epochs = whole("warmup_epochs", warmup_epochs, 0)
        self.batch_scale = whole("batch_scale", batch_scale, 1)
        self.updates_per_epoch = whole("updates_per_epoch", updates_per_epoch, 1)
        self.begin_epoch = whole("begin_epoch", begin_epoch, 0)
        self.num_epochs = whole("num_epochs", num_epochs, 0)

    states = property(velocity)
    symbols = {"batch_scale": "B", "warmup_epochs": "E", "updates_per_epoch": "U"}
    meanings = {"t": "number of the small batch"}

    def rule(self, w, g, v=None, *, lr, scale):
        if self.momentum == 0:
            return w - lr * scale * g
        v = self.momentum * v - lr * scale * g
        return w + v, v

    @property
    def elementwise(self) -> bool:
        return self.batch_scale == 1 and self.warmup_strategy != "lars"

    def create_state(self, index: Index, weight: Tensor) -> State:
        weight = weight_of(weight)
        inner = super().create_state(index, weight)
        if self.batch_scale == 1:
            return inner
        total = Tensor(self.initial_state("total", weight.data), weight.ctx)
        return total if inner is None else (inner, total)

    def step(self, index, w, g, states):
        if len(states) != len(self.states) + (self.batch_scale > 1):
            raise UsageError(
                f"LBSGD was given {len(states)} states; with batch_scale > 1 it needs {self.states} and one more, "
                "in which it adds up gradients. create_state(index, weight) makes them"
            )
        if self.batch_scale > 1:
            total = states[-1]
            check_arrays("LBSGD", {"w": w, "total": total})
            total += g
            if not divides(self.batch_scale, self._batches(self._index_update_count[index])):
                return
            g = total / self.batch_scale
            total[...] = 0
        super().step(index, w, g, states)

    def named(self, index, w, g, states, scalars):
        return {"scale": self._scale(w, g, scalars["wd"], self._batches(scalars["t"]))}

    def outside(self, *, w, raw, wd, t, total_before):
        """The equations of `step` and `named`."""
        n = self._batches(t)
        if self.batch_scale == 1:
            return {"scale": self._scale(w, raw, wd, n)}
        grown = total_before + raw
        g_bar = grown / self.batch_scale
        acts = divides(self.batch_scale, n)
        scale = self._scale(w, g_bar, wd, n)
        return {"total": where(acts, 0.0, grown), "acts": acts, "g": g_bar, "scale": scale}

    def _batches(self, t):
        """n: how many small batches this parameter has seen, including the present one."""
        n = t - self.begin_num_update if self.begin_num_update else t
        return self.begin_epoch * self.updates_per_epoch + n if self.begin_epoch else n

    def _scale(self, w, g, wd, n):
        """The factor on the rate."""
        B = self.batch_scale
        if self.warmup_strategy == "lars":
            length, slope = norm(w), norm(g)
            return clip(sqrt(length**2 / (slope**2 + wd * length**2 + 1e-18)), 0.01, 100.0)
        N = self.warmup_epochs * self.updates_per_epoch
        if B == 1 or N <= 1:
            return B
        shapes = {"linear": lambda x: x, "power2": lambda x: x**2, "sqrt": sqrt}
        if self.warmup_strategy not in shapes:
            return where(n < N, 1.0, B)
        return where(n < N, 1 + (B - 1) * shapes[self.warmup_strategy](n / N), B)


STRATEGIES = ("linear", "power2", "sqrt", "lars")


def _refuse_misspelt(word: str) -> None:
    import difflib  # rarely needed

    if close := difflib.get_close_matches(word.lower(), STRATEGIES, n=1):
        raise ArgumentError(f"warmup_strategy={word!r} is not one of {STRATEGIES}; did you mean {close[0]!r}?")
