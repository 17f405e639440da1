"""An exercise made from any rule: its signature, statement, probes and neighbours come from the rule's graph."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from minigrad import arguments
from minigrad.define import define, identifier
from minigrad.docstrings import docstring
from minigrad.errors import KindError
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.program import RESULT, Program
from minigrad.exercises.walk import Start, of_rule
from minigrad.exercises.words import WORDS
from minigrad.optimizer import create
from minigrad.optimizer.graph import is_number, trace
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.readings.lines import definitions, noting
from minigrad.optimizer.readings.text import legend, plain
from minigrad.optimizer.rule import Symbol, spell

RATE = (0.3, 0.07, 1.7)
SHARES = ((0.7, 0.85, 0.4), (0.8, 0.65, 0.55), (0.6, 0.9, 0.35), (0.75, 0.45, 0.95))
SMALL = ((0.4, 0.15, 0.8), (0.2, 0.6, 0.05), (0.5, 0.25, 0.9))
"""Values of hyper-parameters on the probes, by kind: large, so that every mistake shows."""


def from_rule(optimizer: Any, name: str = "") -> Exercise:
    """An exercise that asks for one step of a rule.

    Args:
        optimizer: an optimizer class with a rule, an instance, or the name of a registered one. Its hyper-parameters
            choose the branches of its rule.
        name: the name of the function to write; by default, for Adam, `adam_step`.

    The function gets the weight `w`, the gradient `g` and the states by position, then whatever else the rule needs,
    such as the step count `t`; the hyper-parameters by keyword. It returns the new weight and the new states.

    >>> from minigrad.optimizer import Lion
    >>> exercise = from_rule(Lion)
    >>> print(exercise.signature)
    (w, g, m, *, lr, wd, beta1, beta2)
    >>> check = exercise.reference(1.0, 0.5, 0.0, lr=0.1, wd=0.0, beta1=0.9, beta2=0.9)
    >>> print(round(check[0], 3), round(check[1], 3))
    0.9 0.05

    Raises RuleError if the rule cannot be run with symbols in place of arrays.
    """
    made = create(optimizer) if isinstance(optimizer, str) else optimizer
    made = made() if isinstance(made, type) and issubclass(made, Optimizer) else made
    if not isinstance(made, Optimizer):
        raise KindError(
            f"optimizer={arguments.shown(optimizer)} has no rule; give an optimizer, its class, or its name"
        )
    title = type(made).__name__
    text = program_of(made, identifier(arguments.text("name", name) or f"{title.lower()}_step"))
    usual = {x: usual_value(made, x) for x in text.keywords}
    states = tuple(made.states)
    start: dict[str, Start] = {x: lambda w, x=x: made.initial_state(x, w) for x in states}  # type: ignore[misc]
    first, _, _ = docstring(type(made), inherited=False).partition("\n")
    shown = "\n\n".join("\n".join(f"    {line}" for line in x.splitlines()) for x in (plain(made), legend(made)))
    return exercise_of(text, f"One step of {title}.\n\n{first}\n\n{shown}", states, usual, start)


def program_of(optimizer: Optimizer, name: str) -> Program:
    """The rule of an optimizer as a program: a line for each named local and each result."""
    with noting() as found:
        graph = trace(optimizer)
    states = tuple(optimizer.states)
    leaves = [x for x in graph.scalars if not x.args and x.op in ("hyper", "scalar") and x.name not in ("lr", "t")]
    extras = [x for x in graph.asked if x not in ("lr", "t", "wd")]
    taken = {"w", "g", *states, *extras, "lr", "t", "wd", *(x.name for x in leaves)}
    lines = definitions(graph.results, {k: x for k, x in found.items() if k not in taken or k in ("w", *states)})
    names: dict[Symbol, str] = {}
    body: list[tuple[str, ast.expr]] = []
    for line, x in lines:
        if x.args:
            new = f"{line}_new" if line in taken else line
            body.append((new, expression(x, names, whole=True)))
            names[x] = new
    results = [expression(graph.results[x], names) for x in ("w", *states)]
    body.append((RESULT, ast.Tuple(results, ast.Load()) if states else results[0]))
    used = {node.id for _, x in body for node in ast.walk(x) if isinstance(node, ast.Name)}
    positional = ["w", "g", *states, *(x for x in (*extras, "t") if x in used)]
    hypers = dict.fromkeys(["lr", "wd", *(x.name for x in leaves)])
    keywords = [x for x in hypers if x in used and x not in positional]
    return Program(name, tuple(positional), tuple(keywords), tuple(body), WORDS)


def expression(x: Symbol, names: Mapping[Symbol, str], whole: bool = False) -> ast.expr:
    """A symbol as an expression, with parts that are lines replaced by their names."""
    return ast.parse(written(x, names, whole), mode="eval").body


def written(x: Symbol, names: Mapping[Symbol, str], whole: bool = False) -> str:
    if x in names and not whole:
        return names[x]
    if not x.args:
        return identifier(x.name) if x.op != "const" else repr(whole_number(x.value))
    parts = [written(y, names) for y in x.args]
    if x.op == "square":
        return f"(({parts[0]}) ** 2)"
    if x.op == "where":
        return f"where({', '.join(parts)})"
    return f"({spell(x.op, *parts)})"


def whole_number(x: float | None) -> float | int | None:
    """2 for 2.0."""
    return int(x) if x is not None and x == int(x) else x


def usual_value(optimizer: Optimizer, name: str) -> float:
    """An optimizer's own value of a hyper-parameter."""
    value = getattr(optimizer, name, 0.5)
    return float(value) if is_number(value) else 0.5


