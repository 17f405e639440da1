"""Ctrl-C in the command `minigrad`: exit status 130 and no traceback, even while it is still being imported.

A program that merely imports minigrad handles Ctrl-C in its own way. In the command, Ctrl-C ends the process at once
before `main` begins and after it is done. In between it is Python's KeyboardInterrupt, so that files are removed and
the progress bar is cleared on the way out.
"""

import os  # nothing here that is slow to import
import signal
import sys
from collections.abc import Callable


def _is_command() -> bool:
    """Whether this process is `minigrad` or `python -m minigrad`. Ask during the import: -m is gone later."""
    if sys.argv[:1] == ["-m"]:
        return sys.orig_argv[sys.orig_argv.index("-m") + 1 :][:1] == ["minigrad"]
    return os.path.split("".join(sys.argv[:1]))[1].removesuffix(".exe") == "minigrad"


_COMMAND = _is_command()


def end_at_once() -> None:
    """From here on Ctrl-C ends the command, with nothing to clean up."""
    _answer(_end)


def raise_errors() -> None:
    """From here on Ctrl-C is a KeyboardInterrupt in the command, too."""
    if _COMMAND:
        sys.unraisablehook = _dropped
    _answer(_raise)


def leave() -> None:
    """End the command, which was stopped. Python would end with another status if Ctrl-C came while it ran `exec`."""
    if _COMMAND:
        sys.stdout.flush()
        os._exit(130)


def _answer(handler: Callable[..., object]) -> None:
    if _COMMAND and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is in the background of a shell
        signal.signal(signal.SIGINT, handler)


def _raise(*_: object) -> None:
    raise KeyboardInterrupt


def _dropped(found: "sys.UnraisableHookArgs") -> None:
    """Raise it again a little later: C drops what is raised in a callback, and numba's compiler has one."""
    if found.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(found)
    elif hasattr(signal, "setitimer"):  # Windows has none
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
        signal.setitimer(signal.ITIMER_REAL, 0.1)


def _end(*_: object) -> None:
    os.write(2, b"minigrad: stopped.\n")
    os._exit(130)


end_at_once()
