"""In IPython an error of the library shows the lines of the user alone, unless all are asked for."""

import re
import subprocess
import sys

import pytest

CELLS = [
    "import minigrad\nfrom minigrad import gluon, np",
    "net = gluon.nn.Dense(1, in_units=3)\nnet.initialize()\nnet(np.ones((2, 4)))  # mine",
    "class Net(gluon.Block):\n    def forward(self, x):\n        return net(x)  # mine too\nNet()(np.ones((2, 4)))",
    "%tb",
    "import sys, traceback\nprint(len(traceback.extract_tb(sys.last_value.__traceback__)) > 4)",
    "minigrad.full_tracebacks()",
    "%tb",
    "minigrad.full_tracebacks(False)\nnp.ones(3)[7]  # again",
    "class Own(gluon.Block):\n    def forward(self, x):\n        return 1 / 0\nOwn()(np.ones(3))",
    "1 +",
    "%xmode Plain\nnp.ones(3)[7]",
    "x = np.ones(3)\nx.attach_grad()\nwith minigrad.autograd.record():\n    y = x * x\nx += 1\ny.backward()",
]
RUN = """
import sys
from IPython.core.interactiveshell import InteractiveShell
for cell in eval(sys.argv[1]):
    print("-- cell")
    InteractiveShell.instance().run_cell(cell)
"""


@pytest.fixture(scope="module")
def cells():
    """What IPython shows of each cell, without its colours."""
    pytest.importorskip("IPython")
    done = subprocess.run([sys.executable, "-c", RUN, repr(CELLS)], check=True, capture_output=True, text=True)
    return re.sub(r"\x1b\[[\d;]*m", "", done.stdout).split("-- cell\n")[1:]


def test_the_lines_of_the_user_and_the_sentence_are_shown(cells):
    assert "# mine" in cells[1]
    assert "ShapeError: Dense 'dense0' expects inputs of width 3" in cells[1]
    assert "minigrad/" not in cells[1]
    assert "# mine too" in cells[2]
    assert "minigrad/" not in cells[2]
    assert cells[3] == cells[2]


def test_whoever_catches_the_error_has_every_frame(cells):
    assert cells[4].strip() == "True"


def test_all_lines_are_shown_if_asked_for_and_hidden_again(cells):
    assert "minigrad/gluon/nn/basic.py" in cells[6]
    assert "# again" in cells[7]
    assert "minigrad/" not in cells[7]


def test_an_error_of_the_users_own_and_one_of_syntax_are_shown_as_ever(cells):
    assert "minigrad/gluon/block.py" in cells[8]
    assert "ZeroDivisionError" in cells[8]
    assert "SyntaxError" in cells[9]
    assert "PositionError" in cells[10]
    assert "minigrad/" not in cells[10]


def test_the_line_that_recorded_a_value_is_named_as_ipython_names_it(cells):
    assert "'multiply' needs was changed in place" in cells[11]
    assert re.search(r"recorded in Cell In ?\[\d+\], line 4\)", cells[11])


def test_plain_python_shows_every_line():
    program = "import minigrad\nminigrad.full_tracebacks(False)\nminigrad.np.ones(3)[7]"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "minigrad/engine" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("minigrad.errors.PositionError: ")
