"""A rule as a solution: one step of it as a function with the exercise's signature."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from typing import Any

from minigrad.exercises.exercise import Exercise

WORDS = {"eps": "epsilon", "beta": "rho"}
"""Hyper-parameters of exercises -> their other names in optimizers."""


def stepping(exercise: Exercise, rule: Callable[..., Any], own: dict[str, Any], cls: type) -> Callable[..., Any]:
    """One step of a rule as a function with the exercise's signature."""
    if is_blank(rule):
        return unwritten
    asked = parameters(rule)

    def step(*args: Any, **hypers: Any) -> Any:
        given = dict(zip(exercise.arguments, args)) | hypers
        also = {other: given[name] for name, other in WORDS.items() if name in given}
        this = Self(cls, own | also | hypers)
        states = [given[name] for name in exercise.results[1:] if name in given]
        w, g = given["w"], given["g"]
        if "wd" in hypers and "wd" not in asked:  # then the decay is part of the gradient, as in every optimizer
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


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of a function, by name; none if it does not reveal them."""
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return {}


def is_blank(function: Any) -> bool:
    """Whether the body of a function does nothing: it is `...` or `pass`, with or without a docstring."""
    return inspect.isfunction(function) and instructions(function) == instructions(lambda: None)


def instructions(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """The instructions that Python executes when it runs a function."""
    return [(x.opname, x.argval) for x in dis.get_instructions(function) if x.opname != "NOP"]


def unwritten(*args: Any, **kwargs: Any) -> Any:
    """The placeholder for an answer that is still blank."""
    raise NotImplementedError
