"""A rule as MathML, which browsers draw: in symbols, and with places for the numbers of a step."""

from __future__ import annotations

import re
from html import escape
from typing import Any, NamedTuple

from minigrad.optimizer.readings.javascript import whereabouts
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.notation import ATOM, LETTERS, POWER, PRODUCT, SUM, UNICODE, Notation, Written
from minigrad.optimizer.rule import Symbol

MARKS = {"hat": "^", "bar": "¯", "tilde": "~"}
NARROW = "\u00a0"  # a browser drops plain spaces at the ends of an element
FUNCTIONS = {"maximum": "max", "minimum": "min", "normal": "𝒩", "row_mean": "row mean"}


class MathRow(NamedTuple):
    """One line of the rule. Without a name it is a condition on all lines that follow."""

    name: str
    left: str
    relation: str
    symbols: str
    numbers: str
    """The right side again, with an empty `<mn data-of="before.w">` for each value, in the `before`, `now` and `h` of
    `readings.javascript.step`; within a row of class `whole` an array is shown with all its elements."""


def rows(optimizer: Any) -> list[MathRow]:
    """The optimizer's rule as MathML, line by line, for a table that aligns them.

    >>> from minigrad import optimizer
    >>> row = rows(optimizer.SGD(momentum=0.0))[0]
    >>> row.left
    '<msub><mi>w</mi><mrow><mi>t</mi></mrow></msub>'
    >>> row.numbers
    '<mn data-of="before.w"></mn> <mo>-</mo> <mn data-of="h.lr"></mn><mo>·</mo><mn data-of="raw"></mn>'
    """
    notation = MathML(Lines(optimizer))
    places = Places(notation)
    return [MathRow(*row[:3], *row.right) for row in notation.rows(lambda x: notation.both(x, places))]


