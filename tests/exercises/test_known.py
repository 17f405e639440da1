"""The tables of what is written instead: each part of a reference is there, and what is incomplete is refused."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from minigrad.exercises import EXERCISES, known
from minigrad.exercises.edits import patterns
from minigrad.exercises.edits.phrases import tidied
from minigrad.exercises.program import program

NAMES = sorted(path.stem for path in known.TABLES.glob("*.txt"))
SHARED = {"sums": ["add_vjp", "multiply_vjp"]}
"""Tables that are not of the exercise whose name they have."""


@pytest.mark.parametrize("name", NAMES)
def test_every_part_stands_in_the_reference(name):
    programs = [form for x in SHARED.get(name, [name]) for form in EXERCISES[x].forms]
    there = {
        ast.unparse(node)
        for form in programs
        for _, line in form.lines
        for node in ast.walk(line)
        if isinstance(node, ast.expr)
    }
    assert [row.old for row in known.rows(name) if row.kind == "part" and tidied(row.old) not in there] == []


@pytest.mark.parametrize("name", sorted({*NAMES} & EXERCISES.keys()))
def test_a_mistake_of_a_table_has_all_its_ids(name):
    exercise = replace(EXERCISES[name], catalogue=[], others=[])
    known.add_known(exercise)
    found = {(x.mistake, *x.also, x.what) for make in exercise.catalogue for x in make(exercise)}
    assert {(*row.ids, row.what) for row in known.rows(name) if row.kind == "text"} <= found


def read(text, folder):
    (folder / "table.txt").write_text(text, encoding="utf-8")
    return known.rows("table", folder)


def test_what_stands_together_has_one_verdict(tmp_path):
    text = "equally: a\n    b\n\ntext: c ... d\n    e\n    f\\n  g\n        root-missing, wrong-factor: so: it is.\n"
    ids = ("root-missing", "wrong-factor")
    assert read(text, tmp_path) == (
        ("equally", "a", "b", (), ""),
        ("text", "c ... d", "e", ids, "so: it is."),
        ("text", "c ... d", "f\n  g", ids, "so: it is."),
    )


@pytest.mark.parametrize(
    "text",
    [
        "part: a\n    b\n        no-such-id: a sentence.\n",
        "part: a\n    b\n",
        "part: a\n    b\npart: c\n    d\n        wrong-sign: a sentence.\n",
        "part: a\n        wrong-sign: a sentence.\n",
        "sometimes: a\n    b\n        wrong-sign: a sentence.\n",
    ],
)
def test_a_row_that_is_incomplete_is_refused(text, tmp_path):
    with pytest.raises(AssertionError, match="^table: "):
        read(text, tmp_path)


def ramp(x, y):
    z = np.sqrt(x) * y  # noqa: F821
    return z**2


def test_a_pattern_keeps_what_its_letters_stand_for_and_the_first_that_fits_counts(tmp_path, monkeypatch):
    (tmp_path / "table.txt").write_text(
        "part: A ** 2\n    A\n        power-missing: {A} is not squared.\n\n"
        "part: A ** B\n    B ** A\n        operands-swapped: {all} is turned round.\n\n"
        "part: np.sqrt(A) * B\n    A * B\n        root-missing: {all} lacks the root of {A}.\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(patterns, "__file__", str(tmp_path / "patterns.py"))
    monkeypatch.setattr(patterns, "parsed", patterns.parsed.__wrapped__)
    found = [(x.theirs, x.mistake, x.what) for x in patterns.patterns("table")(None, program(ramp))]
    assert found == [
        ("z = x * y", "root-missing", "np.sqrt(x) * y lacks the root of x."),
        ("return z", "power-missing", "z is not squared."),
    ]


def test_letters_are_those_of_the_part():
    tables = sorted(Path(patterns.__file__).parent.glob("*.txt"))
    assert len(tables) == 7
    for table in tables:
        for row in known.rows(table.stem, table.parent):
            part, new = (
                {x.id for x in ast.walk(ast.parse(text)) if isinstance(x, ast.Name)} for text in (row.old, row.new)
            )
            assert new & {*patterns.LETTERS} <= part, row
            row.what.format(all="", **dict.fromkeys(part, ""))
