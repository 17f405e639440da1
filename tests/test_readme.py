"""The README keeps its word: its commands come first, its first network learns, its rule is the one in the package."""

import inspect
import re
from pathlib import Path

from minigrad import gluon, np, optimizer

PAGE = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", PAGE, flags=re.M | re.S)


def test_the_two_commands_come_first():
    assert [block.strip() for block in BLOCKS[:2]] == [
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/minigrad compare",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest",
    ]


def test_the_first_network_learns():
    scope = {}
    exec(BLOCKS[2], scope)
    assert scope["loss"].mean().item() < 1e-6


def test_the_rule_shown_is_adams():
    shown = BLOCKS[3][BLOCKS[3].index("    def rule") :]
    assert inspect.getsource(optimizer.Adam.rule) == shown


def test_the_program_shown_is_what_hybridize_makes():
    net = gluon.nn.HybridSequential(prefix="")
    net.add(gluon.nn.Dense(4, "relu", in_units=3, prefix="dense0_"), gluon.nn.Dense(1, in_units=4, prefix="dense1_"))
    net.initialize()
    net.hybridize()
    net(np.ones((2, 3)))
    lines = [line.strip() for line in net.programs()[0].splitlines()]
    shown = [line.strip() for line in BLOCKS[4].splitlines()]
    start = lines.index(shown[0])
    assert [line for line in lines[start:] if not line.startswith("nonlocal")][: len(shown)] == shown


def test_what_it_links_to_is_there():
    root = Path(__file__).parent.parent
    named = re.findall(r"\]\(([\w./]+)\)", PAGE) + re.findall(r"`((?:minigrad|tests|tutorials)/[\w./]+)`", PAGE)
    assert len(named) > 8
    assert [name for name in named if not (root / name).exists()] == []
