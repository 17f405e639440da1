"""Where arrays live: a device, and the array module that computes there (NumPy or CuPy).

CuPy is imported when a GPU is first requested, never before. It works on one GPU at a time, CUDA's current device. Code
that uses arrays on another GPU makes that one current first: `with x.ctx: ...`.
"""

from __future__ import annotations

import importlib
import math
import re
import threading
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy

from minigrad.arguments import shown, whole
from minigrad.errors import ArgumentError, DeviceError, KeywordError

Array = Any
"""A raw array: `numpy.ndarray` on a CPU, `cupy.ndarray` on a GPU."""

MODULES: dict[type, Any] = {numpy.ndarray: numpy, numpy.generic: numpy}
"""The array module of each raw array type. CuPy's is added when it is imported."""


numpy.empty(31 << 20, "uint8")
# glibc returns the memory of a training step to the system, and spends a quarter of the next step on getting it back,
# page by page, unless it is less than twice the largest array (up to 32 MiB) ever freed: so one is freed here.


class Context:
    """A device such as `cpu(0)` or `gpu(1)`; as a `with` block, the device on which new arrays are made.

    Contexts are interned: two spellings of one device are one object.

    >>> cpu(), cpu() is cpu(0), cpu(1).device_id
    (cpu(0), True, 1)
    """

    __slots__ = ("device_id", "device_type")
    device_type: str
    device_id: int

    def __new__(cls, device_type: str, device_id: int = 0) -> Context:
        if not isinstance(device_type, str) or device_type not in ("cpu", "gpu"):
            raise ArgumentError(f"There is no device {shown(device_type)}; use 'cpu' or 'gpu'.")
        made = super().__new__(cls)
        made.device_type, made.device_id = device_type, whole("device_id", device_id, 0)
        return _contexts.setdefault((device_type, made.device_id), made)

    @property
    def xp(self) -> Any:
        """The array module of this device: numpy, or cupy."""
        return numpy if self.device_type == "cpu" else _cupy()

    def put(self, array: Array) -> Array:
        """`array` as a raw array on this device, copied only if it lives elsewhere."""
        if self.device_type == "cpu":
            return array if isinstance(array, numpy.ndarray) else to_host(array)
        with self:
            return self.xp.asarray(array)

    def is_current(self) -> bool:
        """Whether this device can be used without switching to it: a CPU always, a GPU if it is CUDA's current one."""
        return self.device_type == "cpu" or self.xp.cuda.runtime.getDevice() == self.device_id

    def use(self) -> None:
        """Make a GPU CUDA's current device, in this thread."""
        if not self.is_current():
            try:
                self.xp.cuda.Device(self.device_id).use()
            except RuntimeError as error:
                raise DeviceError(
                    f"{self} was asked for, but CUDA cannot use it ({error}); this machine has {num_gpus()} GPU(s), "
                    "counted from gpu(0)."
                ) from None

    def __enter__(self) -> Context:
        if self.device_type == "gpu":
            _cupy()  # before the excursion reads the current device
            excursion.__enter__()
            try:
                self.use()
            except BaseException:
                excursion.__exit__()
                raise
        _local.contexts.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _local.contexts.pop()
        if self.device_type == "gpu":
            excursion.__exit__()

    def __repr__(self) -> str:
        return f"{self.device_type}({self.device_id})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Context, (self.device_type, self.device_id)


Where = Context | None
"""The device on which a function makes its array; None is the current one."""

_contexts: dict[tuple[str, int], Context] = {}


def cpu(device_id: int = 0) -> Context:
    """The CPU. All numbers name the same processor; they let tests use several devices on one machine."""
    return Context("cpu", device_id)


def gpu(device_id: int = 0) -> Context:
    """The NVIDIA GPU number `device_id`. Its arrays are CuPy's. If it cannot be used, DeviceError says why."""
    return Context("gpu", device_id)


class _Local(threading.local):
    """The state of each thread."""

    def __init__(self) -> None:
        self.contexts = [cpu()]
        self.homes: list[int] = []  # CUDA's current device before each excursion


_local = _Local()
_cupy_in_use: Any = None


class _Excursion:
    """`with excursion:` restores CUDA's current device afterwards, whichever GPUs become current inside."""

    def __enter__(self) -> None:
        if _cupy_in_use is not None:
            _local.homes.append(_cupy_in_use.cuda.runtime.getDevice())

    def __exit__(self, *_: object) -> None:
        if _cupy_in_use is not None and _local.homes:  # empty if CuPy was first used inside
            _cupy_in_use.cuda.Device(_local.homes.pop()).use()


excursion = _Excursion()


def current_context() -> Context:
    """The device on which new arrays are made: `cpu(0)` unless a `with gpu(0):` block says otherwise."""
    return _local.contexts[-1]


def place(*asked: Any) -> Context:
    """The device that the arguments `ctx` and `device` ask for: the first that is not None, else the current one."""
    for ctx in asked:
        if isinstance(ctx, Context):
            return ctx
        if ctx is not None:
            raise KeywordError(
                f"A device is given as minigrad.cpu() or minigrad.gpu(0), but ctx= or device= got {shown(ctx)}; "
                "without it, the current device is used."
            )
    return current_context()


