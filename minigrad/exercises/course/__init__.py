"""The exercises of the course, a file for each part."""

from minigrad.exercises.course import adaptive, descent, moments, schedules, special
