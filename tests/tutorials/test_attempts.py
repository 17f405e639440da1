"""Exercises in notebooks: what is stored is an attempt with a mistake that is named, or a blank, never an answer."""

import re

import pytest

from minigrad.exercises import EXERCISES, MISTAKES
from tests.tutorials.notebook import SOURCES, read

CHECKS = [
    pytest.param(found[1], cell, id=f"{source.stem}-{found[1]}")
    for source in SOURCES
    for cell in read(source)["cells"]
    if cell["cell_type"] == "code" and (found := re.search(r'^check\("(\w+)", \1\)$', "".join(cell["source"]), re.M))
]


def test_notebooks_have_exercises():
    assert CHECKS


def test_an_exercise_names_a_notebook_that_exists():
    assert {exercise.lesson for exercise in EXERCISES.values()} - {""} <= {source.stem for source in SOURCES}


@pytest.mark.parametrize(("name", "cell"), CHECKS)
def test_the_feedback_that_is_stored_names_a_mistake_or_says_that_nothing_is_written(name, cell):
    assert name in EXERCISES
    (output,) = cell["outputs"]
    headline, *rest = "".join(output["data"]["text/plain"]).splitlines()
    message = " ".join(line for line in rest if not line.startswith("    "))
    if re.search(r"^    return \.\.\.", "".join(cell["source"]), re.M):
        assert (headline, rest[0]) == (f"{name}: not yet", "It is not written yet.")
        return
    assert headline.startswith(f"{name}: not yet (") and headline.endswith(")")
    assert {*headline.partition("(")[2][:-1].split(", ")} <= {*MISTAKES}
    assert message.endswith(".")
