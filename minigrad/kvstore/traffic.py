"""How many bytes a rank sends in a collective operation of MPI, if it is done with the fewest bytes."""

from __future__ import annotations

from minigrad.kvstore.compression import Compression


def allreduce(nbytes: int, n: int) -> int:
    """Sum an array over n ranks: each sends its part of every piece, and then the sum of its own piece.

    >>> allreduce(4_000_000, n=4)  # 2 (n - 1) / n times its size
    6000000
    """
    return 2 * (n - 1) * nbytes // n


def allgather(nbytes: int, n: int) -> int:
    """Send an array to all others."""
    return (n - 1) * nbytes


def piece(size: int, n: int) -> int:
    """How many of `size` codes each of n ranks combines: equal parts, in whole words of 16 codes."""
    return -(-size // (16 * n)) * 16


def answered(kind: Compression, size: int, n: int) -> int:
    """Send `size` codes in pieces to the ranks that combine them, and the results back to all ranks.

    A rank sends about as much as its codes and the answer take; sending its codes to all ranks would take n - 1 times
    its codes.

    >>> from minigrad.kvstore.compression import OneBitCompression, TwoBitCompression
    >>> [allreduce(4 * 10**6, 4) / answered(kind, 10**6, 4) for kind in (TwoBitCompression(), OneBitCompression())]
    [10.666666666666666, 21.333333333333332]
    """
    up, down = kind.bits(n)
    return (n - 1) * piece(size, n) * (up + down) // 8
