"""The one place where text becomes code: programs that minigrad has printed from a graph or a tape.

Every name in such a program is a parameter or a function that it is given. So the text can compute, but it cannot
import, open files or inspect objects: anything but arithmetic and calls on names is refused before it is compiled.
"""

import ast
import keyword
from collections.abc import Mapping
from typing import Any

from minigrad.errors import UsageError

_ALLOWED = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Nonlocal, ast.Return, ast.Pass, ast.For, ast.Assign,
    ast.Expr, ast.expr_context, ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.List,
    ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop, ast.BoolOp, ast.boolop, ast.Compare, ast.cmpop, ast.IfExp,
    ast.Call, ast.keyword,
)  # fmt: skip
_BUILTINS = {x.__name__: x for x in (bool, float, range, slice, type)} | {"Ellipsis": Ellipsis}


def define(source: str, name: str, namespace: Mapping[str, Any]) -> Any:
    """The function `name` that the source text defines, with the functions and constants of `namespace`.

    Raises UsageError if the text does anything but compute with names, as it would if something other than an
    identifier had been printed in place of a name.

    >>> define("def double(x): return 2 * x", "double", {})(4)
    8
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"A program cannot be compiled ({error}): some name in it is not an identifier.") from None
    for node in ast.walk(tree):
        word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        defaults = isinstance(node, ast.arguments) and (node.defaults or any(node.kw_defaults))
        if word.startswith("__") or defaults or not isinstance(node, _ALLOWED):
            raise UsageError(
                f"A program contains {ast.unparse(node)!r:.60}, which is not arithmetic on names: some name in it is "
                "not an identifier. It was not compiled."
            )
    scope = {**namespace, "__builtins__": _BUILTINS}
    exec(compile(tree, f"<{name}, made by minigrad>", "exec"), scope)
    return scope[name]


def identifier(name: Any) -> str:
    """`name`, if it can be a name in a program; else a UsageError.

    >>> identifier("mean")
    'mean'
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise UsageError(f"{name!r:.60} cannot name a state or a value of a rule; expected an identifier, like 'mean'.")
    return name
