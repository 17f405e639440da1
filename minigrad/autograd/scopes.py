"""The `with` blocks that switch recording and training mode on and off, and functions that ask what is on."""

from minigrad.arguments import flag
from minigrad.engine.modes import Scope, state


def record(train_mode: bool = True) -> Scope:
    """Record operations in this block, in training mode unless told otherwise (Gluon's `autograd.record`).

    >>> from minigrad import autograd, np
    >>> x = np.array([1.0, 2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    array([2., 4.])
    """
    return Scope(True, train_mode)


def pause(train_mode: bool = False) -> Scope:
    """Stop recording in this block, for instance to compute a metric inside `record()`.

    >>> from minigrad import autograd
    >>> with autograd.record(), autograd.pause():
    ...     autograd.is_recording()
    False
    """
    return Scope(False, train_mode)


def train_mode() -> Scope:
    """Let layers behave as in training (Dropout drops); recording stays as it is."""
    return Scope(None, True)


def predict_mode() -> Scope:
    """Let layers behave as in prediction; recording stays as it is."""
    return Scope(None, False)


def is_recording() -> bool:
    """Whether operations are being recorded in this thread."""
    return state.recording


def is_training() -> bool:
    """Whether layers behave as in training in this thread."""
    return state.training


def set_recording(is_recording: bool) -> bool:
    """Switch recording by hand; returns the old value. `with record():` is safer."""
    was, state.recording = state.recording, flag("is_recording", is_recording)
    return was


def set_training(train_mode: bool) -> bool:
    """Switch training mode by hand; returns the old value."""
    was, state.training = state.training, flag("train_mode", train_mode)
    return was
