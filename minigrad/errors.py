"""Named exceptions. Each says in a sentence what was found, what was expected and what to do.

All derive from `MinigradError` and also from the built-in that a caller would naturally catch. Where Gluon raises an
`AssertionError`, ours is one too, so that code written for Gluon keeps catching it.
"""

from collections.abc import Iterable

from numpy.linalg import LinAlgError


class MXNetError(Exception):
    """What code written for MXNet catches, as `base.MXNetError`."""


class MinigradError(MXNetError):
    """Root of every exception that minigrad raises on purpose."""


class ArgumentError(MinigradError, ValueError):
    """An argument whose value makes no sense."""


class KeywordError(MinigradError, TypeError):
    """An argument that does not exist, or one of the wrong kind."""


class NotNumbersError(ArgumentError, TypeError):
    """Something other than numbers where an array is expected."""


class PositionError(MinigradError, IndexError):
    """A position outside an array, or something that cannot be an index."""


class UsageError(MinigradError, ValueError, AssertionError):
    """An argument or a call that Gluon answers with an AssertionError."""


class RuleError(UsageError, TypeError, AttributeError):
    """An optimizer's rule that cannot be what its author meant."""


class KindError(ArgumentError, UsageError, TypeError):
    """An argument of the wrong kind, such as 1.9 for a length. NumPy raises a TypeError; Gluon asserts."""


class BatchSizeError(MinigradError, ValueError, ZeroDivisionError):
    """A batch size that is not positive. Gluon divides by it."""


class ShapeError(MinigradError, ValueError, AssertionError):
    """Shapes that do not fit together."""


class AxisError(ShapeError, IndexError):
    """An axis that an array does not have, or one named twice. NumPy's is a ValueError and an IndexError too."""


class MatrixError(ShapeError, LinAlgError):
    """A matrix that an operation cannot use: it is singular, not square or not positive definite."""


class DTypeError(MinigradError, TypeError):
    """A dtype that cannot be used here, such as the gradient of an integer array."""


class GraphError(MinigradError, RuntimeError):
    """A request that the recorded graph cannot answer: nothing recorded, already freed, changed in place."""


class GradientError(MinigradError, AssertionError):
    """A gradient that does not agree with differences, found by `gradcheck`."""


class DeviceError(MinigradError, RuntimeError):
    """A device that is missing, or arrays of two devices in one operation."""


class AnomalyError(MinigradError, ArithmeticError):
    """A NaN or an infinity, found under `autograd.detect_anomaly()`."""


class AbsentError(MinigradError, AttributeError):
    """A name from another library that minigrad does not have, or has elsewhere."""


class AbsentImportError(MinigradError, ImportError):
    """The same, for a name in an import statement."""


class InitializationError(MinigradError, RuntimeError):
    """A parameter is used before `initialize()`."""


class DeferredInitializationError(InitializationError):
    """A parameter is initialized but its shape is not known before the first forward pass."""


class FileError(MinigradError, ValueError):
    """A file that cannot be read as what it should be. Nothing was changed."""


class MissingFileError(FileError, FileNotFoundError):
    """A file or folder that is not there."""


class AccessError(FileError, OSError):
    """A file that the system does not let us read or write: no permission, a full disk, a folder, a device."""


class StaleGradientError(MinigradError, UserWarning):
    """A parameter is updated without a new gradient. Gluon raises its `UserWarning`; so do we."""


class ScheduleError(MinigradError, UserWarning):
    """The rate is set by hand although a schedule controls it. Gluon raises its `UserWarning`; so do we."""


ELSEWHERE = {"lr": "learning_rate", "weight_decay": "wd", "betas": "beta1", "momentum_decay": "schedule_decay"}
"""Arguments of optimizers in PyTorch whose names here are too different to be found by their letters."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the closest known name, if any is close, and all if they are few.

    >>> suggestion("adan", ["adam", "sgd"])
    "; did you mean 'adam'? Known names: adam, sgd"
    """
    import difflib  # only when something is wrong

    known, here = list(known), ELSEWHERE.get(str(word))
    close = [here] if here in known else difflib.get_close_matches(str(word), known, n=1)
    meant = f"; did you mean {close[0]!r}?" if close else "."
    return f"{meant} Known names: {', '.join(known)}" if len(known) < 200 else meant
