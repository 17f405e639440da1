"""Exercises that name the mistake."""

from minigrad.exercises import course
from minigrad.exercises.check import check
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import Exercise, exercise
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.made import from_rule
from minigrad.exercises.mistakes import MISTAKES
from minigrad.exercises.variants import variant

__all__ = ["EXERCISES", "MISTAKES", "Exercise", "Feedback", "check", "exercise", "from_rule", "variant"]
