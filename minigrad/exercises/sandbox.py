"""Answers in files: each runs in its own process, with limits, and only plain data come back.

The process gets the name of the exercise and its own folder, which is removed afterwards. It sends back what the answer
did on the probes, as numbers, and a few lines of what it printed; the right results are computed and compared here. So
an answer cannot hang the marker, crash it, or change its verdict. But it is still a program that runs with your rights:
it can read and write your files, use the network, fill the disk and start other programs (which are ended with it,
unless they hide), and an answer that sets out to cheat can (it might look up the reference). Mark strangers' answers on
a machine, or in a container, with nothing to lose.
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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import minigrad
from minigrad.disk import reading
from minigrad.errors import UsageError
from minigrad.exercises.answerfile import texts
from minigrad.exercises.child import LARGEST_FILE, OUT_OF_MEMORY, WROTE_TOO_MUCH
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import named
from minigrad.exercises.feedback import Feedback, safe
from minigrad.exercises.judge import judge
from minigrad.exercises.scopes import defined
from minigrad.exercises.wire import outcomes_from
from minigrad.exercises.without import check_modules, forbidden_use

START = "import sys; sys.path[:0] = [{root!r}]; from minigrad.exercises.child import main; main()"
PRINTED = 1000  # characters kept from the beginning of what an answer prints, and from the end
FIRST, LAST, WIDEST = 8, 3, 120  # lines, and characters of a line


@dataclass(frozen=True)
class Limits:
    """What an answer may use: seconds on the clock, and megabytes of memory (not limited on Windows)."""

    seconds: float = 20.0
    megabytes: int = 2048


def check_file(
    path: str | Path, exercise: str | None = None, *, without: Sequence[str] = (), hint: int = 2,
    limits: Limits = Limits(),
) -> list[Feedback]:  # fmt: skip
    """Check the answers in a file, each in its own process.

    Args:
        path: a Python file; every function in it that has the name of an exercise is an answer. It may import files
            next to it.
        exercise: check only this one.
        without: modules that an answer must not use, such as "minigrad.optimizer".
        hint: how much to say about a mistake: see `check`.
        limits: on time and memory.

    Raises FileError if the file cannot be read or is not Python, UsageError if it has no such answer.
    """
    path = Path(path)
    check_modules(without)
    found = texts(path)
    names = defined(found[path].body)
    wanted = [exercise] if exercise else [name for name in names if name in EXERCISES]
    if exercise and named(exercise).name not in names:
        raise UsageError(f"{path} does not define {exercise}; expected a function of that name.")
    if not wanted:
        meant = [f"{name!r} is not {name.lower()!r}" for name in names if name.lower() in EXERCISES]
        raise UsageError(
            f"{path} defines no function with the name of an exercise"
            f"{f' ({meant[0]})' if meant else ''}; 'minigrad exercises' lists them."
        )
    for file, tree in found.items():
        used = forbidden_use(tree, ("minigrad.exercises", *without))
        if used:
            place = "" if file == path else f"{file.name}: "
            return [Feedback(name, False, f"{place}{used} Write it yourself.") for name in wanted]
    return [x for name in wanted for x in marked(path, [name], without, hint, limits)]


def check_together(path: Path, names: Sequence[str]) -> list[Feedback]:
    """Check answers of a file in one process, which is faster; each in its own only if that process ends early."""
    return marked(path, names, (), 2, Limits()) if names else []


def marked(path: Path, names: Sequence[str], without: Sequence[str], hint: int, limits: Limits) -> list[Feedback]:
    """The feedback on answers that run in one process."""
    with tempfile.TemporaryDirectory(prefix="minigrad-check-", ignore_cleanup_errors=True) as folder:
        work, answer, output = (Path(folder) / x for x in ("work", "answer.txt", "printed.txt"))
        work.mkdir()
        ended = run_child(path, names, without, limits, work, answer, output)
        printed = lines_of(output)
        if not ended:
            try:
                data: Any = json.loads(left_in(answer).splitlines()[-1])
                return [judged(name, x, hint, printed) for name, x in zip(names, data, strict=True)]
            except Exception:  # whatever it wrote or failed to write
                ended = "The answer ended the process before it was done."
    if len(names) > 1:
        return [x for name in names for x in marked(path, [name], without, hint, limits)]
    return [Feedback(names[0], False, ended, printed=printed)]


def left_in(file: Path) -> bytes:
    """What the process of an answer has left in a file. OSError if there is no file: it might be a pipe now."""
    with reading(file) as found:
        return found.read(LARGEST_FILE)


def judged(name: str, data: Any, hint: int, printed: tuple[str, ...]) -> Feedback:
    """The feedback on what an answer did, as reported by its process."""
    if "problem" in data:
        return Feedback(name, False, str(data["problem"])[:PRINTED], printed=printed)
    exercise = named(name)
    found = outcomes_from(data, len(exercise.tried) + len(exercise.twins))
    return replace(judge(exercise, found, hint), printed=printed)


def run_child(
    path: Path, names: Sequence[str], without: Sequence[str], limits: Limits, work: Path, answer: Path, output: Path
) -> str:
    """Run the answers; return a sentence about how they ended, or "" if they ended well."""
    root = str(Path(minigrad.__file__).parent.parent)
    seconds = str(int(limits.seconds) + 1)
    words = [str(path.resolve()), ",".join(names), str(answer), str(limits.megabytes), seconds, *without]
    kept = {x: os.environ[x] for x in ("PATH", "SYSTEMROOT", "LANG") if x in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    process = None
    try:
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-u", "-c", START.format(root=root), *words], cwd=work,
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
                env={**kept, **threads, "HOME": str(work), "TMPDIR": str(work)},
            )  # fmt: skip
        status = process.wait(limits.seconds)
    except subprocess.TimeoutExpired:
        status = -OUT_OF_TIME
    finally:
        if process:
            end(process)
    if status in (-OUT_OF_TIME, -ALARM):
        return f"The answer was not finished after {limits.seconds:g} seconds. {too_slow(answer)}"
    if status < 0:
        return f"The answer crashed Python ({SIGNALS.get(-status, f'signal {-status}')})."
    if status == OUT_OF_MEMORY:
        return f"The answer needs more than {limits.megabytes} MB of memory."
    if status == WROTE_TOO_MUCH:
        return (
            f"The answer printed more than {LARGEST_FILE >> 20} MB, or wrote as much to a file. Take the `print` out "
            "of its loops, or see whether one of them does not end."
        )
    return ""


def too_slow(answer: Path) -> str:
    """What may have taken an answer so long, judged by what its process has written so far."""
    last = ""
    with suppress(OSError, ValueError):
        last = left_in(answer).decode().rpartition("\n")[0].rpartition("\n")[2]
    name, _, i = last.partition(" ")
    if name not in EXERCISES or not i.isdecimal() or int(i) >= len(EXERCISES[name].tried):
        return "Is there a loop that does not end?"
    return (
        f"It was working on this: {EXERCISES[name].tried[int(i)].words}. Either a loop does not end, or there are too "
        "many steps for this size: searching a list for each of n elements, say, takes n² of them."
    )


OUT_OF_TIME: int = getattr(signal, "SIGXCPU", 24)
ALARM: int = getattr(signal, "SIGALRM", 14)
SIGNALS = {x.value: x.name for x in signal.Signals}
"""Their names. (Most of those for real time have none.)"""


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def lines_of(output: Path) -> tuple[str, ...]:
    """What an answer printed: the first and the last few lines, made safe for a terminal."""
    with suppress(OSError), reading(output) as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(PRINTED)
        file.seek(max(len(head), size - PRINTED))
        between = b"\n...\n" if size > 2 * PRINTED else b""
        lines = [safe(x[:WIDEST]) for x in (head + between + file.read()).decode(errors="replace").splitlines()]
        return tuple(lines if len(lines) <= FIRST + LAST else [*lines[:FIRST], "...", *lines[-LAST:]])
    return ()
