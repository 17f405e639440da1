"""The text of a file with answers, read without running it, together with the files next to it that it imports."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

from minigrad.disk import reading
from minigrad.errors import FileError
from minigrad.exercises.advice import advice, advice_on_line

LARGEST = 1 << 20  # bytes


def texts(path: Path) -> dict[Path, ast.Module]:
    """The file as a tree, and every file next to it that it imports, directly or indirectly."""
    found: dict[Path, ast.Module] = {}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = parsed(file)
            waiting += [x for x in beside(found[file], path.resolve().parent) if x not in found]
    return found


def parsed(path: Path) -> ast.Module:
    """A file as a tree. FileError if it cannot be read or is not Python."""
    with reading(path) as file:
        data = file.read(LARGEST + 1)
    if path.suffix == ".ipynb":  # JSON, which may be Python too
        raise FileError(f"{path} is a notebook; write its functions to a file of Python, such as answers.py.")
    if len(data) > LARGEST:
        raise FileError(f"{path} has more than a million characters; answers are shorter.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        text = (isinstance(error, SyntaxError) and error.text) or ""
        line = f", `{text.strip()[:120]}`" if text else ""
        what = getattr(error, "msg", "") or "it is nested too deeply"
        cure = advice_on_line(text) if text and what == "invalid syntax" else advice(what)
        what += ("" if what.endswith(("?", ".")) else ".") + f" {cure}" if cure else ""
        raise FileError(f"{path} is not Python{place}{line}: {what}") from None


def beside(tree: ast.Module, folder: Path) -> list[Path]:
    """The files of a folder that a text imports."""
    modules: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules.append(node.module or "")
    files = [folder / f"{name.replace('.', '/')}.py" for name in modules]
    return [file for file in files if file.is_file()]
