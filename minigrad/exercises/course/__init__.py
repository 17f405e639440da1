"""The exercises of the course, a file for each part."""

from minigrad.exercises.course import descent
from minigrad.exercises.course import adaptive
from minigrad.exercises.course import moments
from minigrad.exercises.course import special
from minigrad.exercises.course import schedules
