"""The tables of what-should-i-use.md, rendered from the data of the figure choice.

In the checkout, `python -m tutorials.what_should_i_use` writes them into the page again.
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from figures.choice import GOOD, SIZES, middle, places, width
from minigrad.plot.style import families

PAGE = Path(__file__).with_name("what-should-i-use.md")
DATA = Path(__file__).parents[1] / "figures" / "choice.json"


def rendered(text: str, data: Mapping[str, Any]) -> str:
    """The page with the tables that these data make."""
    for name, table in {"scores": scores(data), "prices": prices(data)}.items():
        begin, end = f"<!-- {name} -->\n\n", f"\n\n<!-- end of {name} -->"
        text = re.sub(f"(?<={begin}).*(?={end})", lambda _, table=table: table, text, flags=re.S)
    return text


def scores(data: Mapping[str, Any]) -> str:
    """How well each rule does: the mean, lowest and highest score, and the places that it may have."""
    found = {name: places(data, name) for name in GOOD}

    def cells(rule):
        for name in GOOD:
            values = numpy.multiply(data[name][rule]["scores"], 100 if name == "digits" else 1)
            yield "{} ({} to {})".format(*map(short, (middle(name, values), values.min(), values.max())))
            span = found[name].span(rule)
            yield f"**{span}**" if rule in found[name].first else span

    head = "rule | digits, test error in % | place | stream, excess log loss | place | recurrent, error | place"
    return table(data, head, cells)


def prices(data: Mapping[str, Any]) -> str:
    """What each rule asks for: a rate and how exactly, time and memory."""

    def cells(rule):
        parts = [data[name][rule] for name in GOOD]
        yield from (numpy.format_float_positional(part["rate"], trim="-") if part["rate"] else "none" for part in parts)
        yield from (short(width(part)) if part["good"] else "" for part in parts)
        low, high = everywhere(parts)
        yield f"{short(low)} to {short(high)}" if low <= high else ""
        yield from (short(data["costs"][rule][size]) for size in SIZES)
        yield f"{data['costs'][rule]['states']:g}"

    names = [f"{what}, {name}" for what in ("rate", "good") for name in GOOD]
    return table(data, f"rule | {' | '.join(names)} | everywhere | step, small | step, large | states", cells)


def everywhere(parts):
    """The lowest and the highest rate that are good on all problems; nothing in between if there is none."""
    if not all(part["good"] for part in parts):
        return math.inf, 0.0
    lows, highs = numpy.exp([numpy.log(part["good"]).mean(0) for part in parts]).T
    return lows.max(), highs.min()


def short(number):
    """With two digits.

    >>> [short(x) for x in (17.2, 2.04, 0.1)]
    ['17', '2.0', '0.10']
    """
    return f"{number:#.2g}".rstrip(".")


def table(data, head, cells):
    """A row for each rule, by family."""
    rules = [rule for members in families(data["costs"]).values() for rule in members]
    rows = [f"| {rule} | {' | '.join(cells(rule))} |" for rule in rules]
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *rows])


if __name__ == "__main__":
    data = json.loads(DATA.read_text(encoding="utf-8"))
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8"), data), encoding="utf-8")
