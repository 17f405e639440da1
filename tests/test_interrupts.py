"""Ctrl-C at any moment of a command, while it imports too: status 130, no traceback, a whole terminal, no half file."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import minigrad

ROOT = Path(minigrad.__file__).parents[1]
SCRIPT = "import sys; sys.argv[0] = '/somewhere/minigrad'; from minigrad.cli import main; sys.exit(main())"
"""What the console script does."""
TRAIN = ["train", "--epochs", "2000", "--save", "weights.npz", "--plot", "curves.png"]
COMPARE = ["compare", "--seeds", "9", "--plot", "compare.png"]
TOLD = '''"""Say when minigrad begins to import. What Python does before that is not minigrad's."""
import os, sys
class Told:
    def find_spec(self, name, *_):
        if "minigrad.interrupts" in sys.modules:
            sys.meta_path.remove(self)
            os.write(1, b"begun")
sys.meta_path.insert(0, Told())
'''


def stopped(command, folder, seconds, training=False):
    """Status, errors and files of a command that gets Ctrl-C so long after it began to import, or to train."""
    (folder / "told").mkdir()
    (folder / "told" / "sitecustomize.py").write_text(TOLD)
    work = folder / "work"
    work.mkdir()
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=work,
        env=os.environ | {"PYTHONPATH": f"{folder / 'told'}{os.pathsep}{ROOT}", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )
    assert os.read(process.stdout.fileno(), 5) == b"begun"
    bar = b""
    while training and b"epoch/s" not in bar:
        bar += os.read(process.stderr.fileno(), 1000)
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert output == b""
    return process.returncode, (bar + errors).decode(), sorted(path.name for path in work.iterdir())


def on_screen(text):
    """What a terminal shows in the end: after a return, letters take the place of those before."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return "\n".join(lines)


delays = random.Random(0)
MOMENTS = [(delays.uniform(0, 1), False) for _ in range(4)] + [(delays.uniform(0, 0.5), True) for _ in range(3)]
NAMES = [f"{seconds:.3f} s after it began to {'train' if training else 'import'}" for seconds, training in MOMENTS]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to whole groups of processes")
@pytest.mark.parametrize(("seconds", "training"), MOMENTS, ids=NAMES)
@pytest.mark.parametrize(
    "command", [["-m", "minigrad", *TRAIN], ["-c", SCRIPT, *COMPARE]], ids=["python -m minigrad train", "compare"]
)
def test_ctrl_c_leaves_a_sentence_and_nothing_else(command, seconds, training, tmp_path):
    status, errors, files = stopped(command, tmp_path, seconds, training)
    assert ("epoch/s" in errors) >= training
    assert (status, on_screen(errors), files) == (130, "minigrad: stopped.\n", [])


def test_a_program_that_imports_minigrad_keeps_its_own_way_with_ctrl_c():
    program = "import signal, minigrad; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    restored = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    found = subprocess.run([sys.executable, "-c", restored + program], cwd=ROOT, capture_output=True, text=True)
    assert found.stdout == "True\n"


DROPPED = """
import ctypes, os, signal, sys, time
sys.argv[0] = "minigrad"
from minigrad import cli

def train(arguments):
    ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), signal.SIGINT))()  # C drops what is raised in a callback
    time.sleep(30)

INSIDE = "os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"
cli.obey = train if sys.argv[1] == "callback" else lambda arguments: exec(INSIDE)
sys.exit(cli.main(["equations"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no timer that raises it again")
@pytest.mark.parametrize("where", ["callback", "exec"])
def test_ctrl_c_is_neither_lost_in_a_callback_of_c_nor_given_another_status_by_exec(where, tmp_path):
    (tmp_path / "dropped.py").write_text(DROPPED)
    done = subprocess.run(
        [sys.executable, "-m", "dropped", where],  # -m, for with -c Python keeps the status
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=25,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "minigrad: stopped.\n")
