"""The state of a thread: whether it records, whether it trains, and which observers see its operations."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minigrad.engine.graph import Node
    from minigrad.engine.operation import Op
    from minigrad.engine.tensor import Tensor


class Observer:
    """Base class of objects notified of every operation in a thread: `detect_anomaly` and those of `hybridize()`.

    `observing` installs one.
    """

    def called(self, op: Op, args: Sequence[Any], y: Tensor) -> None:
        """An operation has computed `y` from these arguments."""

    def read(self, x: Tensor) -> None:
        """The values of `x` were read outside any operation, by `float(x)` or `x.asnumpy()`."""

    def pulled(self, node: Node, g: Any, parts: Sequence[Any]) -> None:
        """In a backward pass, a node has turned the gradient `g` of its output into `parts`, one for each parent.

        Each is an array, or for a slice a `Piece`; in a recorded pass it is a Tensor.
        """


class State(threading.local):
    """What is switched on. Each thread has its own values; these are the initial ones."""

    recording = False
    training = False
    observers: tuple[Observer, ...] = ()


state = State()


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """A `with` block in which `observer` is notified."""
    before = state.observers
    state.observers = (*before, observer)
    try:
        yield
    finally:
        state.observers = before


def read(x: Tensor) -> Any:
    """The raw array of a Tensor, for code that reads its values outside any operation; observers are notified."""
    for observer in state.observers:
        observer.read(x)
    return x.data


class Scope:
    """A `with` block that sets the two switches and restores them."""

    __slots__ = ("_recording", "_saved", "_training")

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording = recording
        self._training = training
        self._saved: Any = None  # (recording, training, the previous _saved): one scope may be open twice

    def __enter__(self) -> None:
        self._saved = (state.recording, state.training, self._saved)
        if self._recording is not None:
            state.recording = self._recording
        if self._training is not None:
            state.training = self._training

    def __exit__(self, *_: object) -> None:
        state.recording, state.training, self._saved = self._saved
