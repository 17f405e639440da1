"""What an answer does on a probe, as plain data: results, an error, what it changed, what shares memory."""

from __future__ import annotations

import importlib
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Number
from pathlib import Path
from typing import Any

import numpy

import minigrad
from minigrad.engine.tensor import Tensor
from minigrad.exercises.probes import Probe, copied

LIBRARIES = tuple(str(Path(x.__file__ or "").parent) for x in (minigrad, numpy, importlib))

Observe = Callable[[Any, tuple[Any, ...]], Any]


@dataclass(frozen=True, eq=False)
class Outcome:
    """One call of an answer.

    * `results`: NumPy arrays, also for Tensors, and Python or NumPy scalars; None if there are none, and then
    * `error`: why, in words; `kind`: the class of the exception, or "returned"; `line`: the answer's line.
    * `changed`: the names of arguments that were changed; `shared`: pairs of results that share memory.
    * `kept`: what the answer keeps from one call to the next: "an array", "a value", or nothing.
    * `nested`: what holds the results if it is not a plain tuple or list: "a dict", "nested tuples or lists".
    """

    results: list[Any] | None
    single: bool = True
    error: str = ""
    kind: str = ""
    line: str = ""
    changed: tuple[str, ...] = ()
    shared: tuple[tuple[int, int], ...] = ()
    kept: str = ""
    nested: str = ""


class Unsuitable(Exception):
    """What `observe` raises if an answer did not return what was asked for; the text says what it returned."""


class Interrupted(Exception):
    """A KeyboardInterrupt that cannot come from a keyboard: the answer raised it."""


def run(answer: Any, probe: Probe, names: Sequence[str], observe: Observe | None = None) -> Outcome:
    """Call the answer once. Whatever it raises becomes an outcome, even `exit()`; only Ctrl-C passes.

    `names` are those of the positional arguments; `observe(returned, args)` gives what to compare instead.
    """
    if not callable(answer):
        return Outcome(None, error=f"it is a {type(answer).__name__}, not a function", kind="returned")
    args, kwargs = probe.make()
    before = [copied(x) for x in args]
    try:
        with numpy.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            returned = answer(*args, **kwargs)
            if any(x is ... for x in (returned if isinstance(returned, tuple) else [returned])):
                raise NotImplementedError
            if observe:
                returned = observe(returned, args)
    except KeyboardInterrupt:
        raise
    except Unsuitable as error:
        return Outcome(None, error=str(error), kind="returned")
    except BaseException as error:
        return Outcome(None, error=words(error), kind=type(error).__name__, line=line_of(error))
    single = not isinstance(returned, (tuple, list, dict))
    results, nested = ([returned], "") if single else flat(returned)
    results = [numpy.asarray(x) if isinstance(x, Tensor) else x for x in results]  # of the same memory
    for x in results:
        if not isinstance(x, (Number, numpy.ndarray, numpy.generic)):
            what = "nothing (None)" if x is None else f"a {type(x).__name__}"
            return Outcome(None, error=f"it returns {what} where an array or a number is expected", kind="returned")
        if numpy.asarray(x).dtype.kind not in "fiub":
            what = f"an array of {x.dtype}" if isinstance(x, numpy.ndarray) else f"a {type(x).__name__}"
            return Outcome(None, error=f"it returns {what}, which is not made of real numbers", kind="returned")
    changed = tuple(name for name, x, y in zip(names, before, args) if not same(x, y))
    return Outcome(results, single, changed=changed, shared=shared(results), nested=nested)


def flat(returned: Any) -> tuple[list[Any], str]:
    """The results in one list, and how they were nested, in words."""
    if isinstance(returned, dict):
        return list(returned.values()), "a dict"
    parts = [list(x) if isinstance(x, (tuple, list)) else [x] for x in returned]
    nested = any(isinstance(x, (tuple, list)) for x in returned)
    return [x for part in parts for x in part], "nested tuples or lists" if nested else ""


def same(x: Any, y: Any) -> bool:
    """Whether two arguments hold the same values; only arrays and lists of arrays are compared."""
    if isinstance(x, numpy.ndarray):
        return x.shape == y.shape and bool(numpy.array_equal(x, y, equal_nan=x.dtype.kind == "f"))
    if isinstance(x, list):
        return len(x) == len(y) and all(map(same, x, y))
    return True


def shared(results: list[Any]) -> tuple[tuple[int, int], ...]:
    """Pairs of results that share memory."""
    arrays = [(i, x) for i, x in enumerate(results) if isinstance(x, numpy.ndarray) and x.size]
    return tuple((i, j) for i, x in arrays for j, y in arrays if i < j and numpy.shares_memory(x, y))


def words(error: BaseException) -> str:
    """An error in words."""
    if isinstance(error, SystemExit):
        return "it calls exit()"
    if isinstance(error, (KeyboardInterrupt, Interrupted)):
        return "it raises KeyboardInterrupt"
    try:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    except Exception:  # an error class of the answer's own that cannot be printed
        return type(error).__name__


def reason(error: BaseException) -> str:
    """An error in words, with the line of the answer."""
    line = line_of(error)
    return f"{words(error)}, in the line `{line}`" if line else words(error)


def line_of(error: BaseException) -> str:
    """The last line of the answer that the error passed through, as text."""
    last, frame = None, error.__traceback__
    while frame:  # there may be a million frames: only one is turned into text
        if not frame.tb_frame.f_code.co_filename.startswith(("<frozen", *LIBRARIES)):
            last = frame
        frame = frame.tb_next
    return traceback.extract_tb(last, limit=1)[0].line or "" if last else ""
