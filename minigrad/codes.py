"""MXNet's codes for `reshape`: numbers below 1 in the new shape, which stand for lengths of the old one."""

from collections.abc import Mapping, Sequence
from typing import Any

from minigrad.arguments import lengths
from minigrad.errors import ShapeError

GLUON = {0: "copy", -2: "rest", -3: "merge", -4: "split"}
"""What a code means to `nd.reshape` and to the method `reshape`; -1 is whatever length remains."""

NUMPY = {-2: "copy", -3: "skip", -4: "rest", -5: "merge", -6: "split"}
"""What a code means to `npx.reshape`; -1 is whatever length remains."""


def coded_shape(
    shape: Sequence[int], newshape: Any, codes: Mapping[int, str], reverse: bool = False
) -> tuple[int, ...]:
    """The shape that `newshape` describes for an array of this `shape`; a -1 in it stays."""
    given = lengths("shape", newshape, min(codes))
    step = -1 if reverse else 1
    left, rest, out = list(shape[::step]), iter(given[::step]), []
    try:
        for length in rest:
            word = codes.get(length)
            if word == "rest":
                out += left
                left = []
            elif word == "copy":
                out.append(left.pop(0))
            elif word == "merge":
                out.append(left.pop(0) * left.pop(0))
            elif word == "split":
                n, a, b = left.pop(0), next(rest), next(rest)
                a, b = n // max(b, 1) if a == -1 else a, n // max(a, 1) if b == -1 else b
                if a * b != n:
                    raise ShapeError(f"reshape() got {given}, which splits {n} of {tuple(shape)} into {a} and {b}.")
                out += [a, b]
            elif word == "skip":
                if left.pop(0) != 1:
                    raise ShapeError(f"reshape() cannot skip an axis of {tuple(shape)} whose length is not 1.")
            else:
                out.append(length)
                del left[:1]
    except (IndexError, StopIteration):
        raise ShapeError(
            f"reshape() got {given}, which names more axes than {tuple(shape)} has, or only one length for a split."
        ) from None
    return tuple(out[::step])
