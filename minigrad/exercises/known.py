r"""What learners are known to write in place of a part of a reference: the tables in `course/wrong/`, a file for each.

    part: g * y * (1 - y)
        g * y
        g * (1 - y)
            scale-missing, missing-term: a factor of y (1 - y) is missing.

A line at the margin is a part of the reference. Below it, four blanks in, stands what takes its place; below that,
eight blanks in, the ids of the mistake and what is said of it. Before the colon stands where the part is looked for:

* `part`: an expression, in every line and at every place (see `edits/phrases.py`);
* `text`: any text of the reference (see `Exercise.wrong`);
* `equally`: the same, but what takes its place is as right, so no mistake stands below it.

`\n` begins a new line of the answer, and ` ... ` stands between parts that change together.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from minigrad.exercises.exercise import Exercise
from minigrad.exercises.mistakes import MISTAKES

TABLES = Path(__file__).parent / "course" / "wrong"


class Row(NamedTuple):
    """One part of a reference, and what is written in its place; `ids` is empty where that is right."""

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
    assert not waiting, f"{name}: it is not said what is wrong with {waiting}"
    return tuple(found)


def add_known(exercise: Exercise) -> None:
    """Give an exercise what its table has, if there is one; the parts are for its `phrases`."""
    for row in rows(exercise.name) if (TABLES / f"{exercise.name}.txt").exists() else ():
        if row.kind == "equally":
            exercise.equally(row.old, row.new)
        elif row.kind == "text":
            exercise.wrong(row.old, row.new, row.ids[0], row.what, *row.ids[1:])
