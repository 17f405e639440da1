"""Workers that wait for each other: every push is a sum over all ranks, and all ranks hold the same bits."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy

from minigrad import autograd
from minigrad.composed import from_plain
from minigrad.device import Array, to_host
from minigrad.dtypes import single
from minigrad.engine.tensor import Tensor
from minigrad.errors import UsageError
from minigrad.guarded import guarded
from minigrad.kvstore.compression import Compression
from minigrad.kvstore.kvstore import Key, KVStore, Lists, Values, described, fault
from minigrad.kvstore.mpi import DRIFTED, Peers
from minigrad.kvstore.traffic import piece
from minigrad.kvstore.worker import OTHER_WEIGHTS


class SynchronousStore(KVStore):
    """`create('dist_sync')` in a program that runs on several ranks: see `tutorials/processes.md`.

    A pushed value is summed over this rank's devices and then over all ranks, in one Allreduce for all keys of a call.
    There is no server: every rank stores the sum, or updates its own copy of the weight with it. Arrays on a GPU travel
    through the host, and float16 as float32.

    All ranks must call it in the same order. Before sending anything they compare what they are about to do. If a rank
    does something else, has a NaN or has other weights, every rank raises an error that says so.

    Each rank has its own random generators and its own residuals of compression, so each saves its states to its own
    file (`f"states-{store.rank}"`), and loads that.

    `traffic` counts the bytes that this rank has sent as in `minigrad.kvstore.traffic`, without the check that all
    agree, 24 bytes to each other rank before each call.
    """

    def __init__(self, name: str, peers: Peers) -> None:
        super().__init__(name, peers.rank, peers.size)
        if peers.served:
            raise UsageError("Rank 0 is the server of a 'dist_async' store and cannot take part in another store.")
        self._peers = peers
        self._number, peers.stores = peers.stores, peers.stores + 1

    def barrier(self) -> None:
        self._agree("barrier()", [])

    # Values in and out

    @guarded
    def push(self, key: Key | list[Key], value: Values, priority: int = 0) -> None:
        """Sum the values of each key over devices and ranks; store the sum, or update the stored value with it."""
        with autograd.pause():
            pairs = [(k, self._find(k, values), values) for k, values in self._pairs(key, from_plain(value))]
            keys = [k for k, _, _ in pairs]
            mine = [to_host((v[0] if len(v) == 1 else self._total(v)).data) for _, _, v in pairs]
            held, new = [stored.data for _, stored, _ in pairs], self._updater is not None
            self._agree("push", keys, mine, held if new else ())
            totals = [numpy.empty_like(a, order="C") if new else to_host(b) for a, b in zip(mine, held)]
            self._add_up(keys, mine, totals)
            for (k, stored, _), total in zip(pairs, totals):
                if self._updater is not None:
                    self._updater(k, Tensor(total).as_in_ctx(stored.ctx), stored)
                elif total is not stored.data:
                    stored[...] = Tensor(total).as_in_ctx(stored.ctx)

    @guarded
    def pushpull(self, key: Key | list[Key], value: Values, out: Values = None, priority: int = 0) -> None:
        """Push, then pull into `out`, or else into the values themselves, which are then summed in place."""
        if out is not None or self._updater is not None:
            super().pushpull(key, value, out, priority)
            return
        pairs = self._pairs(key, value)
        for k, values in pairs:
            self._find(k, values)
        self._sum_in_place("pushpull", [k for k, _ in pairs], [values for _, values in pairs], [])
        with autograd.pause():
            for k, values in pairs:
                self._stored[k][...] = values[0].as_in_ctx(self._stored[k].ctx)

    # What a Trainer asks for

    def begin(self, weights: Lists, places: Sequence[int], late: bool) -> None:
        keys: list[Key] = list(range(len(weights)))
        state = [arrays[0].data for arrays in weights] if late else []
        self._agree(f"the parameters in the order {list(places)}", [], [], state, OTHER_WEIGHTS)
        self.init(keys, [arrays[0] for arrays in weights])
        self.pull(keys, list(weights))

    def sum_gradients(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        self._sum_in_place("a step", keys, gradients, [arrays[0].data for arrays in weights])

    def update_weights(self, keys: Sequence[int], gradients: Lists, weights: Lists) -> None:
        self.push(list(keys), list(gradients))
        self.pull(list(keys), list(weights))

    # Helpers

    def _share(self, first: dict[Key, Tensor]) -> None:
        """The value of rank 0 counts."""
        self._agree("init", list(first), others=list(first.values()))
        for value in first.values():
            host = to_host(value.data)
            self._sent += self._peers.send_first(host)
            value[...] = Tensor(host).as_in_ctx(value.ctx)

    def _sum_in_place(self, what: str, keys: Sequence[Key], lists: Lists, weights: Sequence[Array]) -> None:
        """Put the sums where the values are. If a Trainer keeps these in one array, that array is summed."""
        with autograd.pause():
            mine = [to_host((values[0] if len(values) == 1 else self._total(values)).data) for values in lists]
            self._agree(what, keys, mine, weights)
            self._add_up(keys, mine, mine)
            for values, total in zip(lists, mine):
                for value in values:
                    if value.data is total:
                        value.touch()
                    else:
                        value[...] = Tensor(total).as_in_ctx(value.ctx)

    def _agree(
        self,
        what: str,
        keys: Sequence[Key],
        gradients: Sequence[Array] = (),
        weights: Sequence[Array] = (),
        drift: str = DRIFTED,
        others: Sequence[Tensor] = (),
    ) -> None:
        """Check that all ranks do this with these keys, and arrays of the same shapes: gradients, none of which may
        have a NaN, or others. Check that all weights agree.
        """
        if gradients and any(sender != self.rank for _, sender in self.residuals):
            raise UsageError(
                f"What compression has not sent yet was loaded from the file of another rank, and this is rank "
                f"{self.rank}; each rank saves its states to a file of its own, and loads that."
            )
        parts = [described(k, array) for k, array in zip(keys, gradients or others)]
        faults = ((k, fault(array, self._compression)) for k, array in zip(keys, gradients))
        wrong = next((f"the gradient of key {k!r} holds {found}" for k, found in faults if found), "")
        state = zlib.crc32(repr([_digest(to_host(array)) for array in weights]).encode()) if weights else 0
        named = f"{what} of store {self._number} ({self._compression or 'not compressed'})"
        self._peers.agree(named, parts, state, wrong, drift)

    def _add_up(self, keys: Sequence[Key], mine: Sequence[Array], totals: Sequence[Array]) -> None:
        """Sum over all ranks, into `totals`, which may be the same arrays."""
        for dtype in dict.fromkeys(array.dtype for array in mine):
            some = [i for i, array in enumerate(mine) if array.dtype == dtype]
            arrays, outs = [mine[i] for i in some], [totals[i] for i in some]
            with self._peers.exchange():
                if self._compression is None:
                    flat = self._summed(arrays, outs)
                else:
                    flat = self._counted(self._compression, [keys[i] for i in some], arrays)
            if flat is not None:
                for out, part in zip(outs, numpy.split(flat, list(accumulate(out.size for out in outs))[:-1])):
                    out[...] = part.reshape(out.shape)

    def _summed(self, arrays: Sequence[Array], outs: Sequence[Array]) -> Array | None:
        """The sums end to end; None if they are already in `outs`."""
        dtype = arrays[0].dtype.newbyteorder("=")
        wide = numpy.dtype("int32") if dtype.kind == "b" else single(dtype)  # what MPI can add up
        send, where = side_by_side(arrays), side_by_side(outs)
        if send is None or send.dtype != wide or not send.flags.writeable:
            send = where = numpy.concatenate([array.reshape(-1) for array in arrays]).astype(wide, copy=False)
            done = False
        else:
            done = where is not None and where.dtype == wide
            where = send if arrays[0] is outs[0] else where if done else numpy.empty_like(send)
        self._sent += self._peers.sum(send, where)
        return None if done else where

    def _counted(self, kind: Compression, keys: Sequence[Key], arrays: Sequence[Array]) -> Array:
        """The compressed arrays of all ranks combined, end to end. Each rank combines the codes of one piece."""
        n = self._peers.size
        codes = numpy.concatenate([kind.quantize((k, self.rank), array).reshape(-1) for k, array in zip(keys, arrays)])
        width = piece(len(codes), n)
        padded = numpy.zeros(width * n, dtype=codes.dtype)
        padded[: len(codes)] = codes
        dealt, up = self._peers.deal(kind.pack(padded))
        mine = kind.combine([kind.unpack(row, width) for row in dealt])
        answers, down = self._peers.gather(kind.pack_answer(mine, n))
        self._sent += up + down
        total = numpy.concatenate([kind.unpack_answer(row, width, n) for row in answers])[: len(codes)]
        return kind.dequantize(total, arrays[0].dtype)


def side_by_side(arrays: Sequence[Array]) -> Array | None:
    """The part of a flat array in which these arrays lie one after the other; None if they do not.

    >>> flat = numpy.arange(6.0)
    >>> side_by_side([flat[1:3], flat[3:].reshape(3, 1)])
    array([1., 2., 3., 4., 5.])
    >>> side_by_side([flat[:2], flat[3:]])
    """
    if len(arrays) == 1:
        return arrays[0].reshape(-1) if arrays[0].flags.c_contiguous else None
    flat: Any = arrays[0].base
    if not isinstance(flat, numpy.ndarray) or flat.ndim != 1 or flat.strides != (arrays[0].itemsize,):
        return None
    start = place = (_address(arrays[0]) - _address(flat)) // flat.itemsize
    for array in arrays:
        fits = array.base is flat and array.dtype == flat.dtype and array.flags.c_contiguous
        if not fits or _address(array) != _address(flat) + place * flat.itemsize:
            return None
        place += array.size
    return flat[start:place]


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def _digest(array: Array) -> int:
    """A checksum of the bits of an array, in their order."""
    return zlib.crc32(numpy.ascontiguousarray(array).data)
