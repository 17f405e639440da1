"""The README keeps its word: its commands come first, its first network learns, its rule is the one in the package."""

import inspect
import re
from pathlib import Path

from minigrad import cli, optimizer

PAGE = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", PAGE, flags=re.M | re.S)


def test_the_two_commands_come_first():
    assert [block.strip() for block in BLOCKS[:2]] == [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/minigrad compare",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest",
    ]


def test_the_first_network_learns():
    scope = {}
    exec(BLOCKS[3], scope)
    assert scope["loss"].mean().item() < 1e-6


def test_the_rule_shown_is_adams():
    assert inspect.getsource(optimizer.Adam.rule) == BLOCKS[4]


def test_what_it_links_to_is_there():
    root = Path(__file__).parent.parent
    named = re.findall(r"\]\(([\w./]+)\)", PAGE) + re.findall(r"`((?:minigrad|tests|tutorials)/[\w./]+)`", PAGE)
    assert len(named) > 8
    assert [name for name in named if not (root / name).exists()] == []


def test_it_can_be_read_in_one_sitting():
    assert len(PAGE.splitlines()) < 150


def test_the_commands_of_the_first_hour_are_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    activate, *lines = BLOCKS[2].splitlines()
    assert activate.split("  #")[0].strip() == ". .venv/bin/activate && pip install -e '.[tutorials]'"
    for line in lines:
        words = line.partition("#")[0].replace("--open", "").split()
        assert words[0] == "minigrad" and cli.main(words[1:]) == (words[1] == "check")  # nobody has answered yet
