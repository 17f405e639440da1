"""Warnings that show the user's line."""

import inspect
from pathlib import Path

import pytest

import minigrad
from minigrad.warn import warn

HERE = Path(minigrad.__file__).parent


def test_a_folder_beside_minigrad_with_a_longer_name_is_the_users():
    beside = f"{HERE}-course/answers.py"
    scope = {"warn": warn}
    exec(compile("\n\ndef mine():\n    warn('mind the gap')", beside, "exec"), scope)
    with pytest.warns(UserWarning, match="mind the gap") as caught:
        scope["mine"]()
    assert (caught[0].filename, caught[0].lineno) == (beside, 4)


@pytest.mark.parametrize("depth", [0, 5])
def test_a_warning_from_deep_within_shows_the_line_of_the_call(depth):
    inside = str(HERE / "deep.py")
    scope = {"warn": warn}
    exec(compile("def deep(n):\n    deep(n - 1) if n else warn('mind the gap')", inside, "exec"), scope)
    with pytest.warns(UserWarning, match="mind the gap") as caught:
        line = inspect.currentframe().f_lineno + 1
        scope["deep"](depth)
    assert (caught[0].filename, caught[0].lineno) == (__file__, line)
