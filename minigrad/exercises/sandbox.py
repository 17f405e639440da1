"""Answers in files: each runs in a process of its own, with limits, and only plain data come back.

The process gets a name and a folder of its own, which is removed. It sends back what the answer did on the probes, as
numbers; what is right is computed and compared here. So an answer cannot hang the marker, crash it, or change what it
thinks. It is still a program that runs with your rights: it can read your files, use the network and start other
programs, and an answer that sets out to cheat can (it might look up the reference). Mark answers of strangers on a
machine, or in a container, that has nothing to lose.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import minigrad
from minigrad.errors import FileError, MissingFileError, UsageError
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import named
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.judge import judge
from minigrad.exercises.wire import outcomes_from
from minigrad.exercises.without import forbidden_use

START = "import sys; sys.path[:0] = [{root!r}]; from minigrad.exercises.child import main; main()"
PRINTED = 1000  # characters


@dataclass(frozen=True)
class Limits:
    """What an answer may use: seconds on the clock, and megabytes of memory (not limited on Windows)."""

    seconds: float = 20.0
    megabytes: int = 2048


def check_file(
    path: str | Path, exercise: str | None = None, *, without: Sequence[str] = (), hint: int = 2,
    limits: Limits = Limits(),
) -> list[Feedback]:  # fmt: skip
    """Check the answers in a file, each in a process of its own.

    Args:
        path: a Python file; every function of it that is named as an exercise is an answer.
        exercise: only this one.
        without: modules that an answer must not use, such as "minigrad.optimizer".
        hint: how much is said of a mistake: see `check`.
        limits: on time and memory.
    """
    path = Path(path)
    text = read(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}: {error.text.strip()}" if isinstance(error, SyntaxError) and error.text else ""
        raise FileError(f"{path} is not Python: {getattr(error, 'msg', error)}{line}") from None
    wanted = [exercise] if exercise else [name for name in defined(tree) if name in EXERCISES]
    if exercise and named(exercise).name not in defined(tree):
        raise UsageError(f"{path} does not define {exercise}; expected a function of that name.")
    if not wanted:
        raise UsageError(f"{path} defines no function that is named as an exercise; 'minigrad exercises' lists them.")
    used = forbidden_use(tree, ("minigrad.exercises", *without))
    if used:
        return [Feedback(name, False, f"{used} Write it yourself.") for name in wanted]
    return [one(path, name, without, hint, limits) for name in wanted]


def read(path: Path) -> str:
    """The text of a file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingFileError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path} cannot be read: {error}") from None


def defined(tree: ast.Module) -> list[str]:
    """The names that a file defines at its top level."""
    names: dict[str, None] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, ast.Assign):
            names.update((x.id, None) for x in node.targets if isinstance(x, ast.Name))
    return list(names)


def one(path: Path, name: str, without: Sequence[str], hint: int, limits: Limits) -> Feedback:
    """The feedback on one answer."""
    with tempfile.TemporaryDirectory(prefix="minigrad-check-", ignore_cleanup_errors=True) as folder:
        work, answer, printed = (Path(folder) / x for x in ("work", "answer.json", "printed.txt"))
        work.mkdir()
        ended = run_child(path, name, without, limits, work, answer, printed)
        with suppress(OSError):
            said = printed.read_text(encoding="utf-8", errors="replace").strip()[:PRINTED]
        if ended:
            return Feedback(name, False, ended, details=tuple(said.splitlines()[-3:]))
        try:
            data = json.loads(answer.read_text(encoding="utf-8"))
            if "problem" in data:
                return Feedback(name, False, str(data["problem"])[:PRINTED])
            outcomes = outcomes_from(data, len(named(name).tried))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return Feedback(name, False, "The answer ended the process before it was done.")
    return judge(named(name), outcomes, hint)


def run_child(
    path: Path, name: str, without: Sequence[str], limits: Limits, work: Path, answer: Path, printed: Path
) -> str:
    """Run the answer; how it ended, if not well, in a sentence."""
    root = str(Path(minigrad.__file__).parent.parent)
    words = [str(path.resolve()), name, str(answer), str(limits.megabytes), str(int(limits.seconds) + 1), *without]
    kept = {x: os.environ[x] for x in ("PATH", "SYSTEMROOT", "LANG") if x in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", START.format(root=root), *words], cwd=work, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            env={**kept, **threads, "HOME": str(work), "TMPDIR": str(work)},
        )  # fmt: skip
        try:
            status = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            return f"The answer was not done after {limits.seconds:g} seconds. Is there a loop that does not end?"
        finally:
            end(process)
    if status < 0:
        return f"The answer crashed Python ({signal.Signals(-status).name})."
    if status == MEMORY:
        return f"The answer needs more than {limits.megabytes} MB of memory."
    return ""


MEMORY = 77
"""The exit status of a child that ran out of memory."""


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
