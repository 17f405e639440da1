"""Gradient compression: two bits per value; what was rounded away is sent later (error feedback)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy

from minigrad.arguments import number
from minigrad.device import Array, xp_of
from minigrad.errors import ArgumentError

_BITS = numpy.array([0b00, 0b11, 0b10], dtype="uint8")  # of the codes 0, +1 and -1: negative indices count from the end
_CODES = numpy.array([0, 0, -1, 1], dtype="int8")  # of the bits 00, 01 (never written), 10, 11


class TwoBitCompression:
    r"""Sends each gradient value as :math:`-\tau`, 0 or :math:`+\tau`, sixteen of them in a 32-bit word.

    For each sender (a key on a device) a residual :math:`r`, zero at first, collects what was not sent:

    .. math:: r \leftarrow r + g, \qquad q = [r \ge \tau] - [r \le -\tau], \qquad r \leftarrow r - \tau q

    and :math:`\tau q` is sent. At most one threshold leaves per push, so a larger gradient arrives over several pushes.
    Source: Strom, Scalable distributed DNN training using commodity GPU cloud computing, Interspeech 2015.

    >>> compression = TwoBitCompression(threshold=0.5)
    >>> for step in range(3):
    ...     print(compression.quantize("w", numpy.array([1.2, 0.2, -0.1])), compression.residuals["w"])
    [1 0 0] [ 0.7  0.2 -0.1]
    [1 0 0] [ 1.4  0.4 -0.2]
    [1 1 0] [ 2.1  0.1 -0.3]
    """

    def __init__(self, threshold: float = 0.5) -> None:
        self.threshold = number("threshold", threshold, 0, ends="()")
        self.residuals: dict[Any, Array] = {}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TwoBitCompression:
        """The compression that Gluon's `compression_params` describe, such as {'type': '2bit', 'threshold': 0.5}."""
        described = isinstance(params, Mapping) and not set(params) - {"type", "threshold"}
        if not described or params.get("type") != "2bit":
            raise ArgumentError(
                "Gradient compression is described by {'type': '2bit', 'threshold': a positive number}, "
                f"not by {params!r}."
            )
        return cls(params.get("threshold", 0.5))

    def quantize(self, sender: Hashable, gradient: Array) -> Array:
        """The codes -1, 0, +1 (int8, shape of `gradient`) to send now; the rest is saved for the next call."""
        xp = xp_of(gradient)
        residual = self.residuals.get(sender)
        if residual is None:
            residual = xp.zeros(gradient.shape, dtype=numpy.promote_types(gradient.dtype, "float32"))
        residual = self.residuals[sender] = xp.asarray(residual)  # a loaded one is on the host
        residual += gradient
        codes = (residual >= self.threshold).astype("int8") - (residual <= -self.threshold).astype("int8")
        residual -= self.threshold * codes.astype(residual.dtype)
        return codes

    def dequantize(self, codes: Array, dtype: Any) -> Array:
        """The values that codes stand for: threshold times code."""
        return codes.astype(dtype) * self.threshold


def pack(codes: Array) -> Array:
    """Codes -1, 0, +1 (int8, any shape) as bytes (uint8): four to a byte, the first in its top bits, in whole words.

    >>> [f"{byte:08b}" for byte in pack(numpy.array([1, -1, 0, 1, -1], dtype="int8"))]
    ['11100011', '10000000', '00000000', '00000000']
    """
    xp = xp_of(codes)
    bits = xp.zeros(-(-codes.size // 16) * 16, dtype="uint8")
    bits[: codes.size] = xp.asarray(_BITS)[codes.ravel()]
    first, second, third, fourth = bits.reshape(-1, 4).T
    return first << 6 | second << 4 | third << 2 | fourth


def unpack(packed: Array, shape: tuple[int, ...]) -> Array:
    """The codes (int8) of this shape that `pack` made into bytes.

    >>> unpack(numpy.array([0b11100011, 0, 0, 0], dtype="uint8"), (2, 2))
    array([[ 1, -1],
           [ 0,  1]], dtype=int8)
    """
    xp = xp_of(packed)
    size = int(numpy.prod(shape, dtype=int))
    if len(packed) * 4 < size:
        raise ArgumentError(f"{len(packed)} bytes hold {len(packed) * 4} codes, but shape {shape} needs {size}.")
    bits = packed[:, None] >> xp.asarray([6, 4, 2, 0], dtype="uint8") & 0b11
    return xp.asarray(_CODES)[bits.ravel()[:size]].reshape(shape)
