"""Exercises with a checker that names the mistake."""

import importlib
from typing import TYPE_CHECKING, Any

from minigrad.exercises.check import check
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import Exercise, exercise
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.mistakes import MISTAKES

if TYPE_CHECKING:
    from minigrad.exercises.made import from_rule
    from minigrad.exercises.variants import variant

__all__ = ["EXERCISES", "MISTAKES", "Exercise", "Feedback", "check", "exercise", "from_rule", "variant"]

LATER = {"from_rule": "made", "variant": "variants"}
"""Functions that need the optimizers, imported on first use, so that a process that runs an answer starts sooner."""


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{LATER[name]}"), name)
