"""What answers are tried on: where the value y of a function is given, it is one that the function takes."""

import numpy
import pytest

from minigrad.exercises.course import activations


def tried(exercise):
    """All y, in float64."""
    return [probe.make()[0][1].astype("float64") for probe in exercise.tried]


@pytest.mark.parametrize(
    ("exercise", "low", "high"), [("sigmoid_vjp", 0, 1), ("tanh_vjp", -1, 1), ("softmax_vjp", 0, 1)]
)
def test_values_lie_where_the_function_has_them(exercise, low, high):
    for y in tried(getattr(activations, exercise)):
        assert (low <= y).all() and (y <= high).all()


def test_those_of_softmax_sum_to_one():
    for y in tried(activations.softmax_vjp):
        numpy.testing.assert_allclose(y.sum(-1), 1, rtol=1e-6)
