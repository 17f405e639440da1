"""Workers that do not wait, as processes: rank 0 is the server, and the others are the workers."""

from __future__ import annotations

import atexit
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.device import Array
from minigrad.errors import UsageError
from minigrad.kvstore.mpi import Peers, apart
from minigrad.kvstore.server import Server
from minigrad.kvstore.worker import WorkerStore

PAUSE = 1e-4
"""Seconds the server sleeps between looking for messages, to leave its core to the workers."""


def create_asynchronous(peers: Peers, previous: str = "worker") -> AsynchronousStore:
    """The store of a worker. On rank 0 this serves until all workers have ended, and then ends the program."""
    if peers.size < 2:
        raise UsageError(
            "A store 'dist_async' needs two ranks or more: rank 0 is the server, the others are its workers. Start the "
            "program with: minigrad launch -n 3 script.py"
        )
    if peers.served:
        raise UsageError("A job has one 'dist_async' store; give it to each Trainer as an object.")
    peers.agree("create('dist_async')", [f"previous={previous!r}"])
    server = Server(previous)
    peers.served = True
    if peers.rank > 0:
        return AsynchronousStore(peers)
    serve(peers, server)
    sys.exit(0)


def serve(peers: Peers, server: Server) -> None:
    """Answer one message after the other until every worker has ended."""
    waiting: dict[int, str] = {}  # rank -> where it waits for the others
    ended: set[int] = set()
    while len(ended) < peers.size - 1:
        rank, text, arrays = receive(peers)
        asked = json.loads(text)
        if asked["what"] == "end":
            ended.add(rank)
        elif asked["what"] == "wait":
            waiting[rank] = asked["where"]
        else:
            send(peers, rank, *server.answer(rank - 1, text, arrays))
        if waiting and len(waiting) + len(ended) == peers.size - 1:
            places = waiting | dict.fromkeys(ended, "the end of the program")
            note = {} if len({*places.values()}) == 1 else {"error": _parted(places)}
            for one in waiting:
                send(peers, one, json.dumps(note), [])
            waiting.clear()


class AsynchronousStore(WorkerStore):
    """`create('dist_async')` on a worker: rank 0 of the `num_workers` workers is rank 1 of the job.

    See `WorkerStore` for what a push is, and `tutorials/processes.md` for how to start such a program.
    """

    def __init__(self, peers: Peers) -> None:
        super().__init__("dist_async", peers.rank - 1, peers.size - 1)
        self._peers = peers
        atexit.register(self._end)

    def barrier(self) -> None:
        """Wait until every worker has called this."""
        self._ask("wait", where="barrier()")

    def _together(self, where: str, first: Callable[[], Any]) -> None:
        """Worker 0 does it for all, and then all continue."""
        if self.rank == 0:
            first()
        self._ask("wait", where=where)

    def _deliver(self, text: str, arrays: Sequence[Array]) -> tuple[str, list[Array]]:
        send(self._peers, 0, text, arrays)
        _, answer, found = receive(self._peers, 0)
        return answer, found

    def _end(self) -> None:
        send(self._peers, 0, json.dumps({"what": "end", "arrays": []}), [])


# Messages: the length of the text, the text, and then the arrays, which the text describes


def send(peers: Peers, rank: int, text: str, arrays: Sequence[Array]) -> None:
    words = text.encode()
    parts = [numpy.array([len(words)], dtype="int64").view("uint8"), numpy.frombuffer(words, dtype="uint8")]
    parts += [numpy.ascontiguousarray(array).reshape(-1).view("uint8") for array in arrays]
    peers.comm.Send(numpy.concatenate(parts), dest=rank)


def receive(peers: Peers, source: int | None = None) -> tuple[int, str, list[Array]]:
    """The next message, from any rank or from one: its sender, its text, its arrays."""
    status, place = peers.mpi.Status(), peers.mpi.ANY_SOURCE if source is None else source
    while source is None and not peers.comm.Iprobe(source=place):
        time.sleep(PAUSE)
    peers.comm.Probe(source=place, status=status)
    message = numpy.empty(status.Get_count(peers.mpi.BYTE), dtype="uint8")
    peers.comm.Recv(message, source=status.Get_source())
    start = 8 + int(message[:8].view("int64")[0])
    text, arrays = message[8:start].tobytes().decode(), []
    for dtype, shape in json.loads(text).get("arrays", []):
        end = start + numpy.dtype(dtype).itemsize * int(numpy.prod(shape, dtype=int))
        arrays.append(message[start:end].copy().view(dtype).reshape(shape))
        start = end
    return status.Get_source(), text, arrays


def _parted(places: dict[int, str]) -> str:
    told = ", ".join(f"worker {rank - 1} at {where}" for rank, where in sorted(zip(places, apart(places.values()))))
    return f"Workers wait for each other in different places: {told}. All workers must reach the same one."
