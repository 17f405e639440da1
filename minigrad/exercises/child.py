"""The process that runs the answers of a file: it loads the file, runs each on its probes, and writes what it did."""

from __future__ import annotations

import builtins
import errno
import importlib
import importlib.util
import json
import os
import signal
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

import numpy

from minigrad.errors import UsageError
from minigrad.exercises.course import EXERCISES
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.outcome import Interrupted, reason
from minigrad.exercises.solutions import as_function
from minigrad.exercises.tries import outcomes
from minigrad.exercises.wire import as_data

OUT_OF_MEMORY = 77
"""The exit status of a child that needs more memory than allowed."""

WROTE_TOO_MUCH = 78
"""The exit status of a child that prints, or writes to a file, more than allowed."""

LARGEST_FILE = 64 << 20
"""How many bytes a file may have that a child writes."""


def main() -> None:
    """Arguments: the file, the exercises, separated by commas, where to write, megabytes, seconds, forbidden modules.

    Before each try it writes a line with the exercise and the number of the probe; the last line has the outcomes.
    """
    path, names, where, megabytes, seconds, *without = sys.argv[1:]
    exercises, leave = [EXERCISES[name] for name in names.split(",")], os._exit
    for exercise in exercises:
        exercise.tried, exercise.twins  # noqa: B018  # made first: an answer may change the code that makes them
    with Path(where).open("w", encoding="utf-8") as output:  # opened first: an answer may change open
        limit(int(megabytes), int(seconds))
        refuse(("minigrad.exercises", *without))
        sys.path.append(str(Path(path).parent))
        sys.argv[:] = [path]
        world = World()
        json.dump([tried(exercise, world, path, output) for exercise in exercises], output)
    leave(0)  # whatever threads the answer has started


def tried(exercise: Exercise, world: World, path: str, output: TextIO) -> dict[str, Any]:
    """What the answer to an exercise did, or why it could not be run."""

    def before(i: int) -> None:
        output.write(f"{exercise.name} {i}\n")
        output.flush()

    try:
        answer = as_function(exercise, world.within(load)(path, exercise.name))
    except UsageError as error:  # such as an operation where a function is needed
        return {"problem": str(error)}
    except BaseException as error:
        return {"problem": f"The file fails when it is loaded: {reason(error)}."}
    return {"outcomes": [as_data(x) for x in outcomes(exercise, world.within(answer), before)]}


def load(path: str, name: str) -> Any:
    """What a file calls `name`."""
    loader = SourceFileLoader("answer", path)
    spec = importlib.util.spec_from_loader("answer", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules["answer"] = module
    loader.exec_module(module)
    if not hasattr(module, name):
        raise UsageError(
            f"The file has no {name} once it is loaded. If its `def` is under `if __name__ == '__main__':`, move it "
            "out: there it is defined only if the file itself is run."
        )
    return getattr(module, name)


class World:
    """Keeps an answer's changes to modules to itself: outside its calls, the modules are as they were."""

    def __init__(self) -> None:
        ours = [module for name, module in sys.modules.items() if name.partition(".")[0] == "minigrad"]
        modules: list[ModuleType] = [builtins, json, json.encoder, os, numpy, numpy.random, *ours]
        self.spaces = [vars(module) for module in modules]
        self.ours = [dict(space) for space in self.spaces]
        self.theirs = self.ours

    def within(self, function: Any) -> Any:
        """The function, called in the answer's world; anything else unchanged."""
        if not callable(function):
            return function
        spaces, put, leave = self.spaces, exchange, os._exit  # since an answer might change these, too
        too_large = errno.EFBIG

        def called(*args: Any, **kwargs: Any) -> Any:
            put(spaces, self.theirs)
            try:
                return function(*args, **kwargs)
            except MemoryError:
                leave(OUT_OF_MEMORY)
            except OSError as error:
                if error.errno == too_large:
                    leave(WROTE_TOO_MUCH)
                raise
            except KeyboardInterrupt as error:  # this process has no keyboard
                raise Interrupted().with_traceback(error.__traceback__) from None
            finally:
                self.theirs = [space.copy() for space in spaces]
                put(spaces, self.ours)

        return called


def exchange(spaces: list[dict[str, Any]], values: list[dict[str, Any]]) -> None:
    """Give every namespace other values, without calling a function by name: an answer may have replaced it."""
    i = 0
    for space in spaces:
        for name in space.keys() - values[i].keys():
            del space[name]
        space.update(values[i])
        i += 1  # noqa: SIM113


def limit(megabytes: int, seconds: int) -> None:
    """Limit this process: its memory, its processor time, the size of its files, and its time on the clock."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds)


def refuse(without: tuple[str, ...]) -> None:
    """Refuse imports that the text does not show, such as that of a name made at run time."""
    real, real_module = builtins.__import__, importlib.import_module

    def check(names: list[str]) -> None:
        caller = str(sys._getframe(2).f_globals.get("__name__", ""))
        if caller.partition(".")[0] == "minigrad":
            return
        for module in names:
            if any(module == x or module.startswith(f"{x}.") for x in without):
                raise ImportError(f"{module} is not allowed in this exercise")

    def guarded(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:  # the signature of __import__
        if not level:
            check([name, *(f"{name}.{x}" for x in fromlist or ())])
        return real(name, globals, locals, fromlist, level)

    def guarded_module(name: str, package: str | None = None) -> Any:
        check([name])
        return real_module(name, package)

    builtins.__import__, importlib.import_module = guarded, guarded_module
