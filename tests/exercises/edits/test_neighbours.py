"""The mistakes that edits make of small programs: all of `neighbours.txt`, with their ids and sentences, and no others.

A line there is true if its sentence says how it differs from the program above. Whoever changes an edit runs this file
(`python tests/exercises/edits/test_neighbours.py`), which writes the lines anew, and reads what has become of them.
"""

import ast
import importlib
import re
from pathlib import Path

import numpy
import pytest

from minigrad.exercises.exercise import Exercise
from minigrad.exercises.probes import probe
from minigrad.exercises.program import program

PAGE = Path(__file__).with_name("neighbours.txt")
SECTION = re.compile(r"\[(\w+)\.(\w+)\] (.+)\n((?:.+\n)+)\n((?:.+\n)+)\n?")
SECTIONS = SECTION.findall(PAGE.read_text(encoding="utf-8"))
NAMES = [f"{family}-{edit}" for family, edit, *_ in SECTIONS]


def rows(family, edit, results, text):
    """A row for each neighbour that an edit makes of a program: its ids, the lines that differ, its sentence."""
    scope = {"np": numpy}
    exec(text, scope)
    reference = scope[re.match(r"def (\w+)", text)[1]]
    reference.__text__ = text
    given, numbers = program(reference).positional, program(reference).keywords
    arrays = numpy.random.default_rng(0).normal(size=(len(given), 4, 4))
    tried = probe("ordinary", *(3 if x == "t" else y for x, y in zip(given, arrays)), **dict.fromkeys(numbers, 0.3))
    exercise = Exercise(reference, lambda: [tried], (), "", tuple(results.split()))
    found = getattr(importlib.import_module(f"minigrad.exercises.edits.{family}"), edit)(exercise, exercise.program)
    return [f"{' '.join([x.mistake, *x.also])} | {lines(x)} | {x.what}" for x in found]


def lines(neighbour):
    """The lines that a neighbour changes; `v_new` is the v of after the step."""
    before = dict(neighbour.form.lines)
    return "; ".join(f"{name} = {ast.unparse(x)}" for name, x in neighbour.program.lines if x is not before[name])


@pytest.mark.parametrize(("family", "edit", "results", "text", "expected"), SECTIONS, ids=NAMES)
def test_these_mistakes_are_made_of_a_program_and_no_others(family, edit, results, text, expected):
    assert rows(family, edit, results, text) == expected.splitlines()


if __name__ == "__main__":
    anew = (f"[{x[0]}.{x[1]}] {x[2]}\n{x[3]}\n" + "".join(f"{row}\n" for row in rows(*x[:4])) for x in SECTIONS)
    PAGE.write_text("\n".join(anew), encoding="utf-8")
