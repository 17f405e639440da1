"""The optimizer: everything that update rules share, written once, so that a rule is nothing but its equations.

A rule says how one weight moves. The base class does the rest: it keeps step counts, states, the float32 master copies
of float16 weights, and each parameter's learning rate and weight decay with their multipliers. When a rule is run
(`minigrad.optimizer.run`), the gradient is rescaled, clipped and given weight decay, in this order for every rule:

    g = clip(rescale_grad * gradient, -clip_gradient, +clip_gradient) + wd * w
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy

from minigrad.arguments import arguments_of, flag, mapping, number, refuse, shown, whole
from minigrad.device import Array, context_of, xp_of
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ScheduleError, UsageError, suggestion
from minigrad.optimizer.accepts import apart, gradient_for, master_of, states_for, weight_of
from minigrad.optimizer.arguments import Default
from minigrad.optimizer.graph import as_the_rule_gets_it, is_own
from minigrad.optimizer.registry import create, register
from minigrad.optimizer.run import run, way_of
from minigrad.optimizer.shown import Shown

Index = int | str
State = Any
"""None, one `Tensor`, or a tuple of them: what `create_state` returns."""


class Optimizer(Shown):
    r"""Base class of every optimizer.

    Write your own as equations, and it is fast everywhere, prints itself and runs on a GPU:

    >>> from minigrad import np, optimizer
    >>> @optimizer.register
    ... class HeavyBall(optimizer.Optimizer):
    ...     states = ("v",)
    ...
    ...     def rule(self, w, g, v, *, lr):
    ...         v = 0.5 * v - lr * g
    ...         return w + v, v
    >>> w, g = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    >>> ball = optimizer.create("heavyball", learning_rate=0.1)
    >>> v = ball.create_state(0, w)
    >>> for _ in range(2):
    ...     ball.update(0, w, g, v)
    >>> print(w.asnumpy())
    [0.75 2.25]

    A rule defined in a notebook or a script is *plain*: Python calls it with real arrays at every step, so `print`,
    breakpoints and lists work in it. A rule defined in a module is translated into a program once, if it uses only
    numbers and known functions (`optimizer.reading` chooses). If your rule is not a formula for each element, define
    `create_state(index, weight)` and `update(index, weight, grad, state)` yourself: call `self._update_count(index)`
    first, then change `weight` in place.

    Arguments, which every optimizer accepts by keyword:
        learning_rate: :math:`\eta`, default 0.01 unless the optimizer names another. Given together with a schedule it
            overrides the schedule's base rate; a default never does.
        wd: weight decay :math:`\delta`, default 0.
        rescale_grad: factor :math:`\rho` on the gradient, default 1. `Trainer.step(n)` sets it to `1 / n`.
        clip_gradient: limit :math:`c` of each element of the rescaled gradient, default None; None or <= 0 is off.
        lr_scheduler: callable, update number -> learning rate. The first update asks for number 1.
        begin_num_update: where the step counts start, default 0.
        multi_precision: whether float16 weights keep a float32 master copy and are rounded from it, default False.
        param_idx2name: parameter index -> name. Without `param_dict`, only names ending in `_weight` or `_gamma` decay.
        param_dict: parameter index -> `Parameter`, whose `lr_mult` and `wd_mult` then apply. A Trainer sets it.
    """

    decaying: ClassVar[tuple[str, ...]] = ("_weight", "_gamma")
    """Endings of the names that decay when parameters are known by name only."""

    states: Any = ()
    """Names of the states, in the order in which the rule takes and returns them."""

    divides_by_rate: ClassVar[bool] = False
    """Whether the rule divides by the rate: a step at a rate of 0 then changes nothing."""

    former_states: ClassVar[tuple[str, ...]] = ()
    """States that earlier versions kept after the present ones. Files may hold them; nothing reads them."""

    measured: ClassVar[tuple[str, ...]] = ()
    """Numbers that the rule asks for by name and that depend on arrays it computes. See `minigrad.optimizer.passes`."""

    progress: ClassVar[tuple[str, ...]] = ()
    """What the rule keeps besides counts and states. Files hold it even without the rest of the optimizer."""

    rule: Callable[..., Any]
    """`rule(self, w, g, *states, *, lr, t, ...)`: next weight and states. See `minigrad.optimizer.rule`."""

    outside: Callable[..., Mapping[str, Any]]
    """`outside(self, *, w, raw, lr, ...)`: how `named` computes its values, for printing. See CONTRIBUTING."""

    def __init__(
        self,
        *by_position: Any,
        learning_rate: float | None = None,
        wd: float = 0.0,
        rescale_grad: float = 1.0,
        clip_gradient: float | None = None,
        lr_scheduler: Callable[[int], float] | None = None,
        begin_num_update: int = 0,
        multi_precision: bool = False,
        param_idx2name: Mapping[Index, str] | None = None,
        param_dict: Mapping[Index, Any] | None = None,
        **unknown: Any,
    ) -> None:
        if by_position:
            from minigrad.optimizer.given import by_name

            raise by_name(type(self), by_position)
        if unknown:
            refuse(type(self), unknown)
        rate = Default(0.01) if learning_rate is None else learning_rate
        checked = number("learning_rate", rate, 0)
        self.lr = rate if isinstance(rate, Default) else checked
        self.wd = number("wd", wd, 0)
        self.rescale_grad = number("rescale_grad", rescale_grad)
        self.clip_gradient = None if clip_gradient is None else number("clip_gradient", clip_gradient)
        self.multi_precision = flag("multi_precision", multi_precision)
        self.begin_num_update = self.num_update = whole("begin_num_update", begin_num_update, 0)
        self.lr_scheduler = lr_scheduler
        if lr_scheduler is not None:
            from minigrad.optimizer.rebase import rebase

            rebase(self)
        self.param_dict: Mapping[Index, Any] = mapping("param_dict", param_dict)
        self.idx2name: dict[Index, str] = mapping("param_idx2name", param_idx2name)
        self.lr_mult: dict[Index, float] = {}
        self.wd_mult: dict[Index, float] = self._default_wd_mult()
        self._index_update_count: dict[Index, int] = {}

    @property
    def elementwise(self) -> bool:
        """Whether a step on several parameters laid side by side is the same as one step on each.

        Not in the reading "plain", where a rule may print arrays, nor if a user's class has its own methods around it.
        """
        cls = type(self)
        around = cls.update, cls.create_state, cls.named, cls.measure, cls.step, cls.prepared, cls._get_lr, cls._get_wd
        return all(map(is_own, around)) and way_of(self) != "plain"

    def _check_class(self) -> None:
        """Refuse an optimizer of a user's class that could not take a step, before a state is made for it."""
        if not is_own(type(self)):
            from minigrad.optimizer.definition import check_class

            check_class(self, Optimizer)

    # States

    def initial_state(self, name: str, w: Array) -> Array:
        """The first value of the state `name` of the weight `w`, a raw array: zeros, unless a rule says otherwise."""
        with context_of(w):
            return xp_of(w).zeros_like(w, dtype=single(w.dtype))

    def create_state(self, index: Index, weight: Tensor) -> State:
        """A new state for one parameter: None, one array, or a tuple in the order of `states`."""
        self._check_class()
        weight = weight_of(weight)
        with weight.ctx:
            arrays = {name: self.initial_state(name, weight.data) for name in self.states}
            if not is_own(type(self)):
                from minigrad.optimizer.given import first_state

                arrays = {key: first_state(type(self).__name__, key, x, weight.data) for key, x in arrays.items()}
            made = tuple(Tensor(x, weight.ctx) for x in arrays.values())
        return made if len(made) > 1 else made[0] if made else None

    def create_state_multi_precision(self, index: Index, weight: Tensor) -> State:
        """Like `create_state`; for a float16 weight with `multi_precision`, (float32 master copy, state)."""
        self._check_class()
        weight = weight_of(weight)
        with weight.ctx:
            if not self._has_master(weight):
                return self.create_state(index, weight)
            master = Tensor(weight.data.astype(numpy.float32), weight.ctx)
            return master, self.create_state(index, master)

    def _has_master(self, weight: Tensor) -> bool:
        return self.multi_precision and bool(weight.dtype == numpy.float16)

    # Updates

    def update(self, index: Any, weight: Any, grad: Any, state: State) -> None:
        """Take one step: change `weight` and `state` in place. `grad` is left as it is.

        Takes Tensors or plain arrays, or for several parameters a list of each; a gradient of another dtype is cast to
        the weight's. Raises ShapeError, DTypeError or UsageError, before anything is changed, unless the gradient has
        the shape of the weight and the state is what `create_state` makes.
        """
        if isinstance(index, (list, tuple)):
            from minigrad.optimizer.several import one_by_one

            return one_by_one(self.update, index, weight, grad, state)
        weight = weight_of(weight)
        named_only = type(self).create_state is Optimizer.create_state
        g, states = gradient_for(weight, grad).data, states_for(self, weight, state, named_only)
        self._update_count(index)
        with weight.ctx:
            self.step(index, weight.data, apart(g, [weight.data, *states]), states)
        weight.touch()  # backward through a graph that was recorded with the old weight is now an error
        return None

    def update_multi_precision(self, index: Index, weight: Tensor, grad: Tensor, state: State) -> None:
        """Like `update`, with the state of `create_state_multi_precision`; rounds the weight from its master copy."""
        weight = weight_of(weight)
        if not self._has_master(weight):
            return self.update(index, weight, grad, state)
        master, inner = master_of(weight, state)
        grad = gradient_for(master, grad)
        with weight.ctx:
            refresh(master.data, weight.data)
            self.update(index, master, grad, inner)
            weight.data[...] = master.data
        weight.touch()
        return None

    def step_group(self, indices: Sequence[Index], w: Array, g: Array, states: Sequence[Array]) -> None:
        """Take one step on parameters that lie side by side in the raw arrays `w`, `g` and `states`.

        They must share dtype, step count and multipliers, and the optimizer must be `elementwise`.
        """
        count = self._index_update_count.get(indices[0], self.begin_num_update) + 1
        self._index_update_count.update(dict.fromkeys(indices, count))
        if count > self.num_update:
            self.num_update = count
        self.step(indices[0], w, g, states)

    def step(self, index: Index, w: Array, g: Array, states: Sequence[Array]) -> None:
        """Run the rule once on raw arrays, in place. The step has been counted."""
        scalars: dict[str, Any] = {
            "lr": self._get_lr(index),
            "wd": self._get_wd(index),
            "t": self._index_update_count[index],
            "rescale_grad": self.rescale_grad,
            "clip_gradient": self.clip_gradient,
        }
        if self.divides_by_rate and scalars["lr"] <= 0:
            return
        found: Any = self.named(index, w, g, states, scalars)
        if type(found) is not dict and not isinstance(found, Mapping):
            from minigrad.optimizer.given import not_by_name

            raise not_by_name(type(self), found)
        scalars.update(found)
        own = states[: len(self.states)]  # `create_state` may add arrays for `named` and `step`, not for the rule
        if self.measured:
            from minigrad.optimizer.passes import run_in_two

            run_in_two(self, [w, g, *own], scalars)
        else:
            run(self, [w, g, *own], scalars)

    def named(
        self, index: Index, w: Array, g: Array, states: Sequence[Array], scalars: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The other values that the rule asks for by name: those that are not elementwise, such as norms or noise.

        `g` is the raw gradient; `self.prepared(w, g, scalars)` is the one the rule gets. Arrays are NumPy's or CuPy's.
        Returns a dict of numbers, and of arrays of the shape of w.
        """
        return {}

    def prepared(self, w: Array, g: Array, scalars: Mapping[str, Any]) -> Array:
        """The gradient as the rule gets it: rescaled, clipped, and with decay unless the rule asks for `wd`."""
        return as_the_rule_gets_it(self, w, g, scalars)

    def measure(self, w: Array, *made: Array) -> Mapping[str, Any]:
        """The numbers named in `measured`, from the weight and the arrays that the rule combines with them, in order.

        In `w - lr * trust * r` that array is r; in `w - lr * r * trust` it would be `lr * r`.
        """
        raise UsageError(f"{type(self).__name__} says that it measures {self.measured}; define measure(self, w, *made)")

    # Counts, rates, multipliers

    def _update_count(self, index: Index | Iterable[Index]) -> None:
        """Count one more update of the parameter, or of each of several."""
        try:
            counts = self._index_update_count
        except AttributeError:
            self._check_class()  # raises an error that says why
            raise
        for i in index if isinstance(index, (list, tuple)) else (index,):
            counts[i] = count = counts.get(i, self.begin_num_update) + 1
            self.num_update = max(self.num_update, count)

    @property
    def learning_rate(self) -> float:
        """The rate in use: the schedule's value for the updates done so far, or the plain rate."""
        if self.lr_scheduler is None:
            return self.lr
        rate: Any = self.lr_scheduler(self.num_update)
        return number(f"the rate of update {self.num_update}", rate.item() if hasattr(rate, "item") else rate, 0)

    def set_learning_rate(self, lr: float) -> None:
        """Set the rate. With a schedule this is an error: the schedule decides."""
        if self.lr_scheduler is not None:
            raise ScheduleError(
                f"the rate cannot be set to {shown(lr)}: {self.lr_scheduler!r} decides it; call its set_base(), "
                "if it has one, or create the optimizer without lr_scheduler"
            )
        self.lr = number("learning_rate", lr, 0)

    def _get_lr(self, index: Index) -> float:
        return self.learning_rate * self._multiplier("lr_mult", index)

    def _get_wd(self, index: Index) -> float:
        return self.wd * self._multiplier("wd_mult", index) if self.wd else 0.0

    def _get_lrs(self, indices: Sequence[Index]) -> list[float]:
        return [self._get_lr(i) for i in indices]

    def _get_wds(self, indices: Sequence[Index]) -> list[float]:
        return [self._get_wd(i) for i in indices]

    def _name(self, index: Index) -> str:
        """The name of a parameter, or its index if it has none."""
        found = getattr(self.param_dict.get(index), "name", None) or self.idx2name.get(index)
        return str(index if found is None else found)

    def _multiplier(self, kind: str, index: Index) -> float:
        """The Parameter's own multiplier; else the one stored by index; else by name; else 1."""
        if index in self.param_dict:
            return float(getattr(self.param_dict[index], kind))
        table: dict[Index, float] = getattr(self, kind)
        return table[index] if index in table else table.get(self.idx2name.get(index, index), 1.0)

    def set_lr_mult(self, args_lr_mult: Mapping[Index, float]) -> None:
        """Multiply the rate of some parameters: index or name -> factor. Others have 1."""
        self.lr_mult = self._checked("lr_mult", args_lr_mult)

    def set_wd_mult(self, args_wd_mult: Mapping[Index, float]) -> None:
        """Multiply the weight decay of some parameters: index or name -> factor. Others have their default."""
        self.wd_mult = self._default_wd_mult() | self._checked("wd_mult", args_wd_mult)

    def _default_wd_mult(self) -> dict[Index, float]:
        if self.param_dict:
            return {}
        return {name: 0.0 for name in self.idx2name.values() if not str(name).endswith(self.decaying)}

    def _checked(self, kind: str, factors: Mapping[Index, float]) -> dict[Index, float]:
        """The multipliers as numbers. Raises ArgumentError, or warns, for one that could have no effect."""
        factors = mapping(kind, factors)
        indices = [*self.idx2name, *self.param_dict]
        names = [self._name(i) for i in indices]
        for key in factors:
            if indices and key not in indices and key not in names:
                raise ArgumentError(f"{kind} for an unknown parameter {key!r}{suggestion(str(key), names)}")
            if key in self.param_dict or any(key == self._name(i) for i in self.param_dict):
                warnings.warn(
                    f"the {kind} of {self._name(key)!r} stays as it is: its Parameter decides; set parameter.{kind}",
                    stacklevel=3,
                )
        return {key: number(f"{kind} of {key!r}", factor, 0) for key, factor in factors.items()}

    # Seeing, saving

    def __repr__(self) -> str:
        own, base = arguments_of(type(self)), arguments_of(Optimizer)
        shown: dict[str, Any] = {} if self.lr_scheduler is not None else {"learning_rate": self.lr}
        shown.update((name, getattr(self, name)) for name in own if name not in base and hasattr(self, name))
        for name in ("wd", "rescale_grad", "clip_gradient", "begin_num_update", "multi_precision"):
            if getattr(self, name) != base[name]:
                shown[name] = getattr(self, name)
        if self.lr_scheduler is not None:
            shown["lr_scheduler"] = self.lr_scheduler
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def get_config(self) -> dict[str, Any]:
        """Everything but the states, as plain data for a JSON file. See `minigrad.optimizer.config`.

        If yours has more to save than its constructor's arguments, add it: `return super().get_config() | {"seen":
        self.seen}`.
        """
        from minigrad.optimizer.config import to_config

        return to_config(self, complete=type(self).get_config is Optimizer.get_config)

    def set_config(self, config: Mapping[str, Any]) -> None:
        """Restore what your own `get_config` added, as in `self.seen = config["seen"]`.

        The values come from a file, so check them.
        """

    register = staticmethod(register)
    create_optimizer = staticmethod(create)


def refresh(master: Array, w: Array) -> None:
    """Copy changes made by hand into a float32 master: wherever the float16 weight is not the rounded master."""
    master[...] = xp_of(w).where(master.astype(w.dtype) == w, master, w)
