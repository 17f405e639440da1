"""The exercises of the course, one file for each part."""

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
import minigrad.exercises.course.wrong_walks
from minigrad.exercises.exercise import EXERCISES
from minigrad.exercises.known import add_known

__all__ = ["EXERCISES"]

for exercise in EXERCISES.values():
    add_known(exercise)
