"""How long a step of an optimizer takes, compared with torch.optim: ours as a compiled loop and as NumPy calls.

Ours runs on one buffer, as in a Trainer, which moves all parameters into one. PyTorch has a tensor for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy

from minigrad import optimizer
from minigrad.bench.machine import here
from minigrad.bench.race import Contestant, Race
from minigrad.device import Array, Where, place, to_host
from minigrad.optimizer.run import fastest, reading

RATE = 0.001
Shapes = Sequence[tuple[int, ...]]


class Rule(NamedTuple):
    """One rule, with its name and arguments in both libraries."""

    ours: str
    arguments: dict[str, Any]
    theirs: str = ""
    their_arguments: dict[str, Any] = {}


RULES = {
    "adam": Rule("adam", {}, "Adam", {}),
    "momentum": Rule("sgd", {"momentum": 0.9}, "SGD", {"momentum": 0.9}),
    "sgd": Rule("sgd", {}, "SGD", {}),
    "nag": Rule("nag", {"momentum": 0.9}, "SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": Rule("adagrad", {}, "Adagrad", {}),
    "rmsprop": Rule("rmsprop", {"rho": 0.9}, "RMSprop", {"alpha": 0.9}),
    "centered": Rule(
        "rmsprop",
        {"centered": True, "rho": 0.9, "momentum": 0.9},
        "RMSprop",
        {"centered": True, "alpha": 0.9, "momentum": 0.9},
    ),
    "adadelta": Rule("adadelta", {"epsilon": 1e-6}, "Adadelta", {"lr": 1.0}),
    "adamw": Rule("adamw", {"wd": 0.01}, "AdamW", {"weight_decay": 0.01}),
    "adamax": Rule("adamax", {}, "Adamax", {}),
    "nadam": Rule("nadam", {}, "NAdam", {}),
}
USUAL = ("adam", "momentum")
SIZES = (1e3, 1e5, 1e6, 1e7)
NETWORK: Shapes = [(64, 64), (64,), (64, 64), (64,), (10, 64), (10,)]
FUSED = {"cpu": ("Adam", "AdamW", "SGD", "Adagrad"), "cuda": ("Adam", "AdamW", "SGD")}
"""Device -> the rules that PyTorch has as one loop or kernel."""
ALONE = "NumPy alone"


def races(every: bool) -> Iterator[Race]:
    """The usual rules, or all that PyTorch also has."""
    tasks: dict[str, Shapes] = {f"{size:.0e} elements".replace("e+0", "e"): [(int(size),)] for size in SIZES}
    tasks["the 6 arrays of 64-64-64-10"] = NETWORK
    for name in RULES if every else USUAL:
        for task, shapes in tasks.items():
            rule = RULES[name]
            ours = {"minigrad": partial(of_minigrad, rule, shapes)}
            if fastest() == "numba":
                ours[ALONE] = ours["minigrad"]
            theirs = {}
            if here("torch"):
                theirs["PyTorch"] = partial(of_torch, rule, shapes)
                if rule.theirs in FUSED["cpu"]:
                    theirs["PyTorch, fused"] = partial(of_torch, rule, shapes, fused=True)
            yield Race("optimizers", f"{name}, {task}", ours, theirs, read)


def read(name: str) -> AbstractContextManager[object]:
    """How our rule runs during the turns of a contestant."""
    return reading("numpy" if name == ALONE else fastest())


@lru_cache(maxsize=1)
def values(size: int) -> tuple[Array, Array]:
    """Weights and their gradient."""
    rng = numpy.random.default_rng(0)
    w, g = (rng.standard_normal(size, dtype="float32") for _ in range(2))
    return w, g


def made(rule: Rule) -> optimizer.Optimizer:
    """Our optimizer."""
    return optimizer.create(rule.ours, learning_rate=RATE, **rule.arguments)


def of_minigrad(rule: Rule, shapes: Shapes, device: Where = None) -> Contestant:
    """Our optimizer, on one buffer."""
    xp = place(device).xp
    opt = made(rule)
    w, g = map(xp.array, values(sum(map(math.prod, shapes))))
    states = [opt.initial_state(state, w) for state in opt.states]
    return Contestant(lambda: opt.step_group([0], w, g, states), lambda: [to_host(w)])


def of_torch(rule: Rule, shapes: Shapes, device: str = "cpu", **how: bool) -> Contestant:
    """PyTorch's optimizer, on parameters of these shapes."""
    import torch

    sizes = [math.prod(shape) for shape in shapes]
    w, g = (torch.split(torch.tensor(a, device=device), sizes) for a in values(sum(sizes)))
    parameters = [torch.nn.Parameter(a.clone().reshape(shape)) for a, shape in zip(w, shapes)]
    for parameter, a in zip(parameters, g):
        parameter.grad = a.clone().reshape(parameter.shape)
    opt = getattr(torch.optim, rule.theirs)(parameters, **{"lr": RATE} | rule.their_arguments | how)
    return Contestant(opt.step, lambda: [numpy.concatenate([p.detach().cpu().numpy().ravel() for p in parameters])])
