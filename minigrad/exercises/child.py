"""The process in which one answer runs: it loads the file, runs the answer on the probes, and writes what it did."""

from __future__ import annotations

import builtins
import importlib
import json
import runpy
import sys
from pathlib import Path
from typing import Any

from minigrad.exercises.course import EXERCISES
from minigrad.exercises.outcome import line_of
from minigrad.exercises.tries import outcomes
from minigrad.exercises.wire import as_data


def main() -> None:
    """Arguments: the file, the exercise, where to write, megabytes, seconds, and modules that must not be used."""
    path, name, where, megabytes, seconds, *without = sys.argv[1:]
    exercise = EXERCISES[name]
    exercise.tried  # noqa: B018  # made before the answer runs, which may change what makes them
    with Path(where).open("w", encoding="utf-8") as output:  # before the answer, which may change what open means
        limit(int(megabytes), int(seconds))
        refuse(("minigrad.exercises", *without))
        sys.path.append(str(Path(path).parent))
        sys.argv[:] = [path]
        try:
            answer = runpy.run_path(path, run_name="answer")[name]
        except MemoryError:
            raise SystemExit(77) from None
        except BaseException as error:
            line = f", in the line `{line_of(error)}`" if line_of(error) else ""
            data: Any = {"problem": f"The file fails when it is loaded: {type(error).__name__}: {error}{line}."}
        else:
            found = outcomes(exercise, answer)
            if any(x.kind == "MemoryError" for x in found):
                raise SystemExit(77)
            data = {"outcomes": [as_data(x) for x in found]}
        json.dump(data, output)


def limit(megabytes: int, seconds: int) -> None:
    """Limit this process's memory, its time on the processor, and the files it writes."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def refuse(without: tuple[str, ...]) -> None:
    """Refuse imports that the text did not show, such as that of a name put together."""
    real, real_module = builtins.__import__, importlib.import_module

    def check(module: str) -> None:
        caller = sys._getframe(2).f_globals.get("__name__", "")
        if caller == "answer" and any(module == x or module.startswith(f"{x}.") for x in without):
            raise ImportError(f"{module} is what this exercise is to be done without")

    def guarded(name: str, *args: Any, **kwargs: Any) -> Any:
        check(name)
        return real(name, *args, **kwargs)

    def guarded_module(name: str, package: str | None = None) -> Any:
        check(name)
        return real_module(name, package)

    builtins.__import__, importlib.import_module = guarded, guarded_module
