"""Derivatives of symbols: the backward pass of `engine/backward.py` again, but its results are expressions.

A height written with the functions of `minigrad.optimizer.rule` becomes a graph of symbols. On the walk from its end to
its beginning, each operation passes its gradient on to its arguments, times its own derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minigrad.errors import UsageError
from minigrad.optimizer.rule import Symbol, ancestors, cos, exp, log, sign, sin, sqrt, where

DERIVATIVES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "add": lambda x, y: (1, 1),
    "subtract": lambda x, y: (1, -1),
    "multiply": lambda x, y: (y, x),
    "divide": lambda x, y: (1 / y, -x / y**2),
    "power": lambda x, y: (y * x ** (y - 1), x**y * log(x)),
    "negative": lambda x: (-1,),
    "square": lambda x: (2 * x,),
    "sqrt": lambda x: (0.5 / sqrt(x),),
    "exp": lambda x: (exp(x),),
    "log": lambda x: (1 / x,),
    "sin": lambda x: (cos(x),),
    "cos": lambda x: (-sin(x),),
    "absolute": lambda x: (sign(x),),
    "sign": lambda x: (0,),
    "maximum": lambda x, y: (where(x >= y, 1, 0), where(x >= y, 0, 1)),
    "minimum": lambda x, y: (where(x <= y, 1, 0), where(x <= y, 0, 1)),
    "where": lambda condition, x, y: (0, where(condition, 1, 0), where(condition, 0, 1)),
}
"""Operation -> its derivative with respect to each of its arguments."""


def gradient(height: Symbol, *by: Symbol) -> list[Symbol]:
    """The derivatives of a symbol with respect to others.

    >>> from minigrad.optimizer.rule import Trace
    >>> trace = Trace()
    >>> x, y = trace.leaf("array", "x"), trace.leaf("array", "y")
    >>> gradient(x * y + sin(y), x, y)
    [y, (cos(y) + x)]
    """
    trace, moving = height.trace, depending(height, by)
    gradients: dict[Symbol, Any] = {height: 1}
    for z in sorted(moving, key=lambda x: x.order, reverse=True):  # each after everything computed from it
        if not z.args or z not in gradients:
            continue
        if z.op not in DERIVATIVES:
            raise UsageError(f"a surface cannot use {z.op}: its derivative is not known")
        g = gradients.pop(z)
        for x, derivative in zip(z.args, DERIVATIVES[z.op](*z.args)):
            if x in moving and (isinstance(derivative, Symbol) or derivative):  # nothing passes where it is 0
                part = times(g, derivative)
                gradients[x] = gradients[x] + part if x in gradients else part
    return [trace.symbol(gradients.get(x, 0)) for x in by]


def times(g: Any, derivative: Any) -> Any:
    """The chain rule, without factors of 1."""
    for one, other in ((g, derivative), (derivative, g)):
        if not isinstance(one, Symbol) and abs(one) == 1:
            return other if one == 1 else -other
    return g * derivative


def depending(height: Symbol, by: tuple[Symbol, ...]) -> set[Symbol]:
    """The symbols that depend on any of those in `by`."""
    found = set(by)
    for z in sorted(ancestors([height]), key=lambda x: x.order):
        if any(x in found for x in z.args):
            found.add(z)
    return found
