"""A learner's folder: which file answers which exercise, and the state of each answer."""

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
"""The beginning of a file made by `assemble`: it has all the names, but is not an answer."""


@dataclass(frozen=True)
class Standing:
    """The state of an exercise: no file, a function with nothing in it (`begun`), or an answer with its feedback."""

    exercise: str
    path: Path | None = None
    feedback: Feedback | None = None

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return bool(self.feedback)

    @property
    def word(self) -> str:
        """The state in a word."""
        if self.feedback:
            return "right"
        return "" if self.path is None else "begun" if self.feedback is None else "not yet"


def answers(folder: Path) -> dict[str, Path]:
    """Exercise -> the file of the folder that answers it: the one of that name, or the first that defines it.

    A file that is not Python is an answer only if it has the name of an exercise. Functions with nothing but `...` in
    them are not answers yet.
    """
    return {name: path for name, (path, done) in found(folder).items() if done}


def found(folder: Path) -> dict[str, tuple[Path, bool]]:
    """Exercise -> the file that has a function of its name, and whether there is something in it.

    A file counts as a folder that contains only that file.
    """
    if not folder.exists():
        raise MissingFileError(f"There is no folder '{folder}'; give the one with your answers.")
    names, result = in_order(), dict[str, tuple[Path, bool]]()
    for path in files_of(folder):
        try:
            tree = parsed(path)
        except FileError:  # one mistake in the text, say
            if path.stem in names:
                result[path.stem] = (path, True)
            continue
        if (ast.get_docstring(tree) or "").startswith(TITLE):
            continue
        for name, done in functions(tree).items():
            if name in names and (name not in result or path.stem == name or (done and not result[name][1])):
                result[name] = (path, done)
    return result


def files_of(folder: Path) -> list[Path]:
    """The Python files of a folder, or the file itself. Hidden ones are skipped: a Mac puts them into archives."""
    return sorted(x for x in folder.glob("*.py") if x.name[0] != ".") if folder.is_dir() else [folder]


def functions(tree: ast.Module) -> dict[str, bool]:
    """The functions, classes and assigned names of a file -> whether there is something in them."""
    given: dict[str, bool] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            given[node.name] = not all(empty(x) for x in node.body)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            given.update((x.id, True) for x in targets if isinstance(x, ast.Name))
    return given


def empty(line: ast.stmt) -> bool:
    """Whether a line is `...`, `pass` or a docstring."""
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
        return line.value.value is ... or isinstance(line.value.value, str)
    return isinstance(line, ast.Pass)


def feedback_on(path: Path, name: str, hint: int = 2) -> Feedback:
    """The feedback on the answer to an exercise, even if its file, or one that it imports, is not Python."""
    try:
        return check_file(path, name, hint=hint)[0]
    except FileError as error:
        return Feedback(name, False, str(error))


def standings(folder: Path, hint: int = 2, each: Callable[[], object] = lambda: None) -> list[Standing]:
    """The state of every exercise, in the order of the course. `each` is called after each answer is checked."""
    files, result = found(folder), []
    for name in in_order():
        path, done = files.get(name, (None, False))
        feedback = feedback_on(path, name, hint) if path and done else None
        result.append(Standing(name, path, feedback))
        if done:
            each()
    return result
