"""Where two programs differ: the smallest part, as a learner would point at it."""

import ast

import pytest

from minigrad.exercises.program import smallest

DIFFERENT = [
    ("a * b + c", "a * b + d", "c", "d"),
    ("a * sqrt(b + c)", "a * sqrt(b - c)", "b + c", "b - c"),
    ("a * sqrt(b)", "a * exp(b)", "sqrt", "exp"),
    ("a + b", "b + a", "a + b", "b + a"),
    ("a + sum(b)", "a + sum(b, c)", "sum(b)", "sum(b, c)"),
    ("a + sum(b, 0)", "a + sum(b, axis=0)", "sum(b, 0)", "sum(b, axis=0)"),
    ("a + sum(b, axis=0)", "a + sum(b, axis=1)", "sum(b, axis=0)", "sum(b, axis=1)"),
]


@pytest.mark.parametrize(("one", "other", "ours", "theirs"), DIFFERENT)
def test_two_lines_differ_in_the_smallest_expression_that_has_all_of_it(one, other, ours, theirs):
    found = smallest(*(ast.parse(x, mode="eval").body for x in (one, other)))
    assert [ast.unparse(x) for x in found] == [ours, theirs]
