"""In IPython and Jupyter an error raised in minigrad shows the user's own lines, and not those of the library.

Only the display changes: `%debug`, and code that catches the error, sees every frame. Plain Python is not affected.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any

_HOME = os.path.dirname(__file__) + os.sep  # noqa: PTH120  compared with the text of other paths


def full_tracebacks(full: bool = True) -> None:
    """Show the lines of minigrad in the tracebacks of IPython too; with False, hide them, which is the default.

    After `minigrad.full_tracebacks()`, `%tb` shows the last error in full.
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    shown = getattr(get_ipython(), "InteractiveTB", None)
    if shown is None:
        return
    if getattr(vars(shown).get("structured_traceback"), "func", None) is _shortened:
        del shown.structured_traceback  # so that the method of its class applies again
    if not full:
        shown.structured_traceback = partial(_shortened, shown.structured_traceback)


def _shortened(
    show: Callable[..., Any], etype: Any = None, value: Any = None, tb: Any = None, *args: Any, **kwargs: Any
) -> Any:
    return show(etype, value, users(tb), *args, **kwargs)


def users(tb: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of minigrad if the error was raised there; else unchanged."""
    steps = []
    while tb is not None:
        steps.append(tb)
        tb = tb.tb_next
    mine = [step.tb_frame.f_code.co_filename.startswith(_HOME) for step in steps]
    hide = bool(mine) and mine[-1] and not all(mine)
    for step, own in zip(reversed(steps), reversed(mine)):
        if not (hide and own):
            tb = TracebackType(tb, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return tb
