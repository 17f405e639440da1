"""Small whole numbers as bytes: signs in one bit, the codes -1, 0, +1 in two, sums of codes in four or more."""

from __future__ import annotations

import numpy

from minigrad.device import Array, xp_of
from minigrad.errors import ArgumentError

_BITS = numpy.array([0b00, 0b11, 0b10], dtype="uint8")  # of the codes 0, +1 and -1: negative indices count from the end
_CODES = numpy.array([0, 0, -1, 1], dtype="int8")  # of the bits 00, 01 (never written), 10, 11


def pack(codes: Array) -> Array:
    """Codes -1, 0, +1 (any shape) as bytes (uint8): four to a byte, the first in its top bits, in whole words.

    >>> [f"{byte:08b}" for byte in pack(numpy.array([1, -1, 0, 1, -1], dtype="int8"))]
    ['11100011', '10000000', '00000000', '00000000']
    """
    xp = xp_of(codes)
    bits = xp.zeros(-(-codes.size // 16) * 16, dtype="uint8")
    bits[: codes.size] = xp.asarray(_BITS)[codes.ravel()]
    first, second, third, fourth = bits.reshape(-1, 4).T
    return first << 6 | second << 4 | third << 2 | fourth


def unpack(packed: Array, shape: tuple[int, ...]) -> Array:
    """The codes (int8), of this shape, in bytes from `pack`.

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


def pack_signs(codes: Array) -> Array:
    """Codes -1, +1 as bytes (uint8): eight to a byte, the first in its top bit, 1 for +1.

    >>> [f"{byte:08b}" for byte in pack_signs(numpy.array([1, -1, 1, 1, -1, -1, -1, -1, 1]))]
    ['10110000', '10000000']
    """
    return xp_of(codes).packbits(codes.ravel() > 0)


def unpack_signs(packed: Array, size: int) -> Array:
    """The first `size` codes (int8) in bytes from `pack_signs`."""
    if len(packed) * 8 < size:
        raise ArgumentError(f"{len(packed)} bytes hold {len(packed) * 8} signs, but {size} are needed.")
    return xp_of(packed).unpackbits(packed)[:size].astype("int8") * 2 - 1


def pack_sums(sums: Array, terms: int) -> Array:
    """Sums of `terms` codes as bytes (uint8): two to a byte up to 7 terms, else whole numbers of 8, 16 or 32 bits.

    >>> [f"{byte:08b}" for byte in pack_sums(numpy.array([-4, 4, 0]), terms=4)]
    ['01001100', '10000000']
    """
    xp, sums = xp_of(sums), sums.ravel()
    if bits_of_sums(terms) > 4:
        return sums.astype(f"int{bits_of_sums(terms)}").view("uint8")
    nibbles = xp.zeros(sums.size + sums.size % 2, dtype="uint8")
    nibbles[: sums.size] = sums + 8
    return nibbles[::2] << 4 | nibbles[1::2]


def unpack_sums(packed: Array, size: int, terms: int) -> Array:
    """The first `size` sums (int32) in bytes from `pack_sums`.

    >>> unpack_sums(numpy.array([0b01001100, 0b10000000], dtype="uint8"), 3, terms=4)
    array([-4,  4,  0], dtype=int32)
    """
    if bits_of_sums(terms) > 4:
        return packed.view(f"int{bits_of_sums(terms)}")[:size].astype("int32")
    nibbles = packed[:, None] >> xp_of(packed).asarray([4, 0], dtype="uint8") & 0b1111
    return nibbles.ravel()[:size].astype("int32") - 8


def bits_of_sums(terms: int) -> int:
    """How many bits a sum of `terms` codes takes: -7 to 7 fit into four."""
    return next((bits for bits, most in ((4, 7), (8, 127), (16, 32767)) if terms <= most), 32)