def places(*asked: Any) -> list[Context]:
    """As `place`, for arguments that may also be lists of devices: all of them, at least one."""
    given = next((some for some in asked if some is not None), None)
    listed = given if isinstance(given, (list, tuple)) else [given]
    if not listed or (listed is given and any(ctx is None for ctx in listed)):
        raise KeywordError(f"Expected a list of devices such as [minigrad.cpu()], but got {shown(given)}.")
    return [place(ctx) for ctx in listed]


def num_gpus() -> int:
    """How many GPUs can be used: 0 without CuPy or without a driver."""
    try:
        cupy = importlib.import_module("cupy")
        return int(cupy.cuda.runtime.getDeviceCount()) if cupy.is_available() else 0
    except (ImportError, RuntimeError):  # CuPy 13 raises this where there is no driver
        return 0


def _cupy() -> Any:
    """CuPy, or a DeviceError that says why it cannot be used."""
    global _cupy_in_use
    if _cupy_in_use is None:
        cupy = _import_cupy()
        MODULES[cupy.ndarray] = cupy
        _cupy_in_use = cupy
    return _cupy_in_use


def _import_cupy() -> Any:
    import importlib.metadata  # slow to import, and only needed here

    names = {str(d.metadata["Name"]).lower() for d in importlib.metadata.distributions()}
    packages = sorted(name for name in names if re.fullmatch(r"cupy(-(cuda|rocm).*)?", name))
    if len(packages) > 1:
        raise DeviceError(
            f"Two CuPy packages are installed ({', '.join(packages)}) and they break each other; "
            "uninstall all but the one for your CUDA."
        )
    try:
        cupy: ModuleType = importlib.import_module("cupy")
    except ImportError as error:
        raise DeviceError(
            f"A GPU was asked for, but CuPy cannot be imported ({error}); "
            "install it in the checkout of minigrad with pip install -e '.[cuda12]' (or '.[cuda13]' for CUDA 13), "
            "or use cpu()."
        ) from None
    if num_gpus() == 0:
        raise DeviceError(
            "A GPU was asked for and CuPy is installed, but it finds no usable NVIDIA GPU or driver; "
            "check nvidia-smi, or use cpu()."
        )
    return cupy


def xp_of(array: Array) -> Any:
    """The module, numpy or cupy, that computes with this raw array."""
    module = MODULES.get(type(array))
    if module is not None:
        return module
    for kind, module in MODULES.items():
        if isinstance(array, kind):
            return module
    if type(array).__module__.split(".")[0] == "cupy":
        return _cupy()
    return numpy


def on_host(xp: Any) -> bool:
    """Whether the values of this module's arrays can be read without waiting for a device."""
    return xp is numpy or getattr(xp, "on_host", False)


def context_of(array: Array) -> Context:
    """The device on which a raw array lives."""
    return cpu() if xp_of(array) is numpy else gpu(array.device.id)


def assign_on_gpu(target: Array, source: Array) -> None:
    """`target[...] = source`, by `copy_on_gpu` where that is the same."""
    moves = source.dtype == target.dtype and source.shape == target.shape
    if moves and source.flags.c_contiguous and target.flags.c_contiguous:
        copy_on_gpu(target, source)
    else:
        target[...] = source


def copy_on_gpu(target: Array, source: Array) -> None:
    """`target[...] = source` for contiguous arrays of the same shape and dtype, in two thirds of the time."""
    target.data.copy_from_device_async(source.data, source.nbytes)


def ones(xp: Any, shape: Any, dtype: Any) -> Array:
    """Ones, only to be read, on the current device: for sums as products, and for gradients to start from."""
    return _small(xp, "ones", shape if isinstance(shape, int) else math.prod(shape), shape, dtype)


def counted(xp: Any, n: int, step: int = 1) -> Array:
    """The first n multiples of a step, only to be read, on the current device: for indices."""
    return _small(xp, "arange", n, 0, n * step, step or 1)


def _small(xp: Any, name: str, size: int, *args: Any) -> Array:
    """A constant array. Small ones are made once and cached."""
    if size > 4096:
        return getattr(xp, name)(*args)
    return _cached(xp, None if on_host(xp) else xp.cuda.runtime.getDevice(), name, *args)


@lru_cache(maxsize=256)
def _cached(xp: Any, device_id: int | None, name: str, *args: Any) -> Array:
    return getattr(xp, name)(*args)


SHARING = ("__dlpack__", "__cuda_array_interface__")
"""The attributes by which arrays of other libraries offer their memory."""


def without_copy(object: Any) -> Array:
    """An array of any library as a raw array in the same memory: NumPy's on the host, CuPy's on a GPU."""
    if not hasattr(object, "__dlpack__"):
        return _cupy().asarray(object)
    kind, _ = object.__dlpack_device__()
    if kind not in (_DLPACK_CPU, _DLPACK_CUDA):
        raise DeviceError(
            f"An array lives on a device of DLPack's kind {kind}, but minigrad knows the CPU and NVIDIA GPUs; "
            "bring it to the CPU first."
        )
    return (numpy if kind == _DLPACK_CPU else _cupy()).from_dlpack(object)


_DLPACK_CPU, _DLPACK_CUDA = 1, 2


def to_host(array: Array) -> numpy.ndarray[Any, Any]:
    """A raw array as a NumPy array (a copy if it came from a GPU)."""
    return numpy.asarray(array.get() if hasattr(array, "get") else array)
