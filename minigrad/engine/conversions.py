"""A Tensor as something else: a NumPy array, a Python number, text, another library's array.

Everything here reads the values outside of operations, so it goes through `read`, which tells the observers.
"""

from typing import Any

import numpy

from minigrad.device import cpu, to_host
from minigrad.engine.modes import read
from minigrad.errors import DTypeError, KeywordError, PositionError, ShapeError

_CPU = cpu()


class Conversions:
    """The part of `Tensor` that turns it into something else."""

    __slots__ = ()

    # NumPy and other libraries

    def asnumpy(self: Any) -> numpy.ndarray[Any, Any]:
        """A copy as a NumPy array on the host."""
        return numpy.array(to_host(read(self)))

    def tolist(self: Any) -> Any:
        """The values as nested lists."""
        return read(self).tolist()

    def __array__(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray[Any, Any]:
        host = to_host(read(self))
        converts = dtype is not None and host.dtype != dtype
        if copy is False and (converts or host is not self.data):
            raise ShapeError(
                f"An array of {self.data.dtype} on {self.ctx} becomes a NumPy array of {dtype or host.dtype} only as a "
                "copy, and copy=False forbids one; leave it out."
            )
        if copy or converts:
            return host.astype(dtype or host.dtype)
        host = host.view()
        host.flags.writeable = False  # an unseen change could make a gradient wrong
        return host

    @property
    def strides(self: Any) -> tuple[int, ...]:
        """The bytes from one value to the next along each axis, in the array that NumPy gets."""
        return self.__array__().strides  # type: ignore[no-any-return]

    def __dlpack__(self: Any, **kwargs: Any) -> Any:
        return read(self).__dlpack__(**kwargs)

    def __dlpack_device__(self: Any) -> Any:
        return self.data.__dlpack_device__()

    @property
    def __cuda_array_interface__(self: Any) -> Any:
        return self.data.__cuda_array_interface__  # AttributeError on the host, where arrays have none

    # Python numbers

    def item(self: Any, *args: Any) -> Any:
        """The only value (or that at a position) as a Python number."""
        if not args:
            return self._single("item")
        try:
            return to_host(read(self)).item(*args)
        except (TypeError, ValueError, IndexError, OverflowError) as error:
            raise PositionError(
                f"item() has no value at {args!s:.80} in an array of shape {self.data.shape}: {error}."
            ) from None

    def asscalar(self: Any) -> Any:
        """The only value as a Python number."""
        return self._single("asscalar")

    def _single(self: Any, what: str) -> Any:
        if self.data.size != 1:
            raise ShapeError(f"{what}() needs one value, but this array has shape {self.data.shape}; reduce it first.")
        return read(self).item()

    def __bool__(self: Any) -> bool:
        if self.data.size != 1:
            raise ShapeError(
                f"An array of shape {self.data.shape} is neither true nor false as a whole; use .any() or .all()."
            )
        return bool(read(self).item())

    def __float__(self: Any) -> float:
        return float(self._single("float"))

    def __complex__(self: Any) -> complex:
        return complex(self._single("complex"))

    def __int__(self: Any) -> int:
        return int(self._single("int"))

    def __index__(self: Any) -> int:
        if self.data.dtype.kind not in "iu" or self.data.ndim:  # for NumPy, with axes it is an array of positions
            what = f"dtype {self.data.dtype} and shape {self.data.shape}"
            raise DTypeError(f"An array of {what} cannot be used as an index; convert it with int().")
        return read(self).item()  # type: ignore[no-any-return]

    def __trunc__(self: Any) -> int:
        return int(self._single("trunc"))

    def __round__(self: Any, ndigits: int | None = None) -> Any:
        """The number in an array without axes, rounded by Python; else each value, as by `np.round`."""
        if self.data.ndim:
            return self.round(ndigits or 0)
        return round(self._single("round"), ndigits)

    # Text

    def __format__(self: Any, spec: str) -> str:
        if spec and self.data.size == 1:
            return format(read(self).item(), spec)
        try:
            return format(str(self), spec)
        except ValueError:
            raise KeywordError(
                f"The format {spec!r} is for one number, but this array has shape {self.data.shape}; reduce it "
                "first, or round it with np.round."
            ) from None

    def __repr__(self: Any) -> str:
        text = numpy.array2string(to_host(self.data), separator=", ", prefix="array(")
        default = "float32" if self.data.dtype.kind == "f" else "int64" if self.data.dtype.kind == "i" else "bool"
        dtype = "" if self.data.dtype.name == default else f", dtype={self.data.dtype.name}"
        ctx = "" if self.ctx is _CPU else f", ctx={self.ctx}"
        return f"array({text}{dtype}{ctx})"

    def __str__(self: Any) -> str:
        return str(to_host(self.data))
