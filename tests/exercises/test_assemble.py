"""A learner's own framework: right answers are in it, wrong ones are not, and it trains the digits."""

import ast
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad import cli
from minigrad.errors import AccessError
from minigrad.exercises import EXERCISES
from minigrad.exercises.assemble import GLUE, Assembled, assemble, unchanged, used, write
from minigrad.exercises.folder import answers
from minigrad.exercises.program import source

ANSWERS = {
    # a name that others use too, a helper, a value that is changed while the file is loaded
    "add_vjp.py": '''
"""My first exercise."""
import numpy as np

# how far we got
TABLE = {}
TABLE["sum"] = np.sum
SHAPES = []
for _ in range(2):
    SHAPES.append(0)


def reduce(g, shape):  # also a helper of multiply_vjp
    while g.ndim > len(shape):
        g = TABLE["sum"](g, axis=SHAPES[1])
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(i, keepdims=True)
    return g

def add_vjp(g, a_shape, b_shape):
    return reduce(g, a_shape), reduce(g, b_shape)


if __name__ == "__main__":
    print("not in the framework")
print("nor this")
''',
    # another reduce, a class, a name of the framework
    "multiply_vjp.py": """
import numpy
from typing import NamedTuple

class Tensor(NamedTuple):
    array: object
    def reduce(self):
        return reduce(self.array, SHAPE)

SHAPE = ()

def reduce(g, shape):
    global SHAPE
    SHAPE = shape
    extra = tuple(range(g.ndim - len(shape)))
    ones = tuple(i + len(extra) for i, n in enumerate(shape) if n == 1)
    return numpy.sum(g, axis=extra + ones).reshape(shape)

def multiply_vjp(g, a, b):
    return [Tensor(numpy.asarray(reduce(x, s.shape))).reduce() for x, s in ((g * b, a), (g * a, b))]
""",
    "matmul_vjp.py": "def matmul_vjp(g, a, b): x = g @ b.T; return x, a.T @ g\n",
    "some.py": """
from numpy import *
import numpy as np; import math as m
relu_vjp = lambda g, x: where(x > 0, g, zeros_like(g))
def sigmoid_vjp(g, y): return g * y * (m.exp(0) - y)
dense = 3
""",
    # a file beside it, imported in three ways, and one answer that needs another
    "helpers.py": """
def square(x):
    return x * x
def times(x, y=2):
    return x * square(y) / y
""",
    "tanh_vjp.py": """
from __future__ import annotations
import helpers
import helpers as h
from helpers import square as reduce
def tanh_vjp(g: Array, y: Array) -> Array:
    assert helpers.times(g[..., :0]).size == 0 and h.times is helpers.times
    return g * (1 - reduce(y))
""",
    "graphs.py": """
import sys
sys.setrecursionlimit(1000)

def topological_order(node):
    order, seen, stack = [], set(), [(node, iter(node.parents))]
    seen.add(node)
    while stack:
        x, rest = stack[-1]
        for parent in rest:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(x)
            stack.pop()
    return order
""",
    "backward.py": """
from graphs import topological_order as order
def backward(node):
    node.grad = 1.0
    for n in order(node)[::-1]:
        for p, g in zip(n.parents, n.vjp(n.grad)):
            p.grad = p.grad + g
""",
    "adam_step.py": """
import numpy as xp

def mean(old, new, beta):
    return old * beta + new * (1 - beta)

def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
    m, v = mean(m, g, beta1), mean(v, g * g, beta2)
    rate = lr / (1 - beta1**t)
    return w - rate * m / (xp.sqrt(v / (1 - beta2**t)) + eps), m, v
""",
    "sgd_step.py": "def sgd_step(w, g, *, lr, wd):\n    return w + lr * (g + wd * w)\n",
    "dense_forward.py": "def dense_forward(x, W, b):\n    ...\n",
    "xavier_uniform.py": "def xavier_uniform(rng, n_out\n",
}
YOURS = {
    "add_vjp", "multiply_vjp", "matmul_vjp", "relu_vjp", "sigmoid_vjp", "tanh_vjp", "topological_order", "backward",
    "adam_step",
}  # fmt: skip


def trained(path, *words):
    """The accuracies that a framework prints, run alone."""
    command = [sys.executable, "-I", "-W", "error", str(path), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent)
    assert done.returncode == 0, done.stderr
    return [float(line.rpartition(" ")[2].rstrip("%")) for line in done.stdout.splitlines()]


def alone(path):
    """The path of a copy that has only the digits beside it."""
    folder = path.parent / "alone"
    folder.mkdir()
    for name in (path.name, "digits.npz"):
        shutil.copy(path.parent / name, folder)
    return folder / path.name


def test_of_nothing_it_is_the_library_and_trains_the_digits(tmp_path):
    made = assemble(tmp_path)
    assert len(made.whose) == 14 and set(made.whose.values()) == {"not answered yet"}
    write(made, tmp_path / "my.py")
    assert trained(alone(tmp_path / "my.py"))[-1] >= 95
    assert trained(tmp_path / "my.py", "sgd")[-1] >= 95
    assert "minigrad" not in {x.name for x in ast.walk(ast.parse(made.text)) if isinstance(x, ast.alias)}
    assert answers(tmp_path) == {}  # it is no answer to anything


