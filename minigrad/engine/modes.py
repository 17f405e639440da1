"""What is switched on, for each thread its own: recording, training mode, and who observes the operations."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minigrad.engine.graph import Node
    from minigrad.engine.operation import Op
    from minigrad.engine.tensor import Tensor


class Observer:
    """Somebody who is told what happens in this thread: `detect_anomaly` and `hybridize` are. See `observing`."""

    def called(self, op: Op, args: Sequence[Any], y: Tensor) -> None:
        """An operation has made `y` of these arguments."""

    def read(self, x: Tensor) -> None:
        """The values of `x` have been looked at outside of operations."""

    def pulled(self, node: Node, g: Any, parts: Sequence[Any]) -> None:
        """In a backward pass, a node has given each parent its part of the gradient `g`."""


class State(threading.local):
    """What is switched on in this thread."""

    recording = False
    training = False
    observers: tuple[Observer, ...] = ()


state = State()


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """A `with` block in which an observer is told."""
    before = state.observers
    state.observers = (*before, observer)
    try:
        yield
    finally:
        state.observers = before


def read(x: Tensor) -> Any:
    """The raw array of a Tensor, for its values to be looked at outside of operations."""
    for observer in state.observers:
        observer.read(x)
    return x.data


class Scope:
    """A `with` block that sets the two switches and puts them back."""

    __slots__ = ("_recording", "_saved", "_training")

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording = recording
        self._training = training
        self._saved: Any = None  # (recording, training, what was saved before): one scope may be entered again

    def __enter__(self) -> None:
        self._saved = (state.recording, state.training, self._saved)
        if self._recording is not None:
            state.recording = self._recording
        if self._training is not None:
            state.training = self._training

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.recording, state.training, self._saved = self._saved
