"""What an optimizer does on a surface, step by step: where it is, its gradients, its states, its rate."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad import random
from minigrad.arguments import MANY, number, whole
from minigrad.autograd import scopes
from minigrad.device import cpu
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KindError
from minigrad.generator_states import generator_states, set_generator_states
from minigrad.guarded import guarded
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.registry import create
from minigrad.optimizer.run import reading, way_of
from minigrad.plot.surfaces import Surface, surface

Array = Any
"""A NumPy array of float64."""

WEIGHT = "the weight of a recording"
"""The index of the weight: a name for which no multiplier is set."""


@dataclass(frozen=True)
class History:
    """The steps of an optimizer on a surface.

    There are n steps and so n + 1 positions. Values that are no longer finite are kept as they are.
    """

    optimizer: Optimizer
    """Its settings: a copy that has taken no step."""
    surface: Surface
    noise: float
    seed: int
    positions: Array
    """(n + 1, 2): x and y before the first step and after each."""
    losses: Array
    """(n + 1): the heights there."""
    gradients: Array
    """(n, 2): the gradient that each step got, noise included."""
    states: dict[str, Array]
    """Name -> (n + 1, 2): the states at each position. A state with one number for a row has it for both weights."""
    rates: Array
    """(n): the learning rate of each step."""

    @property
    def name(self) -> str:
        """The name of the rule, such as "adam"."""
        return type(self.optimizer).__name__.lower()

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.gradients)

    @property
    def step_sizes(self) -> Array:
        """(n): how far each step went."""
        return numpy.hypot(*numpy.diff(self.positions, axis=0).T)


@guarded
def record(
    optimizer: str | Optimizer,
    on: str | Surface | Callable[[Any, Any], Any],
    start: Sequence[float] | None = None,
    steps: int = 100,
    noise: float | None = None,
    seed: int = 0,
) -> History:
    """Let an optimizer walk down a surface, and record every step.

    Args:
        optimizer: an optimizer, which may be your own, or the name of one. It is not changed: a copy takes the steps,
            starting from its first.
        on: the name of a surface, a `Surface`, or a function of x and y written with arithmetic and the functions of
            `minigrad.optimizer.rule`.
        start: x and y; by default the surface's own starting point.
        noise: the standard deviation of the normal noise on each gradient; by default the surface's own, mostly 0.
        seed: for this noise, and for the noise of a rule that samples.

    The weights are one row of a matrix, so that rules for matrices work too. NumPy computes everything in float64, so
    equal arguments give equal numbers; a rule defined in a notebook or a script runs as plain Python.

    >>> from minigrad import optimizer
    >>> history = record(optimizer.SGD(learning_rate=0.1, momentum=0.5), "valley", start=(-4, 1), steps=2)
    >>> print(history.positions.round(3))
    [[-4.     1.   ]
     [-3.92   0.6  ]
     [-3.802  0.16 ]]
    >>> print(history.states["v"].round(3))
    [[ 0.     0.   ]
     [ 0.08  -0.4  ]
     [ 0.118 -0.44 ]]
    """
    original, hill = fresh(create(optimizer)), surface(on)
    noise = hill.noise if noise is None else number("noise", noise, 0)
    steps, seed = whole("steps", steps, 1, MANY), whole("seed", seed, 0)
    rule, rng = fresh(original), numpy.random.default_rng(seed)
    way = "plain" if way_of(type(rule)) == "plain" else "numpy"
    positions, gradients, rates, seen = [], [], [], []
    with cpu(), seeded(seed), reading(way), numpy.errstate(all="ignore"):
        w = Tensor(numpy.array([beginning(hill.start if start is None else start)]), cpu())
        state = rule.create_state_multi_precision(WEIGHT, w)
        for _ in range(steps):
            positions.append(w.data[0].copy())
            seen.append(named(rule, state))
            g = slope(hill, positions[-1])
            if len(positions) == 1 and not numpy.isfinite(g).all():
                place = ", ".join(f"{z:g}" for z in positions[0])
                raise ArgumentError(f"{hill.name} has no finite slope at its start ({place}); start elsewhere")
            if noise:
                g = g + noise * rng.normal(size=2)
            gradients.append(g)
            rule.update_multi_precision(WEIGHT, w, Tensor(g[None].copy(), cpu()), state)
            rates.append(rule._get_lr(WEIGHT))
        positions.append(w.data[0].copy())
        seen.append(named(rule, state))
        path = numpy.array(positions)
        losses = numpy.broadcast_to(hill(*path.T), len(path)).astype("float64")
    states = {name: numpy.array([at[name] for at in seen]) for name in seen[0]}
    return History(original, hill, noise, seed, path, losses, numpy.array(gradients), states, numpy.array(rates))


def slope(hill: Callable[[Any, Any], Any], place: Sequence[float]) -> Array:
    """The gradient of a surface at a place, by autograd in float64."""
    w = Tensor(numpy.array(place, "float64"), cpu())
    w.attach_grad()
    with scopes.record():
        height = hill(w[0], w[1])
    if not isinstance(height, Tensor) or height.node is None:
        raise ArgumentError(f"surface(x, y) returned {height!r:.60}; expected a height computed from x and y")
    height.backward()
    found: Any = w.grad
    return found.data


def fresh(optimizer: Optimizer) -> Optimizer:
    """A copy that has taken no step and belongs to no network."""
    made = copy.deepcopy(optimizer, {id(optimizer.param_dict): {}})
    made.num_update = made.begin_num_update
    made._index_update_count = {}
    return made


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A `with` block whose random numbers follow from the seed and do not affect those after it."""
    before = generator_states()
    random.seed(seed)
    try:
        yield
    finally:
        set_generator_states(before)


def named(optimizer: Optimizer, state: Any) -> dict[str, Array]:
    """The states of the row by name: copies, with an element for each weight.

    A state that a rule keeps for `outside` has the name of its argument there, without `_before`.
    """
    arrays = list(flat(state))
    asked = inspect.signature(optimizer.outside).parameters if hasattr(optimizer, "outside") else ()
    names = [*optimizer.states, *(name.removesuffix("_before") for name in asked if name.endswith("_before"))]
    names += [f"state {i}" for i in range(len(names) + 1, len(arrays) + 1)]
    return {name: numpy.broadcast_to(a, (1, 2))[0].copy() for name, a in zip(names, arrays)}


def flat(state: Any) -> Iterator[Array]:
    """The arrays of a state that have one number for each weight, or one for both."""
    if isinstance(state, (tuple, list)):
        for part in state:
            yield from flat(part)
    raw = state.data if isinstance(state, Tensor) else state
    if isinstance(raw, numpy.ndarray) and raw.shape in ((), (1,), (2,), (1, 1), (1, 2)):
        yield raw


def beginning(place: Any) -> list[float]:
    """A starting point as two numbers."""
    place = place.asnumpy() if isinstance(place, Tensor) else place
    found = list(place) if isinstance(place, (tuple, list, numpy.ndarray)) else []
    if len(found) != 2:
        raise KindError(f"start={place!r:.60} cannot be used; expected two numbers, x and y, such as (-2, 1)")
    return [number(name, float(z) if isinstance(z, numpy.generic) else z) for name, z in zip(("x", "y"), found)]
