"""The text of a function as a program whose parts can be edited, from which neighbours are made.

A reference that is a straight line of assignments is brought into a form in which each name is assigned once: the
new value of `m` is `m_new`, and the `m` that was passed in stays `m`. So an edit can replace the new value by the old
one. Whatever an edit does, the lines are then sorted so that each has what it needs.
"""

from __future__ import annotations

import ast
import copy
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from operator import is_
from typing import Any

from minigrad.exercises.words import WORDS

RESULT = "result"
Swap = tuple[str, ast.expr, ast.expr]
"""The name of a line, an expression in it, and the one that takes its place."""


@dataclass(frozen=True, eq=False)
class Program:
    """A function as text.

    * `lines`: (name, expression) in order; the last one, `result`, is what is returned. Empty for a function that is
      not a straight line.
    * `positional`, `keywords`: its parameters. `namespace`: whatever else its text may use.
    """

    name: str
    positional: tuple[str, ...]
    keywords: tuple[str, ...]
    lines: tuple[tuple[str, ast.expr], ...]
    namespace: dict[str, Any]

    @property
    def results(self) -> list[ast.expr]:
        """The expressions that are returned, one for each result."""
        last = dict(self.lines)[RESULT]
        return list(last.elts) if isinstance(last, ast.Tuple) else [last]

    def nodes(self) -> Iterator[tuple[str, ast.expr, list[ast.AST]]]:
        """Every expression except names of functions: (name of its line, itself, what encloses it, outermost first)."""
        for name, expression in self.lines:
            yield from inside(name, expression, [])

    def with_swaps(self, swaps: Sequence[Swap]) -> Program | None:
        """The same with expressions replaced: (line, old, new). None if an old one is not there, or no longer."""
        lines = dict(self.lines)
        for name, old, new in swaps:
            before = lines.get(name)
            if before is None:
                return None
            lines[name] = replaced(before, old, new)
            if lines[name] is before:
                return None
        return replace(self, lines=tuple(lines.items()))

    def naming(self, names: Sequence[str]) -> Program:
        """The same with a line for each result that is a formula, named after the result."""
        if not self.lines or len(self.results) != len(names):
            return self
        lines, results = dict(self.lines), list(self.results)
        last = lines.pop(RESULT)
        for i, (name, x) in enumerate(zip(names, results)):
            line = f"{name}_new" if name in (*self.positional, *self.keywords) else name
            if not isinstance(x, ast.Name) and line not in lines:
                lines[line], results[i] = x, ast.Name(line, ast.Load())
        lines[RESULT] = ast.Tuple(results, ast.Load()) if isinstance(last, ast.Tuple) else results[0]
        return replace(self, lines=tuple(lines.items()))

    def text(self, name: str) -> str:
        """A line as a learner would write it."""
        node = dict(self.lines)[name]
        expression = ast.unparse(node).replace("_new", "")
        if name == RESULT:
            return f"return {expression[1:-1] if isinstance(node, ast.Tuple) else expression}"
        return f"{name.removesuffix('_new')} = {expression}"

    def function(self) -> Callable[..., Any] | None:
        """The program as a function, or None if its lines cannot be put in a working order."""
        lines = dict(self.lines)
        needs = {name: names_in(x) & lines.keys() for name, x in lines.items()}
        try:
            order = [name for name in TopologicalSorter(needs).static_order() if reaches(needs, name)]
        except CycleError:
            return None
        body: list[ast.stmt] = [
            ast.Return(lines[name]) if name == RESULT else ast.Assign([ast.Name(name, ast.Store())], lines[name])
            for name in order
        ]
        parameters = ast.arguments(
            posonlyargs=[], args=[ast.arg(x) for x in self.positional], kwonlyargs=[ast.arg(x) for x in self.keywords],
            kw_defaults=[None] * len(self.keywords), defaults=[],
        )  # fmt: skip
        made = ast.FunctionDef(name=self.name, args=parameters, body=body, decorator_list=[])
        return compiled(ast.Module([made], []), self.name, self.namespace | WORDS)


def program(function: Callable[..., Any], text: str | None = None) -> Program:
    """The program of a function, or of another text in its place."""
    tree = ast.parse(text or source(function))
    made = tree.body[0]
    assert isinstance(made, ast.FunctionDef)
    positional, keywords = tuple(x.arg for x in made.args.args), tuple(x.arg for x in made.args.kwonlyargs)
    return Program(made.name, positional, keywords, straight(made, {*positional, *keywords}), function.__globals__)


