"""Gradient compression: each value is sent as two bits or one, and what all senders sent becomes one answer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy

from minigrad.arguments import number
from minigrad.device import Array, xp_of
from minigrad.errors import ArgumentError
from minigrad.kvstore.packing import bits_of_sums, pack, pack_signs, pack_sums, unpack, unpack_signs, unpack_sums


class Compression:
    """The base of both kinds: each sender, a key with a number, keeps an array from push to push."""

    def __init__(self) -> None:
        self.residuals: dict[Any, Array] = {}

    def _kept(self, sender: Hashable, gradient: Array) -> Array:
        """The array that this sender keeps, zeros at first; float32 for a float16 gradient."""
        xp = xp_of(gradient)
        kept = self.residuals.get(sender)
        if kept is None:
            kept = xp.zeros(gradient.shape, dtype=numpy.promote_types(gradient.dtype, "float32"))
        self.residuals[sender] = found = xp.asarray(kept)  # a loaded one is on the host
        return found

    @property
    def keeps(self) -> bool:
        """Whether part of a gradient is kept for later pushes, where an infinity would stay for ever."""
        return True

    def quantize(self, sender: tuple[Hashable, int] | Hashable, gradient: Array) -> Array:
        """The codes (int8, shape of `gradient`) to send now."""
        raise NotImplementedError

    def combine(self, codes: Sequence[Array]) -> Array:
        """The combined codes of all senders (int32): their sum, unless a subclass says otherwise."""
        return sum((c.astype("int32") for c in codes[1:]), codes[0].astype("int32"))

    def dequantize(self, codes: Array, dtype: Any) -> Array:
        """The values that codes, or combined codes, stand for."""
        raise NotImplementedError

    def bits(self, senders: int) -> tuple[int, int]:
        """Bits per code when sent, and bits per value in the answer to `senders` senders."""
        raise NotImplementedError

    def pack(self, codes: Array) -> Array:
        """One sender's codes as bytes."""
        raise NotImplementedError

    def unpack(self, packed: Array, size: int) -> Array:
        """The first `size` codes in bytes from `pack`."""
        raise NotImplementedError

    def pack_answer(self, total: Array, senders: int) -> Array:
        """The combined codes of `senders` senders as bytes."""
        raise NotImplementedError

    def unpack_answer(self, packed: Array, size: int, senders: int) -> Array:
        """The first `size` numbers in bytes from `pack_answer`."""
        raise NotImplementedError


class TwoBitCompression(Compression):
    r"""Sends each gradient value as :math:`-\tau`, 0 or :math:`+\tau`, sixteen of them in a 32-bit word.

    For each sender (a key on a device or a worker) a residual :math:`r`, zero at first, collects what has not been
    sent:

    .. math:: r \leftarrow r + g, \qquad q = [r \ge \tau] - [r \le -\tau], \qquad r \leftarrow r - \tau q

    and :math:`\tau q` is sent. At most one threshold is sent per push, so a larger gradient arrives over several
    pushes. The threshold has the unit of what is pushed. A Trainer pushes gradients of losses summed over one sender's
    samples, and divides by the batch size afterwards: a threshold of 0.5 for 32 samples is 0.5 / 32 in the step.
    Source: Strom, Scalable distributed DNN training using commodity GPU cloud computing, Interspeech 2015.

    >>> compression = TwoBitCompression(threshold=0.5)
    >>> for step in range(3):
    ...     print(compression.quantize("w", numpy.array([1.2, 0.2, -0.1])), compression.residuals["w"])
    [1 0 0] [ 0.7  0.2 -0.1]
    [1 0 0] [ 1.4  0.4 -0.2]
    [1 1 0] [ 2.1  0.1 -0.3]
    """

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = number("threshold", threshold, 0, ends="()")

    def __repr__(self) -> str:
        return f"{{'type': '2bit', 'threshold': {self.threshold!r}}}"

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TwoBitCompression:
        """The compression that Gluon's `compression_params` describes, such as {'type': '2bit', 'threshold': 0.5}."""
        described = isinstance(params, Mapping) and not set(params) - {"type", "threshold"}
        if not described or params.get("type") != "2bit":
            raise ArgumentError(
                "Gradient compression is described by {'type': '2bit', 'threshold': a positive number}, "
                f"not by {params!r}. ({{'type': '1bit', 'momentum': 0.9}} is a vote of workers, for the stores "
                "'sim', 'dist_sync' and 'dist_async'.)"
            )
        return cls(**{name: value for name, value in params.items() if name != "type"})

    def quantize(self, sender: Hashable, gradient: Array) -> Array:
        """The codes -1, 0, +1 to send now; the rest is kept for the next call."""
        with numpy.errstate(over="ignore"):
            sent = gradient.dtype.type(self.threshold)
        if gradient.dtype.kind != "f" or not 0 < sent < numpy.inf:
            raise ArgumentError(
                f"The threshold {self.threshold!r} is {sent} in {gradient.dtype}, the dtype of the gradient; two "
                "bits stand for floats, and the threshold must be one of these."
            )
        residual = self._kept(sender, gradient)
        residual += gradient
        codes = (residual >= self.threshold).astype("int8") - (residual <= -self.threshold).astype("int8")
        residual -= self.threshold * codes.astype(residual.dtype)
        return codes

    def dequantize(self, codes: Array, dtype: Any) -> Array:
        """Threshold times code."""
        return codes.astype(dtype) * self.threshold

    def bits(self, senders: int) -> tuple[int, int]:
        return 2, bits_of_sums(senders)

    def pack(self, codes: Array) -> Array:
        return pack(codes)

    def unpack(self, packed: Array, size: int) -> Array:
        return unpack(packed, (size,))

    def pack_answer(self, total: Array, senders: int) -> Array:
        return pack_sums(total, senders)

    def unpack_answer(self, packed: Array, size: int, senders: int) -> Array:
        return unpack_sums(packed, size, senders)


