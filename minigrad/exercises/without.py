"""Which of the modules that an answer must not use its text uses."""

from __future__ import annotations

import ast
from collections.abc import Sequence


def forbidden_use(tree: ast.Module, without: Sequence[str]) -> str:
    """A sentence about the first use of one of the modules, or "".

    Imports are followed, and the names that they give: `import minigrad as m` and `m.optimizer` use minigrad.optimizer.

    >>> forbidden_use(ast.parse("from minigrad import optimizer as o"), ["minigrad.optimizer"])
    'Line 1 uses minigrad.optimizer, which this exercise is to be done without.'
    >>> forbidden_use(ast.parse("import numpy"), ["minigrad.optimizer"])
    ''
    """
    stands_for: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                stands_for[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                stands_for[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    for node in ast.walk(tree):
        for name in uses(node, stands_for):
            for module in without:
                if name == module or name.startswith(f"{module}."):
                    line = getattr(node, "lineno", 1)
                    return f"Line {line} uses {module}, which this exercise is to be done without."
    return ""


def uses(node: ast.AST, stands_for: dict[str, str]) -> list[str]:
    """The full names that a part of the text means: in an import, a dotted name, a call of import_module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = ast.unparse(node.func).rpartition(".")[2]
        return [str(node.args[0].value)] if called in ("import_module", "__import__") else []
    if isinstance(node, (ast.Attribute, ast.Name)):
        first, _, rest = ast.unparse(node).partition(".")
        if first in stands_for:
            return [f"{stands_for[first]}.{rest}" if rest else stands_for[first]]
    return []
