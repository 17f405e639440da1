"""CONTRIBUTING is true: its optimizer and operation, added to a copy of the checkout, pass the tests of the tables."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)


def block(beginning):
    """The one block of the page that begins so."""
    (found,) = [b for b in BLOCKS if b.lstrip().startswith(beginning)]
    return found


@pytest.fixture
def checkout(tmp_path):
    for part in ("minigrad", "tests"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" + text, encoding="utf-8")


def add_row(path, table, row):
    """Put the row into the table, and leave only it there: the others have been tested."""
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{table} = [\n") == 1
    text = text.replace(f"\n{table} = [\n", f"\n{table} = [\n{row}")
    path.write_text(f"{text}\n{table} = TABLE = {table}[:1]\n", encoding="utf-8")


def run(checkout, *arguments):
    options = ["-q", "-p", "no:cacheprovider", "--ignore-glob=*test_torch.py"]  # PyTorch takes long to import
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return int(re.search(r"(\d+) passed", done.stdout)[1])


def test_the_optimizer_passes_every_test_of_the_table(checkout):
    ours, tests = checkout / "minigrad" / "optimizer", checkout / "tests" / "optimizer"
    (ours / "yogi.py").write_text(block('"""Yogi'), encoding="utf-8")
    append(ours / "__init__.py", block("from minigrad.optimizer.yogi"))
    append(tests / "by_hand.py", block("@single"))
    append(tests / "properties.py", block("def the_mean_square"))
    add_row(tests / "table.py", "TABLE", block("Row("))
    made = ["tests/optimizer", "minigrad/optimizer/yogi.py", "tests/test_compare.py"]
    assert run(checkout, "-k", "yogi", *made) > 30
    command = [sys.executable, "-m", "minigrad", "equations", "yogi"]
    printed = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout
    assert "var_t = var_{t-1} - " in printed


def test_the_operation_passes_every_test_of_the_table(checkout):
    append(checkout / "minigrad" / "ops" / "neural.py", block("@op"))
    append(checkout / "minigrad" / "ops" / "__init__.py", block("__all__"))
    add_row(checkout / "tests" / "ops" / "table.py", "ELEMENTWISE", block("one("))
    assert run(checkout, "-k", "squareplus", "tests/ops", "tests/test_help.py", "minigrad/ops/neural.py") > 14