def exercise_of(
    text: Program, statement: str, states: Sequence[str], usual: Mapping[str, float], start: Mapping[str, Start],
    zeros: bool = True,
) -> Exercise:  # fmt: skip
    """An exercise from a program: its text becomes the reference, and the statement ends with a call and hints."""
    reference = function_of(text)
    hypers = values(usual)
    exercise = of_rule(reference, states, hypers, start, zeros)
    numbers = exercise.tried[1]
    exercise.reference.__doc__ = f"{statement}\n\n{call_of(text, states, reference, numbers.make())}\n\n{hints(text)}"
    return exercise


def function_of(text: Program) -> Callable[..., Any]:
    """The program as a function that carries its text."""
    parameters = ", ".join([*text.positional, *(["*", *text.keywords] if text.keywords else [])])
    body = [
        f"    return {ast.unparse(x)}" if name == RESULT else f"    {name} = {ast.unparse(x)}" for name, x in text.lines
    ]
    source = "\n".join([f"def {text.name}({parameters}):", *body])
    function: Callable[..., Any] = define(source, text.name, WORDS)
    function.__text__ = source  # type: ignore[attr-defined]
    function.__module__ = __name__
    return function


def values(usual: Mapping[str, float]) -> dict[str, tuple[float, ...]]:
    """Four values of each hyper-parameter, the usual one last."""
    found: dict[str, tuple[float, ...]] = {}
    shares, small = 0, 0
    for name, value in usual.items():
        if name == "lr":
            found[name] = (*RATE, value)
        elif 0.3 < value < 1:
            found[name] = (*SHARES[shares % len(SHARES)], value)
            shares += 1
        elif value < 1:
            found[name] = (*SMALL[small % len(SMALL)], value)
            small += 1
        else:
            found[name] = (0.7 * value, 1.6 * value, 1.1 * value, value)
    return found


def call_of(text: Program, states: Sequence[str], reference: Callable[..., Any], given: Any) -> str:
    """A call with numbers, and what it returns."""
    args, kwargs = given
    small = [numpy.round(x[:1], 2) if isinstance(x, numpy.ndarray) and x.size else x for x in args]
    returned = reference(*small, **kwargs)
    results = returned if isinstance(returned, tuple) else (returned,)
    shown = ", ".join(
        f"{name} = {float(x[0]) if isinstance(x, numpy.ndarray) else x:g}" for name, x in zip(text.positional, small)
    )
    keywords = ", ".join(f"{name} = {x:g}" for name, x in kwargs.items())
    found = ", ".join(f"{name} = {float(numpy.ravel(x)[0]):.6g}" for name, x in zip(("w", *states), results))
    write = f"Write `{text.name}{inspect.signature(reference)}`."
    return f"{write}\n\nFor {shown}, with {keywords}, it returns {found}."


def hints(text: Program) -> str:
    """Three hints: the lines in order; the new values that are needed later; the lines before the weight."""
    lines = [name for name, _ in text.lines if name != RESULT]
    order = ", then ".join(x.removesuffix("_new") for x in lines)
    new = sorted({x.removesuffix("_new") for x in lines if x.endswith("_new") and x != "w_new" and is_used(text, x)})
    verb = "is" if len(new) == 1 else "are"
    second = f"The new {' and the new '.join(new)} {verb} needed further down." if new else "No new value is needed."
    shown = "; ".join(f"`{text.text(x)}`" for x in lines if x != "w_new") or "One formula after `return` is enough."
    return f"Hints:\n    1. Compute {order or 'the result'}.\n    2. {second}\n    3. {shown}"


def is_used(text: Program, name: str) -> bool:
    """Whether a line is read by another line."""
    return any(re.search(rf"\b{name}\b", ast.unparse(x)) for line, x in text.lines if line not in (name, RESULT))
