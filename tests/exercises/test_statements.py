"""What a learner is told: every statement has an example that is true, and three hints."""

import ast
import builtins
import doctest
import re
import sys

import pytest

from minigrad.exercises import EXERCISES
from minigrad.exercises.statement import statement


@pytest.mark.parametrize("name", [n for n, x in EXERCISES.items() if x.reference.__module__.startswith("minigrad")])
def test_a_statement_has_an_example_that_is_true_and_three_hints(name):
    exercise = EXERCISES[name]
    names = {**vars(sys.modules[exercise.reference.__module__]), name: exercise.reference}
    example = doctest.DocTestParser().get_doctest(exercise.text, names, name, None, 0)
    assert example.examples, name
    assert doctest.DocTestRunner(verbose=False).run(example).failed == 0
    _, _, hints = exercise.text.partition("Hints:")
    assert [line.strip()[:2] for line in hints.splitlines() if line.strip()[:1].isdigit()] == ["1.", "2.", "3."]


def in_view(exercise):
    """The names that a learner has seen: of the signature and the results, in code, in shapes, and in equations."""
    text = statement(exercise).partition(">>>")[0]
    shapes = re.findall(r"\(\w+(?:, \w+)+\)", text)
    text = re.sub(r"^(?:Args|Returns):\n(?: .*\n|\n)*", "", text, flags=re.M)
    code = [line for line in text.splitlines() if line.startswith("    ")] + re.findall(r"`[^`]*`|\w+ =", text)
    seen = re.findall(r"[^\W\d]\w*", " ".join(shapes + code))
    return {*exercise.signature.parameters, *exercise.results, *seen, *(x.removesuffix("_i") for x in seen)}


def variables(line):
    """The names in a line of Python that stand for values; a line that opens a block is no text of its own."""
    tree = ast.parse(f"{line} pass" if line.endswith(":") else line)
    called = {id(x.func) for x in ast.walk(tree) if isinstance(x, ast.Call)}
    names = [x for x in ast.walk(tree) if isinstance(x, ast.Name) and id(x) not in called]
    return {x.id for x in names if not hasattr(builtins, x.id) and x.id not in ("np", "pi")}


@pytest.mark.parametrize("name", EXERCISES)
def test_feedback_names_only_variables_that_the_learner_has_seen(name):
    exercise = EXERCISES[name]
    found = {line.removesuffix("_new") for form in exercise.forms for line, _ in form.lines} - {"result"}
    for neighbour in exercise.neighbours:
        found |= variables(neighbour.where)
    assert found <= in_view(exercise)
