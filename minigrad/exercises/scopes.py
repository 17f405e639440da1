"""Which names in a text belong to the file itself, not to the scope of a function or a class."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Named = ast.Name | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
NOTHING: frozenset[str] = frozenset()


def of_the_file(node: ast.AST, local: frozenset[str] = NOTHING) -> Iterator[tuple[str, Named]]:
    """Every place where a name of the file is used or defined, as (name, node), except imports.

    >>> text = "def f(x): return x + y\\ny = [f(i) for i in z]"
    >>> [name for name, _ in of_the_file(ast.parse(text))]
    ['f', 'y', 'y', 'z', 'f']
    """
    if isinstance(node, ast.Name):
        if node.id not in local:
            yield node.id, node
    elif isinstance(node, Scope):
        if not isinstance(node, ast.Lambda) and node.name not in local:
            yield node.name, node
        yield from inside(node, local)
    elif isinstance(node, ast.ClassDef):
        if node.name not in local:
            yield node.name, node
        yield from each([*node.decorator_list, *node.bases, *node.keywords], local)
        own = local | bound(node.body)
        for x in node.body:  # functions do not see the names of the class around them
            yield from inside(x, local) if isinstance(x, Scope) else of_the_file(x, own)
    elif isinstance(node, Comprehension):
        first = node.generators[0]
        yield from of_the_file(first.iter, local)
        own = local | {x.id for g in node.generators for x in ast.walk(g.target) if isinstance(x, ast.Name)}
        yield from each(first.ifs, own)
        yield from each((x for x in ast.iter_child_nodes(node) if x is not first), own)
    else:
        yield from each(ast.iter_child_nodes(node), local)


def inside(node: Scope, local: frozenset[str]) -> Iterator[tuple[str, Named]]:
    """The same for a function, without its own name."""
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    declared = {name for x in body for y in ast.walk(x) if isinstance(y, ast.Global) for name in y.names}
    arguments = {x.arg for x in ast.walk(node.args) if isinstance(x, ast.arg)}
    outside: list[ast.AST] = [node.args]
    if not isinstance(node, ast.Lambda):
        outside += [*node.decorator_list, *([node.returns] if node.returns else [])]
    yield from each(outside, local)
    yield from each(body, (local | bound(body) | arguments) - declared)


def each(nodes: Iterable[ast.AST], local: frozenset[str]) -> Iterator[tuple[str, Named]]:
    for node in nodes:
        yield from of_the_file(node, local)


def bound(body: Iterable[ast.AST]) -> frozenset[str]:
    """The names that lines bind."""
    return frozenset(defined(body))


def defined(body: Iterable[ast.AST]) -> list[str]:
    """The names that lines bind, in order, without looking inside functions and classes.

    >>> defined(ast.parse("import a as x\\nif x:\\n    def f(): y = 1\\nb, c = 1, 2").body)
    ['x', 'f', 'b', 'c']
    """
    names: list[str] = []
    waiting = list(body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [alias.asname or alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names.append(node.id)
        elif not isinstance(node, (ast.Lambda, *Comprehension.__args__)):
            if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
                names.append(node.name)
            waiting[:0] = ast.iter_child_nodes(node)
    return list(dict.fromkeys(names))
