"""Errors of NumPy and Python as sentences with the values, and the line of the user's code that they came from."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any

import numpy

from minigrad import errors

EXPLAINED = (TypeError, ValueError, AttributeError, LookupError, OverflowError, ZeroDivisionError, BufferError)
"""What NumPy and Python raise for wrong arguments. Warnings and lack of memory need no explanation."""
MOST = 6
"""How many arguments an error describes."""
MISFIT = re.compile(r"(?i)shape|dim|ax[ei]s|size|length|broadcast|operand|empty|dee?p|subscript|match|align|\dd\b|-d\b")
"""The words in which NumPy says that an array has the wrong shape."""


def not_numbers(where: str, value: Any) -> errors.NotNumbersError:
    """The error for a `value` that cannot be an array."""
    return errors.NotNumbersError(
        f"{where} got {described(value)}, but expects numbers: an array, a number or a list of numbers. Check for text "
        "or missing values, and write list(...) around a generator."
    )


def described(value: Any) -> str:
    """A value in a few words."""
    if isinstance(getattr(value, "shape", None), tuple) and hasattr(value, "dtype"):
        return f"an array of {value.dtype} and shape {value.shape}"
    if value is None or isinstance(value, (str, bool, int, float, complex)):
        text = repr(value)
        return text if len(text) < 50 else f"{text[:40]}..."
    kind = value.__name__ if isinstance(value, type) else type(value).__name__
    if isinstance(value, (list, tuple)):
        return f"a {kind} of {', '.join(sorted({type(v).__name__ for v in value})) or 'nothing'}"
    return f"a value of type {kind}"


def explained(what: str, error: Exception, given: Mapping[str, Any]) -> Exception:
    """minigrad's error for an `error` of NumPy or Python in `what`, which was called with `given`."""
    if isinstance(error, (errors.MinigradError, Warning)):
        return error
    if isinstance(error, numpy.linalg.LinAlgError):
        return errors.MatrixError(f"{what}: {error}. Check the values and the shape of the matrix.")
    reason = f"{error}".rstrip(" .") or type(error).__name__
    if "read-only" in reason:
        return errors.ArgumentError(f"{what}: {reason}, as it is after broadcasting; change a copy instead, x.copy().")
    shapes = [str(value.shape) for value in given.values() if isinstance(getattr(value, "shape", None), tuple)]
    if isinstance(error, ValueError) and shapes and MISFIT.search(reason):
        does = f"combine shapes {' and '.join(shapes)}" if len(shapes) > 1 else f"take {shapes[0]}"
        misfit = errors.AxisError if isinstance(error, IndexError) else errors.ShapeError
        return misfit(f"{what} cannot {does}: {reason}. Check the order of the axes, or reshape first.")
    if isinstance(error, TypeError) and f"{what} " in reason:  # Python's own error about the arguments of a call
        return errors.KeywordError(
            f"{reason}. See its help() for its arguments; not every option of NumPy is supported."
        )
    values = ", ".join([f"{key}: {described(value)}" for key, value in given.items()][:MOST])
    values += ", ..." if len(given) > MOST else ""
    sentence = f"{what} cannot work with what it got ({values}): {reason}. Check the arguments, and their order."
    if isinstance(error, (TypeError, AttributeError)):
        return errors.KindError(sentence)
    return errors.PositionError(sentence) if isinstance(error, IndexError) else errors.ArgumentError(sentence)


HERE = str(Path(__file__).parent) + os.sep  # how the paths of minigrad's files begin
_OURS: dict[str, bool] = {}  # which files are minigrad's own


def users_line(depth: int) -> tuple[CodeType, int]:
    """Code and instruction of the innermost call, from `depth` calls up, that is not in minigrad.

    (Not the frame: as long as a node held it, the user's local variables could not be freed.)
    """
    frame: Any = sys._getframe(depth)
    code = frame.f_code
    ours = _OURS
    try:
        while ours[code.co_filename] and frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
    except KeyError:  # a file that has not been seen before
        ours[code.co_filename] = code.co_filename.startswith(HERE)
        return users_line(depth + 1)
    return code, frame.f_lasti


def line_of(code: CodeType, instruction: int) -> str:
    """A place in the user's code in words: the file, or the cell of a notebook, and the line."""
    lines = [line for start, end, line in code.co_lines() if start <= instruction < end]
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    cell = getattr(getattr(shell, "compile", None), "format_code_name", lambda name: None)(code.co_filename)
    place = " ".join(cell) if cell else f'"{code.co_filename}"'  # ("Cell", "In[3]"), as IPython calls it
    return f"{place}, line {lines[0] if lines else code.co_firstlineno}"
