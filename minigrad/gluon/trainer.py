"""Trainer: applies an optimizer to the parameters of a network after each backward pass."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any

from minigrad.arguments import flag, number, one_of, shown
from minigrad.device import Context
from minigrad.engine.graph import Leaf
from minigrad.engine.tensor import Tensor
from minigrad.errors import (
    ArgumentError,
    BatchSizeError,
    KeywordError,
    KindError,
    StaleGradientError,
    UsageError,
    suggestion,
)
from minigrad.gluon.flat import Group, Member, group_key, learns
from minigrad.gluon.parameter import Parameter
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import create
from minigrad.optimizer.run import chosen
from minigrad.optimizer.updater import Updater

if TYPE_CHECKING:
    from minigrad.gluon.trainer_store import Exchange
    from minigrad.kvstore import KVStore


class Trainer:
    """Applies an optimizer to parameters.

    Arguments:
        params: parameters by name (`net.collect_params()`, in the order of sorted names), or a list of them.
        optimizer: a name ('adam') with `optimizer_params`, or an Optimizer.
        optimizer_params: the optimizer's arguments, such as {'learning_rate': 0.1}.
        kvstore: how to sum the gradients of several devices: 'device', 'local', a store, or None (do not sum); or of
        several processes: 'dist_sync', 'dist_async'.
        compression_params: {'type': '2bit', 'threshold': 0.5} compresses what a store receives. The threshold is in the
        unit of a gradient of summed losses, before `step` divides it.
        update_on_kvstore: whether the store also updates the weights; by default it does if there are several devices,
        and always if workers do not wait for each other.

    The first step moves weights and gradients into flat arrays: take any view, such as `p.data()[0]`, again after it.

    >>> from minigrad import autograd, gluon, np
    >>> net = gluon.nn.Dense(1, weight_initializer="zeros")
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    >>> x, y = np.array([[1], [2]]), np.array([2, 4])
    >>> for _ in range(20):
    ...     with autograd.record():
    ...         loss = gluon.loss.L2Loss()(net(x), y)
    ...     loss.backward()
    ...     trainer.step(batch_size=2)
    >>> bool(loss.mean() < 1e-2)
    True
    """

    def __init__(
        self,
        params: Mapping[str, Parameter] | Sequence[Parameter],
        optimizer: str | Optimizer,
        optimizer_params: Mapping[str, Any] | None = None,
        kvstore: str | KVStore | None = "device",
        compression_params: Mapping[str, Any] | None = None,
        update_on_kvstore: bool | None = None,
        **others: Any,
    ) -> None:
        if others:
            raise KeywordError(
                f"Trainer has no argument {next(iter(others))!r}. What is meant for the optimizer goes into a dict: "
                f"optimizer_params={others}."
            )
        self._params = _in_order(params)
        self._places = _places(params, self._params)
        self._contexts = _common_contexts(self._params)
        self._set_optimizer(_made(optimizer, optimizer_params))
        self._scale = self._optimizer.rescale_grad  # which a step divides by its batch size
        one_of("update_on_kvstore", update_on_kvstore, None, True, False)
        self._exchange = self._made_exchange(kvstore, update_on_kvstore, compression_params)
        self._warned = False  # of an averaged loss
        self._idle: list[Parameter] = []  # parameters without a gradient when the groups were made
        if self._optimizer.lr_scheduler is None and self._optimizer.lr == 0:
            warnings.warn("The learning rate is 0: nothing will be learned.", stacklevel=2)

    def _set_optimizer(self, optimizer: Optimizer) -> None:
        optimizer._check_class()
        if optimizer.param_dict and list(optimizer.param_dict.values()) != self._params:
            from minigrad.optimizer.cautions import two_trainers

            two_trainers(optimizer)
        optimizer.param_dict = dict(enumerate(self._params))
        self._optimizer = optimizer
        self._updaters = [Updater(optimizer) for _ in self._contexts]
        self._groups: list[list[Group]] = []  # for each device, made at the first step
        self._reading = ""  # the reading at that time: plain rules are not laid out flat

    def _made_exchange(self, store: Any, on_store: bool | None, compression: Any) -> Exchange | None:
        """What goes through a store. One device needs none unless one is given as an object."""
        usual = isinstance(store, str | None) and store in ("device", "local", None)
        if usual and len(self._contexts) == 1 and not on_store and compression is None:
            return None
        from minigrad.gluon.trainer_store import Exchange
        from minigrad.kvstore.names import for_trainer

        found, on_store = for_trainer(store, on_store, compression, len(self._contexts))
        if found is None:
            return None
        exchange = Exchange(found, on_store, self._params, self._places, len(self._contexts))
        if found.num_workers > 1 and all([p.tensors for p in self._params]):
            exchange.begin(self._optimizer, late=False)
        return exchange

    # The optimizer and its rate

    def __repr__(self) -> str:
        optimizer = copy(self._optimizer)
        optimizer.rescale_grad = self._scale  # not the scale of the last step
        return f"<Trainer of {len(self._params)} parameters by {optimizer!r}>"

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The rate in use: the schedule's value for the updates done so far, or the plain rate."""
        return self._optimizer.learning_rate

    def set_learning_rate(self, lr: float) -> None:
        """Set the rate. With a schedule, which controls the rate, this raises a UserWarning."""
        self._optimizer.set_learning_rate(lr)

    def states(self, parameter: Parameter | str) -> dict[Any, Tensor]:
        """The optimizer's states for a parameter, given itself or by name: see `Updater.states_of`."""
        for i, p in enumerate(self._params):
            if parameter is p or (isinstance(parameter, str) and parameter == p.name):
                return self._updater().states_of(i, self._weight(i))
        known = [p.name for p in self._params]
        raise ArgumentError(f"the Trainer has no parameter {shown(parameter)}{suggestion(str(parameter), known)}")

    # A step

    def step(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """Sum gradients over devices, divide them by `batch_size`, and update every parameter.

        Raises StaleGradientError, before anything changes, if a parameter has no new gradient since the last step;
        with `ignore_stale_grad` such parameters are skipped. Workers that wait for each other all pass their total
        number of samples; workers that do not wait pass their own.
        """
        stale = self._rescale_and_find_stale(batch_size, ignore_stale_grad)
        if self._exchange is not None:
            self._exchange.begin(self._optimizer)
            if self._exchange.update_on_kvstore:
                self._exchange.step(stale)
                return
            self._exchange.sum_gradients(stale)
        self._update(stale)

    def allreduce_grads(self) -> None:
        """The first half of `step`: sum gradients over devices, so that you can clip their norm before `update`."""
        if self._exchange is not None:
            self._exchange.refuse_half("allreduce_grads")
            self._exchange.begin(self._optimizer)
            self._exchange.sum_gradients()
            self._exchange.summed = True

    def update(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """The second half of `step`: divide gradients by `batch_size`, and update every parameter."""
        if self._exchange is not None:
            self._exchange.refuse_half("update")
        self._update(self._rescale_and_find_stale(batch_size, ignore_stale_grad))
        if self._exchange is not None:
            self._exchange.summed = False

    def _rescale_and_find_stale(self, batch_size: float, ignore_stale_grad: bool) -> set[Leaf]:
        """Set the scale of the gradients, and find those that are stale."""
        if type(batch_size) is not int or not 0 < batch_size < 1e30:
            _check_batch_size(batch_size)
        stale: set[Any] = set()
        averaged = False
        for p in self._params:
            for t in p.tensors:
                leaf = t.node
                if leaf is None or not leaf.fresh:
                    if p.grad_req != "null":
                        stale.add(leaf)
                elif leaf.averaged:
                    averaged = True
        if stale and not flag("ignore_stale_grad", ignore_stale_grad):
            self._refuse_stale()
        if stale and self._exchange is not None:  # skip on all devices: never sum new and old gradients
            halves = [p for p in self._params if not stale.isdisjoint(t.node for t in p.tensors)]
            stale.update(t.node for p in halves for t in p.tensors)
        self._optimizer.rescale_grad = float(self._scale / batch_size)
        if averaged and batch_size > 1 and not self._warned:
            self._warned = True
            warnings.warn(
                f"The loss was averaged before backward() and step({batch_size}) divides its gradient by {batch_size} "
                "again. Either call backward() on the losses of all samples, or use step(1).",
                stacklevel=3,
            )
        return stale

    def _refuse_stale(self) -> None:
        for p in self._params:
            p.list_data()  # if a shape is still unknown, this raises a clearer error
        p = next(p for p in self._params if p.grad_req != "null" and not all([t.fresh_grad for t in p.list_data()]))
        raise StaleGradientError(
            f"Parameter '{p.name}' has no new gradient since the last step. Call backward() on a loss that was "
            "computed from it inside autograd.record(), once before each step; or pass ignore_stale_grad=True to skip "
            "parameters without a new gradient."
        )

    def _update(self, stale: set[Leaf]) -> None:
        if not self._groups_hold():
            self._make_groups()
        optimizer, first = self._optimizer, self._groups[0]
        counts = dict(optimizer._index_update_count) if len(self._groups) > 1 else {}
        latest = optimizer.num_update
        for ctx, groups, updater in zip(self._contexts, self._groups, self._updaters):
            with ctx:
                if groups is not first and self._exchange is not None:  # equal gradients everywhere: copy the step
                    for group, done in zip(groups, first):
                        group.follow(done, stale)
                    continue
                if groups is not first:  # without a store each device uses its own gradients; this counts as one step
                    optimizer._index_update_count, optimizer.num_update = dict(counts), latest
                for group in groups:
                    group.step(updater, stale)

    def _groups_hold(self) -> bool:
        """Whether the groups are still valid: made, complete, intact, and for the present reading."""
        if not self._groups or any(map(learns, self._idle)) or self._reading != chosen():
            return False
        return all(map(Group.intact, chain.from_iterable(self._groups)))

    def _make_groups(self) -> None:
        for p in self._params:
            if p.list_ctx() != self._contexts:
                raise UsageError(
                    f"Parameter '{p.name}' has moved from {self._contexts} to {p.list_ctx()} since its Trainer was "
                    "made; make a new one."
                )
        self._groups, self._reading = [], chosen()
        self._idle = [p for p in self._params if not learns(p)]
        for ctx, updater in zip(self._contexts, self._updaters):
            alike: dict[Any, list[Member]] = {}
            for i, p in enumerate(self._params):
                if learns(p):
                    tensor = p.data(ctx)
                    alike.setdefault(group_key(p, tensor), []).append(Member(i, p, tensor))
            with ctx:
                self._groups.append([Group(members, updater) for members in alike.values()])

    # Files

    def save_states(self, fname: Any) -> None:
        """Write what resumed training needs to give the same results to the bit.

        These are the optimizer, its states and counts, the residuals of 2-bit compression, and the random generators.
        With `kvstore=None` each of several devices has states of its own, and those of the first are written, as in
        Gluon.
        """
        from minigrad.gluon.trainer_files import save

        save(self, fname)

    def load_states(self, fname: Any) -> None:
        """Read what `save_states` wrote; nothing changes unless everything fits.

        The optimizer in the file replaces the present one, as in Gluon, with a warning if it is of another class;
        `rescale_grad` stays as it is.
        """
        from minigrad.gluon.trainer_files import load

        load(self, fname)

    def _updater(self) -> Updater:
        """The updater that has the states."""
        if self._exchange is not None and self._exchange.update_on_kvstore:
            return self._exchange.updater(self._optimizer)
        return self._updaters[0]

    def _weight(self, index: int) -> Tensor:
        """The weight that it steps: the store's own, or the one on the first device."""
        if self._exchange is not None and self._exchange.update_on_kvstore:
            return self._exchange.store.stored(index)
        return self._params[index].list_data()[0]


def _check_batch_size(batch_size: Any) -> None:
    try:
        number("batch_size", batch_size, 1e-30, 1e30)  # else 1 / batch_size is 0 or infinite in float32
    except ArgumentError:
        raise BatchSizeError(
            f"step() got batch_size={shown(batch_size)}; it is the number of samples whose losses were summed, so it "
            "must be positive and finite, from 1e-30 to 1e30."
        ) from None


def _in_order(params: Any) -> list[Parameter]:
    """The parameters as a list: a dict by sorted names, a list as it is."""
    if isinstance(params, Mapping):
        params = [params[name] for name in sorted(params)]
    if not isinstance(params, (list, tuple)):
        raise ArgumentError(f"Trainer needs parameters, but got {shown(params)}; pass net.collect_params().")
    for p in params:
        if not isinstance(p, Parameter):
            raise ArgumentError(
                f"Trainer needs a list of Parameters, but it holds {shown(p)}; pass net.collect_params()."
            )
    if not params:
        raise ArgumentError(
            "Trainer got no parameters. Does the network have a layer with weights, and are they attributes of a Block "
            "(not in a plain list)?"
        )
    return list(dict.fromkeys(params))  # shared ones once


def _places(params: Any, in_order: Sequence[Parameter]) -> list[int]:
    """The position of each parameter in the Trainer's argument, which has the order of the network."""
    given = list(dict.fromkeys(params.values() if isinstance(params, Mapping) else params))
    return [given.index(p) for p in in_order]


def _common_contexts(params: Sequence[Parameter]) -> list[Context]:
    """The devices that every parameter lives on."""
    first = params[0]
    for p in params:
        if p.list_ctx() != first.list_ctx():
            raise UsageError(
                f"Parameters live on different devices: '{first.name}' on {first.list_ctx()}, '{p.name}' on "
                f"{p.list_ctx()}; move them with net.reset_ctx(...)."
            )
    return first.list_ctx()


def _made(optimizer: str | Optimizer, arguments: Mapping[str, Any] | None) -> Optimizer:
    if arguments is not None and not isinstance(arguments, Mapping):
        raise KindError(f"optimizer_params is {arguments!r}; it must be a dict such as {{'learning_rate': 0.1}}.")
    if isinstance(optimizer, Optimizer) and arguments:
        raise UsageError("optimizer_params go with an optimizer's name; an Optimizer object has its arguments already.")
    return create(optimizer, **(arguments or {}))
