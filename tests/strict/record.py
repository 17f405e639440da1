"""What the stand-in notes while it runs: waits for the device, copies to it, kernels started."""

import sys
import threading
from contextlib import contextmanager


class Here(threading.local):
    """`here.device`: the number of the device on which work happens now; each thread has its own, and starts at 0.

    `here.linalg`: whether linear algebra waits for its errors.
    """

    device = 0
    linalg = "ignore"


here = Here()


class Record:
    """`waits` and `uploads` say where in minigrad each happened; `kernels` are the names of minigrad's own."""

    def __init__(self):
        self.waits, self.uploads, self.kernels = [], [], []


_records = [Record()]


@contextmanager
def recording():
    """Note what happens in the block in a record of its own."""
    _records.append(Record())
    try:
        yield _records[-1]
    finally:
        _records.pop()


def note(kind, what):
    """Enter `what` into every open record, with the line of minigrad or of the test that asked for it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and "tests/strict" in frame.f_code.co_filename:
        frame = frame.f_back
    place = f"{what} at {frame.f_code.co_filename}:{frame.f_lineno}"
    for record in _records:
        getattr(record, kind).append(place if kind != "kernels" else what)
