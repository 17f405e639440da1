"""Answers in files: whatever one does, the marker says a sentence, is not changed, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from functools import partial
from pathlib import Path

import numpy
import pytest

import minigrad
from minigrad.errors import FileError, MissingFileError, UsageError
from minigrad.exercises.sandbox import Limits, check_file, check_together

RIGHT = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def log_softmax(x):
    m = x.max(axis=-1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=-1, keepdims=True))
"""
AMPLE, SHORT, SMALL = Limits(), Limits(seconds=2), Limits(megabytes=600)


@pytest.fixture
def check(tmp_path):
    """Write a file with an answer to log_softmax, and check it."""

    def checked(text, exercise=None, limits=AMPLE, name="answer.py", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return check_file(path, exercise, limits=limits, **options)

    return checked


def said(check, text, **options):
    """What is said of the one answer in a text, which is wrong, in one line."""
    (feedback,) = check(text, **options)
    assert not feedback
    return " ".join(str(feedback).split())


def test_a_right_answer_is_right_and_a_wrong_one_is_named(check):
    assert [bool(x) for x in check(RIGHT)] == [True]
    (feedback,) = check(RIGHT.replace("x - m - np.log", "x - m + np.log"))
    assert feedback.mistake == "wrong-sign"


ENDS = {
    "a loop that does not end": ("while True: pass", "not finished after 2 seconds"),
    "sleep": ("import time; time.sleep(100)", "not finished after 2 seconds"),
    "exit": ("exit()", "it calls exit()"),
    "sys.exit": ("import sys; sys.exit(0)", "it calls exit()"),
    "os._exit": ("import os; os._exit(0)", "ended the process before it was done"),
    "a crash": ("import ctypes; ctypes.string_at(0)", "crashed Python (SIGSEGV)"),
    "a signal": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "crashed Python (SIGTERM)"),
    "a signal without a name": ("import os; os.kill(os.getpid(), 40)", "crashed Python (signal 40)"),
    "an error with words for a terminal": ("raise ValueError('\\x1b[2J\\ud800')", "ValueError: \ufffd[2J\ufffd, in"),
    "a pipe in place of what it reports": (
        "import os; os.unlink('../answer.txt'); os.mkfifo('../answer.txt'); os._exit(0)", "ended the process before"
    ),
    "a pipe in place of what it printed": (
        "import os; os.unlink('../printed.txt'); os.mkfifo('../printed.txt'); x[0] = 1; return x", "input-modified"
    ),
    "a device in place of what it reports": (
        "import os; os.unlink('../answer.txt'); os.symlink('/dev/zero', '../answer.txt'); os._exit(0)", "ended the"
    ),
    "Ctrl-C": ("raise KeyboardInterrupt", "it raises KeyboardInterrupt, in the line `raise KeyboardInterrupt`."),
    "memory of NumPy": ("np.ones(10**10)", "more than 600 MB of memory"),
    "memory of Python": ("x = [0]\n    while True: x = x + x", "more than 600 MB of memory"),
    "more memory, by a limit of its own": (
        "import resource as r; most = r.getrlimit(r.RLIMIT_AS)[1]; r.setrlimit(r.RLIMIT_AS, (most, most))\n"
        "    np.ones(90 << 20); return x", "more than 600 MB of memory"
    ),
    "recursion": ("return log_softmax(x)", "RecursionError"),
    "recursion without end": ("import sys; sys.setrecursionlimit(10**9); return log_softmax(x)", ""),
    "an error": ("raise ValueError('wrong day')", "ValueError: wrong day, in the line `raise ValueError('wrong day')`"),
    "an error that cannot be printed": (
        "class E(Exception):\n        def __str__(self): raise ValueError\n    raise E", "fails when it is tried on"
    ),
    "input": ("input()", "EOFError"),
    "output without end": ("while True: print('x' * 10**6)", "printed more than 64 MB"),
    "a file without end": ("f = open('f', 'w')\n    while True: f.write('x' * 10**6)", "or wrote as much to a file"),
    "nothing": ("x + 1", "nothing (None)"),
    "no body yet": ("pass", "It is not written yet."),
    "a word": ("return 'a word'", "a str"),
    "words": ("return np.array(['a', 'b'])", "not made of real numbers"),
    "objects": ("return np.array([None, {}])", "not made of real numbers"),
    "a number that is too large": ("return 10**5000", "not made of real numbers"),
    "too much": ("return np.ones(10**7)", "more than 600 MB of memory"),
}  # fmt: skip


