"""Text becomes code only if it is arithmetic on names."""

import pytest

from minigrad import np, optimizer
from minigrad.define import define, identifier
from minigrad.errors import UsageError

ATTACKS = {
    "a call of what is not there": "def step(x): __import__('os').system('true')",
    "a hidden attribute": "def step(x): return x.__class__.__mro__",
    "a default": "def step(x, y=open('f')): return x",
    "a decorator's kin": "import os\ndef step(x): return x",
    "a lambda": "def step(x): return (lambda: x)()",
    "a comprehension": "def step(x): return [y for y in x]",
    "an assignment in an expression": "def step(x): return (y := x)",
    "a try": "def step(x):\n    try: return x\n    except ZeroDivisionError: pass",
    "a formatted string": "def step(x): return f'{x}'",
    "half a line": "def step(v v): return v",
    "a null byte": "def step(v): return v\0",
}


@pytest.mark.parametrize("source", ATTACKS.values(), ids=ATTACKS)
def test_what_is_not_arithmetic_on_names_is_not_compiled(source):
    with pytest.raises(UsageError, match="not an identifier"):
        define(source, "step", {})


def test_a_program_finds_no_function_that_it_was_not_given():
    step = define("def step(x): return open(x)", "step", {})
    with pytest.raises(NameError, match="open"):
        step("f")


@pytest.mark.parametrize("name", ["v v", "", "1v", "v;w", "lambda", "__class__", "v)", 3, None])
def test_a_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(UsageError, match="cannot name a state"):
        identifier(name)


@pytest.mark.parametrize("name", ["v_=open('pwned','w')", "v):\n open('pwned', 'w')\ndef f(x", "v v", "__doc__"])
def test_a_state_is_named_by_an_identifier_or_no_step_is_taken(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    class Odd(optimizer.Optimizer):
        states = (name,)

        def rule(self, w, g, v, *, lr):
            return w - lr * g, v

    w = np.ones(2)
    with pytest.raises(UsageError, match="cannot name a state"):
        Odd().update(0, w, w, np.zeros(2))
    assert w.tolist() == [1, 1] and not list(tmp_path.iterdir())
