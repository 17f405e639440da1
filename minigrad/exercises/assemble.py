"""A learner's own framework: their right answers put together into one file that trains the digits.

Where there is no right answer yet, the file has the library's reference, and a comment says so. It needs NumPy, and
digits.npz next to it.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import tempfile
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from minigrad.disk import reading, replacing
from minigrad.errors import AccessError
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.folder import TITLE, feedback_on, found
from minigrad.exercises.gather import Gathering, Source, is_future
from minigrad.exercises.parts import in_order
from minigrad.exercises.sandbox import check_together
from minigrad.exercises.scopes import bound, of_the_file

GLUE = resources.files("minigrad.exercises").joinpath("framework.txt").read_text(encoding="utf-8")
"""The text between the answers: what a tensor, a layer and an optimizer are, and the training."""

DATA = "digits.npz"
USE = "Run it to train a network on the digits: python my_framework.py [adam or sgd]"
SIGN = "# As it was put together by minigrad: "
WORDS = ("minigrad.exercises.words", "minigrad.optimizer.rule")
"""Modules whose functions have the names and values of NumPy's."""


def used() -> list[str]:
    """The exercises that a framework is made of."""
    names = {name for name, _ in of_the_file(ast.parse(GLUE))}
    return [name for name in in_order() if name in names]


@dataclass(frozen=True)
class Assembled:
    """A framework as text, and for each of its exercises "yours", or why it is not yours."""

    text: str
    whose: Mapping[str, str]


def assemble(folder: Path) -> Assembled:
    """Put a folder's right answers together, with references for the others.

    Each answer is checked, and checked again in the assembled file.
    """
    whose: dict[str, str] = {}
    yours: dict[str, Path] = {}
    files = found(folder)
    for name in used():
        path, done = files.get(name, (None, False))
        if path is None or not done:
            whose[name] = "not answered yet"
        elif not feedback_on(path, name):
            whose[name] = f"the answer in {path.name} is not right yet"
        else:
            whose[name], yours[name] = "yours", path
    while True:
        text = together(yours, whose)
        failed = first_wrong(text, yours)
        if not failed:
            return Assembled(text, whose)
        whose[failed] = f"the answer in {yours.pop(failed).name} works only in its own file"


def first_wrong(text: str, yours: Mapping[str, Path]) -> str:
    """The first answer that is no longer right inside the framework, or ""."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "framework.py"
        path.write_text(text, encoding="utf-8")
        found = check_together(path, list(yours))
        return next((x.exercise for x in found if not x), "")


def together(yours: Mapping[str, Path], whose: Mapping[str, str]) -> str:
    """The text of a framework."""
    glue = ast.parse(GLUE)
    chosen = {name: learners(yours[name]) if name in yours else library(EXERCISES[name].reference) for name in whose}
    gathering = Gathering(bound(glue.body), chosen)
    gathering.imports = {"np": "import numpy as np", "sys": "import sys", "Path": "from pathlib import Path"}
    for name, source in chosen.items():
        title = f"{name}: yours, from {source.name}" if name in yours else f"{name}: minigrad's; {whose[name]}"
        gathering.add(source, [name], title)
    head = f'"""{TITLE} {len(yours)} of its {len(whose)} parts are your own answers; comments say which.\n\n{USE}\n"""'
    parts = [head, "\n".join(gathering.head())]
    parts += [str(section) for section in gathering.sections if section.texts]
    return signed("\n\n\n".join([*parts, "# The framework around the answers", GLUE]))


def signed(text: str) -> str:
    """A text with a last line that shows whether it has been changed."""
    return f"{text}\n{SIGN}{hashlib.sha256(text.encode()).hexdigest()}\n"


def unchanged(text: str) -> bool:
    """Whether a text is still as `assemble` made it."""
    above, _, _ = text.rpartition(f"\n{SIGN}")
    return text == signed(above)


def learners(path: Path) -> Source:
    """A file of a learner."""

    def beside(module: str) -> Source | None:
        other = path.resolve().parent / f"{module.lstrip('.').replace('.', '/')}.py"
        return learners(other) if module and other.is_file() else None

    with reading(path) as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
        file.seek(0)
        return Source(path.name, file.read().decode(encoding), beside)


def library(reference: object, words: str = "numpy") -> Source:
    """The file of a reference, without statements, types and mistakes. `words`: the module to import WORDS from."""
    return reduced(inspect.getmodule(reference).__name__, words)  # type: ignore[union-attr]


def reduced(module: str, words: str) -> Source:
    """A file of minigrad with nothing but functions and values."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign)
    tree.body = [x for x in tree.body if isinstance(x, kept) and not is_future(x)]
    tree = ast.fix_missing_locations(Bare(words).visit(tree))

    def beside(other: str) -> Source | None:
        return reduced(other, words) if other.startswith("minigrad.") and other != words else None

    return Source(module, ast.unparse(tree), beside)


class Bare(ast.NodeTransformer):
    """Strips decorators, types and docstrings from functions, and imports WORDS from another module."""

    def __init__(self, words: str) -> None:
        self.words = words

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return ast.Assign([node.target], node.value) if node.value else ast.Pass()

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.module in WORDS:
            node.module = self.words
        return node


def write(assembled: Assembled, path: Path) -> None:
    """Write a framework, and the digits next to it. AccessError if that would overwrite a file changed by someone."""
    digits, data = path.with_name(DATA), resources.files("minigrad.datasets").joinpath(DATA).read_bytes()
    if path.exists() and not unchanged(content(path).decode(errors="replace")):
        raise AccessError(f"'{path}' exists already and was left as it is; remove it, or give another name.")
    if digits.exists() and content(digits) != data:
        raise AccessError(f"'{digits}' exists already and is not minigrad's; name a file in another folder.")
    for file, new in ((path, assembled.text.encode()), (digits, data)):
        with replacing(file) as output:
            output.write(new)


def content(path: Path) -> bytes:
    with reading(path) as file:
        return file.read()
