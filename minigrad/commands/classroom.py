"""`minigrad exercises forms` and `report`: what a class gets, and what it answered."""

import argparse
import textwrap

from minigrad.commands.output import PICTURES, WIDTH, progress, save, writable, write, write_new
from minigrad.exercises.classroom import frequencies, lacking, marked, passed_over, students, table
from minigrad.exercises.exercise import named
from minigrad.exercises.forms import forms
from minigrad.exercises.parts import in_order


def run_forms(arguments: argparse.Namespace) -> int:
    """Write exercises in one of their forms, never overwriting a file."""
    wanted = [named(name) for name in arguments.exercises or in_order()]
    texts = {name: text for exercise in wanted for name, text in forms(exercise, arguments.kind).items()}
    write_new(arguments.out, texts)
    secret = "; with the solutions" if arguments.kind == "nbgrader" else ""
    print(f"{arguments.out}: {many(len(texts), 'file')} for {many(len(wanted), 'exercise')}{secret}.")
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    """Check the answers of all students; write a line for each to a file, and print how often each mistake is made."""
    count = len(students(arguments.folder))
    writable(arguments.out)
    if arguments.plot:
        writable(arguments.plot, *PICTURES)
    with progress(count, "student") as bar:
        found = marked(arguments.folder, each=bar.update)
    handed_in = {x.student for x in found}
    without = [name for name, _ in students(arguments.folder) if name not in handed_in]
    right, often = sum(x.feedback.right for x in found), frequencies(found)
    write(arguments.out, table(found).encode(errors="backslashreplace"))  # a file name may not be valid text
    for name, number in often.items():
        print(f"{number:4}  {name}")
    whose = f"{many(len(found), 'answer')} by {many(count, 'student')}"
    print(f"{right} right of {whose}; {arguments.out} has a line for each.")
    for names, why in (
        (without, "No answer from {}: expected functions named as exercises, in files .py, not in a subfolder."),
        *((names, f"No answer to {exercise} from {{}}.") for exercise, names in lacking(found).items()),
        (passed_over(arguments.folder, arguments.out), "Skipped, because they do not end in .py: {}."),
    ):
        if names:
            print(textwrap.fill(why.format(", ".join(names)), WIDTH))
    if arguments.plot:
        from minigrad import plot

        save(plot.frequencies(often, f"Mistakes in {whose}"), arguments.plot)
    return 0


def many(count: int, word: str) -> str:
    """A count and its noun.

    >>> many(1, "student"), many(2, "student")
    ('1 student', '2 students')
    """
    return f"{count} {word}{'s' * (count != 1)}"
