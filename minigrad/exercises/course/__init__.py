"""The exercises of the course, a file for each part."""

import minigrad.exercises.course.activations
import minigrad.exercises.course.adaptive
import minigrad.exercises.course.arithmetic
import minigrad.exercises.course.communication
import minigrad.exercises.course.custom
import minigrad.exercises.course.descent
import minigrad.exercises.course.layers
import minigrad.exercises.course.losses
import minigrad.exercises.course.moments
import minigrad.exercises.course.norms
import minigrad.exercises.course.schedules
import minigrad.exercises.course.special
import minigrad.exercises.course.weights
import minigrad.exercises.course.wrong_codes
import minigrad.exercises.course.wrong_custom
import minigrad.exercises.course.wrong_losses
import minigrad.exercises.course.wrong_schedules
import minigrad.exercises.course.wrong_walks
from minigrad.exercises.exercise import EXERCISES

__all__ = ["EXERCISES"]
