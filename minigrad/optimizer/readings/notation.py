"""A notation: how the lines of a rule are written, apart from the signs that text and LaTeX each use.

The weight, the gradient and the states carry the step, as in the docstrings: `w_{t-1}` before it, `w_t` after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from minigrad.optimizer.readings.lines import RAW, Lines, varies
from minigrad.optimizer.rule import CONDITIONS, Symbol

LETTERS = {
    "lr": r"\eta", "momentum": r"\gamma", "wd": r"\delta", "wd_lh": r"\delta'", "lamda": r"\lambda", "noise": r"\xi",
    "schedule_decay": r"\psi", "rescale_grad": r"\rho", "clip_gradient": "c", RAW: r"\nabla",
}  # fmt: skip
"""Letters for names that are words. An optimizer adds its own in a class attribute `symbols` of the same form."""

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
UNICODE = GREEK | {name.capitalize(): letter.upper() for name, letter in GREEK.items()} | {"nabla": "∇"}
"""LaTeX's names of letters -> the letters."""

TIMES = {"next": 1, "before": -1}
BRANCH, SUM, QUOTIENT, PRODUCT, POWER, ATOM = range(-1, 5)
"""How tightly an expression binds. One that binds less tightly than its place requires gets parentheses."""

Written = tuple[str, int]


class Row(NamedTuple):
    """One line as it is written. Without a name it is a condition on all lines that follow."""

    name: str
    left: str
    relation: str
    right: Any