def test_of_references_as_answers_every_part_is_ones_own(tmp_path):
    for name in used():
        text = source(EXERCISES[name].reference)
        for module, helper in {"sums": "unbroadcast", "graphs": "reachable"}.items():
            if helper in text:
                path = Path(inspect.getsourcefile(EXERCISES["backward"].reference)).with_name(f"{module}.py")
                lines = path.read_text(encoding="utf-8").split("\n\n\n")
                text = "\n\n\n".join(
                    [*(x for x in lines if x.startswith(("def reachable", "def unb", "def red"))), text]
                )
        head = "from __future__ import annotations\nfrom numpy import sqrt\nimport numpy as np\n\n\n"
        (tmp_path / f"{name}.py").write_text(head + text)
    made = assemble(tmp_path)
    assert set(made.whose.values()) == {"yours"}
    assert "minigrad's" not in made.text
    write(made, tmp_path / "my.py")
    assert trained(alone(tmp_path / "my.py"))[-1] >= 95


@pytest.fixture(scope="module")
def differently(tmp_path_factory):
    """What is made of right answers that are written differently, and of others."""
    folder = tmp_path_factory.mktemp("answers")
    for name, text in ANSWERS.items():
        (folder / name).write_text(text.lstrip())
    return assemble(folder)


def test_right_answers_are_in_it_however_they_are_written(differently, tmp_path):
    made = differently
    assert {name for name, whose in made.whose.items() if whose == "yours"} == YOURS
    path = tmp_path / "my.py"
    write(made, path)
    accuracies = trained(alone(path))
    assert len(accuracies) == 4 and accuracies[-1] >= 95  # and nothing else was printed
    for piece in (
        "# how far we got\nTABLE = {}",
        "def reduce(g, shape):  # also a helper",
        "rate = lr / (1 - beta1**t)",
        "def reduce_of_multiply_vjp(g, shape):",  # the name has been taken
    ):
        assert piece in made.text
    assert made.text.count("\ndef square") == made.text.count("import numpy as np\n") == 1


def test_wrong_answers_are_not_in_it_and_comments_say_so(differently):
    made = differently
    assert "w + lr" not in made.text
    assert made.whose["sgd_step"] == "the answer in sgd_step.py is not right yet"
    assert "# sgd_step: minigrad's; the answer in sgd_step.py is not right yet\ndef sgd_step" in made.text
    assert "# dense_forward: minigrad's; not answered yet\ndef dense_forward" in made.text
    assert "# adam_step: yours, from adam_step.py\ndef mean" in made.text


def test_an_answer_that_works_in_its_own_file_only_is_not_in_it(tmp_path):
    texts = {
        "relu_vjp": "import sys\ndef relu_vjp(g, x): return g * (x > 0) if 'relu_vjp' in sys.argv[0] else g\n",
        "tanh_vjp": "from os.path import *\nimport math\ndef tanh_vjp(g, y): return g * (1 - y * y)\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    made = assemble(tmp_path)
    assert made.whose["relu_vjp"] == "the answer in relu_vjp.py works only in its own file"
    assert made.whose["tanh_vjp"] == "yours"  # which does not need what it imports


def test_the_file_is_made_anew_but_never_over_what_somebody_has_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["exercises", "assemble"]) == 0
    assert "relu_vjp                minigrad: not answered yet" in capsys.readouterr().out
    Path("relu_vjp.py").write_text("def relu_vjp(g, x): return g * (x > 0)\n")
    assert cli.main(["exercises", "assemble"]) == 0
    text = Path("my_framework.py").read_text()
    assert "# relu_vjp: yours" in text and unchanged(text)
    changed = text.replace("class SGD", "class Descent")
    assert not unchanged(changed)
    Path("my_framework.py").write_text(changed)
    assert cli.main(["exercises", "assemble"]) == 2
    assert "'my_framework.py' exists already" in capsys.readouterr().err
    assert Path("my_framework.py").read_text() == changed
    Path("digits.npz").write_bytes(b"mine")
    with pytest.raises(AccessError, match="another folder"):
        write(Assembled(text, {}), tmp_path / "other.py")
    assert Path("digits.npz").read_bytes() == b"mine" and not Path("other.py").exists()


def test_it_is_written_into_the_folder_of_the_answers_or_where_one_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert cli.main(["exercises", "assemble", "mine"]) == 0
    assert f"Wrote {Path('mine', 'my_framework.py')}, with digits.npz next to it" in capsys.readouterr().out
    assert sorted(x.name for x in tmp_path.rglob("*.*")) == ["digits.npz", "my_framework.py"]
    assert cli.main(["exercises", "assemble", "mine", "--out", "other.py"]) == 0
    assert Path("other.py").exists() and Path("digits.npz").exists()


def test_the_text_between_the_answers_is_python_that_needs_only_what_is_there():
    names = {name.id for name in ast.walk(ast.parse(GLUE)) if isinstance(name, ast.Name)}
    assert set(used()) <= names and len(used()) == 14