class Places(dict[Symbol, str]):
    """Where the value of a symbol is after a step."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def __missing__(self, x: Symbol) -> str:
        if x in self.notation.defined:
            return f"now.{self.notation.defined[x]}"
        return ".".join(filter(None, whereabouts(self.notation.of, x)))


class MathML(Notation):
    """Writes a rule in MathML."""

    table = LETTERS | {"mean": "m", "var": "v", "prev": r"\tilde{w}"}
    times = "<mo>·</mo>"
    plus, minus, comma = "<mo>+</mo>", "<mo>-</mo>", "<mo>,</mo>"
    signs = {
        name: f"<mo>{sign}</mo>"
        for name, sign in {
            "is": "=", "normal": "~", "less": "&lt;", "less_equal": "≤", "greater": "&gt;", "greater_equal": "≥",
            "equal": "=", "not_equal": "≠", "divides": "∣",
        }.items()
    } | {"logical_and": f"<mtext>{NARROW}and{NARROW}</mtext>"}  # fmt: skip

    def number(self, value: Any) -> Written:
        return f'<mn data-of="{value}"></mn>', ATOM

    def exact(self, value: float) -> Written:
        text = self.digits(repr(abs(float(value))).removesuffix(".0"))
        return (self.minus + text, SUM) if value < 0 else (text, PRODUCT if "<mo>" in text else ATOM)

    def digits(self, number: str) -> str:
        mantissa, e, exponent = number.partition("e")
        if not e:
            return f"<mn>{number}</mn>"
        power = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>"
        return power if mantissa == "1" else f"<mn>{mantissa}</mn>{self.times}{power}"

    def space(self, left: str, right: str) -> str:
        starts = re.sub("<[^>]*>", "", right)[:1]
        return self.times if starts.isdigit() else '<mspace width="0.17em"/>'

    def at(self, letter: str, step: str) -> str:
        step = subscript(step)
        indexed = re.fullmatch(r"<msub>(.*)<mrow>(.*)</mrow></msub>", letter)
        if indexed:
            return f"<msub>{indexed[1]}<mrow>{indexed[2]}<mo>,</mo>{step}</mrow></msub>"
        return f"<msub>{letter}<mrow>{step}</mrow></msub>"

    def spelled(self, letter: str, name: str) -> str:
        marked = re.fullmatch(r"\\(hat|bar|tilde)\{(.*)\}", letter)
        if marked:
            return self.marked(self.spelled(marked[2], name), marked[1])
        if letter.endswith("'"):
            return f"<msup>{self.spelled(letter[:-1], name)}<mo>′</mo></msup>"
        raised = re.fullmatch(r"(.+)\^(?:\{(.+)\}|(.))", letter)
        if raised:
            return f"<msup>{self.spelled(raised[1], name)}<mrow>{subscript(raised[2] or raised[3])}</mrow></msup>"
        stem, _, index = letter.partition("_")
        if index:
            return self.indexed(self.spelled(stem, name), index.strip("{}"))
        return f"<mi>{escape(UNICODE.get(letter[1:], letter) if letter[0] == chr(92) else letter)}</mi>"

    def word(self, name: str) -> str:
        return f"<mi>{name.replace('_', ' ')}</mi>"

    def marked(self, letter: str, mark: str) -> str:
        return f'<mover><mrow>{letter}</mrow><mo stretchy="false">{MARKS[mark]}</mo></mover>'

    def indexed(self, letter: str, index: str) -> str:
        return f"<msub>{letter}<mrow>{subscript(index)}</mrow></msub>"

    def function(self, name: str) -> str:
        return f"<mi>{FUNCTIONS.get(name, name)}</mi>"

    def parentheses(self, text: str) -> str:
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def divide(self, x: Symbol) -> Written:
        return f"<mfrac>{self.row(x.args[0])}{self.row(x.args[1])}</mfrac>", PRODUCT

    def power(self, x: Symbol) -> Written:
        return f"<msup><mrow>{self.within(x.args[0], ATOM)}</mrow>{self.row(x.args[1])}</msup>", POWER

    def square(self, x: Symbol) -> Written:
        return f"<msup><mrow>{self.within(x.args[0], ATOM)}</mrow><mn>2</mn></msup>", POWER

    def sqrt(self, x: Symbol) -> Written:
        return f"<msqrt>{self.row(x.args[0])}</msqrt>", ATOM

    def absolute(self, x: Symbol) -> Written:
        return f"<mrow><mo>|</mo>{self.row(x.args[0])}<mo>|</mo></mrow>", ATOM

    def norm(self, x: Symbol) -> Written:
        return f'<mrow class="whole"><mo>‖</mo>{self.row(x.args[0])}<mo>‖</mo></mrow>', ATOM

    def row_mean(self, x: Symbol) -> Written:
        return f'<mrow class="whole">{self.call("row_mean", *x.args)[0]}</mrow>', ATOM

    def where(self, x: Symbol) -> Written:
        condition, this, that = (self.row(y) for y in x.args)
        cases = [f"{this}</mtd><mtd><mtext>if{NARROW}</mtext>{condition}", f"{that}</mtd><mtd><mtext>otherwise</mtext>"]
        body = "".join(f"<mtr><mtd>{case}</mtd></mtr>" for case in cases)
        return f'<mrow><mo>{{</mo><mtable columnalign="left">{body}</mtable></mrow>', ATOM

    def row(self, x: Symbol) -> str:
        return f"<mrow>{self.write(x)[0]}</mrow>"


def subscript(text: str) -> str:
    """An index, a step or an exponent: letters, digits and signs as the elements that MathML has for them."""
    kinds = (("mi", r"[^\W\d]+"), ("mn", r"\d+"), ("mo", r"[+\-,]"))
    parts = re.findall(r"[^\W\d]+|\d+|[+\-,]", text)
    return "".join(f"<{kind}>{part}</{kind}>" for part in parts for kind, form in kinds if re.fullmatch(form, part))
