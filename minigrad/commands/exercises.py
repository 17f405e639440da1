"""`minigrad exercises`: the list, a statement, a file to begin with, and your progress."""

import argparse
import textwrap
from pathlib import Path

from minigrad.commands.output import WIDTH, progress, write_new
from minigrad.exercises.assemble import assemble, write
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import named
from minigrad.exercises.folder import Standing, answers, standings
from minigrad.exercises.parts import PARTS
from minigrad.exercises.statement import blank, first_sentence, fitted, hints, signature, statement

URGENT = ("not yet", "begun", "")
"""The state of the exercise to do next, in this order: a wrong one, one that is begun, a new one."""

MARKS = {"right": "+", "not yet": "-", "begun": "."}


def run_list(arguments: argparse.Namespace) -> int:
    """Print every exercise on a line, by part, and mark those that are answered in the folder."""
    by_name = {x.exercise: x for x in checked(Path(), 2)}
    for part, names in PARTS.items():
        known = [name for name in names if name in by_name]
        if known:
            print(f"{part}: {sum(by_name[x].right for x in known)} of {len(known)}")
        for name in known:
            mark = MARKS.get(by_name[name].word, " ")
            print(f"  {mark} {line(name, first_sentence(EXERCISES[name]))}")
    print("\n+ right, - not yet, . begun in this folder.\n'minigrad exercises start NAME' starts one.")
    return 0


def line(name: str, text: str) -> str:
    """A name and a text in one line of the terminal."""
    room = WIDTH - 4 - 24
    return f"{name:24}{textwrap.shorten(text, room, placeholder=' ...')}".rstrip()


def run_show(arguments: argparse.Namespace) -> int:
    """Print a statement, and the requested number of hints."""
    exercise = named(arguments.exercise)
    print(f"{exercise.name}{signature(exercise)}\n\n{fitted(statement(exercise), WIDTH)}")
    for number, hint in enumerate(hints(exercise)[: arguments.hint], 1):
        print(textwrap.fill(f"Hint {number}: {hint}", WIDTH, subsequent_indent="    "))
    return 0


def run_start(arguments: argparse.Namespace) -> int:
    """Write files to begin with, never overwriting one."""
    wanted = [named(name) for name in arguments.exercises]
    write_new(arguments.folder, {f"{exercise.name}.py": blank(exercise) for exercise in wanted})
    for exercise in wanted:
        path = arguments.folder / f"{exercise.name}.py"
        print(f"{path}: write the function, then 'minigrad check {path}'")
    print(f"Stuck? 'minigrad exercises show {wanted[0].name} --hint 1', then 2 and 3.")
    return 0


def run_progress(arguments: argparse.Namespace) -> int:
    """Check all answers in a folder; print a table, and what to do next."""
    found = checked(arguments.folder, arguments.hint)
    by_name = {x.exercise: x for x in found}
    for part, names in PARTS.items():
        known = [by_name[name] for name in names if name in by_name]
        if known:
            print(f"{part:{WIDTH - 12}}{sum(x.right for x in known):2} of {len(known)}")
        for x in known:
            if x.word:
                print(f"    {x.exercise:24}{x.word:10}{mistakes(x)}".rstrip())
    print(f"\n{sum(x.right for x in found)} of {len(found)} are right.")
    later = [x for x in found if not x.right]
    if later:
        following = min(later, key=lambda x: URGENT.index(x.word))  # among equals, the first of the course
        print(f"Next: {following.exercise}.\n{what_to_do(following)}")
    return 0


def checked(folder: Path, hint: int) -> list[Standing]:
    """The state of every exercise, with a bar that counts the answers."""
    count = len(answers(folder))
    if not count:
        return standings(folder)
    with progress(count, "answer") as bar:
        return standings(folder, hint, each=bar.update)


def mistakes(standing: Standing) -> str:
    """The mistakes of an answer, by their ids."""
    feedback = standing.feedback
    names = [feedback.mistake, *feedback.also] if feedback is not None and feedback.mistake else []
    text = ", ".join(map(str, names))
    return text if len(text) <= WIDTH - 38 else text[: WIDTH - 41] + "..."


def what_to_do(standing: Standing) -> str:
    """The next thing to do about an exercise."""
    if standing.feedback is not None:
        return "\n".join(textwrap.fill(x, WIDTH) for x in str(standing.feedback).splitlines()[1:])
    if standing.path:
        return f"Write the function in {standing.path}."
    return f"'minigrad exercises start {standing.exercise}' starts it."


def home(folder: Path) -> Path:
    """The folder itself, or that of a file given in its place."""
    return folder.parent if folder.is_file() else folder


def run_assemble(arguments: argparse.Namespace) -> int:
    """Put a learner's own framework together."""
    path = arguments.out or home(arguments.folder) / "my_framework.py"
    made = assemble(arguments.folder)
    write(made, path)
    for name, whose in made.whose.items():
        print(f"{name:24}{whose if whose == 'yours' else f'minigrad: {whose}'}")
    print(f"\nWrote {path}, with digits.npz next to it; 'python {path}' trains it.")
    return 0
