"""What a learner is told: every statement has an example that is true, and three hints."""

import doctest
import sys

import pytest

from minigrad.exercises import EXERCISES


@pytest.mark.parametrize("name", [n for n, x in EXERCISES.items() if x.reference.__module__.startswith("minigrad")])
def test_a_statement_has_an_example_that_is_true_and_three_hints(name):
    exercise = EXERCISES[name]
    names = {**vars(sys.modules[exercise.reference.__module__]), name: exercise.reference}
    example = doctest.DocTestParser().get_doctest(exercise.text, names, name, None, 0)
    assert example.examples, name
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0
    _, _, hints = exercise.text.partition("Hints:")
    assert [line.strip()[:2] for line in hints.splitlines() if line.strip()[:1].isdigit()] == ["1.", "2.", "3."]
