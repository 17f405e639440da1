r"""What learners are known to write instead of a part of a reference: the tables in `course/wrong/`, one per exercise.

    part: g * y * (1 - y)
        g * y
        g * (1 - y)
            scale-missing, missing-term: a factor of y (1 - y) is missing.

A line without indentation is a part of the reference. Below it, indented by four, is what is written instead; below
that, indented by eight, are the ids of the mistake and a sentence about it. The word before the colon says where to
look for the part:

* `part`: an expression, in every line and every place (see `edits/phrases.py`);
* `text`: any text of the reference (see `Exercise.wrong`);
* `equally`: the same, but the replacement is also right, so no mistake follows.

`\n` begins a new line of the answer, and ` ... ` separates parts that change together.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from minigrad.exercises.exercise import Exercise
from minigrad.exercises.mistakes import MISTAKES

TABLES = Path(__file__).parent / "course" / "wrong"


class Row(NamedTuple):
    """One part of a reference, and what is written instead; `ids` is empty if that is right, too."""

    kind: str
    old: str
    new: str
    ids: tuple[str, ...] = ()
    what: str = ""


@functools.cache
def rows(name: str, folder: Path = TABLES) -> tuple[Row, ...]:
    """The rows of a table."""
    found: list[Row] = []
    waiting: list[Row] = []
    kind = old = ""
    for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        text = line.strip().replace("\\n", "\n")
        before, _, after = text.partition(": ")
        if line.startswith(" " * 8):
            ids = tuple(before.split(", "))
            assert waiting and MISTAKES.keys() >= {*ids}, f"{name}: {line}"
            found += [row._replace(ids=ids, what=after) for row in waiting]
            waiting = []
        elif line.startswith(" " * 4):
            (found if kind == "equally" else waiting).append(Row(kind, old, text))
        elif line:
            assert not waiting and before in ("part", "text", "equally"), f"{name}: {line}"
            kind, old = before, after
    assert not waiting, f"{name}: nothing says what is wrong with {waiting}"
    return tuple(found)


def add_known(exercise: Exercise) -> None:
    """Add the rows of an exercise's table, if it has one, except the `part` rows, which its `phrases` read."""
    for row in rows(exercise.name) if (TABLES / f"{exercise.name}.txt").exists() else ():
        if row.kind == "equally":
            exercise.equally(row.old, row.new)
        elif row.kind == "text":
            exercise.wrong(row.old, row.new, row.ids[0], row.what, *row.ids[1:])
