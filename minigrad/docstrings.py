"""The docstring of a class, a function or a module; under `python -OO`, which strips it, from the source."""

import ast
import inspect
import sys
import textwrap
from types import ModuleType
from typing import Any


def docstring(thing: Any, inherited: bool = True) -> str:
    """The docstring without its indentation, of the nearest base class if a class has none and it may be `inherited`.

    >>> docstring(docstring).split(" of the ")[0]
    'The docstring without its indentation,'
    """
    things = thing.__mro__[:-1] if inherited and isinstance(thing, type) else [thing]
    return next(filter(None, map(_own, things)), "")


def _own(thing: Any) -> str:
    if vars(thing).get("__doc__") if isinstance(thing, type) else thing.__doc__:
        return inspect.cleandoc(thing.__doc__)
    if sys.flags.optimize < 2:
        return ""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError):  # there is no text, or not that of a definition alone
        return ""
    node = tree if isinstance(thing, ModuleType) else tree.body[0]
    return (isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)) or ""
