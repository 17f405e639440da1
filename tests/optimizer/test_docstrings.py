"""The examples of the docstrings: one gradient sequence for all rules, worked by hand, and no two print the same."""

import inspect
import math
import re

import by_hand
import numpy
import pytest
from table import TABLE

from minigrad import compare, optimizer, random

ROWS = {row.name: row for row in reversed(TABLE)}
NAMES = [name for name in compare.optimizers() if name in ROWS]
START, GRADIENTS = [1.0, -2.0], [[0.5, -0.25], [-1.0, 0.0], [0.0, 2.0], [0.25, 0.5]]
LOOP = "for g in " + ", ".join(map(str, GRADIENTS)) + ":"


def example(name):
    """The optimizer that a docstring makes, and the weights that it prints after each step."""
    text = inspect.getdoc(type(ROWS[name].make()))
    lines = text[text.index(">>> from minigrad import np, optimizer") :].split("\n\n")[0].splitlines()
    made = next(line for line in lines if f">>> {name} = optimizer." in line)
    opt = eval(made.partition(" = ")[2], {"optimizer": optimizer})
    assert f">>> {LOOP}" in lines, f"the example of {name} has other gradients than the others"
    printed = [re.findall(r"-?\d+\.?\d*", line) for line in lines if line.startswith("[")]
    return opt, [[float(x) for x in row] for row in printed]


def arguments(opt, function):
    """What a function of `by_hand.py` asks for, from the attributes of the optimizer."""
    asked = list(inspect.signature(function).parameters.values())[2:]
    found = {p.name: getattr(opt, "lr" if p.name == "learning_rate" else p.name) for p in asked}
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("name", NAMES)
def test_the_example_is_worked_by_hand(name, monkeypatch):
    opt, printed = example(name)
    for constant, value in {"RHO": 1.0, "CLIP": math.inf, "WD": opt.wd}.items():
        monkeypatch.setattr(by_hand, constant, value)
    random.seed(0)
    noise = [random.normal(0.0, math.sqrt(opt.lr), shape=(2,), dtype="float32").tolist() for _ in GRADIENTS]
    monkeypatch.setattr(by_hand, "NOISE", noise)
    want = list(ROWS[name].by_hand(START, GRADIENTS, **arguments(opt, ROWS[name].by_hand)))
    numpy.testing.assert_allclose(printed, want, rtol=0, atol=6e-5)


def test_no_two_rules_print_the_same():
    printed = {name: example(name)[1] for name in NAMES}
    assert len(printed) >= 21
    alike = [(a, b) for a in NAMES for b in NAMES if a < b and printed[a] == printed[b]]
    assert alike == []


@pytest.mark.parametrize("name", NAMES)
def test_decay_is_called_delta(name):
    text = inspect.getdoc(type(ROWS[name].make()))
    assert "δ" in text or name == "groupadagrad"  # which has none
    assert re.findall(r"wd \*|wd w|λ₂ = |η wd", text) == []
