"""Expressions taken apart and put together: sums, products, names; and how an edit becomes a neighbour."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from minigrad.exercises.exercise import Neighbour
from minigrad.exercises.program import Program, Swap

Place = TypeVar("Place", bound="tuple[Any, ...]")
Term = tuple[bool, ast.expr]
"""A term of a sum (whether it is added) or a factor of a product (whether it multiplies)."""


def put(text: str, **parts: ast.expr) -> ast.expr:
    """An expression with others in place of its names: `put("sqrt(x) + e", x=mean, e=own)`.

    If the text contains names of a rule, too, the placeholder is `_`, which no rule has.
    """
    made: ast.expr = filled(parsed(text), parts)
    return made


def expression(text: str) -> ast.expr:
    """The expression that a text stands for."""
    return ast.parse(text, mode="eval").body


parsed = functools.cache(expression)
"""The same, parsed only once: to be copied, not to be put into a program."""


def filled(x: Any, parts: Mapping[str, ast.expr]) -> Any:
    """A copy with expressions in place of names."""
    if isinstance(x, list):
        return [filled(y, parts) for y in x]
    if not isinstance(x, ast.AST) or not x._fields:
        return x
    if isinstance(x, ast.Name) and x.id in parts:
        return parts[x.id]
    return type(x)(*[filled(getattr(x, name), parts) for name in x._fields])


def negative(x: ast.expr) -> ast.expr:
    """`-x`, or `x` for `-x`."""
    return x.operand if isinstance(x, ast.UnaryOp) and isinstance(x.op, ast.USub) else ast.UnaryOp(ast.USub(), x)


def is_sum(x: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether it is a sum or a difference."""
    return isinstance(x, ast.BinOp) and isinstance(x.op, (ast.Add, ast.Sub))


def is_product(x: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether it is a product or a quotient."""
    return isinstance(x, ast.BinOp) and isinstance(x.op, (ast.Mult, ast.Div))


def is_power(x: ast.AST, exponent: float | None = None) -> TypeGuard[ast.BinOp]:
    """Whether it is a power, with this exponent if one is given."""
    if not (isinstance(x, ast.BinOp) and isinstance(x.op, ast.Pow)):
        return False
    return exponent is None or (isinstance(x.right, ast.Constant) and x.right.value == exponent)


def is_call(x: ast.AST, *functions: str) -> TypeGuard[ast.Call]:
    """Whether it calls one of these functions."""
    return isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id in functions


def is_name(x: ast.AST, *names: str) -> TypeGuard[ast.Name]:
    """Whether it is one of these names."""
    return isinstance(x, ast.Name) and x.id in names


def terms_of(x: ast.expr) -> list[Term]:
    """The terms of a sum as it is written; those in parentheses on the right stay together."""
    if is_sum(x):
        return [*terms_of(x.left), (isinstance(x.op, ast.Add), x.right)]
    return [(False, x.operand)] if isinstance(x, ast.UnaryOp) and isinstance(x.op, ast.USub) else [(True, x)]


def sum_of(terms: Sequence[Term]) -> ast.expr:
    """A sum of terms; 0 of none."""
    if not terms:
        return put("0.0")
    first, *others = terms
    made = first[1] if first[0] else negative(first[1])
    for added, term in others:
        made = put("x + y" if added else "x - y", x=made, y=term)
    return made


def factors_of(x: ast.expr) -> list[Term]:
    """The factors and divisors of a product as it is written."""
    if is_product(x):
        return [*factors_of(x.left), (isinstance(x.op, ast.Mult), x.right)]
    return [(True, x)]


def product_of(factors: Sequence[Term]) -> ast.expr:
    """A product of factors; 1 of none."""
    if not factors:
        return put("1.0")
    first, *others = factors
    made = first[1] if first[0] else put("1.0 / x", x=first[1])
    for times, factor in others:
        made = put("x * y" if times else "x / y", x=made, y=factor)
    return made


def sums(text: Program) -> Iterator[tuple[str, ast.expr]]:
    """Every sum that is not part of a longer one: (name of its line, itself)."""
    return whole(text, is_sum)


def products(text: Program) -> Iterator[tuple[str, ast.expr]]:
    """Every product that is not part of a longer one."""
    return whole(text, is_product)


def whole(text: Program, kind: Callable[[ast.AST], TypeGuard[ast.BinOp]]) -> Iterator[tuple[str, ast.expr]]:
    """Every expression of a kind that is not the left part of one of the same kind."""
    for line, node, above in text.nodes():
        if kind(node) and not (above and kind(above[-1]) and above[-1].left is node):
            yield line, node


def uses(x: ast.AST, *names: str) -> bool:
    """Whether one of these names is in it."""
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(x))


def said(x: ast.expr) -> str:
    """An expression as a learner would write it."""
    return ast.unparse(x).replace("_new", "")


def swapped(
    text: Program, line: str, old: ast.expr, new: ast.expr, mistake: str, what: str, *also: str
) -> Iterator[Neighbour]:
    """The neighbour in which one expression replaces another."""
    yield from several(text, [(line, old, new)], mistake, what, *also)


def several(text: Program, swaps: Sequence[Swap], mistake: str, what: str, *also: str) -> Iterator[Neighbour]:
    """The neighbour in which some expressions replace others; none if they get in each other's way."""
    after = text.with_swaps(swaps)
    if swaps and after:
        line = swaps[0][0]
        yield Neighbour(
            mistake, text.text(line), after.text(line), what, after.function, also, after, tuple(swaps), text
        )


def everywhere(text: Program, old: str, new: ast.expr, lines: Sequence[str] = ()) -> list[Swap]:
    """The swaps that put an expression in place of a name, in all lines or in these."""
    return [(line, node, new) for line, node, _ in text.nodes() if is_name(node, old) and (not lines or line in lines)]


def grouped(places: Sequence[Place]) -> list[list[Place]]:
    """Places, each of which begins with its line: all of them, those of each line, and each alone."""
    lines = dict.fromkeys(x[0] for x in places)
    return [[*places], *([x for x in places if x[0] == line] for line in lines), *([x] for x in places)]


def is_one_of(x: ast.AST, y: ast.AST) -> bool:
    """Whether two expressions are written alike."""
    return ast.dump(x) == ast.dump(y)


def copied(x: ast.expr) -> ast.expr:
    """The same text as a new expression."""
    return expression(ast.unparse(x))
