"""Answers as learners write them: right ones in many forms pass, and wrong ones are named by an id that is true."""

import runpy
import textwrap
from pathlib import Path

import numpy
import pytest

import minigrad
from minigrad.exercises import EXERCISES, MISTAKES, check
from minigrad.exercises.course import graphs
from minigrad.lr_scheduler import LRScheduler
from minigrad.metric import EvalMetric
from minigrad.optimizer import Optimizer

FILES = sorted((Path(__file__).parent / "answers").glob("*.py"))
WRITTEN = [runpy.run_path(str(path)) for path in FILES]
RIGHT = [(name, body) for written in WRITTEN for name, bodies in written["RIGHT"].items() for body in bodies]
WRONG = [(name, *row) for written in WRITTEN for name, rows in written["WRONG"].items() for row in rows]


LIBRARY = {
    "__name__": __name__, "np": numpy, "Any": object, "mx": minigrad, "gluon": minigrad.gluon,
    "Initializer": minigrad.init.Initializer,
    "LRScheduler": LRScheduler, "EvalMetric": EvalMetric, "Optimizer": Optimizer,
}  # fmt: skip


def answer(name, body):
    """The function with this body, or the class that it is."""
    if body.startswith("class "):
        text, name = body, body[len("class ") : body.index("(")]
    else:
        signature = EXERCISES[name].signature.replace(return_annotation="")
        text = f"def {name}{signature}:\n{textwrap.indent(body.strip(), '    ')}\n"
    scope = dict(LIBRARY)
    exec(text, scope)
    return scope[name]


@pytest.mark.parametrize(("name", "body"), RIGHT)
def test_right_answers_pass(name, body):
    found = check(name, answer(name, body))
    assert found, found
    assert found.mistake is None


@pytest.fixture(scope="module")
def shallow():
    """A chain that is too deep for Python's stack, but not so deep that an answer of n² steps takes half a minute."""

    def forget():
        for name in ("topological_order", "backward"):
            for what in ("tried", "expected", "tolerances", "slacks", "bench"):
                vars(EXERCISES[name]).pop(what, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graphs, "DEEP", 3000)
        forget()
        yield
    forget()


@pytest.mark.usefixtures("shallow")
@pytest.mark.parametrize(("name", "ids", "body"), WRONG)
def test_wrong_answers_are_named_by_an_id_that_is_true(name, ids, body):
    found = check(name, answer(name, body))
    assert not found
    assert found.mistake in ids.split(), found
    assert set(ids.split()) <= MISTAKES.keys()


@pytest.mark.parametrize("name", sorted({name for name, _ in RIGHT}))
def test_there_are_answers_enough(name):
    assert len({body for other, body in RIGHT if other == name}) >= 6
    assert len({body for other, _, body in WRONG if other == name}) >= 10
