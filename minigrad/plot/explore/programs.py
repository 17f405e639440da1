"""All programs of a rule: its hyper-parameters choose among branches, and each branch is a program.

The graph of a rule shows what chose the branch. So all branches are found by going from one to the next, setting
whatever a branch depended on to other values. Every program prepares the gradient. Where that does nothing (times 1,
limited to infinity, plus 0), it changes no number, and only the equations are printed in several forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from minigrad.errors import UsageError
from minigrad.optimizer.graph import PREPARATION, compile_check
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.readings.javascript import SIMPLE, JavaScript
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.mathml import MathRow, rows
from minigrad.optimizer.rule import Symbol, ancestors
from minigrad.plot.explore.settings import Setting, remade

ON: Mapping[str, float] = {"rescale_grad": 0.5, "clip_gradient": 0.5, "wd": 0.5}
"""Values with which the gradient is rescaled, clipped and decayed."""


class Program(NamedTuple):
    """One branch of a rule as JavaScript (see `readings.javascript`), and its equations.

    `forms` has the equations for each way to prepare the gradient, numbered by bits for rescaling (1), clipping (2) and
    decay (4).
    """

    when: str
    start: str
    step: str
    fixed: dict[str, Any]
    """The values it reads from the optimizer that have no slider."""
    forms: list[list[MathRow]]
    idle: dict[str, list[str]]
    """Arguments that have no effect in this branch -> the arguments that could give them one."""


class Branch:
    """The form of a rule for some arguments."""

    def __init__(self, optimizer: Optimizer, values: Mapping[str, Any], known: Mapping[str, Setting]) -> None:
        self.optimizer, self.values, self.known = optimizer, values, known
        self.made = self.prepared({name: x for name, x in ON.items() if name in known})
        self.javascript = JavaScript(Lines(self.made))
        self.trace = self.javascript.of.graph.trace
        self.holds = compile_check(self.trace, {})
        self.decided = [leaf for x in self.trace.decided for leaf in ancestors([x]) if not leaf.args]
        self.when = self.javascript.when()  # before the step, which renames what it has computed
        self.step = self.javascript.step()
        self.beside: list[tuple[str, Branch]] = []  # branches reached by changing one argument

    def prepared(self, preparation: Mapping[str, float | None]) -> Optimizer:
        """The optimizer with these arguments, and the gradient prepared in this way."""
        made = remade(self.optimizer, self.values)
        for name, value in preparation.items():
            setattr(made, name, value)
        return made

    def choosing(self) -> Iterator[tuple[Setting, list[Any]]]:
        """The settings that chose this branch, each with values that may choose another."""
        near = [x.value for x in self.decided if x.op == "const" and x.value is not None]
        for found in self.known.values():
            if self.chooses(found):
                yield found, found.candidates(near)

    def chooses(self, of: Setting) -> bool:
        """Whether another value of a setting may choose another branch."""
        named = of.place in {x.name for x in self.decided} | {*self.trace.constants}
        return named or (of.optional and self.reads(of))

    def reads(self, of: Setting) -> bool:
        return any(x.name == of.place for x in self.hypers())

    def hypers(self) -> list[Symbol]:
        """The numbers that the rule reads from its optimizer."""
        return [x for x in self.trace.nodes.values() if x.op == "hyper"]

    def acts(self, of: Setting) -> bool:
        """Whether a setting has an effect in this branch: on the step, or on the choice of the branch."""
        return self.chooses(of) or re.search(rf"\bh\.{of.place}\b", self.step) is not None

    def program(self) -> Program:
        ways = [{name: ON[name] if on else PREPARATION[name] for name, on in zip(ON, bits)} for bits in WAYS]
        forms = [rows(self.prepared({name: x for name, x in way.items() if name in self.known})) for way in ways]
        read = {x.name: x.value for x in self.hypers()}
        read |= {name: x for name, x in self.trace.constants.items() if type(x) in SIMPLE}
        fixed = {name: x for name, x in read.items() if name not in {found.place for found in self.known.values()}}
        idle = {
            of.name: [*dict.fromkeys(name for name, other in self.beside if other.acts(of))]
            for of in self.known.values()
            if not self.acts(of)
        }
        return Program(self.when, self.javascript.start(), self.step, fixed, forms, idle)


WAYS = [bits[::-1] for bits in product((False, True), repeat=len(ON))]


def programs(optimizer: Optimizer, settings: list[Setting]) -> list[Program]:
    """Every program of the optimizer's class, starting with that of its present arguments.

    Raises UsageError for a rule that cannot run in a page.

    >>> from minigrad.optimizer import SGD
    >>> from minigrad.plot.explore.settings import settings
    >>> [found.when for found in programs(SGD(), settings(SGD()))]
    ['h => numbers(h.momentum) && ((h.momentum === 0.0))', 'h => numbers(h.momentum) && !((h.momentum === 0.0))']
    """
    known = {found.name: found for found in settings}
    waiting: list[tuple[dict[str, Any], str, Branch | None]] = [({}, "", None)]
    found: list[Branch] = []
    while waiting:
        values, name, near = waiting.pop(0)
        try:
            made = remade(optimizer, values)
        except Exception:  # arguments that the constructor does not accept together
            continue
        branch = next((x for x in found if x.holds(made, {})), None)
        if branch is None:
            branch = Branch(optimizer, values, known)
            check(branch)
            found.append(branch)
            for chosen, candidates in branch.choosing():
                waiting += [({**values, chosen.name: value}, chosen.name, branch) for value in candidates]
        if near is not None:
            near.beside.append((name, branch))
    return [branch.program() for branch in found]


def check(branch: Branch) -> None:
    """Refuse a rule that reads values from its optimizer that the page cannot change along with its sliders."""
    made, name = branch.made, type(branch.made).__name__
    places = {found.place for found in branch.known.values()} | {*vars(Optimizer())}
    for leaf in branch.trace.nodes.values():
        if leaf.op == "hyper" and leaf.name not in places and depends(branch, leaf):
            raise UsageError(
                f"{name} cannot run in a page: its rule reads self.{leaf.name}, which its constructor computes from "
                "arguments; store each argument under its own name, and compute in the rule"
            )
    for place, value in branch.trace.constants.items():
        if type(value) not in SIMPLE and getattr(made, place) != getattr(branch.optimizer, place):
            raise UsageError(f"{name} cannot run in a page: its rule reads self.{place}, {value!r:.60}")


def depends(branch: Branch, leaf: Symbol) -> bool:
    """Whether a number that the rule reads changes with some argument."""
    for found in branch.known.values():
        for value in found.candidates([]):
            try:
                changed = remade(branch.optimizer, {**branch.values, found.name: value})
            except Exception:  # a combination that the constructor refuses
                continue
            if getattr(changed, leaf.name) != leaf.value:
                return True
    return False