class OneBitCompression(Compression):
    r"""Sends the sign of each value; the answer is the sign that most workers voted for.

    With a momentum :math:`\gamma` each worker votes with the running mean of its gradients, zero at first:

    .. math:: v \leftarrow \gamma v + (1 - \gamma) g, \qquad
              \text{vote} = \mathrm{sign}(v), \qquad \text{answer} = \mathrm{sign}\Big(\sum \text{votes}\Big)

    An optimizer that steps by the sign of the answer, `SGD` or `Signum(momentum=0)`, then takes the steps of Signum
    with majority vote. `Signum` with a momentum of its own would take a mean of answers, which is another rule. Decay
    should be decoupled (`wd_lh`), because an answer has no length that `wd` could be weighed against.

    A vote is one bit. Two workers out of four are no majority, and the answer to a tie is 0, so an answer takes two
    bits. A vote cannot be 0 either: where v is exactly 0, workers with an even number vote + and the others -. The
    votes of an even number of such workers thus cancel; with an odd number one vote is left, and weights that nobody
    uses then drift.

    Source: J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, "signSGD: compressed optimisation for
    non-convex problems", ICML 2018, Algorithm 3 (majority vote).

    >>> compression = OneBitCompression()
    >>> gradients = [5.0, -1.0, 2.0], [-0.1, -1.0, 3.0], [-0.1, 2.0, 4.0], [0.1, -3.0, 5.0]
    >>> votes = [compression.quantize(("w", k), numpy.array(g)) for k, g in enumerate(gradients)]
    >>> compression.combine(votes)
    array([ 0, -1,  1], dtype=int32)
    """

    def __init__(self, momentum: float = 0.0) -> None:
        super().__init__()
        self.momentum = number("momentum", momentum, 0, 1)

    def __repr__(self) -> str:
        return f"{{'type': '1bit', 'momentum': {self.momentum!r}}}"

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> OneBitCompression:
        """The compression that {'type': '1bit', 'momentum': 0.9} describes."""
        if set(params) - {"type", "momentum"}:
            raise ArgumentError(
                "Compression to one bit is described by {'type': '1bit', 'momentum': a number in [0, 1)}, "
                f"not by {params!r}. (A threshold, a positive number, belongs to '2bit'.)"
            )
        return cls(params.get("momentum", 0.0))

    @property
    def keeps(self) -> bool:
        return self.momentum > 0

    def quantize(self, sender: Any, gradient: Array) -> Array:
        """The votes -1 and +1. `sender` is a key and the number of a worker."""
        v = gradient
        if self.momentum:
            v = self._kept(sender, gradient)
            v *= self.momentum
            v += (1 - self.momentum) * gradient.astype(v.dtype)
        codes: Array = xp_of(v).where(v == 0, -1 if sender[1] % 2 else 1, (v > 0) * 2 - 1)
        return codes.astype("int8")

    def combine(self, codes: Sequence[Array]) -> Array:
        """The sign of the majority, 0 for a tie."""
        total = super().combine(codes)
        return xp_of(total).sign(total)

    def dequantize(self, codes: Array, dtype: Any) -> Array:
        """The sign itself."""
        return codes.astype(dtype)

    def bits(self, senders: int) -> tuple[int, int]:
        return 1, 2

    def pack(self, codes: Array) -> Array:
        return pack_signs(codes)

    def unpack(self, packed: Array, size: int) -> Array:
        return unpack_signs(packed, size)

    def pack_answer(self, total: Array, senders: int) -> Array:
        return pack(total)

    def unpack_answer(self, packed: Array, size: int, senders: int) -> Array:
        return unpack(packed, (size,))


def compression(params: Mapping[str, Any], votes: bool) -> Compression:
    """The compression that `compression_params` describes. `votes`: whether there are workers who can vote."""
    if votes and isinstance(params, Mapping) and params.get("type") == "1bit":
        return OneBitCompression.from_params(params)
    return TwoBitCompression.from_params(params)