posix = pytest.mark.skipif(sys.platform == "win32", reason="the limits are those of POSIX")


QUADRATIC = """
def topological_order(node):
    print("so far")
    order, waiting = [], [node]
    while waiting:
        x = waiting.pop()
        if x not in order:
            order.append(x)
            waiting += x.parents
    return order[::-1]
"""


@posix
def test_an_answer_that_is_too_slow_is_told_what_it_was_trying_and_shown_what_it_printed(check):
    text = said(check, QUADRATIC, limits=Limits(seconds=8))
    assert (
        "It was working on this: a chain of 50,000 nodes. Either a loop does not end, or there are too many steps"
        in text
    )
    assert "The answer itself printed: | so far" in text
    loading = said(check, "def topological_order(node): pass\nwhile True: pass\n", limits=SHORT)
    assert "working on" not in loading and "Is there a loop that does not end?" in loading


def test_what_an_answer_prints_is_shown_as_its_own_and_does_nothing_to_a_terminal(check):
    show = "def log_softmax(x):\n    print('x is', x.shape)\n    print('\\x1b[31mred\\a')\n"
    (feedback,) = check(RIGHT.replace("def log_softmax(x):\n", show))
    assert feedback and feedback.printed[:2] == (
        "x is (4, 3)",
        "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}",
    )
    assert len(feedback.printed) <= 12 and "..." in feedback.printed
    text = str(feedback)
    assert text.index("right") < text.index("The answer itself printed:\n    | x is (4, 3)\n")
    assert "The answer itself printed" in feedback._repr_html_() and "\x1b" not in text
    (silent,) = check(RIGHT)
    assert silent.printed == () and "printed" not in str(silent)


def test_of_much_output_a_dozen_lines_are_shown(check):
    (feedback,) = check("for i in range(10**4): print(i, 'x' * 500)\n" + RIGHT)
    assert feedback and len(feedback.printed) <= 12 and max(map(len, feedback.printed)) <= 120
    assert feedback.printed[0].startswith("0 x") and feedback.printed[-1].endswith("x")


def test_answers_checked_together_are_judged_one_by_one_and_none_ends_the_others(tmp_path):
    path = tmp_path / "all.py"
    path.write_text(RIGHT + "def relu_vjp(g, x):\n    return -g * (x > 0)\n")
    right, wrong = check_together(path, ["log_softmax", "relu_vjp"])
    assert right and wrong.mistake == "wrong-sign"
    path.write_text(path.read_text().replace("return -g", "import os; os._exit(0)"))
    right, ended = check_together(path, ["log_softmax", "relu_vjp"])
    assert right and "ended the process" in ended.message


@posix
@pytest.mark.parametrize("case", ENDS)
def test_an_answer_that_does_not_come_back_gets_a_sentence(check, case):
    line, sentence = ENDS[case]
    limits = SHORT if "not finished" in sentence or case == "recursion without end" else SMALL
    assert sentence in said(check, f"import numpy as np\ndef log_softmax(x):\n    {line}\n", limits=limits)


@posix
@pytest.mark.parametrize("case", ["sleep", "exit", "os._exit", "a crash", "memory of NumPy", "an error", "recursion"])
def test_a_file_that_cannot_be_loaded_gets_a_sentence(check, case):
    line, sentence = ENDS[case]
    text = f"import numpy as np\ndef log_softmax(x):\n    {line}\nlog_softmax(None)\n"
    assert sentence in said(check, text, limits=SHORT if "not finished" in sentence else SMALL)


@posix
def test_too_much_output_is_not_taken_for_chance(check):
    """All calls together print too much: the answer was said to depend on chance, since a late call failed."""
    text = RIGHT.replace("    m = x.max", "    print('x' * (6 << 20))\n    m = x.max")
    assert "Take the `print` out" in said(check, text)


def test_an_answer_that_is_defined_only_in_a_file_that_is_run_gets_a_sentence(check):
    text = "if __name__ == '__main__':\n    def log_softmax(x):\n        return x\n"
    assert "has no log_softmax once it is loaded" in said(check, text)


