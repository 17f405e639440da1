"""A rule as text for terminals, in the notation of the docstrings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from minigrad.optimizer.readings.legend import Entry, entries
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.notation import ATOM, BRANCH, POWER, QUOTIENT, SUM, UNICODE, Notation, Written
from minigrad.optimizer.rule import Symbol

SIGNS = {f"\\{name}": letter for name, letter in UNICODE.items()} | {r"\delta'": "δ'"}
SUBSCRIPTS = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def plain(optimizer: Any, width: int = 80) -> str:
    """The optimizer's rule as text, no line wider than `width`.

    >>> from minigrad import optimizer
    >>> print(plain(optimizer.SGD(momentum=0.9, wd=0.1)))
    g_t = ∇_t + δ w_{t-1}
    v_t = γ v_{t-1} - η g_t
    w_t = w_{t-1} + v_t
    """
    lines, margin = [], ""
    for row in Text(Lines(optimizer)).rows():
        if row.name:
            lines += wrapped(f"{margin}{row.left} {row.relation} ", row.right, width)
        else:
            lines.append(f"only if {row.right}:")
            margin = "  "
    return "\n".join(lines)


def legend(optimizer: Any, width: int = 80) -> str:
    """What each symbol of `plain` is, and its value.

    >>> from minigrad import optimizer
    >>> print(legend(optimizer.SGD(momentum=0.9, wd=0.1)))
    w         weight
    ∇_t       gradient, as passed in
    η = 0.01  learning rate
    δ = 0.1   weight decay
    γ = 0.9   momentum
    v_0 = 0   velocity, before the first step
    """
    return table(entries(Text(Lines(optimizer))), width)


def table(found: Iterable[Entry], width: int) -> str:
    """Entries of a legend in two columns."""
    found = list(found)
    left = max(len(entry.symbol) for entry in found)
    wrap = textwrap.TextWrapper(width, subsequent_indent=" " * (left + 2))
    return "\n".join(wrap.fill(f"{entry.symbol:{left}}  {entry.meaning}") for entry in found)


def wrapped(head: str, text: str, width: int) -> list[str]:
    """An expression after its head, in as many lines as it needs.

    Lines are broken before `if` and `otherwise`, then between terms, and inside parentheses only if necessary.
    """
    margin = " " * len(head)
    if len(head + text) > width and ", otherwise " in text:
        this, condition, that = re.split(" if |, otherwise ", text, maxsplit=2)
        parts = [f"{head}{this}", f"{margin}if {condition},", f"{margin}otherwise {that}"]
    else:
        parts = [head + text]
    return [line for part in parts for line in filled(part, width, margin + "  ")]


def filled(line: str, width: int, indent: str) -> list[str]:
    """A line broken between its terms."""
    depth, glued = 0, ""
    for letter in line:
        depth += (letter in "([") - (letter in ")]")
        glued += "\0" if letter == " " and depth else letter
    lines = textwrap.wrap(glued, width, subsequent_indent=indent, break_long_words=False)
    if max(map(len, lines)) > width:
        lines = textwrap.wrap(line, width, subsequent_indent=indent)
    return [line.replace("\0", " ") for line in lines]


class Text(Notation):
    """Writes a rule in Unicode: a product is a space, `β₁^t` a power."""

    times = "·"
    signs = {
        "is": "=", "normal": "~", "less": "<", "less_equal": "≤", "greater": ">", "greater_equal": "≥", "equal": "=",
        "not_equal": "≠", "logical_and": "and", "divides": "divides",
    }  # fmt: skip

    def at(self, letter: str, step: str) -> str:
        return f"{letter}_{step}" if len(step) == 1 else f"{letter}_{{{step}}}"

    def spelled(self, letter: str, name: str) -> str:
        found = SIGNS.get(letter, letter)
        return name if "\\" in found else found

    def word(self, name: str) -> str:
        return name

    def marked(self, letter: str, mark: str) -> str:
        return f"{letter}_{mark}"

    def indexed(self, letter: str, index: str) -> str:
        return letter + SUBSCRIPTS.get(index, f"_{index}")

    def function(self, name: str) -> str:
        return {"maximum": "max", "minimum": "min", "normal": "N"}.get(name, name)

    def parentheses(self, text: str) -> str:
        return f"({text})"

    def digits(self, number: str) -> str:
        mantissa, e, exponent = number.partition("e")
        return f"{mantissa}e{int(exponent)}" if e else number

    def divide(self, x: Symbol) -> Written:
        return self.sides(x, " / ", QUOTIENT, POWER), QUOTIENT

    def power(self, x: Symbol) -> Written:
        return self.sides(x, "^", ATOM, ATOM), POWER

    def square(self, x: Symbol) -> Written:
        return self.within(x.args[0], ATOM) + "²", POWER

    def sqrt(self, x: Symbol) -> Written:
        inside, tightness = self.write(x.args[0])
        return "√" + (self.parentheses(inside) if tightness < ATOM or "(" in inside else inside), POWER

    def absolute(self, x: Symbol) -> Written:
        inside = self.within(x.args[0], SUM)
        return f"abs({inside})" if "|" in inside else f"|{inside}|", ATOM

    def norm(self, x: Symbol) -> Written:
        return f"‖{self.write(x.args[0])[0]}‖", ATOM

    def where(self, x: Symbol) -> Written:
        condition, this, that = (self.within(y, SUM) for y in x.args)
        return f"{this} if {condition}, otherwise {that}", BRANCH
