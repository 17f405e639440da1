"""The tables of what learners write: each is read by an exercise, and each part of a reference in it is there."""

import ast

import pytest

from minigrad.exercises import EXERCISES, known
from minigrad.exercises.edits.phrases import tidied

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


def read(text, folder, monkeypatch):
    (folder / "table.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(known, "TABLES", folder)
    known.rows.cache_clear()
    return known.rows("table")


def test_what_stands_together_has_one_verdict(tmp_path, monkeypatch):
    text = "equally: a\n    b\n\ntext: c ... d\n    e\n    f\\n  g\n        root-missing, wrong-factor: so: it is.\n"
    ids = ("root-missing", "wrong-factor")
    assert read(text, tmp_path, monkeypatch) == (
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
def test_a_row_that_is_incomplete_is_refused(text, tmp_path, monkeypatch):
    with pytest.raises(AssertionError, match="^table: "):
        read(text, tmp_path, monkeypatch)
