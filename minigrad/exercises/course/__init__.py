"""The exercises of the course, a file for each part."""

import minigrad.exercises.course.rules
from minigrad.exercises.exercise import EXERCISES

__all__ = ["EXERCISES"]
