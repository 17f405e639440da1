"""Functions of several files in one: a name that means two things gets another where it comes second."""

import pytest

from minigrad.exercises.gather import Gathering, Source

ONE = Source("one.py", "def scale(x):\n    return 2 * x\n\ndef first(x):\n    return scale(x)\n")
TWO = Source("deep/two.py", "def scale(x):\n    return 3 * x\n\ndef second(x):\n    return scale(x)\n")


def test_what_is_called_alike_is_told_apart_by_the_name_of_its_file():
    gathering = Gathering(["scale_of_one"], {"first": ONE, "second": TWO})
    assert gathering.add(ONE, ["first"], "from one") == {"first": "first", "scale": "scale"}
    assert gathering.add(TWO, ["second"], "from two") == {"second": "second", "scale": "scale_of_two"}
    scope = {}
    exec("\n".join(map(str, gathering.sections)), scope)
    assert scope["first"](1) == 2 and scope["second"](1) == 3
    assert gathering.free("scale", ONE) == "scale_of_one_"  # which has been reserved


@pytest.mark.parametrize("mark", ["\f", "\v", "\x1c", "\x85", "\u2028"])  # at which splitlines() ends a line
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_python(mark, end):
    text = f"# a{mark}note\ndef first(x):\n    return 2 * x\n\ndef second(x):\n    return first(x) + 1\n"
    one = Source("one.py", text.replace("\n", end))
    gathering = Gathering([], {"second": one})
    gathering.add(one, ["second"], "from one")
    scope = {}
    exec("\n".join(map(str, gathering.sections)), scope)
    assert scope["second"](1) == 3


def test_comments_above_a_function_come_with_it_and_those_below_do_not():
    one = Source("one.py", "# twice\n# as much\ndef first(x):\n    return 2 * x\n# the end\n")
    two = Source("two.py", "def second(x):\n    return 3 * x\n# the end\n")
    gathering = Gathering([], {"first": one, "second": two})
    gathering.add(one, ["first"], "from one")
    gathering.add(two, ["second"], "from two")
    text = "\n".join(map(str, gathering.sections))
    assert "# twice\n# as much\ndef first(x):\n    return 2 * x" in text and "def second(x):\n    return 3 * x" in text
    assert "the end" not in text
