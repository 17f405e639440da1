"""What a learner gets: the statement of an exercise, its hints, and a file to begin with."""

from __future__ import annotations

import inspect
import textwrap

from minigrad.exercises.exercise import Exercise


def statement(exercise: Exercise) -> str:
    """What to write: in words, as an equation, and with an example."""
    return parts(exercise)[0]


def fitted(text: str, width: int) -> str:
    """A statement with its prose in lines of at most that width; equations and examples stay as they are.

    >>> print(fitted("Add up, then\\ndivide.\\n\\nArgs:\\n    n: the number of\\n        samples.", 16))
    Add up, then
    divide.
    <BLANKLINE>
    Args:
        n: the
            number of
            samples.
    """
    return "\n\n".join(fitted_paragraph(x, width) for x in text.split("\n\n"))


def fitted_paragraph(text: str, width: int) -> str:
    head, _, rest = text.partition("\n")
    if text.startswith((" ", ">>>")):
        return text
    if head not in ("Args:", "Returns:"):
        return textwrap.fill(text, width, break_on_hyphens=False)
    rest = rest.replace("\n        ", " ") if head == "Args:" else rest.replace("\n    ", " ")
    deeper = " " * (8 if head == "Args:" else 4)
    lines = [textwrap.fill(x, width, subsequent_indent=deeper, break_on_hyphens=False) for x in rest.splitlines()]
    return "\n".join([head, *lines])


def hints(exercise: Exercise) -> list[str]:
    """The hints: where to look first, what to do there, almost the line itself."""
    found: list[str] = []
    for line in parts(exercise)[1].splitlines():
        number, dot, rest = line.partition(". ")
        if dot and number == str(len(found) + 1):
            found.append(rest)
        elif line and found:
            found[-1] += f" {line.strip()}"
    return found


def parts(exercise: Exercise) -> tuple[str, str]:
    """The text before the hints, and the hints."""
    text, _, rest = exercise.text.partition("\nHints:\n")
    return text.strip().replace(f"{exercise.name}.reference(", f"{exercise.name}("), textwrap.dedent(rest)


def first_sentence(exercise: Exercise) -> str:
    """What the exercise is about, in a line."""
    return statement(exercise).splitlines()[0] if exercise.text else ""


def blank(exercise: Exercise) -> str:
    """A file to begin with: the signature, the statement, and no answer.

    >>> from minigrad.exercises import EXERCISES
    >>> print(blank(EXERCISES["log_softmax"]))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def log_softmax(x):
        \"""The logarithm of the softmax along the last axis.
    ...
        \"""
        ...
    <BLANKLINE>
    """
    return f"import numpy as np\n\n\n{head(exercise)}    ...\n"


def head(exercise: Exercise) -> str:
    """The first lines of a function: its signature, and the statement as its docstring."""
    text = textwrap.indent(statement(exercise).replace("\\", "\\\\").replace('"""', "'''"), "    ")
    return f'def {exercise.name}{signature(exercise)}:\n    """{text.strip()}\n    """\n'


def signature(exercise: Exercise) -> str:
    """The arguments of the function to write, without their types."""
    empty = inspect.Parameter.empty
    bare = [p.replace(annotation=empty) for p in exercise.signature.parameters.values()]
    return str(exercise.signature.replace(parameters=bare, return_annotation=empty))
