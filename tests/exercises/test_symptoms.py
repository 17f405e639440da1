"""What shows in an answer whatever its formula is."""

import numpy
import pytest

from minigrad.exercises.outcome import Outcome
from minigrad.exercises.symptoms import general, proportional, wrong_end


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


RIGHT = numpy.array([1.0, -2.0, 0.0, 4e-3])


@pytest.mark.parametrize(
    ("answers", "mistake", "said"),
    [
        ([2 * RIGHT, 2 * RIGHT], "wrong-factor", "the result w is 2 times"),
        ([-3 * RIGHT, -5 * RIGHT], "wrong-sign", "the sign is wrong"),
        ([2 * RIGHT, -2 * RIGHT], None, ""),  # sometimes this, sometimes that
        ([RIGHT, RIGHT], None, ""),
        ([0 * RIGHT, 0 * RIGHT], None, ""),
        ([2 * RIGHT + [0, 0, 0, 1e-3], 2 * RIGHT], None, ""),  # one small element is no multiple
        ([2 * RIGHT + [0, 0, 1e-3, 0], 2 * RIGHT], None, ""),  # nor is 0
        ([2 * RIGHT + [0, 0, 1e-8, 0], 2 * RIGHT], "wrong-factor", "the result w is 2 times"),  # but for rounding
    ],
)
def test_results_that_are_everywhere_a_multiple_of_the_right_ones_lack_a_factor_or_a_sign(answers, mistake, said):
    found = proportional(["w"], [[(RIGHT, answer)] for answer in answers])
    assert [x.mistake for x in found] == [mistake] * bool(mistake)
    assert all(said in x.what for x in found)
