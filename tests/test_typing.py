"""A user's annotated programs pass strict type checkers, which know what the library returns and what it has not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad import np, random
from tests import typed_program

TESTS = Path(__file__).parent
ROOT = TESTS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST = next(block.split("```")[0] for block in README.split("```python\n") if block.startswith("from minigrad import"))
KNOWN = """
from minigrad import gluon, metric, nd, np, npx, Trainer, kv, datasets, plot
from typing import assert_type
from minigrad.optimizer import Adam, register
from minigrad.engine.tensor import Tensor

x = np.ones((2, 3))
assert_type(gluon.nn.Dense(1)(x), Tensor)
assert_type(gluon.nn.Sequential()(x), Tensor)
assert_type(gluon.loss.L2Loss()(x, x), Tensor)
assert_type(gluon.rnn.LSTM(3)(x, [x]), tuple[Tensor, list[Tensor]])
assert_type(np.exp(1 - x).mean(), Tensor)
assert_type(nd.exp(x), Tensor)
@register
class Mine(Adam):
    symbol = "m"

assert_type(Mine(beta1=0.8).learning_rate, float)
for a, b in gluon.data.DataLoader([1, 2], batch_size=1):
    assert_type(a, Tensor)
assert_type(kv.create("device"), kv.KVStore)
for worker in kv.create("sim", num_workers=2, delay=[1.0, 2.5]).turns(3):
    assert_type(worker.staleness, int)
assert_type(kv.create("dist_async", previous="key").staleness, int)
"""
WRONG = [
    "np.relu(1)",
    "np.ones(3).cuda()",
    "minigrad.tensor_of(1)",
    "gluon.nn.Dense(1).state_dict()",
    "gluon.nn.Linear",
]


def check(tmp_path, checker, text):
    """What a type checker says of a program in an empty directory: its exit code and its words."""
    program = tmp_path / "program.py"
    program.write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(ROOT), *sys.path])
    done = subprocess.run(
        [*checker, str(program)], cwd=tmp_path, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(params=["mypy --strict", "basedpyright"])
def checker(request, tmp_path):
    """The command of a type checker, where it is installed."""
    name, *flags = request.param.split()
    command = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if command is None:
        pytest.skip(f"{name} is not installed")
    if name == "mypy":
        return [command, *flags, "--cache-dir", str(tmp_path / "cache")]
    (tmp_path / "pyrightconfig.json").write_text(f'{{"typeCheckingMode": "standard", "extraPaths": ["{ROOT}"]}}')
    return [command, "--pythonpath", sys.executable, "--level", "error"]


def test_the_programs_pass(checker, tmp_path):
    for text in (FIRST, Path(typed_program.__file__).read_text(encoding="utf-8")):
        assert check(tmp_path, checker, text)[0] == 0, check(tmp_path, checker, text)[1]


def test_the_checker_knows_what_is_returned(checker, tmp_path):
    code, words = check(tmp_path, checker, KNOWN)
    assert code == 0, words


def test_the_checker_reports_a_name_that_is_not_there(checker, tmp_path):
    program = "\n".join(["import minigrad", "from minigrad import gluon, np", *WRONG])
    code, words = check(tmp_path, checker, program)
    assert code == 1
    assert [line for line in range(3, 3 + len(WRONG)) if f"program.py:{line}:" not in words] == []


def test_the_program_learns():
    random.seed(1)
    losses = typed_program.train(5)
    assert losses[-1] < losses[0]
    assert r"\eta" in typed_program.equation("sgd")
    assert typed_program.last_state(np.ones((5, 2, 3))).shape == (1, 2, 4)
