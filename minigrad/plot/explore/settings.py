"""The hyper-parameters of a rule as sliders: found in its constructor, with ranges that the constructor accepts.

Nothing is known about any rule beforehand. An argument is a setting if the optimizer keeps its value under its own
name. Making optimizers shows which values it accepts; the range of the slider follows from that and from the default.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from minigrad.arguments import arguments_of
from minigrad.docstrings import docstring
from minigrad.optimizer.config import RENAMED
from minigrad.optimizer.optimizer import Optimizer

Value = Any
BASE = ("learning_rate", "wd", "clip_gradient", "rescale_grad")
"""The arguments of every optimizer that have a slider."""

PROBES = (1.0, 0.5, 10.0)
"""Values to try for a number that is None by default."""
FAR = 1e6
"""A number accepted this far out has no limit."""


@dataclass(frozen=True)
class Setting:
    """One hyper-parameter.

    `name` is the constructor's name for it, `place` the attribute's. `value` is the default. The slider of a number
    runs from `low` to `high` on a scale that is linear, or by powers of ten ("log"), where the leftmost place is 0 if
    that is accepted.
    """

    name: str
    place: str
    kind: str
    """"number", "whole", "truth" or "word"."""
    value: Value
    optional: bool = False
    """Whether it may be None."""
    words: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    scale: str = "linear"
    least: float | None = None
    """No number below this is accepted, nor this one itself if the range is `open_below`."""
    most: float | None = None
    open_below: bool = False
    open_above: bool = False

    def candidates(self, near: list[float]) -> list[Value]:
        """Values that should reach every branch of a rule: ends, defaults, and numbers it compares with."""
        if self.kind in ("truth", "word"):
            return [True, False] if self.kind == "truth" else list(self.words)
        whole = self.kind == "whole"
        step = 1 if whole else 1e-3
        around = [x + d for x in near for d in (-step, 0, step)]
        found = [self.value, self.low, (self.low + self.high) / 2, self.high, 0, 1, *around]
        numbers = [int(x) if whole else float(x) for x in found if x is not None]
        inside = [x for x in dict.fromkeys(numbers) if self.accepts(x)]
        return [None, *inside] if self.optional else inside

    def accepts(self, x: float) -> bool:
        above = self.least is None or x > self.least or (x == self.least and not self.open_below)
        return above and (self.most is None or x < self.most or (x == self.most and not self.open_above))


def settings(optimizer: Optimizer) -> list[Setting]:
    """The settings of an optimizer's class, with this optimizer's values as their defaults.

    >>> from minigrad.optimizer import Adam
    >>> for found in settings(Adam())[:3]:
    ...     print(found.name, found.kind, found.value, found.low, found.high, found.scale)
    learning_rate number 0.001 1e-07 1 log
    beta1 number 0.9 0 0.999 linear
    beta2 number 0.999 0 0.999 linear
    """
    cls = type(optimizer)
    base = arguments_of(Optimizer)
    names = [name for name in arguments_of(cls) if name not in base or name in BASE]
    first = sorted(names, key=lambda name: (name != "learning_rate", name in BASE))
    return [found for name in first for found in setting(optimizer, name)]


def setting(optimizer: Optimizer, name: str) -> Iterator[Setting]:
    """The setting for one argument; none if it is not a number, a truth value or a word that the optimizer keeps."""
    place = RENAMED.get(name, name)
    value = getattr(optimizer, place, inspect.Parameter.empty)
    keeps = keeper(optimizer, name, place)
    if isinstance(value, bool):
        if keeps(not value):
            yield Setting(name, place, "truth", value)
    elif isinstance(value, str):
        words = tuple(dict.fromkeys([value, *(word for word in quoted(type(optimizer), name) if keeps(word))]))
        if len(words) > 1:
            yield Setting(name, place, "word", value, words=words)
    elif isinstance(value, (int, float)) or (value is None and any(map(keeps, PROBES))):
        optional = keeps(None) and (value is None or arguments_of(type(optimizer))[name] is None)
        found = number(name, place, value, optional, keeps)
        if found.least is None or found.least != found.most:
            yield found


def keeper(optimizer: Optimizer, name: str, place: str) -> Callable[[Value], bool]:
    """A function that tells whether the constructor accepts a value of this argument and keeps it."""

    def keeps(value: Value) -> bool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kept = getattr(remade(optimizer, {name: value}), place)
        except Exception:  # whatever a user's constructor raises counts as a refusal
            return False
        return type(kept) is bool is type(value) or (type(kept) is not bool and bool(kept == value))

    return keeps


def remade(optimizer: Optimizer, values: Mapping[str, Value]) -> Optimizer:
    """An optimizer of the same class, with the given arguments and the required ones it already has."""
    cls = type(optimizer)
    kept = {name: getattr(optimizer, RENAMED.get(name, name), None) for name in required(cls)}
    return cls(**{**kept, **values})


def required(cls: type) -> list[str]:
    """The arguments without a default."""
    return [name for name, default in arguments_of(cls).items() if default is inspect.Parameter.empty]


def number(name: str, place: str, value: Value, optional: bool, keeps: Callable[[Value], bool]) -> Setting:
    """A setting for a number or a whole number: its limits, and a slider that fits them."""
    whole = isinstance(value, int) and not keeps(value + 0.5)
    known = next(filter(keeps, PROBES)) if value is None else value
    least, most = (limit(keeps, known, far, whole) for far in (-FAR, FAR))
    open_below, open_above = (x is not None and not keeps(x) for x in (least, most))
    size = abs(known) or 0.01
    if least is not None and most is not None:
        inset = (most - least) / 1000
        low, high, scale = least + inset * open_below, most - inset * open_above, "linear"
    elif whole:
        low, high, scale = least if least is not None else -4 * size, max(10, 4 * size), "linear"
    else:
        low, high, scale = size / 1e4, max(1, 100 * size), "log"
    low, high = (int(x) if x == int(x) else float(f"{x:.6g}") for x in (low, high))
    kind = "whole" if whole else "number"
    return Setting(name, place, kind, value, optional, (), low, high, scale, least, most, open_below, open_above)


def limit(keeps: Callable[[Value], bool], inside: float, far: float, whole: bool) -> float | None:
    """The last accepted value on the way to `far`, found by bisection; None if `far` itself is accepted."""
    far = int(far) if whole else far
    if keeps(far):
        return None
    while abs(far - inside) > (1 if whole else 1e-11):
        middle = (inside + far) // 2 if whole else (inside + far) / 2
        inside, far = (middle, far) if keeps(middle) else (inside, middle)
    return inside if whole else round(inside, 9) + 0.0


def quoted(cls: type, name: str) -> list[str]:
    """The quoted words in the docstring's entry for an argument, as in `mode: 'linear' or 'sqrt'`."""
    entry = re.search(rf"^ *{name}: .*?(?=^ *\w+: |^$|\Z)", docstring(cls), flags=re.M | re.S)
    return re.findall(r"['\"](\w+)['\"]", entry[0]) if entry else []
