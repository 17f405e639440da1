"""What shows in an answer whatever its formula is."""

import numpy
import pytest

from minigrad.exercises.outcome import Outcome
from minigrad.exercises.symptoms import general, wrong_end


@pytest.mark.parametrize(
    ("right", "answer", "end"),
    [
        ([1, 2, 3], [1, 2, 4], "last"),
        ([1, 2, 3], [0, 2, 3], "first"),
        ([1, 2, 3], [1, 0, 3], ""),
        ([1, 2, 3], [0, 2, 0], ""),
        ([1, 2, 3], [1, 2, 3], ""),
        ([1, 2], [1, 3], ""),  # half of two elements is no end
    ],
)
def test_a_loop_that_misses_one_end_is_told_by_the_elements(right, answer, end):
    assert wrong_end([(numpy.array(right), numpy.array(answer), numpy.allclose)]) == end


def test_every_array_must_be_wrong_at_the_same_end():
    right = numpy.arange(3.0)
    pairs = [(right, right + [1, 0, 0], numpy.allclose), (right, right + [0, 0, 1], numpy.allclose)]
    assert wrong_end(pairs[:1]) == "first" and wrong_end(pairs[1:]) == "last" and wrong_end(pairs) == ""


def test_answers_that_all_return_nothing_are_told_what_to_return_and_those_that_fail_are_not():
    right = Outcome([numpy.ones(3)])
    nothing, fails = Outcome(None, error="it returns nothing (None)", kind="returned"), Outcome(None, kind="ValueError")
    (symptom,) = general(["w", "v"], [right] * 2, [nothing] * 2, some_right=False)
    assert symptom.mistake == "shape-wrong" and symptom.what == "it returns nothing (None). Return w, v."
    assert general(["w"], [right] * 2, [nothing, fails], some_right=False) == []
