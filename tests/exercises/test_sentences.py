"""Values in sentences."""

import numpy
import pytest

from minigrad.exercises.sentences import short


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (2 / 3, "0.666667"),
        (numpy.float32(0.5), "0.5"),
        (numpy.array([-0.0, 2 / 3]), "[0.     , 0.66667]"),
        (numpy.arange(12), "[ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11]"),
        (numpy.arange(13), "[ 0,  1,  2, ..., 10, 11, 12] of shape (13,)"),
    ],
)
def test_arrays_are_shown_in_a_few_characters(x, text):
    assert short(x) == text