def processes_with(word):
    """The processes whose command or environment has a word."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if word in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")


@needs_proc
def test_what_an_answer_starts_is_ended_with_it(check):
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    forks = f"""
        import os, subprocess, sys, threading, time
        os.environ["MARK"] = "{mark}"
        for _ in range(3):
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
            if os.fork() == 0:
                time.sleep(100)
        threading.Thread(target=time.sleep, args=(100,)).start()
    """
    start = time.monotonic()
    assert all(check(textwrap.dedent(forks) + RIGHT))
    assert time.monotonic() - start < 15
    while processes_with(mark.encode()) and time.monotonic() - start < 20:  # signals take a moment
        time.sleep(0.05)
    assert processes_with(mark.encode()) == []


@needs_proc
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_marker_that_is_stopped_leaves_no_process(tmp_path, kind):
    file = tmp_path / "log_softmax.py"
    file.write_text("def log_softmax(x):\n    import time; time.sleep(100)\n")
    root = str(Path(minigrad.__file__).parent.parent)
    command = [sys.executable, "-m", "minigrad", "check", str(file), "--seconds", "3"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell has its background jobs ignore it
    marker = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.DEVNULL, preexec_fn=heard
    )
    word, deadline = f"{file}\0log_softmax".encode(), time.monotonic() + 20
    while not processes_with(word) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_with(word)
    marker.send_signal(kind)
    status = marker.wait(10)
    if kind == signal.SIGINT:
        assert status == 130
        assert processes_with(word) == []
    while processes_with(word) and time.monotonic() < deadline:  # its own alarm ends it
        time.sleep(0.1)
    assert processes_with(word) == []


SPOILED = {
    "NumPy": "np.array_equal = np.exp2 = np.shares_memory = np.asarray = np.isfinite = lambda *a, **k: True",
    "JSON": "import json; json.dump = json.dumps = lambda *a, **k: None",
    "builtins": "import builtins; builtins.isinstance = builtins.len = builtins.open = lambda *a, **k: True",
    "minigrad": "import minigrad.ops, minigrad; minigrad.ops.log_softmax = minigrad.np = None",
    "the checker": """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("minigrad.exercises."):
        for key, x in list(vars(module).items()):
            if callable(x):
                setattr(module, key, lambda *a, **k: True)
