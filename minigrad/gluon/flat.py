"""Parameters side by side in one buffer, so that a step runs the optimizer's rule once, not once per parameter.

Weights and gradients become views of two flat arrays, which makes no difference to code that uses them, unless it took
a view of them before. States are flat arrays too.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from minigrad.device import Array, xp_of
from minigrad.engine.clock import clock
from minigrad.engine.graph import Leaf
from minigrad.engine.tensor import Tensor
from minigrad.gluon.parameter import Parameter
from minigrad.optimizer.optimizer import refresh
from minigrad.optimizer.updater import Updater, leaves


class Member:
    """One parameter on one device, from the Trainer's point of view."""

    __slots__ = ("changed", "data", "grad", "index", "leaf", "parameter", "tensor")

    def __init__(self, index: int, parameter: Parameter, tensor: Tensor) -> None:
        self.index = index
        self.parameter = parameter
        self.changed = parameter._changed
        self.tensor = tensor
        self.leaf: Leaf = tensor.node
        self.data: Array = tensor.data
        self.grad: Array = self.leaf.grad.data


class Group:
    """Parameters that are stepped together: they share dtype, device and multipliers."""

    def __init__(self, members: Sequence[Member], updater: Updater) -> None:
        optimizer = updater.optimizer
        self.members = members
        self.indices = [m.index for m in members]
        self.flat = optimizer.elementwise and sum(m.data.size for m in members) > 0
        self.stepped = -1  # when a step last changed all of them
        self.states = [leaves(updater._state_for(m.index, m.tensor)) for m in members]
        self.has_master = optimizer._has_master(members[0].tensor)  # a float32 copy, before the states
        if self.flat:
            self._lay_out()

    def _lay_out(self) -> None:
        """Move the values into flat arrays, and make the parameters' own arrays views of them."""
        self.w = _joined([m.tensor for m in self.members])
        self.g = _joined([m.leaf.grad for m in self.members])
        for m in self.members:
            m.data, m.grad = m.tensor.data, m.leaf.grad.data
        self.flat_states = [_joined(pieces) for pieces in zip(*self.states)]

    def intact(self) -> bool:
        """Whether the members are still the arrays of their parameters, with the same multipliers, and views of `w`."""
        for m in self.members:
            tensor, leaf = m.tensor, m.leaf
            if tensor.node is not leaf or tensor.data is not m.data or leaf.grad.data is not m.grad:
                return False
            if m.parameter._changed != m.changed:  # other arrays, or another multiplier
                return False
        return True

    def step(self, updater: Updater, stale: Collection[Leaf]) -> None:
        """Update the members whose gradients are fresh: in one run if all are fresh and their step counts agree."""
        optimizer = updater.optimizer
        counts = optimizer._index_update_count
        if not self.flat or stale or len({*map(counts.get, self.indices)}) > 1:
            for m in self.members:
                if m.leaf not in stale:
                    optimizer.update_multi_precision(m.index, m.tensor, m.leaf.grad, updater.states[m.index])
                    m.leaf.fresh = False
            return
        w, g, states = self.w, self.g, self.flat_states
        if self.has_master:
            master, states = states[0], states[1:]
            if any([m.tensor.version[0] != self.stepped for m in self.members]):
                refresh(master, w)
            optimizer.step_group(self.indices, master, g.astype(master.dtype), states)
            w[...] = master
        else:
            optimizer.step_group(self.indices, w, g, states)
        self.stepped = now = next(clock)  # what `touch` does for one tensor
        for m in self.members:
            m.leaf.fresh = False
            m.tensor.version[0] = now

    def follow(self, first: Group, stale: Collection[Leaf]) -> None:
        """Copy the weights from the group of another device, which took this step with the same gradients."""
        for m, source in zip(self.members, first.members):
            if m.leaf not in stale:
                m.data[...] = m.tensor.ctx.put(source.data)
                m.tensor.touch()
                m.leaf.fresh = False


def learns(p: Parameter) -> bool:
    """Whether a parameter has a gradient on every device, or will have one once its shape is known."""
    return p.grad_req != "null" and all([t.node is not None for t in p.tensors])


def group_key(p: Parameter, tensor: Tensor) -> tuple[Any, ...]:
    """What the members of one group have in common: dtype, device and multipliers."""
    return tensor.data.dtype, tensor.ctx, p.lr_mult, p.wd_mult


def _joined(tensors: Sequence[Tensor]) -> Array:
    """Put the values end to end in a new array, and make the tensors views of it."""
    flat = xp_of(tensors[0].data).concatenate([t.data.reshape(-1) for t in tensors])
    start = 0
    for t in tensors:
        size = math.prod(t.shape)
        t.data = flat[start : start + size].reshape(t.shape)
        start += size
    return flat
