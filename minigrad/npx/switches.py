"""What MXNet can switch on is always on here: one array type, with NumPy's semantics and shapes."""

from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from minigrad.arguments import one_of
from minigrad.device import gpu, num_gpus

_Decorated = TypeVar("_Decorated")


def set_np(shape: bool = True, array: bool = True, dtype: bool = False) -> None:
    """Accepted: arrays always have NumPy's semantics here. Their default dtype stays float32, so `dtype` is False."""
    one_of("dtype", dtype, False)


def reset_np() -> None:
    """Accepted: see `set_np`."""


def use_np(decorated: _Decorated) -> _Decorated:
    """Accepted as a decorator: see `set_np`."""
    return decorated


def is_np_array() -> bool:
    """True: arrays always have NumPy's semantics."""
    return True


is_np_shape = is_np_array


def np_shape(active: bool = True) -> AbstractContextManager[None]:
    """Accepted as a `with` block: see `set_np`."""
    return nullcontext()


def waitall() -> None:
    """Wait until the GPUs have computed everything they were asked for."""
    for i in range(num_gpus()):
        gpu(i).xp.cuda.Device(i).synchronize()
