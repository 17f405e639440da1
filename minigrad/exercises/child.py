"""The process in which answers of a file run: it loads the file, runs each on its probes, and writes what it did."""

from __future__ import annotations

import builtins
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
from minigrad.exercises.outcome import reason
from minigrad.exercises.solutions import as_function
from minigrad.exercises.tries import outcomes
from minigrad.exercises.wire import as_data

OUT_OF_MEMORY = 77
"""The exit status of a child that needs more memory than it may use."""


def main() -> None:
    """Arguments: the file, the exercises with commas, where to write, megabytes, seconds, and modules not to use.

    A line is written before each try, the exercise and the number of its probe, and the outcomes in the last one.
    """
    path, names, where, megabytes, seconds, *without = sys.argv[1:]
    exercises, leave = [EXERCISES[name] for name in names.split(",")], os._exit
    for exercise in exercises:
        exercise.tried, exercise.twins  # noqa: B018  # made before the answer runs, which may change what makes them
    with Path(where).open("w", encoding="utf-8") as output:  # before the answer, which may change what open means
        limit(int(megabytes), int(seconds))
        refuse(("minigrad.exercises", *without))
        sys.path.append(str(Path(path).parent))
        sys.argv[:] = [path]
        world = World()
        json.dump([tried(exercise, world, path, output) for exercise in exercises], output)
    leave(0)  # whatever threads the answer has started


def tried(exercise: Exercise, world: World, path: str, output: TextIO) -> dict[str, Any]:
    """What the answer to an exercise did, or why there is none."""

    def before(i: int) -> None:
        output.write(f"{exercise.name} {i}\n")
        output.flush()

    try:
        answer = as_function(exercise, world.within(load)(path, exercise.name))
    except UsageError as error:  # such as an operation where only a function will do
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
    return getattr(module, name)


class World:
    """What an answer changes in modules is changed for the answer alone: outside its calls they are as they were."""

    def __init__(self) -> None:
        ours = [module for name, module in sys.modules.items() if name.partition(".")[0] == "minigrad"]
        modules: list[ModuleType] = [builtins, json, json.encoder, os, numpy, numpy.random, *ours]
        self.spaces = [vars(module) for module in modules]
        self.ours = [dict(space) for space in self.spaces]
        self.theirs = self.ours

    def within(self, function: Any) -> Any:
        """The function as it is called in the answer's world; anything else is what it is."""
        if not callable(function):
            return function
        spaces, put, leave = self.spaces, exchange, os._exit  # which an answer might change, too

        def called(*args: Any, **kwargs: Any) -> Any:
            put(spaces, self.theirs)
            try:
                return function(*args, **kwargs)
            except MemoryError:
                leave(OUT_OF_MEMORY)
            finally:
                self.theirs = [space.copy() for space in spaces]
                put(spaces, self.ours)

        return called


def exchange(spaces: list[dict[str, Any]], values: list[dict[str, Any]]) -> None:
    """Give every name space other values. (It calls no function by name: the names may be an answer's.)"""
    i = 0
    for space in spaces:
        for name in space.keys() - values[i].keys():
            del space[name]
        space.update(values[i])
        i += 1  # noqa: SIM113


def limit(megabytes: int, seconds: int) -> None:
    """Limit this process's memory and time, the files it writes, and what it starts; and its time if nobody waits."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(seconds)


def refuse(without: tuple[str, ...]) -> None:
    """Refuse imports that the text did not show, such as that of a name put together."""
    real, real_module = builtins.__import__, importlib.import_module

    def check(names: list[str]) -> None:
        caller = str(sys._getframe(2).f_globals.get("__name__", ""))
        if caller.partition(".")[0] == "minigrad":
            return
        for module in names:
            if any(module == x or module.startswith(f"{x}.") for x in without):
                raise ImportError(f"{module} is what this exercise is to be done without")

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
