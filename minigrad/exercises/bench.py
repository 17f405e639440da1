"""Programs tried on probes: an expression is computed once, however many programs share it.

The neighbours of an answer differ from the right program in one small part, and there are some thousand of them, not to
count pairs. So values are kept by the expression and by the values of the names in it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.exercises.probes import Probe
from minigrad.exercises.program import Program, compiled, names_in
from minigrad.exercises.words import WORDS


def divided(x: Any, y: Any) -> Any:
    """`x / y`, infinite or NaN where Python's floats would raise."""
    try:
        return x / y
    except ZeroDivisionError:
        return float(numpy.float64(x) / y)


def raised(x: Any, y: Any) -> Any:
    """`x**y`, the same."""
    try:
        return x**y
    except (ArithmeticError, ValueError):
        return float(numpy.float64(x) ** y)


OPERATORS: dict[type[ast.operator] | type[ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: divided,
    ast.Pow: raised, ast.USub: operator.neg,
}  # fmt: skip


class Value:
    """What an expression has computed, or that it could not."""

    __slots__ = ("failed", "value")

    def __init__(self, value: Any, failed: bool = False) -> None:
        self.value, self.failed = value, failed


FAILED = Value(None, failed=True)


class Bench:
    """The probes of an exercise, and what has been computed on them. Programs change no argument."""

    def __init__(self, probes: Sequence[Probe], positional: Sequence[str]) -> None:
        self.given: list[dict[str, Value]] = []
        for probe in probes:
            args, kwargs = probe.make()
            self.given.append({name: Value(x) for name, x in {**dict(zip(positional, args)), **kwargs}.items()})
        self.values: dict[Any, Value] = {}
        self.names: dict[ast.expr, tuple[str, ...]] = {}
        self.compiled: dict[ast.expr, Callable[..., Any]] = {}

    def results(self, text: Program, i: int) -> list[Value] | None:
        """The results of a program on a probe; None if some line fails, or needs what it computes."""
        sheet = Sheet(self, text, i)
        with numpy.errstate(all="ignore"):
            values = [sheet.of(x) for x in text.results]
        return None if any(x.failed for x in values) else values

    def names_of(self, expression: ast.expr, known: Callable[[str], bool]) -> tuple[str, ...]:
        """The names in an expression that are arguments or lines."""
        if expression not in self.names:
            self.names[expression] = tuple(sorted(filter(known, names_in(expression))))
        return self.names[expression]

    def function(self, expression: ast.expr, names: Sequence[str], text: Program) -> Callable[..., Any]:
        """An expression as a function of the names in it."""
        if expression not in self.compiled:
            parameters = ast.arguments(
                posonlyargs=[], args=[ast.arg(x) for x in names], kwonlyargs=[], kw_defaults=[], defaults=[]
            )
            made = ast.FunctionDef(name="line", args=parameters, body=[ast.Return(expression)], decorator_list=[])
            self.compiled[expression] = compiled(ast.Module([made], []), "line", text.namespace | WORDS)
        return self.compiled[expression]


class Sheet:
    """One program on one probe."""

    def __init__(self, bench: Bench, text: Program, i: int) -> None:
        self.bench, self.text, self.i = bench, text, i
        self.lines = dict(text.lines)
        self.found: dict[str, Value] = dict(bench.given[i])

    def line(self, name: str) -> Value:
        """The value of an argument or a line."""
        if name not in self.found:
            self.found[name] = FAILED  # should it need itself
            self.found[name] = self.of(self.lines[name])
        return self.found[name]

    def known(self, name: str) -> bool:
        return name in self.found or name in self.lines

    def of(self, expression: ast.expr) -> Value:
        """The value of an expression."""
        if isinstance(expression, ast.Name) and self.known(expression.id):
            return self.line(expression.id)
        names = self.bench.names_of(expression, self.known)
        inputs = [self.line(name) for name in names]
        key = (self.i, expression, *inputs)
        values = self.bench.values
        if key not in values:
            values[key] = FAILED if any(x.failed for x in inputs) else self.computed(expression, names, inputs)
        return values[key]

    def computed(self, x: ast.expr, names: Sequence[str], inputs: Sequence[Value]) -> Value:
        """The value of an expression from those of its parts."""
        if isinstance(x, ast.Constant):
            return Value(x.value)
        if isinstance(x, ast.BinOp) and type(x.op) in OPERATORS:
            return applied(OPERATORS[type(x.op)], self.of(x.left), self.of(x.right))
        if isinstance(x, ast.UnaryOp) and type(x.op) in OPERATORS:
            return applied(OPERATORS[type(x.op)], self.of(x.operand))
        if isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id in WORDS and not x.keywords:
            return applied(WORDS[x.func.id], *map(self.of, x.args))
        return applied(self.bench.function(x, names, self.text), *inputs)


def applied(function: Callable[..., Any], *inputs: Value) -> Value:
    """What a function makes of values."""
    if any(x.failed for x in inputs):
        return FAILED
    try:
        return Value(function(*(x.value for x in inputs)))
    except ArithmeticError:
        return Value(numpy.nan)
    except Exception:
        return FAILED
