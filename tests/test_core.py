"""The core that CONTRIBUTING names stands alone: these files, and no others, train the digits."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from minigrad.datasets import digits
from tests.test_imports import ARROWS, PAGE, ROOT, module_of

SECTION = PAGE.split("## The core")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| `(\S+\.py)` \| (\d+) \| .+ \|$", SECTION, flags=re.M)
CORE = [name for name, _ in ROWS]
MODULES = [module_of(ROOT / "minigrad" / name) for name in CORE]

PROGRAM = """
import importlib, sys
from pathlib import Path
import numpy

for name in sys.argv[1:]:
    importlib.import_module(name)

from minigrad.autograd.scopes import record
from minigrad.values import array
from minigrad.gluon.loss.softmax import SoftmaxCrossEntropyLoss
from minigrad.gluon.nn.basic import Dense, Sequential
from minigrad.gluon.trainer import Trainer
from minigrad.random import seed

data = numpy.load("digits.npz")
loss_of = SoftmaxCrossEntropyLoss()

def accuracy(rule, **arguments):
    seed(0)
    net = Sequential(Dense(32, activation="relu"), Dense(10))
    net.initialize()
    net(array(data["x_train"][:1]))
    trainer = Trainer(net.collect_params(), rule, arguments)
    for epoch in range(10):
        for start in range(0, len(data["x_train"]), 64):
            batch = slice(start, start + 64)
            with record():
                loss = loss_of(net(data["x_train"][batch]), data["y_train"][batch])
            loss.backward()
            trainer.step(len(loss))
    return float((net(data["x_test"]).asnumpy().argmax(1) == data["y_test"]).mean())

print(accuracy("sgd", learning_rate=0.5, momentum=0.9))
print(accuracy("adam", learning_rate=0.01))
print(accuracy("ftrl", learning_rate=0.05, beta=0.01, lamda1=0.001))
ours = [module for name, module in sys.modules.items() if name.startswith("minigrad")]
assert all(Path(module.__file__).is_relative_to(Path.cwd()) for module in ours)
"""
"""Imports the files in the order of the list, then trains with three rules."""


def code_lines(text):
    """The lines of a file that are neither blank nor in a docstring."""
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr)]
    strings = [node for node in statements if isinstance(getattr(node.value, "value", None), str)]
    inside = {number for node in strings for number in range(node.lineno, node.end_lineno + 1)}
    return sum(1 for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in inside)


def test_these_files_alone_train_the_digits(tmp_path):
    for name in CORE:
        (tmp_path / "minigrad" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "minigrad" / name, tmp_path / "minigrad" / name)
    for folder in {(tmp_path / "minigrad" / name).parent for name in CORE} | {tmp_path / "minigrad"}:
        (folder / "__init__.py").touch()
    (x_train, y_train), (x_test, y_test) = digits()
    parts = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    numpy.savez(tmp_path / "digits.npz", **{name: part.asnumpy() for name, part in parts.items()})
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    packages = str(Path(numpy.__file__).parents[1])  # -S: nothing else that is installed can be found
    command = [sys.executable, "-S", "-W", "error", "program.py", *MODULES]
    environment = os.environ | {"PYTHONPATH": packages, "MINIGRAD_READING": "numpy"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    sgd, adam, ftrl = map(float, done.stdout.split())
    assert sgd > 0.95 and adam > 0.95 and ftrl > 0.9, done.stdout


def test_each_file_imports_only_what_stands_above_it_in_the_list():
    below = [(m, o) for m, o in ARROWS if {m, o} <= {*MODULES} and MODULES.index(o) > MODULES.index(m)]
    assert len({*MODULES}) == len(MODULES) and not below


@pytest.mark.parametrize(("name", "told"), ROWS)
def test_the_list_says_how_long_each_file_is(name, told):
    found = code_lines((ROOT / "minigrad" / name).read_text(encoding="utf-8"))
    assert abs(found - int(told)) <= 2 + found // 10, f"{name} has {found} lines of code; correct the list"


def test_the_core_is_no_longer_than_the_page_says():
    most = int(re.search(r"at most ([\d,]+) lines", SECTION)[1].replace(",", ""))
    assert sum(code_lines((ROOT / "minigrad" / name).read_text(encoding="utf-8")) for name in CORE) <= most


def test_the_table_says_how_long_each_room_is():
    told = dict(re.findall(r"^\| `?([^`|]+?)/?`? \| ([\d,]+) \|$", PAGE.split("### How long it is")[1], flags=re.M))
    found = dict.fromkeys(told, 0)
    for path in (ROOT / "minigrad").rglob("*.py"):
        room, *below = path.relative_to(ROOT / "minigrad").parts
        lines = code_lines(path.read_text(encoding="utf-8"))
        found[room if below else "the files beside the folders"] += lines
        found["all"] += lines
    assert {x: n for x, n in found.items() if abs(n - int(told[x].replace(",", ""))) > 10 + n // 10} == {}


def test_lines_are_counted_without_blanks_and_docstrings():
    assert code_lines('"""One\n\ntwo."""\n\nx = 1\n"""What it is."""\n\ny = """a\nb"""  # not a docstring\n') == 3
