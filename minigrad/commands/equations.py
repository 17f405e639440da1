"""`minigrad equations`: a rule, its other forms, what its symbols mean, and where it comes from."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from minigrad import compare, optimizer
from minigrad.arguments import arguments_of
from minigrad.commands.output import WIDTH
from minigrad.commands.settings import settings
from minigrad.docstrings import docstring
from minigrad.errors import MinigradError
from minigrad.optimizer.readings.legend import MEANINGS, Entry, entries
from minigrad.optimizer.readings.lines import RAW, Lines
from minigrad.optimizer.readings.notation import Notation
from minigrad.optimizer.readings.text import Text, plain, table
from minigrad.optimizer.rule import ancestors

FORMS: dict[str, list[dict[str, Any]]] = {
    "rmsprop": [{"clip_weights": 0.9}],
    "dcasgd": [{"beta": 0.95}],
    "lamb": [{"lower_bound": 0.1, "upper_bound": 10.0}],
    "lans": [{"lower_bound": 0.1, "upper_bound": 10.0}],
    "lbsgd": [
        {"batch_scale": 2},
        {"batch_scale": 2, "warmup_strategy": "power2"},
        {"batch_scale": 2, "warmup_strategy": "sqrt"},
        {"warmup_strategy": "lars"},
    ],
}
"""Forms of a rule that no single switch or number brings out. `one_argument` finds the others."""


WORKED: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.9},
    "nag": {"learning_rate": 0.1, "momentum": 0.9},
    "rmsprop": {"learning_rate": 0.1, "centered": True},
    "dcasgd": {"learning_rate": 0.5, "momentum": 0.9, "lamda": 2.0},
    "lars": {"learning_rate": 1.0, "momentum": 0.9, "eta": 0.1},
    "lbsgd": {"learning_rate": 0.1, "batch_scale": 2, "warmup_epochs": 1, "updates_per_epoch": 8},
}
"""Arguments for steps worked by hand, where the defaults leave out most of a rule or make it too small to see."""


def run_equations(arguments: argparse.Namespace) -> int:
    if arguments.name:
        given = settings(type(optimizer.create(arguments.name)), arguments.rest, arguments.of.options())
        parts = [*full(arguments.name, given), *(by_hand(arguments.name, given) if arguments.worked else [])]
    else:
        names = compare.optimizers()
        parts = [
            part for name in names for part in [*brief(name, {}), *(by_hand(name, {}) if arguments.worked else [])]
        ]
    print("\n\n".join(parts))
    return 0


def brief(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The first sentence about an optimizer, its rule and, if no arguments are given, how they change the rule."""
    rule = optimizer.create(name, **given)
    yield textwrap.fill((docstring(type(rule)) or name).splitlines()[0], WIDTH)
    yield indented(plain(rule, WIDTH - 4))
    for changed, form in [] if given else forms(name):
        yield f"  with {listed(changed)}:"
        yield indented(plain(form, WIDTH - 4))


def full(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Everything about an optimizer, in general or with the given arguments."""
    yield from brief(name, given)
    rule = optimizer.create(name, **given)
    shown = [rule]
    if not given:
        prepared = preparation(name)
        shown += [*(form for _, form in forms(name)), prepared]
        yield "  with rescale_grad, clip_gradient and wd:"
        plainly = plain(rule, WIDTH - 4).splitlines()
        yield indented("\n".join(line for line in plain(prepared, WIDTH - 4).splitlines() if line not in plainly))
    yield "  symbols:"
    yield indented(table(symbols(shown), WIDTH - 4))
    yield "  arguments:" if given else "  defaults:"
    yield indented(textwrap.fill(repr(rule), WIDTH - 4, subsequent_indent="  "))
    if source := reference(rule):
        yield "  source:"
        yield indented(source)
    if type(rule).__module__ == f"minigrad.optimizer.{name}":
        yield "  the paper's algorithm, other libraries, and traps:"
        yield indented(f"tutorials/rules/{name}.md ('minigrad tutorials FOLDER' copies it)")


def symbols(rules: Iterable[optimizer.Optimizer], notation: type[Notation] = Text) -> Iterable[Entry]:
    """One legend for several forms of a rule, with the values that a symbol has in all of them."""
    found: dict[str, Entry] = {}
    for rule in rules:
        for entry in entries(notation(Lines(rule))):
            symbol = entry.symbol.split(" = ")[0]
            known = found.setdefault(symbol, entry)
            if known.symbol != entry.symbol:
                found[symbol] = Entry(symbol, entry.meaning)
    if sum(entry.meaning == MEANINGS[RAW] for entry in found.values()) > 1:  # in some forms the gradient is prepared
        found["g_t"] = Entry("g_t", "gradient, as used by the rule")
    return found.values()


def forms(name: str) -> Iterator[tuple[dict[str, Any], optimizer.Optimizer]]:
    """How other arguments change the rule: the arguments, and the optimizer. Each form once."""
    seen = {plain(optimizer.create(name))}
    for changed in [*one_argument(name), *FORMS.get(name, [])]:
        try:
            form = optimizer.create(name, **changed)
        except MinigradError:  # not a value that it accepts
            continue
        if plain(form) not in seen:
            seen.add(plain(form))
            yield changed, form


def one_argument(name: str) -> Iterator[dict[str, Any]]:
    """Each of the rule's own arguments, with a value that may switch something on or off."""
    for argument, default in arguments_of(type(optimizer.create(name))).items():
        if argument not in arguments_of(optimizer.Optimizer) and isinstance(default, (bool, float)):
            yield {argument: not default if isinstance(default, bool) else 0.0 if default else 0.9}


def preparation(name: str) -> optimizer.Optimizer:
    """The optimizer with its gradient rescaled, clipped and decayed."""
    prepared: dict[str, Any] = {"rescale_grad": 0.5, "clip_gradient": 1.0, "wd": 0.1}
    try:
        return optimizer.create(name, **prepared)
    except MinigradError:  # GroupAdaGrad has no decay
        return optimizer.create(name, **{**prepared, "wd": 0.0})


def by_hand(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Two steps worked by hand, and their arguments."""
    changed, steps = two_steps(name, given)
    heading = f"worked by hand{f', with {listed(changed)}' if changed else ''}:"
    yield textwrap.fill(heading, WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield indented(steps)


def two_steps(name: str, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Arguments, and two steps on a weight that shows what the rule does: a number, a vector or a row."""
    changed = given or WORKED.get(name.lower(), {})
    rule = optimizer.create(name, **changed)
    used = {x.op for x in ancestors([x for _, x in Lines(rule).lines])}
    if "row_mean" in used:
        worked = rule.worked([[3.0, 4.0]], [[[0.6, -0.8]], [[-0.3, 0.0]]])
    elif "norm" in used:
        worked = rule.worked([3.0, 4.0], [[0.6, -0.8], [-0.3, 0.0]])
    else:
        worked = rule.worked(1.0, [0.5, -0.25])
    return changed, worked.text(WIDTH - 4)


def reference(rule: optimizer.Optimizer) -> str:
    """What the docstring says about the origin of the rule."""
    found = re.search(r"^References?: (.*?)(?=\n\n|\Z)", docstring(type(rule)), flags=re.M | re.S)
    return textwrap.fill(" ".join(found[1].split()), WIDTH - 4) if found else ""


def listed(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def indented(text: str) -> str:
    return textwrap.indent(text, "    ")
