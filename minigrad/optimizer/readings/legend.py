"""What the symbols of a rule are called and what values they have: the legend below its equations."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy

from minigrad.optimizer.graph import is_own
from minigrad.optimizer.readings.lines import RAW
from minigrad.optimizer.readings.meanings import described
from minigrad.optimizer.readings.notation import LETTERS, Notation, stem_of
from minigrad.optimizer.rule import Symbol, ancestors
from minigrad.optimizer.surroundings import closed

MEANINGS = {
    "w": "weight", "g": "gradient, as passed in", RAW: "gradient, as passed in", "lr": "learning rate",
    "wd": "weight decay", "wd_lh": "decoupled weight decay (wd_lh)", "t": "step number",
    "rescale_grad": "factor on the gradient (rescale_grad)", "clip_gradient": "limit on each element (clip_gradient)",
}  # fmt: skip
"""Meanings of the names that do not explain themselves."""

FUNCTIONS = {
    "norm": "norm of the whole parameter: the root of the sum of squares",
    "row_mean": "mean of each row",
    "normal": "draw from a normal distribution with this mean and variance, one for each element",
}


class Entry(NamedTuple):
    """One line of the legend: a symbol, with its value if it has one, and what it is."""

    symbol: str
    meaning: str


def entries(notation: Notation) -> list[Entry]:
    """The legend: the weight, the gradient, numbers in the order in which they are used, and where states start."""
    of = notation.of
    lines = of.names - {"w"}
    used = sorted(of.leaves, key=lambda x: (x.name != "w", x.name not in ("g", RAW), x.order))
    before = [x.name for x in used if x.name in of.graph.states or stem_of(x.name) != x.name]
    found: dict[str, Entry] = {}
    for x in used:
        if x.op == "hyper" or x.name not in {*lines, *before}:
            symbol, value = notation.written_alone(x), value_of(notation, x)
            shown = symbol if value is None else f"{symbol} = {notation.exact(value)[0]}"
            found[symbol] = Entry(shown, meaning(notation, x))
    for name, x in of.lines:
        if name in of.optimizer.meanings:
            found[name] = Entry(notation.left(name, x), of.optimizer.meanings[name])
    for name in (name if name in of.graph.states else stem_of(name) for name in before):
        symbol, start = notation.at(notation.letter(name), "0"), starts_at(notation, name)
        text = f"{words(notation, name, 'state ' if len(name) == 1 else '')}, before the first step"
        found[symbol] = Entry(f"{symbol} = {start}" if start else symbol, text)
    if not any(stem_of(x.name) == "lr" for x in of.leaves):
        rate = notation.spelled(LETTERS["lr"], "lr")
        found.setdefault(rate, Entry(rate, "learning rate: it has no effect on this rule"))
    for x in ancestors([x for _, x in of.lines]):
        if x.op in FUNCTIONS:
            argument = x.trace.leaf("hyper", "x")
            sample = x if x.op == "normal" else Symbol(x.trace, x.op, (argument,), "", None)
            found[x.op] = Entry(notation.write(sample)[0], FUNCTIONS[x.op])
    if not (is_own(type(of.optimizer)) or closed(of.optimizer)):
        found["elsewhere"] = Entry("", "values that the rule looks up or draws are printed as they are now")
    return list(found.values())


def value_of(notation: Notation, leaf: Symbol) -> Any:
    """The present value of a hyper-parameter, or None."""
    optimizer = notation.of.optimizer
    if leaf.name == "lr":
        return optimizer.lr if optimizer.lr_scheduler is None else None
    known = leaf.op == "hyper" or leaf.name in ("wd", "rescale_grad", "clip_gradient")
    return getattr(optimizer, leaf.name) if known else None


def meaning(notation: Notation, leaf: Symbol) -> str:
    """What a symbol stands for, in a few words."""
    optimizer = notation.of.optimizer
    if notation.clashes(leaf):
        return f"the optimizer's attribute {leaf.name!r}"
    text = words(notation, leaf.name)
    if leaf.name in notation.of.unstated:
        return f"{text}, passed in by `{'measure' if leaf.name in optimizer.measured else 'named'}`"
    if leaf.name == "t":
        return f"{text}, from {optimizer.begin_num_update + 1}"
    if leaf.name == "lr" and notation.of.rate_changes:
        schedule = optimizer.lr_scheduler
        return f"{text} of the step" + (f", by {type(schedule).__name__}" if schedule is not None else "")
    return text


def words(notation: Notation, name: str, of_unknown: str = "") -> str:
    """The words for a name, with the name itself if its letter does not show it and is not common knowledge."""
    optimizer = notation.of.optimizer
    known: dict[str, str] = {**MEANINGS, **optimizer.meanings}
    if name in known:
        return known[name]
    said = described(type(optimizer), name)
    if not said or said == name:
        return of_unknown + name
    return said if notation.letter(name) == notation.word(name) else f"{name}, {said}"


def starts_at(notation: Notation, name: str) -> str:
    """The value of a state before the first step, if it is a number or the weight."""
    optimizer = notation.of.optimizer
    if name not in notation.of.graph.states:
        return notation.exact(optimizer.starts.get(name, 0.0))[0]
    probe = numpy.array([[2.0, 3.0]])
    start = numpy.unique(optimizer.initial_state(name, probe))
    if start.size == 1:
        return notation.exact(start[0])[0]
    return notation.at(notation.letter("w"), "0") if (start == probe).all() else ""
