"""Programs: the smallest part in which two differ, as a learner would point at it; and what runs."""

import ast
from dataclasses import replace

import pytest

from minigrad.exercises.program import RESULT, Program, program, smallest

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


def moved(w, g, *, lr):
    step = lr * g
    far = w - step
    return far * 2, step


def test_a_program_runs_in_whatever_order_its_lines_need():
    made = program(moved)
    assert made.function()(5.0, 2.0, lr=0.5) == moved(5.0, 2.0, lr=0.5) == (8.0, 1.0)
    backwards = replace(made, lines=made.lines[::-1])
    assert backwards.function()(5.0, 2.0, lr=0.5) == (8.0, 1.0)


def test_a_program_whose_lines_need_each_other_is_no_function():
    lines = {"a": "b + 1", "b": "a + 1", RESULT: "a"}
    circle = Program("circle", (), (), tuple((name, ast.parse(x, mode="eval").body) for name, x in lines.items()), {})
    assert circle.function() is None
