"""A learner's folder: which file answers which exercise, and how far each answer is."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from minigrad.errors import FileError, MissingFileError
from minigrad.exercises.answerfile import parsed
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.parts import in_order
from minigrad.exercises.sandbox import check_file

TITLE = "A framework of one's own:"
"""How the file begins that `assemble` makes: it has all names, and is no answer."""


@dataclass(frozen=True)
class Standing:
    """How far an exercise is: no file, a function with nothing in it (`begun`), or an answer with its feedback."""

    exercise: str
    path: Path | None = None
    feedback: Feedback | None = None

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return bool(self.feedback)

    @property
    def word(self) -> str:
        """How far it is, in a word."""
        if self.feedback:
            return "right"
        return "" if self.path is None else "begun" if self.feedback is None else "not yet"


def answers(folder: Path) -> dict[str, Path]:
    """Exercise -> the file of the folder that answers it: the one of that name, or the first that defines it.

    Files that are not Python are passed over, and functions with nothing but `...` in them are no answers yet.
    """
    return {name: path for name, (path, done) in found(folder).items() if done}


def found(folder: Path) -> dict[str, tuple[Path, bool]]:
    """Exercise -> the file that has a function of its name, and whether there is something in it."""
    if not folder.is_dir():
        raise MissingFileError(f"There is no folder '{folder}'; give the one with your answers.")
    names, result = in_order(), dict[str, tuple[Path, bool]]()
    for path in sorted(folder.glob("*.py")):
        try:
            tree = parsed(path)
        except FileError:
            continue
        if (ast.get_docstring(tree) or "").startswith(TITLE):
            continue
        for name, done in functions(tree).items():
            if name in names and (name not in result or path.stem == name or (done and not result[name][1])):
                result[name] = (path, done)
    return result


def functions(tree: ast.Module) -> dict[str, bool]:
    """The functions and classes of a file, and the names it assigns: whether there is something in them."""
    given: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            given[node.name] = not all(empty(x) for x in node.body)
        elif isinstance(node, ast.Assign):
            given.update((x.id, True) for x in node.targets if isinstance(x, ast.Name))
    return given


def empty(line: ast.stmt) -> bool:
    """Whether a line is `...`, `pass` or a docstring."""
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
        return line.value.value is ... or isinstance(line.value.value, str)
    return isinstance(line, ast.Pass)


def standings(folder: Path, hint: int = 2, each: Callable[[], object] = lambda: None) -> list[Standing]:
    """How far every exercise is, in the order of the course. `each` is called after each answer that was checked."""
    files, result = found(folder), []
    for name in in_order():
        path, done = files.get(name, (None, False))
        feedback = check_file(path, name, hint=hint)[0] if path and done else None
        result.append(Standing(name, path, feedback))
        if done:
            each()
    return result