def differences(one: Program, other: Program) -> tuple[Swap, ...]:
    """The swaps that turn one program into another; none if their lines have different names."""
    if [name for name, _ in one.lines] != [name for name, _ in other.lines]:
        return ()
    pairs = [(name, x, y) for (name, x), (_, y) in zip(one.lines, other.lines) if ast.dump(x) != ast.dump(y)]
    return tuple((name, *smallest(x, y)) for name, x, y in pairs)


def smallest(x: ast.expr, y: ast.expr) -> tuple[ast.expr, ast.expr]:
    """The smallest parts in which two expressions differ."""
    ours, theirs = list(ast.iter_child_nodes(x)), list(ast.iter_child_nodes(y))
    if type(x) is type(y) and len(ours) == len(theirs):
        off = [(a, b) for a, b in zip(ours, theirs) if ast.dump(a) != ast.dump(b)]
        if len(off) == 1 and isinstance(off[0][0], ast.expr) and isinstance(off[0][1], ast.expr):
            return smallest(off[0][0], off[0][1])
    return x, y


@functools.cache
def source(function: Callable[..., Any]) -> str:
    """The text of a function without its decorators and its docstring.

    A function made from text carries that text as `__text__`.
    """
    text = getattr(function, "__text__", None) or textwrap.dedent(inspect.getsource(function))
    made = ast.parse(text).body[0]
    assert isinstance(made, ast.FunctionDef)
    made.decorator_list = []
    if ast.get_docstring(made) is not None:
        made.body = made.body[1:]
    return ast.unparse(made)


def straight(made: ast.FunctionDef, arguments: set[str]) -> tuple[tuple[str, ast.expr], ...]:
    """The lines of a function, each name assigned once; none if it is not a straight line of assignments."""
    latest: dict[str, str] = {}
    lines: list[tuple[str, ast.expr]] = []
    for statement in made.body:
        if isinstance(statement, ast.Return) and statement.value is not None:
            lines.append((RESULT, renamed(statement.value, latest)))
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, expression = statement.targets[0].id, renamed(statement.value, latest)
            latest[name] = f"{name}_new" if name in arguments or name in dict(lines) else name
            while latest[name] in dict(lines):
                latest[name] += "_new"
            lines.append((latest[name], expression))
        else:
            return ()
    return tuple(lines) if lines and lines[-1][0] == RESULT else ()


def renamed(expression: ast.expr, names: dict[str, str]) -> ast.expr:
    """A copy with other names; it shares no node with the original."""
    new = copy.deepcopy(expression)
    for node in ast.walk(new):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return new


def inside(name: str, node: ast.expr, above: list[ast.AST]) -> Iterator[tuple[str, ast.expr, list[ast.AST]]]:
    yield name, node, above
    for child in ast.iter_child_nodes(node):
        parts = [child.value] if isinstance(child, ast.keyword) else [child]
        for part in parts:
            called = isinstance(node, ast.Call) and part is node.func and isinstance(part, ast.Name)
            if isinstance(part, ast.expr) and not called:
                yield from inside(name, part, [*above, node])


def replaced(tree: Any, old: ast.AST, new: ast.expr) -> Any:
    """The tree with one node replaced; parts that do not contain it stay the same objects."""
    if tree is old:
        return new
    if isinstance(tree, list):
        parts = [replaced(x, old, new) for x in tree]
        return tree if all(map(is_, parts, tree)) else parts
    if not isinstance(tree, (ast.expr, ast.keyword, ast.comprehension)):
        return tree
    changed = {}
    for name in tree._fields:
        value = getattr(tree, name)
        if isinstance(value, (ast.AST, list)):
            part = replaced(value, old, new)
            if part is not value:
                changed[name] = part
    if not changed:
        return tree
    made = copy.copy(tree)
    vars(made).update(changed)
    return made


def names_in(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def reaches(needs: dict[str, set[str]], name: str) -> bool:
    """Whether the result depends on a line."""
    seen, stack = set(), [RESULT]
    while stack:
        x = stack.pop()
        if x not in seen:
            seen.add(x)
            stack.extend(needs[x])
    return name in seen


def compiled(tree: ast.Module, name: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """The function that a text of ours defines."""
    scope: dict[str, Any] = dict(namespace)
    exec(compile(ast.fix_missing_locations(tree), f"<{name}>", "exec"), scope)
    function: Callable[..., Any] = scope[name]
    return function
