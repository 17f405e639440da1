"""Programs tried on probes: an expression is computed once, however many programs share it.

The neighbours of an answer differ from the right program in one small part, and there are some thousand of them, not
counting pairs. So values are cached by the expression and by the values of the names in it.
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
    """`x**y`, likewise."""
    try:
        return x**y
    except (ArithmeticError, ValueError):
        return float(numpy.float64(x) ** y)


OPERATORS: dict[type[ast.operator] | type[ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: divided,
    ast.Pow: raised, ast.USub: operator.neg, ast.MatMult: operator.matmul,
}  # fmt: skip


SIGNS = ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context
"""Parts of expressions that contain no names."""


class Value:
    """The value of an expression, or the fact that it failed."""

    __slots__ = ("failed", "value")

    def __init__(self, value: Any, failed: bool = False) -> None:
        self.value, self.failed = value, failed


FAILED = Value(None, failed=True)


class Bench:
    """The probes of an exercise, and everything computed on them so far. Programs change no argument."""

    def __init__(self, probes: Sequence[Probe], positional: Sequence[str]) -> None:
        self.given: list[dict[str, Value]] = []
        for probe in probes:
            args, kwargs = probe.make()
            self.given.append({name: Value(x) for name, x in {**dict(zip(positional, args)), **kwargs}.items()})
        self.values: dict[Any, Value] = {}
        self.names: dict[ast.expr, tuple[str, ...]] = {}
        self.compiled: dict[ast.expr, Callable[..., Any]] = {}

    def results(self, text: Program, i: int) -> list[Value] | None:
        """The results of a program on a probe; None if some line fails, or needs its own result."""
        sheet = Sheet(self, text, i)
        with numpy.errstate(all="ignore"):
            values = [sheet.of(x) for x in text.results]
        return None if any(x.failed for x in values) else values

    def names_of(self, expression: ast.expr, known: Callable[[str], bool]) -> tuple[str, ...]:
        """The names in an expression that stand for arguments or lines."""
        if expression not in self.names:
            parts = list(ast.iter_child_nodes(expression))
            if isinstance(expression, ast.Name) or not all(isinstance(x, (ast.expr, *SIGNS)) for x in parts):
                found = set(filter(known, names_in(expression)))
            else:
                found = {x for part in parts if isinstance(part, ast.expr) for x in self.names_of(part, known)}
            self.names[expression] = tuple(sorted(found))
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
            self.found[name] = FAILED  # in case it needs itself
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

    def called(self, x: ast.expr) -> Callable[..., Any] | None:
        """The function that a call of a word or of `np.` refers to; None for other expressions, and if `*` is used."""
        if not isinstance(x, ast.Call) or any(isinstance(y, ast.Starred) for y in x.args):
            return None
        if isinstance(x.func, ast.Attribute) and ast.unparse(x.func.value) == "np":
            return getattr(numpy, x.func.attr, None)
        return WORDS.get(x.func.id) if isinstance(x.func, ast.Name) else None

    def computed(self, x: ast.expr, names: Sequence[str], inputs: Sequence[Value]) -> Value:
        """The value of an expression from those of its parts."""
        if isinstance(x, ast.Constant):
            return Value(x.value)
        if isinstance(x, ast.BinOp) and type(x.op) in OPERATORS:
            return applied(OPERATORS[type(x.op)], self.of(x.left), self.of(x.right))
        if isinstance(x, ast.UnaryOp) and type(x.op) in OPERATORS:
            return applied(OPERATORS[type(x.op)], self.of(x.operand))
        function = self.called(x)
        if function is not None and isinstance(x, ast.Call):
            names_of_options = [str(keyword.arg) for keyword in x.keywords]
            options = [self.of(keyword.value) for keyword in x.keywords]
            return applied(
                lambda *values: function(
                    *values[: len(x.args)], **dict(zip(names_of_options, values[len(x.args) :]))
                ),
                *map(self.of, x.args), *options,
            )  # fmt: skip
        return applied(self.bench.function(x, names, self.text), *inputs)


def applied(function: Callable[..., Any], *inputs: Value) -> Value:
    """The value of a function, if its inputs have not failed."""
    if any(x.failed for x in inputs):
        return FAILED
    try:
        return Value(function(*(x.value for x in inputs)))
    except ArithmeticError:
        return Value(numpy.nan)
    except Exception:
        return FAILED
