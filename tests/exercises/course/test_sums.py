"""What is written in place of a sum over what was broadcast: each does what the sentence about it says."""

import numpy
import pytest

from minigrad.exercises.course import sums
from minigrad.exercises.known import rows

DEEP = (2, 3, 4, 5), (4, 1)
"""Two axes on the left are missing, and the last one was repeated."""
FLAT = (4, 4), (4,)
HALF = (3, 1, 5), (1, 1)
"""One axis on the left is missing; of those of length 1 only the last was repeated."""
BOTH = (3, 6, 5), (1, 1)

CASES = {
    "unbroadcast": [(DEEP, lambda g: g.sum((0, 1, 3))[:, None]), (HALF, lambda g: g.sum().reshape(1, 1))],
    "without_sum": [(DEEP, lambda g: g)],
    "leading_only": [(DEEP, lambda g: g.sum((0, 1)))],
    "ones_only": [(DEEP, lambda g: g.sum(3, keepdims=True))],
    "averaged": [(DEEP, lambda g: g.mean((0, 1, 3))[:, None])],
    "leading_averaged": [(DEEP, lambda g: g.mean((0, 1)).sum(1)[:, None])],
    "ones_averaged": [(DEEP, lambda g: g.sum((0, 1)).mean(1)[:, None])],
    "largest": [(DEEP, lambda g: g.max((0, 1, 3))[:, None])],
    "multiplied": [(DEEP, lambda g: g.prod((0, 1, 3))[:, None])],
    "of_the_first": [(DEEP, lambda g: g[0, 0, :, :1])],
    "of_the_last": [(DEEP, lambda g: g[-1, -1, :, -1:])],
    "of_the_first_row": [(DEEP, lambda g: g[0, 0].sum(1)[:, None])],
    "ones_from_the_left": [(DEEP, lambda g: g.sum(1, keepdims=True))],
    "without_keepdims": [(DEEP, lambda g: g.sum((0, 1, 3))), (HALF, lambda g: g.sum())],
    "without_keepdims_averaged": [(DEEP, lambda g: g.mean((0, 1, 3))), (HALF, lambda g: g.mean())],
    "repeated_without_keepdims": [(DEEP, lambda g: g.sum((0, 1, 3))), (HALF, lambda g: g.sum((0, 2)))],
    "one_by_one_without_keepdims": [(DEEP, lambda g: g.sum((0, 1, 3))), (HALF, lambda g: g.sum((0, 2)))],
    "each_without_keepdims": [(DEEP, lambda g: g.sum((0, 1, 3)))],
    "over_everything": [(DEEP, lambda g: numpy.full((4, 1), g.sum()))],
    "one_number": [(DEEP, lambda g: g.sum())],
    "from_the_left": [(FLAT, lambda g: g.sum(1))],
    "from_the_right": [(FLAT, lambda g: g.sum(1)), (DEEP, lambda g: g.sum((1, 2, 3))[:, None])],
    "one_axis_only": [(DEEP, lambda g: g.sum((0, 3), keepdims=True)[0]), (FLAT, lambda g: g.sum(0))],
    "one_axis_short": [(DEEP, lambda g: g.sum((0, 3))[..., None])],
    "first_axis_left": [(BOTH, lambda g: g.sum((0, 2))[:, None])],
    "last_axis_left": [(BOTH, lambda g: g.sum((0, 1))[None])],
    "first_axis_only": [(DEEP, lambda g: g.sum(0))],
    "first_axis_kept": [(DEEP, lambda g: g.sum(0, keepdims=True))],
}
ROWS = [(name, *shapes, expected) for name, cases in CASES.items() for shapes, expected in cases]


@pytest.mark.parametrize(("name", "given", "shape", "expected"), ROWS)
def test_a_gradient_comes_back_as_the_sum_or_the_mistake_that_the_name_says(name, given, shape, expected):
    g = numpy.random.default_rng(0).normal(size=given)
    found = getattr(sums, name)(g, shape)
    assert numpy.shape(found) == numpy.shape(expected(g))
    numpy.testing.assert_allclose(found, expected(g), rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_what_was_not_broadcast_stays_as_it_is(name):
    g = numpy.random.default_rng(0).normal(size=(2, 3))
    numpy.testing.assert_array_equal(getattr(sums, name)(g, g.shape), g)


def test_every_part_of_the_table_is_here():
    assert {row.new.removeprefix("sums.") for row in rows("sums")} <= {*CASES}
