r"""Print a rule as mathematics, from the rule itself: one line for each of its named locals, in the order written.

The weight, the gradient and the states carry the step: :math:`w_{t-1}` before it, :math:`w_t` after it. `equation` is
LaTeX for notebooks and pages, `plain` is text for terminals, in the names that the code has.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Mapping
from types import FrameType
from typing import Any

from minigrad.errors import UsageError
from minigrad.optimizer.graph import Graph, HyperParameters, trace
from minigrad.optimizer.rule import CONDITIONS, INFIX, Symbol, ancestors

LETTERS = {
    "mean": "m", "var": "v", "lr": r"\eta", "momentum": r"\gamma", "wd": r"\lambda", "wd_lh": r"\lambda",
    "lamda": r"\lambda", "noise": r"\xi", "prev": r"\tilde{w}", "schedule_decay": r"\psi",
}  # fmt: skip
"""Letters for names that are words. An optimizer adds its own in a class attribute `symbols` of the same form."""

GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "mu", "nu", "xi", "rho", "sigma", "tau",
    "phi", "psi", "omega",
)  # fmt: skip
TIMES = {"next": 1, "before": -1}
SUM, PRODUCT, ATOM = range(3)
"""How tightly an expression holds together. Parentheses go around what holds less tightly than its place asks."""

Text = tuple[str, int]


def equation(optimizer: Any) -> str:
    r"""The optimizer's rule as aligned LaTeX.

    >>> from minigrad import optimizer
    >>> print(equation(optimizer.SGD(momentum=0.9)))
    \begin{aligned}
    v_t &= \gamma v_{t-1} - \eta g_t \\
    w_t &= w_{t-1} + v_t
    \end{aligned}
    """
    return "\\begin{aligned}\n" + " \\\\\n".join(Latex(optimizer).lines(" &= ")) + "\n\\end{aligned}"


def plain(optimizer: Any, width: int = 80) -> str:
    """The optimizer's rule as text, no line wider than `width`.

    >>> from minigrad import optimizer
    >>> print(plain(optimizer.SGD(momentum=0.9)))
    v[t] = momentum*v[t-1] - lr*g[t]
    w[t] = w[t-1] + v[t]
    """
    return "\n".join(wrapped(line, width) for line in Plain(optimizer).lines(" = "))


def wrapped(line: str, width: int) -> str:
    """A long line broken between its terms; inside parentheses only if it must be."""
    depth, glued = 0, ""
    for letter in line:
        depth += (letter == "(") - (letter == ")")
        glued += "\0" if letter == " " and depth else letter
    indent = " " * (line.index("=") + 2)
    text = textwrap.fill(glued, width, subsequent_indent=indent, break_long_words=False).replace("\0", " ")
    if max(map(len, text.splitlines())) > width:
        text = textwrap.fill(line, width, subsequent_indent=indent)
    return text


def named(optimizer: Any) -> tuple[Graph, dict[str, Symbol]]:
    """The graph of the rule, and what the named locals of its text (and of methods it calls) held when it returned.

    A profile function sees each call and return. Unlike a trace function it leaves debuggers and coverage alone.
    """
    found: dict[str, Symbol] = {}
    arguments: dict[FrameType, set[int]] = {}

    def on_event(frame: FrameType, event: str, arg: Any) -> None:
        if type(frame.f_locals.get("self")) is HyperParameters:
            symbols = {name: x for name, x in frame.f_locals.items() if type(x) is Symbol and x.args}
            if event == "call":
                arguments[frame] = {*map(id, symbols.values())}
            elif event == "return":
                found.update((name, x) for name, x in symbols.items() if id(x) not in arguments[frame])

    previous: Any = sys.getprofile()
    sys.setprofile(on_event)
    try:
        graph = trace(optimizer)
    finally:
        if hasattr(previous, "enable"):  # cProfile, which is not put back by setprofile
            previous.enable()
        else:
            sys.setprofile(previous)
    return graph, found


def definitions(graph: Graph, named: Mapping[str, Symbol]) -> list[tuple[str, Symbol]]:
    """The lines of a rule: its named locals and its results, each value once, in the order written."""
    names = {x: name for name, x in reversed(graph.results.items()) if x.args}
    for name, x in named.items():
        if name not in graph.results:
            names.setdefault(x, name)
    lines = [(name, x) for x, name in sorted(names.items(), key=lambda item: item[0].order)]
    copies = [(name, x) for name, x in graph.results.items() if names.get(x, x.name) != name]
    return lines + copies


class Plain:
    """Writes a rule in the notation of Python."""

    def __init__(self, optimizer: Any) -> None:
        if not hasattr(type(optimizer), "rule"):
            raise UsageError(
                f"{type(optimizer).__name__} has no equations to print: it defines update(), not a rule; "
                "see minigrad.optimizer.Optimizer for the form with a rule"
            )
        self.graph, self.named = named(optimizer)
        self.letters: dict[str, str] = {**LETTERS, **getattr(optimizer, "symbols", {})}
        self.names: dict[Symbol, str] = {}

    def lines(self, equals: str) -> list[str]:
        """The equations. What a line has defined is written by its name in the lines after."""
        lines = []
        for name, x in definitions(self.graph, self.named):
            right, _ = self.write(x)
            changes = name in self.graph.results or any(y.op in ("array", "scalar") for y in ancestors([x]))
            left = self.name(name, 0 if changes else None)
            lines.append(left + equals + right)
            if x.args:
                self.names.setdefault(x, left)
        return lines

    def write(self, x: Symbol) -> Text:
        """An expression as text, and how tightly it holds together."""
        if x in self.names:
            return self.names[x], ATOM
        if x.op == "const":
            number = x.value or 0.0
            return f"{number:.17g}" if number.is_integer() else repr(number), ATOM if number >= 0 else SUM
        if not x.args:
            return self.name(x.name, self.step(x)), ATOM
        if x.op in ("multiply", "divide") and x.args[0].op == "negative" and x.args[0] not in self.names:
            positive = Symbol(x.trace, x.op, (x.args[0].args[0], x.args[1]), "", None)
            return f"-{self.write(positive)[0]}", SUM
        if x.op == "minimum" and x.args[0].op == "maximum" and x.args[0] not in self.names:
            return self.call("clip", *x.args[0].args, x.args[1])
        if x.op in CONDITIONS:
            return self.sides(x, f" {self.signs.get(x.op, INFIX[x.op])} ", SUM, SUM), SUM
        how = getattr(self, x.op, None)
        return how(x) if how else self.call(x.op, *x.args)

    def step(self, leaf: Symbol) -> int | None:
        """Which step a value belongs to: 0 is this one; None for what has no subscript."""
        if leaf.name in ("w", *self.graph.states):
            return -1
        return None if leaf.op == "hyper" or leaf.name in ("lr", "wd", "t") else 0

    def within(self, x: Symbol, place: int) -> str:
        """An expression in a place that asks for a tightness."""
        text, tightness = self.write(x)
        return text if tightness >= place else self.parentheses(text)

    def sides(self, x: Symbol, between: str, left: int, right: int) -> str:
        return self.within(x.args[0], left) + between + self.within(x.args[1], right)

    def add(self, x: Symbol) -> Text:
        return self.sides(x, " + ", SUM, PRODUCT if x.args[1].op == "negative" else SUM), SUM

    def subtract(self, x: Symbol) -> Text:
        return self.sides(x, " - ", SUM, PRODUCT), SUM

    def negative(self, x: Symbol) -> Text:
        return "-" + self.within(x.args[0], PRODUCT), SUM

    # What differs from notation to notation.

    signs: Mapping[str, str] = {}
    functions: Mapping[str, str] = {"absolute": "abs", "maximum": "max", "minimum": "min"}

    def name(self, name: str, step: int | None) -> str:
        return name if step is None else f"{name}[t{step or ''}]"

    def parentheses(self, text: str) -> str:
        return f"({text})"

    def call(self, function: str, *args: Symbol) -> Text:
        arguments = ", ".join(self.write(y)[0] for y in args)
        return self.functions.get(function, function) + self.parentheses(arguments), ATOM

    def multiply(self, x: Symbol) -> Text:
        return self.sides(x, "*", PRODUCT, PRODUCT), PRODUCT

    def divide(self, x: Symbol) -> Text:
        return self.sides(x, "/", PRODUCT, ATOM), PRODUCT

    def power(self, x: Symbol) -> Text:
        return self.sides(x, "**", ATOM, ATOM), PRODUCT

    def square(self, x: Symbol) -> Text:
        return self.within(x.args[0], ATOM) + "**2", PRODUCT


class Latex(Plain):
    """Writes a rule in LaTeX."""

    signs = {"less_equal": r"\le", "greater_equal": r"\ge", "equal": "=", "not_equal": r"\ne"}
    functions = {"maximum": r"\max", "minimum": r"\min", "exp": r"\exp", "log": r"\log"}

    def name(self, name: str, step: int | None) -> str:
        stem, _, time = name.rpartition("_")
        if stem and time in TIMES and step is not None:
            return self.name(stem, step + TIMES[time])
        letter = self.letter(name)
        if step is None:
            return letter
        letter, _, index = letter.partition("_")
        subscript = ",".join(filter(None, [index.strip("{}"), f"t{step:+d}" if step else "t"]))
        return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}"

    def letter(self, name: str) -> str:
        """How a name is written in mathematics: beta1 as a Greek letter with an index, mean_hat with a hat."""
        if name in self.letters:
            return self.letters[name]
        stem, _, mark = name.rpartition("_")
        if stem and mark in ("hat", "bar", "tilde"):
            return f"\\{mark}{{{self.letter(stem)}}}"
        numbered = re.fullmatch(r"([a-zA-Z_]+?)_?([0-9])", name)
        if numbered:
            return f"{self.letter(numbered[1])}_{numbered[2]}"
        if stem and len(mark) == 1:
            return f"{self.letter(stem)}_{mark}"
        if name in GREEK:
            return f"\\{name}"
        return name if len(name) == 1 else f"\\mathrm{{{' '.join(name.split('_'))}}}".replace(" ", r"\,")

    def parentheses(self, text: str) -> str:
        tall = r"\frac" in text or r"\sqrt" in text
        return rf"\left({text}\right)" if tall else f"({text})"

    def call(self, function: str, *args: Symbol) -> Text:
        text, tightness = super().call(function, *args)
        if not text.startswith("\\"):
            text = text.replace(function, rf"\operatorname{{{function}}}", 1)
        return text, tightness

    def absolute(self, x: Symbol) -> Text:
        return rf"\left|{self.write(x.args[0])[0]}\right|", ATOM

    def multiply(self, x: Symbol) -> Text:
        right = self.within(x.args[1], PRODUCT)
        return self.within(x.args[0], PRODUCT) + (rf" \cdot {right}" if right[0].isdigit() else f" {right}"), PRODUCT

    def divide(self, x: Symbol) -> Text:
        return rf"\frac{{{self.write(x.args[0])[0]}}}{{{self.write(x.args[1])[0]}}}", PRODUCT

    def power(self, x: Symbol) -> Text:
        exponent = self.write(x.args[1])[0]
        return f"{self.within(x.args[0], ATOM)}^" + (exponent if len(exponent) == 1 else f"{{{exponent}}}"), PRODUCT

    def square(self, x: Symbol) -> Text:
        return self.within(x.args[0], ATOM) + "^2", PRODUCT

    def sqrt(self, x: Symbol) -> Text:
        return rf"\sqrt{{{self.write(x.args[0])[0]}}}", ATOM

    def where(self, x: Symbol) -> Text:
        condition, this, that = (self.write(y)[0] for y in x.args)
        return rf"\begin{{cases}} {this} & \text{{if }} {condition} \\ {that} & \text{{otherwise}} \end{{cases}}", ATOM
