"""A step of an optimizer as a JavaScript function, for a page that runs rules in the browser.

It is printed from the same lines as the equations: the preparation of the gradient, the values computed outside the
rule, the rule. A graph holds one branch of a rule, and so does the function; other hyper-parameters may need another
one.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy

from minigrad.errors import UsageError
from minigrad.optimizer.readings.lines import RAW, Lines
from minigrad.optimizer.readings.notation import stem_of
from minigrad.optimizer.rule import CONDITIONS, INFIX, Symbol

PRELUDE = """\
const square = x => x * x;
const divides = (d, n) => n % d === 0;
const norm = x => Math.hypot(...x);
const row_mean = x => x.reduce((sum, y) => sum + y, 0) / x.length;
const numbers = (...x) => x.every(y => typeof y === "number");
"""
"""Helpers that the functions need and JavaScript lacks, to be put before them."""

OPERATORS = INFIX | {"equal": "===", "not_equal": "!==", "logical_and": "&&"}
FUNCTIONS = {
    "sqrt": "Math.sqrt", "absolute": "Math.abs", "sign": "Math.sign", "exp": "Math.exp", "log": "Math.log",
    "sin": "Math.sin", "cos": "Math.cos", "maximum": "Math.max", "minimum": "Math.min", "power": "Math.pow",
    "square": "square", "divides": "divides",
}  # fmt: skip
SIMPLE = (bool, str, type(None))


def step(optimizer: Any) -> str:
    """The text of a function `(before, raw, h, normal) => after`, for the optimizer's present values.

    `before` and `after` hold arrays of numbers by name: the weight `w`, the states, and every line of the equations;
    numbers where a line is one number. `raw` is the gradient as passed in. `h` has numbers by name: `lr`, `t`,
    `wd`, `rescale_grad`, `clip_gradient` and the hyper-parameters, so these may change without a new function.
    `normal(variance)` draws one number. `start` makes the first `before`.

    >>> from minigrad import optimizer
    >>> print(step(optimizer.SGD(momentum=0.9)))
    (before, raw, h, normal) => {
      const each = f => raw.map((_, i) => f(i)), now = {};
      now.v = each(i => (h.momentum * before.v[i]) - (h.lr * raw[i]));
      now.w = each(i => before.w[i] + now.v[i]);
      return {v: before.v, ...now};
    }
    """
    return JavaScript(Lines(optimizer)).step()


def start(optimizer: Any) -> str:
    """The text of a function `w => before`, which makes the values that the first step starts from.

    >>> from minigrad import optimizer
    >>> start(optimizer.DCASGD(momentum=0.9))
    'w => ({w: w, v: w.map(w => 0.0), prev: w.map(w => w)})'
    """
    return JavaScript(Lines(optimizer)).start()


def when(optimizer: Any) -> str:
    """The text of a function `h => truth`: whether `step` is right for other hyper-parameters too.

    >>> from minigrad import optimizer
    >>> when(optimizer.SGD(momentum=0.9))
    'h => numbers(h.momentum) && !((h.momentum === 0.0))'
    """
    return JavaScript(Lines(optimizer)).when()


def whereabouts(lines: Lines, x: Symbol) -> tuple[str, str]:
    """Which of `before`, `now`, `h` and `raw` has the value of a name, and under which name there; `raw` has none."""
    if x.op == "hyper":
        return "h", x.name
    if x.name in ("w", *lines.graph.states):
        return "before", x.name
    if stem_of(x.name) != x.name:
        return "before", stem_of(x.name)
    if x.name == RAW or (x.name == "g" and "g" not in lines.names):
        return "raw", ""
    return "now" if x.name in lines.names else "h", x.name


class Writer:
    """Writes expressions."""

    def write(self, x: Symbol) -> str:
        """An expression, in parentheses unless it needs none."""
        if not x.args:
            return constant(x.value or 0.0) if x.op == "const" else self.place(x)
        args = [self.write(y) for y in x.args]
        if x.op == "where":
            return "({} ? {} : {})".format(*args)
        if x.op == "negative":
            return f"(-{args[0]})"
        if x.op in FUNCTIONS:
            return f"{FUNCTIONS[x.op]}({', '.join(args)})"
        return f"({args[0]} {OPERATORS[x.op]} {args[1]})"

    def place(self, x: Symbol) -> str:
        """Where to find the value of a name."""
        return x.name


def constant(value: float) -> str:
    """A number in the text of a rule."""
    return repr(value) if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")


class JavaScript(Writer):
    """Writes the lines of an optimizer. Values are properties of objects, so they may have any name (`before.var`)."""

    def __init__(self, lines: Lines) -> None:
        if lines.unstated:
            raise UsageError(
                f"{type(lines.optimizer).__name__} cannot run in a browser: nothing says how "
                f"{', '.join(lines.unstated)} is computed; define `outside`, as in minigrad/optimizer/lars.py"
            )
        self.of = lines
        self.optimizer = lines.optimizer
        self.states = lines.graph.states
        self.arrays = self.found_arrays()
        self.defined: dict[Symbol, str] = {}
        leaves = [x.name for x in sorted(lines.leaves, key=lambda x: x.order) if x.name not in self.states]
        befores = (name for name in leaves if stem_of(name) != name)
        self.kept = [name for name in dict.fromkeys(map(stem_of, befores)) if name not in self.states]

    def found_arrays(self) -> set[str]:
        """The names of values with many elements: everything computed from the weight, the gradient or a state."""
        arrays = {"w", RAW, *self.states}
        if "g" not in self.of.names:
            arrays.add("g")
        while found := {name for name, x in self.of.lines if self.is_array(x, arrays)} - arrays:
            arrays |= found
        return arrays

    def is_array(self, x: Symbol, arrays: set[str]) -> bool:
        if x.op == "normal":
            return True
        if x.op in ("norm", "row_mean"):
            return False
        return any(self.is_array(y, arrays) for y in x.args) if x.args else stem_of(x.name) in arrays

    def step(self) -> str:
        """The function of `step`."""
        body = ["const each = f => raw.map((_, i) => f(i)), now = {};"]
        unchanged = ["w"] if self.of.acts is not None or self.optimizer.divides_by_rate else []
        same = ", ".join(f"{name}: before.{name}" for name in [*unchanged, *self.states])
        after = f"{{{same}, ...now}}" if same else "now"
        if self.optimizer.divides_by_rate:
            body.append(f"if (h.lr <= 0) return {after};")
        body += [f"now.{name} = h.{name};" for name in self.kept if name not in self.of.names]
        for place, (name, x) in enumerate(self.of.lines):
            if self.of.acts is not None and place == self.of.always:
                body.append(f"if (!({self.write(self.of.acts)})) return {after};")
            text = self.write(x)
            if x.args and text.startswith("(") and text.endswith(")") and x.op in OPERATORS:
                text = text[1:-1]
            if x.op in CONDITIONS:  # in JavaScript true is not equal to 1
                text = f"Number({text})"
            body.append(f"now.{name} = " + (f"each(i => {text});" if name in self.arrays else f"{text};"))
            if x.args:
                self.defined.setdefault(x, name)
        return "\n  ".join(["(before, raw, h, normal) => {", *body, f"return {after};"]) + "\n}"

    def start(self) -> str:
        """The function of `start`."""
        probe = numpy.array([[2.0, 3.0]])
        values = {"w": "w"}
        for name in self.states:
            first = self.optimizer.initial_state(name, probe)
            values[name] = f"w.map(w => {'w' if (first == probe).all() else repr(float(first.flat[0]))})"
        for name in self.kept:
            first = self.optimizer.starts.get(name, 0.0)
            values[name] = f"w.map(w => {first!r})" if name in self.arrays else repr(first)
        return f"w => ({{{', '.join(f'{name}: {value}' for name, value in values.items())}}})"

    def when(self) -> str:
        """The function of `when`."""
        trace = self.of.graph.trace
        told = {name: value for name, value in trace.constants.items() if type(value) in SIMPLE}
        hypers = [self.write(x) for x in trace.nodes.values() if x.op == "hyper"]
        parts = [f"numbers({', '.join(hypers)})"]
        parts += [f"{'' if outcome else '!'}({self.write(x)})" for x, outcome in trace.decided.items()]
        parts += [f"h.{name} === {json.dumps(value)}" for name, value in told.items()]
        return f"h => {' && '.join(parts)}"

    def write(self, x: Symbol) -> str:
        """An expression. An element of an array is the one at index `i`."""
        if x in self.defined:
            return self.element("now", self.defined[x])
        if x.op in ("norm", "row_mean"):
            return f"{x.op}(each(i => {self.write(x.args[0])}))"
        if x.op == "normal":
            return f"{self.write(x.args[0])} + normal({self.write(x.args[1])})"
        return super().write(x)

    def place(self, x: Symbol) -> str:
        where, name = whereabouts(self.of, x)
        return self.element(where, name) if name else "raw[i]"

    def element(self, where: str, name: str) -> str:
        return f"{where}.{name}" + ("[i]" if name in self.arrays and where != "h" else "")
