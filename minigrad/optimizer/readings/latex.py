"""A rule as LaTeX, for notebooks and pages."""

from __future__ import annotations

import re
from typing import Any

from minigrad.optimizer.readings.legend import entries
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.notation import ATOM, GREEK, LETTERS, POWER, PRODUCT, QUOTIENT, Notation, Written
from minigrad.optimizer.rule import Symbol


def equation(optimizer: Any) -> str:
    r"""The optimizer's rule as aligned LaTeX.

    >>> from minigrad import optimizer
    >>> print(equation(optimizer.SGD(momentum=0.9, wd=0.1)))
    \begin{aligned}
    g_t &= \nabla_t + \delta w_{t-1} \\
    v_t &= \gamma v_{t-1} - \eta g_t \\
    w_t &= w_{t-1} + v_t
    \end{aligned}
    """
    rows = Latex(Lines(optimizer)).rows()
    return aligned(
        rf"{row.left} &{row.relation} {row.right}" if row.name else rf"& \text{{only if }} {row.right} \text{{:}}"
        for row in rows
    )


def legend(optimizer: Any) -> str:
    r"""What each symbol of `equation` is, and its value, as LaTeX.

    >>> from minigrad import optimizer
    >>> print(legend(optimizer.SGD(learning_rate=0.5)))
    \begin{array}{ll}
    w & \text{weight} \\
    g_t & \text{gradient, as passed in} \\
    \eta = 0.5 & \text{learning rate}
    \end{array}
    """
    rows = [f"{entry.symbol} & {words(entry.meaning)}" for entry in entries(Latex(Lines(optimizer)))]
    return "\\begin{array}{ll}\n" + " \\\\\n".join(rows) + "\n\\end{array}"


def words(text: str) -> str:
    r"""Text in a formula: mathematical letters as mathematics, which `\text` would set in the text font.

    Renderers disagree about `\_` inside `\text`, so it is put outside.

    >>> print(words("from β₁ / 2"))
    \text{from }\beta_1\text{ / 2}
    """
    parts = re.split(f"([{''.join(SIGNS)}]+)", text)
    return "".join(
        "".join(map(SIGNS.__getitem__, x)) if i % 2 else rf"\text{{{x}}}" if x else "" for i, x in enumerate(parts)
    )


SIGNS = {sign: rf"\{name}" for name, sign in GREEK.items()} | {chr(0x2080 + i): f"_{i}" for i in range(10)}
SIGNS |= {"Δ": r"\Delta", "√": r"\surd", "²": "^2", "_": r"\_"}


def aligned(lines: Any) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


class Latex(Notation):
    """Writes a rule in LaTeX."""

    table = LETTERS | {"mean": "m", "var": "v", "prev": r"\tilde{w}"}
    times = r" \cdot "
    signs = {
        "is": "=", "normal": r"\sim", "less": "<", "less_equal": r"\le", "greater": ">", "greater_equal": r"\ge",
        "equal": "=", "not_equal": r"\ne", "logical_and": r"\text{ and }", "divides": r"\mid",
    }  # fmt: skip

    in_fraction = False

    def space(self, left: str, right: str) -> str:
        words = left.split(" ")[-1].startswith(r"\mathrm") or right.startswith(r"\mathrm")
        return r" \, " if words or (left[-1] + right[0]).isupper() else " "

    def at(self, letter: str, step: str) -> str:
        letter, _, index = letter.partition("_")
        subscript = ",".join(filter(None, [index.strip("{}"), step]))
        return f"{letter}_{subscript}" if len(subscript) == 1 else f"{letter}_{{{subscript}}}"

    def spelled(self, letter: str, name: str) -> str:
        return letter

    def word(self, name: str) -> str:
        return name if len(name) == 1 else rf"\mathrm{{{name.replace('_', chr(92) + ',')}}}"

    def marked(self, letter: str, mark: str) -> str:
        return rf"\{mark}{{{letter}}}"

    def indexed(self, letter: str, index: str) -> str:
        return f"{letter}_{index}"

    def function(self, name: str) -> str:
        known = {name: rf"\{name}" for name in ("exp", "log", "sin", "cos")}
        known |= {"maximum": r"\max", "minimum": r"\min", "normal": r"\mathcal{N}"}
        return known.get(name) or rf"\operatorname{{{name.replace('_', chr(92) + ',')}}}"

    def parentheses(self, text: str) -> str:
        tall = any(command in text for command in (r"\frac", r"\sqrt", r"\begin", r"\hat", r"\bar"))
        return rf"\left({text}\right)" if tall else f"({text})"

    def digits(self, number: str) -> str:
        mantissa, e, exponent = number.partition("e")
        power = f"10^{{{int(exponent)}}}" if e else ""
        return number if not e else power if mantissa == "1" else rf"{mantissa} \cdot {power}"

    def divide(self, x: Symbol) -> Written:
        if self.in_fraction:  # a fraction within a fraction is too small to read
            return self.sides(x, " / ", QUOTIENT, POWER), QUOTIENT
        self.in_fraction = True
        above, below = (self.write(y)[0] for y in x.args)
        self.in_fraction = False
        return rf"\frac{{{above}}}{{{below}}}", PRODUCT

    def power(self, x: Symbol) -> Written:
        exponent = self.write(x.args[1])[0]
        return f"{self.within(x.args[0], ATOM)}^" + (exponent if len(exponent) == 1 else f"{{{exponent}}}"), POWER

    def square(self, x: Symbol) -> Written:
        return self.within(x.args[0], ATOM) + "^2", POWER

    def sqrt(self, x: Symbol) -> Written:
        return rf"\sqrt{{{self.write(x.args[0])[0]}}}", ATOM

    def absolute(self, x: Symbol) -> Written:
        return rf"\left|{self.write(x.args[0])[0]}\right|", ATOM

    def norm(self, x: Symbol) -> Written:
        return rf"\left\lVert {self.write(x.args[0])[0]} \right\rVert", ATOM

    def where(self, x: Symbol) -> Written:
        condition, this, that = (self.write(y)[0].replace(r"\frac", r"\dfrac") for y in x.args)
        below = r"\\[4pt]" if "frac" in this else r"\\"
        cases = rf"{this} & \text{{if }} {condition} {below} {that} & \text{{otherwise}}"
        return rf"\begin{{cases}} {cases} \end{{cases}}", ATOM