class Notation:
    """Writes the lines of a rule. `Text` and `Latex` say how."""

    table: Mapping[str, str] = LETTERS

    def __init__(self, lines: Lines) -> None:
        self.of = lines
        self.t: int | None = None  # the number of the step, when one is worked by hand
        self.values: Mapping[Symbol, Any] | None = None  # symbols that are written as numbers instead of names
        self.defined: dict[Symbol, str] = {}
        self.letters = self.chosen()

    def chosen(self) -> dict[str, str]:
        """The letters for words. If a letter already stands for something else in this rule, the word stays a word."""
        own: Mapping[str, str] = self.of.optimizer.symbols
        self.letters = {}
        names = {stem_of(name) for name in [*self.of.names, *(x.name for x in self.of.leaves)]}
        taken = {self.spelled(own[name], name) for name in names & {*own}}
        taken |= {self.letter(name) for name in names - {*own, *self.table}}
        letters = dict(own)
        for name, letter in self.table.items():
            if name not in own and (name not in names or self.spelled(letter, name) not in taken):
                letters[name] = letter
                if name in names:
                    taken.add(self.spelled(letter, name))
        return letters

    def rows(self, right: Callable[[Symbol], Any] | None = None) -> Iterator[Row]:
        """The lines, with the right side as text, or as `right` gives it.

        An expression that one line defines is written by its name in later lines.
        """
        right = right or (lambda x: self.write(x)[0])
        for place, (name, x) in enumerate(self.of.lines):
            if self.of.acts is not None and place == self.of.always:
                yield Row("", "", "", right(self.of.acts))
            yield Row(name, self.left(name, x), self.signs["normal" if x.op == "normal" else "is"], right(x))
            self.define(name, x)

    def define(self, name: str, x: Symbol) -> None:
        if x.args:
            self.defined.setdefault(x, name)

    def left(self, name: str, x: Symbol) -> str:
        always = {"g", *self.of.graph.results, *self.of.graph.asked}
        return self.name(name, 0 if name in always or varies(x) else None)

    def write(self, x: Symbol) -> Written:
        """An expression, and how tightly it binds."""
        if x.op == "const":
            return self.exact(x.value or 0.0)
        if self.values is not None and (x in self.defined or not x.args):
            return self.number(self.values[x])
        if x in self.defined:
            return self.left(self.defined[x], x), ATOM
        if not x.args:
            if self.clashes(x):
                return self.word(f"self.{x.name}"), ATOM
            name = "g" if x.name == RAW and "g" not in self.of.names else x.name
            return self.name(name, self.step(x)), ATOM
        if x.op in ("multiply", "divide") and x.args[0].op == "negative" and x.args[0] not in self.defined:
            positive = Symbol(x.trace, x.op, (x.args[0].args[0], x.args[1]), "", None)
            return self.minus + self.write(positive)[0], SUM
        if x.op == "minimum" and x.args[0].op == "maximum" and x.args[0] not in self.defined:
            return self.call("clip", *x.args[0].args, x.args[1])
        if x.op in CONDITIONS or x.op in ("logical_and", "divides"):
            return self.sides(x, f" {self.signs[x.op]} ", SUM, SUM), SUM
        how = getattr(self, x.op, None)
        return how(x) if how else self.call(x.op, *x.args)

    def both(self, x: Symbol, values: Mapping[Symbol, Any]) -> tuple[str, str]:
        """An expression in symbols and in numbers."""
        symbols = self.write(x)[0]
        self.values = values
        numbers = self.write(x)[0]
        self.values = None
        return symbols, numbers

    def written_alone(self, leaf: Symbol) -> str:
        """A leaf as the legend writes it: the weight without its step."""
        return self.letter("w") if leaf.name == "w" and leaf.op == "array" else self.write(leaf)[0]

    def clashes(self, leaf: Symbol) -> bool:
        """Whether an attribute of the optimizer has the name, and so the letter, of something else in the rule."""
        return leaf.op == "hyper" and leaf.name in {"w", "g", "t", "lr", *self.of.graph.states, *self.of.graph.asked}

    def step(self, leaf: Symbol) -> int | None:
        """The step that a value belongs to: 0 is this one, None means no subscript."""
        if leaf.op == "hyper":
            return None
        if leaf.name in ("w", *self.of.graph.states):
            return -1
        if leaf.name == "lr":
            return 0 if self.of.rate_changes else None
        return None if leaf.name in ("wd", "t", "rescale_grad", "clip_gradient") else 0

    def within(self, x: Symbol, place: int) -> str:
        """An expression, in parentheses if its place requires tighter binding."""
        text, tightness = self.write(x)
        return text if tightness >= place else self.parentheses(text)

    def sides(self, x: Symbol, between: str, left: int, right: int) -> str:
        return self.within(x.args[0], left) + between + self.within(x.args[1], right)

    def add(self, x: Symbol) -> Written:
        right = self.within(x.args[1], SUM)
        if right.startswith(self.minus):
            right = self.parentheses(right)
        return f"{self.within(x.args[0], SUM)} {self.plus} {right}", SUM

    def subtract(self, x: Symbol) -> Written:
        return self.sides(x, f" {self.minus} ", SUM, QUOTIENT), SUM

    def negative(self, x: Symbol) -> Written:
        return self.minus + self.within(x.args[0], QUOTIENT), SUM

    def multiply(self, x: Symbol) -> Written:
        left, right = self.within(x.args[0], PRODUCT), self.within(x.args[1], PRODUCT)
        between_numbers = self.values is not None or right[0].isdigit() or right.startswith("<mn>")
        return left + (self.times if between_numbers else self.space(left, right)) + right, PRODUCT

    def call(self, function: str, *args: Symbol) -> Written:
        arguments = self.comma.join(self.within(y, SUM) for y in args)
        return self.function(function) + self.parentheses(arguments), ATOM

    def exact(self, value: float) -> Written:
        """A number with all its digits."""
        text = self.digits(repr(float(value) + 0.0).removesuffix(".0"))
        return text, SUM if text[0] == "-" else PRODUCT if "10^" in text else ATOM

    def number(self, value: Any) -> Written:
        """A number, or an array of numbers, to five digits."""
        if getattr(value, "ndim", 0):
            return f"[{', '.join(self.number(y)[0] for y in value)}]", ATOM
        return self.exact(float(f"{float(value):.5g}"))

    def letter(self, name: str) -> str:
        """How a name is written: beta1 as a Greek letter with an index, mean_hat with a hat."""
        if name in self.letters:
            return self.spelled(self.letters[name], name)
        stem, _, mark = name.rpartition("_")
        if stem and mark in ("hat", "bar", "tilde"):
            return self.marked(self.letter(stem), mark)
        numbered = re.fullmatch(r"([a-zA-Z_]+?)_?([0-9])", name)
        if numbered:
            return self.indexed(self.letter(numbered[1]), numbered[2])
        if stem and len(mark) == 1:
            return self.indexed(self.letter(stem), mark)
        return self.spelled(f"\\{name}", name) if name in GREEK else self.word(name)

    def name(self, name: str, step: int | None) -> str:
        """A name with the subscript of its step."""
        if step is None:
            return self.letter(name)
        stem = stem_of(name)
        if stem != name:
            step += TIMES[name.removeprefix(stem + "_")]
        now = f"t{step:+d}" if step else "t"
        return self.at(self.letter(stem), now if self.t is None else str(self.t + step))

    # What differs from notation to notation.

    times: str
    plus, minus, comma = "+", "-", ", "

    def space(self, left: str, right: str) -> str:
        """The text between two factors."""
        return " "

    signs: Mapping[str, str]

    def at(self, letter: str, step: str) -> str:
        raise NotImplementedError

    def spelled(self, letter: str, name: str) -> str:
        """A letter of `table`, which stands for the name."""
        raise NotImplementedError

    def word(self, name: str) -> str:
        raise NotImplementedError

    def marked(self, letter: str, mark: str) -> str:
        raise NotImplementedError

    def indexed(self, letter: str, index: str) -> str:
        raise NotImplementedError

    def function(self, name: str) -> str:
        raise NotImplementedError

    def parentheses(self, text: str) -> str:
        raise NotImplementedError

    def digits(self, number: str) -> str:
        raise NotImplementedError


def stem_of(name: str) -> str:
    """The name without `_before` or `_next`."""
    stem, _, time = name.rpartition("_")
    return stem if stem and time in TIMES else name
