"""Answers in files: each runs in a process of its own, with limits, and only plain data come back.

The process gets a name and a folder of its own, which is removed. It sends back what the answer did on the probes, as
numbers; what is right is computed and compared here. So an answer cannot hang the marker, crash it, or change what it
thinks. It is still a program that runs with your rights: it can read and write your files, use the network and start
other programs (which are ended with it, unless they hide), fill the disk, and an answer that sets out to cheat can (it
might look up the reference). Mark answers of strangers on a machine, or in a container, that has nothing to lose.
"""

from __future__ import annotations

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
from typing import Any

import minigrad
from minigrad.errors import UsageError
from minigrad.exercises.answerfile import defined, texts
from minigrad.exercises.child import OUT_OF_MEMORY
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import named
from minigrad.exercises.feedback import Feedback
from minigrad.exercises.judge import judge
from minigrad.exercises.wire import outcomes_from
from minigrad.exercises.without import check_modules, forbidden_use

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
        path: a Python file; every function of it that is named as an exercise is an answer. It may import files that
            lie beside it.
        exercise: only this one.
        without: modules that an answer must not use, such as "minigrad.optimizer".
        hint: how much is said of a mistake: see `check`.
        limits: on time and memory.

    Raises FileError if the file cannot be read or is not Python, UsageError if it has no such answer.
    """
    path = Path(path)
    check_modules(without)
    found = texts(path)
    names = defined(found[path])
    wanted = [exercise] if exercise else [name for name in names if name in EXERCISES]
    if exercise and named(exercise).name not in names:
        raise UsageError(f"{path} does not define {exercise}; expected a function of that name.")
    if not wanted:
        raise UsageError(f"{path} defines no function that is named as an exercise; 'minigrad exercises' lists them.")
    for file, tree in found.items():
        used = forbidden_use(tree, ("minigrad.exercises", *without))
        if used:
            place = "" if file == path else f"{file.name}: "
            return [Feedback(name, False, f"{place}{used} Write it yourself.") for name in wanted]
    return [one(path, name, without, hint, limits) for name in wanted]


def one(path: Path, name: str, without: Sequence[str], hint: int, limits: Limits) -> Feedback:
    """The feedback on one answer."""
    with tempfile.TemporaryDirectory(prefix="minigrad-check-", ignore_cleanup_errors=True) as folder:
        work, answer, printed = (Path(folder) / x for x in ("work", "answer.json", "printed.txt"))
        work.mkdir()
        ended = run_child(path, name, without, limits, work, answer, printed)
        if ended:
            return Feedback(name, False, ended, details=tuple(end_of(printed).splitlines()[-3:]))
        try:
            data: Any = json.loads(answer.read_text(encoding="utf-8"))
            if "problem" in data:
                return Feedback(name, False, str(data["problem"])[:PRINTED])
            outcomes = outcomes_from(data, len(named(name).tried))
        except Exception:  # whatever it wrote, or did not write
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
    process = None
    try:
        with printed.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", START.format(root=root), *words], cwd=work,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                env={**kept, **threads, "HOME": str(work), "TMPDIR": str(work)},
            )  # fmt: skip
        status = process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        status = -OUT_OF_TIME
    finally:
        if process:
            end(process)
    if status in (-OUT_OF_TIME, -ALARM):
        return f"The answer was not done after {limits.seconds:g} seconds. Is there a loop that does not end?"
    if status < 0:
        return f"The answer crashed Python ({signal.Signals(-status).name})."
    if status == OUT_OF_MEMORY:
        return f"The answer needs more than {limits.megabytes} MB of memory."
    return ""


OUT_OF_TIME: int = getattr(signal, "SIGXCPU", 24)
ALARM: int = getattr(signal, "SIGALRM", 14)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def end_of(printed: Path) -> str:
    """The end of what an answer printed."""
    with suppress(OSError), printed.open("rb") as file:
        file.seek(max(0, printed.stat().st_size - PRINTED))
        return file.read().decode("utf-8", errors="replace").strip()
    return ""
