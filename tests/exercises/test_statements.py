"""What a learner is told: every statement has an example that is true, and hints."""

import doctest
import sys

import pytest

from minigrad.exercises import EXERCISES


@pytest.mark.parametrize("name", [n for n, x in EXERCISES.items() if x.reference.__module__.startswith("minigrad")])
def test_the_example_of_a_statement_is_true(name):
    exercise = EXERCISES[name]
    names = {**vars(sys.modules[exercise.reference.__module__]), name: exercise.reference}
    example = doctest.DocTestParser().get_doctest(exercise.text, names, name, None, 0)
    assert example.examples, name
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0
    assert "Hints:" in exercise.text
