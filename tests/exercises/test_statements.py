"""Statements of exercises on rules, norms and schedules: the examples are true, and there are three hints."""

import doctest

import pytest

from minigrad.exercises import EXERCISES

COURSE = [name for name in EXERCISES if name.endswith("_step")] + ["lars_ratio", "clip_global_norm", "warmup_cosine"]


@pytest.mark.parametrize("name", COURSE)
def test_the_example_is_what_the_reference_does(name):
    exercise = EXERCISES[name]
    test = doctest.DocTestParser().get_doctest(exercise.text, {name: exercise.reference}, name, None, 0)
    assert test.examples
    printed = []
    doctest.DocTestRunner(verbose=False).run(test, out=printed.append)
    assert not printed, "".join(printed)


@pytest.mark.parametrize("name", COURSE)
def test_there_are_three_hints(name):
    _, _, hints = EXERCISES[name].text.partition("Hints:")
    assert [line.strip()[:2] for line in hints.splitlines() if line.strip()[:1].isdigit()] == ["1.", "2.", "3."]


def test_there_are_sixteen_rules():
    assert len(COURSE) == 19