""",
}


@pytest.mark.parametrize("what", SPOILED)
def test_an_answer_that_changes_a_library_changes_it_for_itself_alone(check, what):
    before = np_functions()
    assert all(check("import numpy as np\n" + RIGHT + SPOILED[what] + "\n"))
    wrong = "import numpy as np\n\ndef log_softmax(x):\n    x -= x.max(axis=-1, keepdims=True)\n    return x"
    assert "input-modified" in said(check, wrong + "\n" + SPOILED[what] + "\n")
    inside = f"    exec({SPOILED[what]!r}, dict(globals()))\n    x -= x.max(axis=-1, keepdims=True)\n    return x"
    assert "input-modified" in said(check, f"import numpy as np\n\ndef log_softmax(x):\n{inside}\n")
    assert np_functions() == before


def np_functions():
    return {name: id(x) for name, x in vars(numpy).items()}


def test_files_that_an_answer_writes_are_removed(check, tmp_path):
    text = "open('a.txt', 'w').write('x')\nimport tempfile; f = tempfile.NamedTemporaryFile(delete=False)\n"
    assert all(check(text + RIGHT + "\nimport helper\n" if (tmp_path / "helper.py").write_text("y = 1") else ""))
    assert sorted(x.name for x in tmp_path.iterdir()) == ["answer.py", "helper.py"]
    assert not list(Path.cwd().glob("a.txt"))


def test_an_answer_may_import_files_beside_it_but_none_takes_the_place_of_a_library(check, tmp_path):
    (tmp_path / "helper.py").write_text(RIGHT)
    for name in ("numpy", "json", "random", "minigrad", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong file')")
    assert all(check("from helper import log_softmax", exercise="log_softmax"))
    assert all(check(RIGHT + "import random, json\n"))
    assert all(check(RIGHT, name="numpy.py"))
    assert "relative import" in said(check, "from .helper import sigmoid\n" + RIGHT)


def test_a_file_that_stands_somewhere_else_is_followed(check, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "helper.py").write_text("y = 1")
    (tmp_path / "there" / "real.py").write_text("import helper\n" + RIGHT)
    (tmp_path / "link.py").symlink_to(tmp_path / "there" / "real.py")
    assert all(check_file(tmp_path / "link.py"))


def test_encodings_are_those_of_python(check):
    latin = "# -*- coding: latin-1 -*-\n# é\n" + RIGHT
    assert all(check(latin.encode("latin-1")))
    assert all(check(b"\xef\xbb\xbf" + RIGHT.encode()))
    assert all(check(RIGHT.replace("\n", "\r\n").encode()))


BAD = {
    "other encodings": (b"x = '\xe9'\n" + RIGHT.encode(), "is not Python"),
    "an encoding that is none": (b"# -*- coding: klingon -*-\n" + RIGHT.encode(), "is not Python"),
    "UTF-16": (RIGHT.encode("utf-16"), "is not Python"),
    "a NUL": (RIGHT.encode() + b"\0", "is not Python"),
    "bytes": (bytes(range(256)), "is not Python"),
    "an error of syntax": (b"def log_softmax(x)\n  return x", "is not Python, line 1, `def log_softmax(x)`: expected"),
    "too many parentheses": (b"x = " + b"(" * 10000 + b")" * 10000, "is not Python"),
    "too many signs": (b"x = " + b"-" * 100000 + b"1", "is not Python"),
    "too long": (RIGHT.encode() + b"\n" * (1 << 20), "more than a million"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_not_python_is_refused_in_a_sentence(check, what):
    data, sentence = BAD[what]
    with pytest.raises(FileError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        check(data)


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(MissingFileError, match="no"):
        check_file(tmp_path / "none.py")
    with pytest.raises(FileError, match="folder"):
        check_file(tmp_path)
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    with pytest.raises(FileError):
        check_file(tmp_path / "loop.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        with pytest.raises(FileError):
            check_file(tmp_path / "pipe.py")


def test_names_that_are_no_answers_are_refused_in_a_sentence(check):
    with pytest.raises(UsageError, match="did you mean 'log_softmax'"):
        check(RIGHT, exercise="log_softmx")
    with pytest.raises(UsageError, match="does not define softmax_cross_entropy"):
        check(RIGHT, exercise="softmax_cross_entropy")
    with pytest.raises(UsageError, match="no function with the name of an exercise"):
        check("def helper(x): return x\n")


def test_two_answers_in_a_file_are_two_feedbacks_in_order(check):
    both = RIGHT + "def bce_with_logits(x, y):\n    return 0.0\n"
    assert [(x.exercise, bool(x)) for x in check(both)] == [("log_softmax", True), ("bce_with_logits", False)]
    assert [x.exercise for x in check(both, exercise="bce_with_logits")] == ["bce_with_logits"]


FORBIDDEN = {
    "import minigrad.npx": "Line 1 uses minigrad.npx",
    "import minigrad.npx as n": "Line 1 uses minigrad.npx",
    "from minigrad import npx as n": "Line 1 uses minigrad.npx",
    "from minigrad.npx import log_softmax as f": "Line 1 uses minigrad.npx",
    "import minigrad as m; f = m.npx.log_softmax": "Line 1 uses minigrad.npx",
    "from minigrad import *; f = npx": "Line 1 uses minigrad.npx",
    "import sys; f = sys.modules['minigrad.npx']": "Line 1 uses minigrad.npx",
    "import importlib; f = importlib.import_module('minigrad.np' + 'x')": "minigrad.npx is not allowed in this",
    "f = __import__('minigrad.np' + 'x')": "minigrad.npx is not allowed in this exercise",
    "import helper": "helper.py: Line 1 uses minigrad.npx",
    "from minigrad.exercises import EXERCISES": "Line 1 uses minigrad.exercises",
}


@pytest.mark.parametrize("line", FORBIDDEN)
def test_what_an_answer_is_to_be_done_without_is_refused(check, line, tmp_path):
    (tmp_path / "helper.py").write_text("from minigrad import npx\n")
    assert FORBIDDEN[line] in said(check, f"{line}\n{RIGHT}", without=["minigrad.npx"])


@pytest.mark.parametrize("call", ["__import__", "__import__('importlib').import_module"])
def test_a_module_that_is_loaded_already_is_refused_as_well(check, call):
    said_of_it = said(check, f"f = {call}('numpy.lin' + 'alg')\n{RIGHT}", without=["numpy.linalg"])
    assert "numpy.linalg is not allowed in this exercise" in said_of_it


def test_a_module_to_do_without_must_exist(check):
    with pytest.raises(UsageError, match=r"no module 'minigrad.optimiser'"):
        check(RIGHT, without=["minigrad.optimiser"])
