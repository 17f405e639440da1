"""A decorator for public functions and methods: what is raised inside about wrong arguments becomes a sentence.

Checks of single arguments say more, and come first. An error in the user's own code (a function that was passed in, the
rule of an optimizer) passes unchanged, with its line.
"""

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from typing import Any, TypeVar, cast

import numpy

from minigrad.errors import MinigradError
from minigrad.explain import EXPLAINED, explained

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OTHERS = tuple(
    str(folder) + os.sep
    for folder in (Path(__file__).parent, Path(os.__file__).parent, Path(numpy.__file__).parents[1])
)
"""Where the code lies that the user did not write: minigrad, Python's library, installed packages."""


def guarded(function: _Function) -> _Function:
    """Decorate a function, a method or an `__init__`.

    >>> import math
    >>> root = guarded(math.sqrt)
    >>> root("3")
    Traceback (most recent call last):
    minigrad.errors.KindError: sqrt() cannot work with what it got (x: '3'): must be real number, not str. Check ...
    """
    name = f"{function.__qualname__.rpartition('>.')[2].removesuffix('.__init__')}()"

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except EXPLAINED as error:
            if isinstance(error, MinigradError) or _in_users_code(error):
                raise
            try:
                given = inspect.signature(function).bind(*args, **kwargs).arguments
            except TypeError:  # the call does not fit: Python's own sentence names the function and the argument
                raise error from None
            told = explained(name, error, {key: value for key, value in given.items() if key != "self"})
        raise told

    return cast(_Function, checked)


def _in_users_code(error: BaseException) -> bool:
    """Whether an error went through code that is neither minigrad's nor a library's."""
    files = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    return not all(file.startswith(_OTHERS) or file.endswith((".pyx", "made by minigrad>")) for file in files)
