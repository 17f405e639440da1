"""What a rule returns, read from its text: in which order, which states it computes, and whether they ever change."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from minigrad.optimizer.mistakes import mistake

BASE = "minigrad.optimizer.optimizer"


def check_returned(cls: Any, states: tuple[str, ...]) -> None:
    """Raise RuleError if a `return` has w and the states in the wrong order, or a state that is used never changes."""
    tuples = [(line, x.elts) for line, x in returns(cls) if isinstance(x, ast.Tuple) and len(x.elts) == 1 + len(states)]
    for line, (first, *rest) in tuples:
        names = [meant_by(x, states) for x in rest]
        if sorted(map(str, names)) == sorted(states) and names != list(states):
            given = dict(zip(names, map(ast.unparse, rest)))
            right = ", ".join(["w", *(given[name] for name in states)])
            told = f"returns its states as {', '.join(map(ast.unparse, rest))}, but they are told apart by position"
            raise mistake(cls, f"{told}: write `return {right}`", line=line)
        swapped = meant_by(first, states)
        if swapped is not None:
            k = states.index(swapped)
            other = rest[k]
            if "w" in names_in(other) and (not isinstance(other, ast.Name) or "w" in assigned(cls)):
                right = ", ".join(map(ast.unparse, [other, *rest[:k], first, *rest[k + 1 :]]))
                told = f"returns {ast.unparse(first)} as the next w, and {ast.unparse(other)} as the next {swapped}"
                raise mistake(cls, f"{told}, but w comes first: write `return {right}`", line=line)
    for k, name in enumerate(states, 1):
        returned = [elements[k] for _, elements in tuples]
        kept = bool(tuples) and all(isinstance(x, ast.Name) and x.id == name for x in returned)
        if kept and name not in assigned(cls) and uses(cls, name) > len(tuples) and starts_at_zero(cls):
            right = ", ".join(["...", *(f"new_{x}" if x == name else x for x in states)])
            told = f"uses {name} and returns it as it was, so it stays the zeros with which it starts"
            raise mistake(cls, f"{told}; return what {name} becomes: `return {right}`", line=tuples[-1][0])


def meant_by(x: ast.expr, states: Collection[str]) -> str | None:
    """The state that a returned name belongs to: `v` itself, `new_v`, `v_new`, `v2`."""
    if not isinstance(x, ast.Name) or x.id in states:
        return x.id if isinstance(x, ast.Name) else None
    for name in states:
        if re.fullmatch(rf"(new|next)?_?{name}(_?(new|next|now|t|\d+))?", x.id, re.IGNORECASE):
            return name
    return None


def starts_at_zero(cls: Any) -> bool:
    """Whether nothing but the rule sets the states."""
    return all(getattr(cls, name).__module__ == BASE for name in ("initial_state", "create_state", "named", "step"))


def nodes_of(cls: Any) -> list[ast.AST]:
    return [node for statement in body(cls.rule)[0] for node in ast.walk(statement)]


def assigned(cls: Any) -> set[str]:
    """The names that the rule assigns to."""
    return {x.id for x in nodes_of(cls) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}


def uses(cls: Any, name: str) -> int:
    """How often the rule reads a name."""
    return sum(isinstance(x, ast.Name) and x.id == name and isinstance(x.ctx, ast.Load) for x in nodes_of(cls))


def returns(cls: Any) -> list[tuple[int, ast.expr]]:
    """The lines with a `return`, and what they return."""
    offset = body(cls.rule)[1]
    return [(x.lineno + offset, x.value) for x in nodes_of(cls) if isinstance(x, ast.Return) and x.value]


@lru_cache(maxsize=64)
def body(rule: Any) -> tuple[list[ast.stmt], int]:
    """The statements of a rule, and what to add to their line numbers; none if its text cannot be found."""
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(rule))
        (tree,) = ast.parse(textwrap.dedent("".join(lines))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return [], 0
    return (tree.body if isinstance(tree, ast.FunctionDef) else []), first - 1


def returns_alone(cls: Any) -> list[tuple[int, str]]:
    """The lines with a `return` of one value, and the value as text."""
    return [(line, ast.unparse(value)) for line, value in returns(cls) if not isinstance(value, ast.Tuple)]


def not_returned(cls: Any, states: Collection[str], reading: bool) -> list[tuple[int, str, list[str]]]:
    """Each `return` of one value that can follow a state computed without the old one: its line, text and states.

    With `reading`, also each that can follow a use of a state, or that uses one.
    """
    found = []
    statements, offset = body(cls.rule)

    def walk(block: Sequence[ast.stmt], held: set[str]) -> set[str] | None:
        """The names that hold a new value after a block; None if the end is never reached."""
        for node in block:
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return)) and node.value and reading:
                held = held | ({*states} & names_in(node.value))
            if isinstance(node, ast.Return):
                if held and node.value is not None and not isinstance(node.value, ast.Tuple):
                    found.append((node.lineno + offset, ast.unparse(node.value), sorted(held)))
                return None
            if isinstance(node, ast.Assign) and not {*states} & names_in(node.value):
                held = held | {name for target in node.targets for name in names_in(target) if name in states}
            ends = [walk(part, held) for part in blocks_of(node)]
            if ends:
                if isinstance(node, ast.If) and len(ends) == 2 and ends == [None, None]:
                    return None
                held = held.union(*(end for end in ends if end))
        return held

    walk(statements, set())
    return found


def blocks_of(node: ast.stmt) -> list[list[ast.stmt]]:
    blocks = [getattr(node, name, []) for name in ("body", "orelse", "finalbody")]
    return [] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else [block for block in blocks if block]


def names_in(node: ast.AST) -> set[str]:
    return {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}
