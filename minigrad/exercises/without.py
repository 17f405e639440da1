"""Whether the text of an answer uses a module that it must not use."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Sequence

from minigrad.errors import UsageError


def forbidden_use(tree: ast.Module, without: Sequence[str]) -> str:
    """A sentence about the first use of one of the modules, or "".

    Imported names are followed: `import minigrad as m` and `m.optimizer` use minigrad.optimizer.

    >>> forbidden_use(ast.parse("from minigrad import optimizer as o"), ["minigrad.optimizer"])
    'Line 1 uses minigrad.optimizer, which is not allowed in this exercise.'
    >>> forbidden_use(ast.parse("import numpy"), ["minigrad.optimizer"])
    ''
    """
    stands_for: dict[str, str] = {}
    stars: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                stands_for[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            stars += [node.module or "" for alias in node.names if alias.name == "*"]
            stands_for.update((alias.asname or alias.name, f"{node.module or ''}.{alias.name}") for alias in node.names)
    for node in ast.walk(tree):
        for name in uses(node, stands_for, stars):
            for module in without:
                if name == module or name.startswith(f"{module}."):
                    line = getattr(node, "lineno", 1)
                    return f"Line {line} uses {module}, which is not allowed in this exercise."
    return ""


def check_modules(names: Sequence[str]) -> None:
    """Raise UsageError for the name of a module that does not exist, such as a misspelt one."""
    for name in names:
        try:
            found = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            found = None
        if found is None:
            raise UsageError(f"there is no module {name!r} to forbid; give its full name, like minigrad.optimizer")


def uses(node: ast.AST, stands_for: dict[str, str], stars: list[str]) -> list[str]:
    """The full names to which a part of the text refers: an import, a dotted name, a name in quotes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if all(map(str.isidentifier, node.value.split("."))) else []
    parts: list[str] = []
    inner: ast.AST = node
    while isinstance(inner, ast.Attribute):
        parts.insert(0, inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return []
    found = [stands_for[inner.id]] if inner.id in stands_for else [f"{module}.{inner.id}" for module in stars]
    return [".".join([x, *parts]) for x in found]
