"""What a solution may be: a function with the exercise's signature, a rule, or a class of minigrad."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minigrad.errors import UsageError
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.stepping import is_blank, parameters, stepping, unwritten
from minigrad.explain import described


def as_function(exercise: Exercise, solution: Any) -> Callable[..., Any]:
    """A solution as a function with the exercise's signature.

    A rule, a function of `self`, the weight, the gradient and the states, takes one step, with the exercise's
    hyper-parameters in `self`. So does the rule of an optimizer class. `classes.py` says how other classes are used.

    >>> from minigrad.exercises import check
    >>> from minigrad.optimizer import Adam
    >>> check("adam_step", Adam)
    adam_step: right
    All of it is right.

    Raises UsageError for a class that does not suit the exercise, for what cannot be called, and for a function whose
    call computes nothing.
    """
    if not inspect.isfunction(solution):
        from minigrad.exercises.classes import of_class  # slow to import, and needed by few answers

        solution = of_class(exercise, solution)
    if not callable(solution):
        raise UsageError(f"a solution is a function, a rule or a class; got {described(solution)}")
    if is_blank(solution):
        return unwritten
    if inspect.iscoroutinefunction(solution):
        raise UsageError("The function is `async`, so a call computes nothing; begin it with `def` alone.")
    if inspect.isgeneratorfunction(solution) or inspect.isasyncgenfunction(solution):
        raise UsageError("The function has a `yield`, so a call computes nothing; write `return` instead.")
    if next(iter(parameters(solution)), "") == "self" and "self" not in exercise.arguments:
        return stepping(exercise, solution, {}, object)
    found: Callable[..., Any] = solution
    return found
