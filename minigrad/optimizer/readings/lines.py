"""Everything that one step of an optimizer computes, as lines in order: these are printed and worked by hand.

The lines of a rule are its local names and its results. Before them comes the preparation of the gradient, and among
them the values computed outside the rule, in the optimizer's `outside` and `measure`, which are run with symbols here,
like the rule.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from types import FrameType
from typing import Any

from minigrad.errors import RuleError, UsageError
from minigrad.optimizer.graph import PREPARATION, Graph, HyperParameters, active, prepared_gradient, trace
from minigrad.optimizer.passes import in_two
from minigrad.optimizer.rule import Symbol, ancestors

Locals = dict[str, Symbol]

RAW = "raw_gradient"
"""The name of the gradient as passed in. It is longer than the `raw` that `outside` asks for, because a rule may
have a state or a local of that name."""


class Lines:
    """The lines of one step, for the optimizer's present values.

    * `lines`: (name, expression) in the order in which they are computed. A leaf `w`, or one named as a state, is the
      value before the step; a leaf named as a line is the value of that line; `P_before` is that of the line P one step
      earlier; `RAW` is the gradient as passed in, and so is `g` if it is not prepared.
    * `acts`: None, or a condition: unless it holds, only the first `always` lines are computed, and the weight and the
      states stay as they are.
    * `rate_changes`: whether the rate differs between steps, and so carries the step too.
    * `unstated`: names that the rule asks for and that nothing says how to compute; `made`: the arguments of `measure`.
    """

    def __init__(self, optimizer: Any) -> None:
        if not hasattr(type(optimizer), "rule"):
            raise UsageError(
                f"{type(optimizer).__name__} has no equations to print: it defines update(), not a rule; "
                "see minigrad.optimizer.Optimizer for the form with a rule"
            )
        self.optimizer = optimizer
        try:
            with noting() as found:
                self.graph = trace(optimizer)
        except RuleError as error:
            raise RuleError(
                f"{type(optimizer).__name__} has no equations to print, because its rule cannot be run with symbols "
                f"instead of arrays (leave out what only looks at them). {error}"
            ) from None
        with noting() as outer:
            supplied, self.made = outside(optimizer, self.graph)
        self.acts: Symbol | None = supplied.pop("acts", None)
        inputs = {"g", "acts", "lr", RAW, *PREPARATION, *self.graph.asked}  # no line may have the name of an input
        if RAW in self.graph.states:
            raise UsageError(f"{type(optimizer).__name__} has a state called {RAW!r}, as equations call g; rename it")
        stems = ("w", "g", *self.graph.states)
        inputs |= {f"{name}_{time}" for name in stems for time in ("before", "next")}  # written as their other steps
        hypers = {x.name for x in self.graph.results["w"].trace.nodes.values() if x.op == "hyper"}
        rule = definitions(
            self.graph.results,
            {name: x for name, x in found.items() if name not in inputs and (name not in hypers or varies(x))},
        )
        taken = inputs | {name for name, _ in rule}
        other = definitions(supplied, {name: x for name, x in outer.items() if name not in taken})
        self.lines: list[tuple[str, Symbol]] = []
        add = self.adder(dict(other), dict(rule))
        for name in self.kept(supplied):
            add(name, supplied[name])
        if self.acts is not None:
            add("", self.acts)
        self.always = len(self.lines) if self.acts is not None else 0
        for name, x in [(name, x) for name, x in other if name == "g"] + rule:
            add(name, x)
        self.names = {name for name, _ in self.lines}
        self.leaves = {x for x in ancestors([x for _, x in self.lines]) if not x.args and x.op != "const"}
        self.rate_changes = optimizer.lr_scheduler is not None or any(x.name == "lr_before" for x in self.leaves)
        known = {"w", "g", RAW, *self.graph.states, *self.names, *PREPARATION, "lr", "t"}
        self.unstated = [
            x.name for x in self.leaves if x.op == "scalar" and x.name.removesuffix("_before") not in known
        ]

    def kept(self, supplied: Locals) -> list[str]:
        """The names that the next step asks for as `..._before`: computed even if nothing in this step reads them."""
        nodes = self.graph.results["w"].trace.nodes.values()
        earlier = {x.name.removesuffix("_before") for x in nodes if not x.args and x.name.endswith("_before")}
        return [name for name in supplied if name in earlier]

    def adder(self, other: Locals, rule: Locals) -> Callable[[str, Symbol], None]:
        """A function that adds a line after the lines that it needs; a line without a name is not added itself."""
        by_symbol = {x: name for name, x in [*rule.items(), *other.items()] if x.args}
        done: set[str] = set()

        def add(name: str, x: Symbol) -> None:
            if name in done:
                return
            done.add(name)
            for y in sorted(ancestors([x]), key=lambda y: y.order):
                if y.args and y in by_symbol:
                    add(by_symbol[y], y)
                elif not y.args and y.name in other:
                    add(y.name, other[y.name])
            if name:
                self.lines.append((name, x))

        return add


def outside(optimizer: Any, graph: Graph) -> tuple[Locals, list[Symbol]]:
    """The values computed outside the rule, by name, with the prepared gradient; and the arguments of `measure`."""
    symbols, cls = graph.results["w"].trace, type(optimizer)
    symbols.outside = True
    this: Any = HyperParameters(optimizer, symbols)
    w, raw = symbols.leaf("array", "w"), symbols.leaf("array", RAW)
    supplied: dict[str, Any] = {}
    made: list[Symbol] = []
    if hasattr(cls, "outside"):
        asked = [p.name for p in inspect.signature(cls.outside).parameters.values() if p.kind is p.KEYWORD_ONLY]
        arrays = {"w": w, "g": symbols.leaf("array", "g"), "raw": raw}
        supplied.update(
            cls.outside(this, **{x: arrays[x] if x in arrays else symbols.leaf("scalar", x) for x in asked})
        )
    if optimizer.measured:
        first, _ = in_two(graph, optimizer.measured)
        made = [first.results[name] for name in first.states[len(graph.states) :]]
        try:
            supplied.update(cls.measure(this, w, *made))
        except Exception:  # it works on arrays only, so its values are printed as passed in
            supplied = {name: x for name, x in supplied.items() if name not in optimizer.measured}
    scalars = {name: getattr(optimizer, name) for name in PREPARATION}
    scalars.update((name, supplied.pop(name)) for name in PREPARATION if name in supplied)
    numbers = {name: symbols.leaf("scalar", name) for name in PREPARATION}
    g = prepared_gradient(w, supplied.pop("g", raw), numbers, active(scalars, graph.asked))
    if g is not raw:
        supplied["g"] = g
    return {name: symbols.symbol(x) for name, x in supplied.items()}, made


def varies(x: Symbol) -> bool:
    """Whether a value changes from step to step, and so carries the step."""
    return any(y.op in ("array", "scalar") for y in ancestors([x]))


@contextmanager
def noting() -> Iterator[Locals]:
    """Record what the local names of a rule (and of methods it calls) held when it returned.

    A profile function sees each call and return. Unlike a trace function it leaves debuggers and coverage alone. What
    the rule prints is dropped, because it would be symbols.
    """
    found: Locals = {}
    arguments: dict[FrameType, set[int]] = {}

    def on_event(frame: FrameType, event: str, arg: Any) -> None:
        code = frame.f_code
        if "self" not in code.co_varnames + code.co_freevars:  # f_locals costs more
            return
        if type(frame.f_locals.get("self")) is HyperParameters:
            symbols = {name: x for name, x in frame.f_locals.items() if type(x) is Symbol and x.args}
            if event == "call":
                arguments[frame] = {*map(id, symbols.values())}
            elif event == "return":
                found.update((name, x) for name, x in symbols.items() if id(x) not in arguments[frame])

    previous: Any = sys.getprofile()
    sys.setprofile(on_event)
    try:
        with redirect_stdout(StringIO()):
            yield found
    finally:
        if hasattr(previous, "enable"):  # cProfile, which setprofile does not restore
            previous.enable()
        else:
            sys.setprofile(previous)


def definitions(results: Locals, named: Locals) -> list[tuple[str, Symbol]]:
    """The lines of a rule: its local names and its results, each value once, in the order written."""
    names = {x: name for name, x in reversed(results.items()) if x.args}
    for name, x in named.items():
        if name not in results:
            names.setdefault(x, name)
    lines = [(name, x) for x, name in sorted(names.items(), key=lambda item: item[0].order)]
    copies = [(name, x) for name, x in results.items() if names.get(x, x.name) != name]
    return lines + copies
