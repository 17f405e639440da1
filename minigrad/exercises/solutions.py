"""What a solution may be: a function of the signature, a rule, or a class of optimizers, operations or layers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from minigrad.autograd import Function
from minigrad.errors import UsageError
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.operations import of_block, of_function
from minigrad.gluon import Block
from minigrad.optimizer.optimizer import Optimizer

WORDS = {"eps": "epsilon", "beta": "rho"}
"""Hyper-parameters of exercises -> what optimizers call them as well."""


def as_function(exercise: Exercise, solution: Any) -> Callable[..., Any]:
    """A solution as a function of the exercise's signature.

    A class of optimizers, or one of them, is asked for one step of its rule: the exercise's hyper-parameters take the
    places of its own. So is a rule: a function of `self`, the weight, the gradient and the states.

    >>> from minigrad.exercises import check
    >>> from minigrad.optimizer import Adam
    >>> check("adam_step", Adam)
    adam_step: right
    All of it is right.

    A class of `autograd.Function` or of `Block` is one of `operations.py`.

    Raises UsageError for an optimizer without a rule, and for what cannot be called.
    """
    if isinstance(solution, type) and issubclass(solution, Function):
        return of_function(exercise, solution)
    if isinstance(solution, type) and issubclass(solution, Block):
        return of_block(exercise, solution)
    if isinstance(solution, type) and issubclass(solution, Optimizer):
        solution = solution()
    if isinstance(solution, Optimizer):
        rule = getattr(type(solution), "rule", None)
        if rule is None:
            raise UsageError(
                f"{type(solution).__name__} defines update(), not a rule; for this exercise write "
                "rule(self, w, g, *states, lr)"
            )
        return stepping(exercise, rule, dict(vars(solution)), type(solution))
    if not callable(solution):
        raise UsageError(f"a solution is a function, a rule or a class of optimizers; got a {type(solution).__name__}")
    if next(iter(parameters(solution)), "") == "self" and "self" not in exercise.arguments:
        return stepping(exercise, solution, {}, SimpleNamespace)
    found: Callable[..., Any] = solution
    return found


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of a function, by name; none if it does not say."""
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return {}


def stepping(exercise: Exercise, rule: Callable[..., Any], own: dict[str, Any], cls: type) -> Callable[..., Any]:
    """One step of a rule as a function of the exercise's signature."""
    asked = parameters(rule)

    def step(*args: Any, **hypers: Any) -> Any:
        given = dict(zip(exercise.arguments, args)) | hypers
        also = {other: given[name] for name, other in WORDS.items() if name in given}
        this = Self(cls, own | also | hypers)
        states = [given[name] for name in exercise.results[1:] if name in given]
        w, g = given["w"], given["g"]
        if "wd" in hypers and "wd" not in asked:  # then it is part of the gradient, as in every optimizer
            g = g + hypers["wd"] * w
        given.setdefault("wd", 0.0)
        keywords = {name: given[name] for name, x in asked.items() if x.kind is x.KEYWORD_ONLY and name in given}
        return rule(this, w, g, *states, **keywords)

    return step


class Self:
    """What a rule sees as `self`: the exercise's hyper-parameters, and whatever else its class has."""

    def __init__(self, cls: type, values: dict[str, Any]) -> None:
        self.__dict__.update(values, _cls=cls)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_cls"], name)
        return value.__get__(self) if inspect.isfunction(value) else value
