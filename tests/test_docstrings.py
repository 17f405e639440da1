"""Under -OO, where no object has a docstring, everything that is made of docstrings is what it is without."""

import subprocess
import sys

import pytest

from minigrad.docstrings import docstring

WORDS = """
import inspect, sys
from minigrad import optimizer
from minigrad.commands.equations import brief
from minigrad.commands.figures import names, script
from minigrad.exercises import EXERCISES
from minigrad.exercises.made import from_rule
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.plot.explore.page import facts

class Mine(optimizer.Adam):
    states = ("mean", "var")

print([exercise.text for exercise in EXERCISES.values()])
print([optimizer.create(name).legend() for name in OPTIMIZERS], Mine().legend())
print([list(brief(name, {})) for name in OPTIMIZERS], facts(optimizer.Adam()), facts(Mine()))
print([script(name).words for name in names()])
print(from_rule(optimizer.Adam()).text)
print(repr(optimizer.Adam.__doc__)[:4], file=sys.stderr)
"""


def test_what_is_read_from_docstrings_is_the_same_where_python_strips_them(tmp_path):
    (tmp_path / "words.py").write_text(WORDS, encoding="utf-8")
    found = [
        subprocess.run([sys.executable, *flag, tmp_path / "words.py"], capture_output=True, text=True, check=False)
        for flag in ([], ["-OO"])
    ]
    assert [done.returncode for done in found] == [0, 0], found[-1].stderr
    assert [done.stderr[:4] for done in found] == ["'Ada", "None"]
    assert found[0].stdout == found[1].stdout and len(found[0].stdout) > 10**5


class Documented:
    """A class.

    With a second paragraph.
    """


class Silent(Documented):
    pass


@pytest.mark.parametrize("optimize", [0, 2])
def test_a_class_without_a_docstring_has_that_of_its_base_if_it_is_asked_for(optimize, monkeypatch):
    monkeypatch.setattr("minigrad.docstrings.sys.flags", type("Flags", (), {"optimize": optimize}))
    expected = "A class.\n\nWith a second paragraph."
    assert docstring(Documented) == docstring(Silent) == docstring(Documented, inherited=False) == expected
    assert docstring(Silent, inherited=False) == docstring(lambda: 0) == docstring(len, inherited=False)[:0] == ""


def test_what_has_no_text_has_no_docstring_where_python_strips_them(monkeypatch):
    monkeypatch.setattr("minigrad.docstrings.sys.flags", type("Flags", (), {"optimize": 2}))
    made = {}
    exec("class Made: pass", made)
    assert docstring(made["Made"]) == ""
