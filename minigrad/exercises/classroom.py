"""The answers of a whole class: who got which exercise right, and how often each mistake is made."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from minigrad.errors import FileError, MissingFileError
from minigrad.exercises.answerfile import parsed
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.folder import answers, feedback_on, files_of

COLUMNS = ("student", "exercise", "right", "mistake", "also")
UNKNOWN, NOT_PYTHON = "not recognized", "not Python"
"""What stands for a mistake without a name, and for that of a file that is not Python."""


@dataclass(frozen=True)
class Marked:
    """A student's answer, or a file of theirs that is not Python."""

    student: str
    feedback: Feedback


def students(folder: Path) -> list[tuple[str, Path]]:
    """The name and the place of each student's answers: a folder, or a Python file. Hidden ones are skipped.

    Raises MissingFileError if there is no such folder, or nothing in it; FileError if two are called the same.
    """
    if not folder.is_dir():
        raise MissingFileError(f"There is no folder '{folder}'; give the one with a folder or a file for each student.")
    found = [
        (path.name.removesuffix(".py"), path) for path in sorted(folder.iterdir())
        if not path.name.startswith((".", "_")) and (path.is_dir() or path.suffix == ".py")
    ]  # fmt: skip
    if not found:
        raise MissingFileError(f"'{folder}' is empty; expected a folder or a Python file for each student.")
    for name, count in Counter(name for name, _ in found).items():
        if count > 1:
            raise FileError(f"'{folder}' has both '{name}' and '{name}.py', which would be one student's; rename one.")
    return found


def passed_over(folder: Path, report: Path) -> list[str]:
    """The files of a class's folder that are no student's answers, such as notebooks and archives."""
    return [
        path.name for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix != ".py" and path.name[0] not in "._" and path.resolve() != report.resolve()
    ]  # fmt: skip


def marked(folder: Path, each: Callable[[], object] = lambda: None) -> list[Marked]:
    """Check the answers of all students in a folder, as `minigrad check` does. `each` is called after each student."""
    found: list[Marked] = []
    for student, place in students(folder):
        found += [Marked(student, feedback) for feedback in feedbacks(place)]
        each()
    return found


def feedbacks(place: Path) -> list[Feedback]:
    """The feedback on a student's answers, and on files that cannot be read."""
    problems = {path: problem for path in files_of(place) if (problem := unreadable(path))}
    found = [Feedback(path.stem, False, problem, NOT_PYTHON) for path, problem in problems.items()]
    return found + [feedback_on(path, name) for name, path in answers(place).items() if path not in problems]


def unreadable(path: Path) -> str:
    """Why a file is not Python, or ""."""
    try:
        parsed(path)
    except FileError as error:
        return str(error)
    return ""


def mistakes_of(feedback: Feedback) -> list[str]:
    """The ids of an answer's mistakes, or UNKNOWN if its mistake has no name.

    >>> mistakes_of(Feedback("adam_step", False, "", "wrong-sign", ("state-updated-late",)))
    ['wrong-sign', 'state-updated-late']
    >>> mistakes_of(Feedback("adam_step", False, "")), mistakes_of(Feedback("adam_step", True, ""))
    (['not recognized'], [])
    """
    named = [x for x in (feedback.mistake, *feedback.also) if x]
    return [] if feedback else named or [UNKNOWN]


def frequencies(found: Iterable[Marked]) -> dict[str, int]:
    """Mistake -> how many answers make it, the most frequent first."""
    return dict(Counter(name for x in found for name in mistakes_of(x.feedback)).most_common())


def lacking(found: Sequence[Marked]) -> dict[str, list[str]]:
    """Each exercise that most students answered -> those who handed in something, but no answer to it.

    >>> feedbacks = {"ada": "ab", "ben": "ab", "cyd": "a"}
    >>> lacking([Marked(student, Feedback(x, True, "")) for student, names in feedbacks.items() for x in names])
    {'b': ['cyd']}
    """
    whose: dict[str, set[str]] = {}
    for x in found:
        whose.setdefault(x.feedback.exercise, set()).add(x.student)
    students = dict.fromkeys(x.student for x in found)
    lists = {name: [x for x in students if x not in who] for name, who in whose.items() if 2 * len(who) > len(students)}
    return {name: missing for name, missing in lists.items() if missing}


def table(found: Iterable[Marked]) -> str:
    """A line for each answer, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for x in found:
        right = "yes" if x.feedback.right else "no"
        row = [x.student, x.feedback.exercise, right, x.feedback.mistake or "", " ".join(x.feedback.also)]
        writer.writerow(map(plain, row))
    return text.getvalue()


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe in front.

    >>> plain("=1+1"), plain("ada")
    ("'=1+1", 'ada')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
