"""MPI for the stores: the ranks of a job, whether all do the same, and exchanges that count their bytes.

MPI starts when the first 'dist' store is created, never before. Use it only on networks that you trust: its messages
are neither encrypted nor signed, and it listens on ports of the machine.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
import traceback
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import zip_longest
from typing import Any

import numpy

from minigrad.device import Array
from minigrad.errors import AnomalyError, MinigradError, UsageError
from minigrad.kvstore.traffic import allgather, allreduce

SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
"""Environment variables that hold the number of processes: MPICH and its relatives, Open MPI, Slurm's srun."""

PATIENCE = (10.0, 600.0)
"""Seconds that a rank waits for others to create their first store before it says so, and before it ends the job."""

ALIKE = "All ranks must call their stores in the same order, with the same keys"
DRIFTED = (
    "The ranks have different weights, although all should have taken the same steps. Give step() the same batch_size "
    "everywhere (that of all ranks together), set weights on all ranks or on none, and seed all ranks alike if the "
    "rule draws random numbers (SGLD)."
)


@cache
def peers() -> Peers:
    """All ranks of this job; the first call starts MPI.

    UsageError if MPI is not installed, or is not the one that launched the job.
    """
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise UsageError(
            f"Stores of several processes need mpi4py and an MPI ({error}). On one machine "
            "pip install -e '.[dist]' in the checkout of minigrad brings both; a cluster has its own MPI."
        ) from None
    found = Peers(MPI)
    for name in SIZES:
        if found.size == 1 and os.environ.get(name, "1") not in ("", "1"):
            raise UsageError(
                f"This job was launched with {os.environ[name]} processes ({name}), but the MPI of mpi4py "
                f"({' '.join(MPI.Get_library_version().split()[:3])}) sees one: the launcher belongs to another MPI. "
                "Start it with 'minigrad launch -n N script.py', or with the mpiexec next to your Python."
            )
    if found.size > 1:
        _abort_on_errors(found)
        atexit.register(found.end)
    return found


def _abort_on_errors(found: Peers) -> None:
    """Make an uncaught error end all ranks, which would otherwise wait for this one for ever."""
    shown = sys.excepthook

    def abort(*error: Any) -> None:
        shown(*error)
        found.abort()

    sys.excepthook = abort


def _all_together(world: Any) -> Any:
    """A communicator of all ranks for the stores. A rank that ended without one never joins, and none can tell."""
    joined, request = world.Idup()
    start, told = time.monotonic(), False
    while not request.Test():
        time.sleep(1e-3)
        if (waited := time.monotonic() - start) > PATIENCE[told]:
            then = "The job ends." if told else "If one of them has ended, or creates none, end the job."
            said = f"rank {world.Get_rank()} has waited {waited:.0f} s for the other ranks to create their first store"
            print(f"minigrad: {said}. {then}", file=sys.stderr, flush=True)
            if told:
                _abort(world)
            told = True
    return joined


def _abort(comm: Any) -> None:
    """End all ranks, after a moment in which the launcher passes on their last words: without it, 3 of 40 were lost."""
    sys.stdout.flush()
    sys.stderr.flush()
    time.sleep(0.5)
    comm.Abort(1)


class Peers:
    """The ranks of a job: this one is number `rank` of `size`."""

    def __init__(self, mpi: Any) -> None:
        self.mpi, self.comm = mpi, _all_together(mpi.COMM_WORLD)
        self.rank: int = self.comm.Get_rank()
        self.size: int = self.comm.Get_size()
        self.stores = 0
        """How many stores have been made."""
        self.served = False
        """Whether rank 0 is a server, and so takes part in nothing else."""

    def abort(self) -> None:
        _abort(self.comm)

    def end(self) -> None:
        """The end of the program: all ranks must have reached it."""
        if not self.served:
            try:
                self.agree("the end of the program")
            except MinigradError as error:
                print(f"minigrad: {error}", file=sys.stderr)
                self.abort()

    # Whether all do the same

    def agree(
        self, what: str, parts: Sequence[str] = (), state: int = 0, wrong: str = "", drift: str = DRIFTED
    ) -> None:
        """Wait for all ranks, and continue only if all call this with the same words and state, and none with `wrong`.

        Otherwise every rank raises the same error, instead of waiting for ever. `parts` are what is being done, one by
        one; `state` is a number for the weights, and `drift` the message if it differs; `wrong` says what is wrong with
        a gradient.
        """
        words = "\n".join([what, *parts])
        mine = numpy.array([zlib.crc32(words.encode()), state, bool(wrong)], dtype="int64")
        said = numpy.empty((self.size, 3), dtype="int64")
        self.comm.Allgather(mine, said)
        if (said[:, :2] == mine[:2]).all() and not said[:, 2].any():
            return
        if (said[:, 0] != said[0, 0]).any():
            raise UsageError(f"{_difference(self._told(words))}. {ALIKE}.")
        for rank, text in enumerate(self._told(wrong)):
            if text:
                raise AnomalyError(f"On rank {rank} {text}. autograd.detect_anomaly() finds where it came from.")
        raise UsageError(drift)

    def _told(self, text: str) -> list[str]:
        """The texts of all ranks."""
        mine = numpy.frombuffer(text.encode(), dtype="uint8")
        lengths = numpy.empty(self.size, dtype="int64")
        self.comm.Allgather(numpy.array([len(mine)], dtype="int64"), lengths)
        together = numpy.empty(lengths.sum(), dtype="uint8")
        self.comm.Allgatherv(mine, [together, lengths])
        return [part.tobytes().decode() for part in numpy.split(together, numpy.cumsum(lengths)[:-1])]

    # Exchanges; each returns how many bytes this rank has to send

    @contextmanager
    def exchange(self) -> Iterator[None]:
        """What all ranks have agreed to do. If it fails on this one, the job ends, because the others wait for it.

        Only a MinigradError is raised on all, because it is about what they have agreed on.
        """
        try:
            yield
        except MinigradError:
            raise
        except BaseException:
            if self.size > 1:
                traceback.print_exc()
                self.abort()
            raise

    def sum(self, mine: Array, total: Array) -> int:
        """Sum flat arrays over all ranks, into `total`, which may be `mine`.

        MPI is meant to give all ranks the same bits; if it did not, the next step of a Trainer would say so.
        """
        self.comm.Allreduce(self.mpi.IN_PLACE if mine is total else mine, total)
        return allreduce(mine.nbytes, self.size)

    def send_first(self, array: Array) -> int:
        """Copy the array of rank 0 into those of the others."""
        self.comm.Bcast([array, self.mpi.BYTE], root=0)  # Open MPI 4 has no float16
        return 0 if self.rank else allgather(array.nbytes, self.size)

    def deal(self, mine: Array) -> tuple[Array, int]:
        """Send the k-th of `size` equal pieces to rank k. Returns the pieces received, in rows."""
        dealt = numpy.empty((self.size, len(mine) // self.size), mine.dtype)
        self.comm.Alltoall(mine, dealt)
        return dealt, allgather(dealt[0].nbytes, self.size)

    def gather(self, mine: Array) -> tuple[Array, int]:
        """Send a flat array to all. Returns those of all ranks, in rows."""
        gathered = numpy.empty((self.size, len(mine)), mine.dtype)
        self.comm.Allgather(mine, gathered)
        return gathered, allgather(mine.nbytes, self.size)


def _difference(texts: Sequence[str]) -> str:
    """Where the words of the ranks first differ: who said what."""
    first, said = texts[0].split("\n")[0], dict[str, list[int]]()
    for rank, part in enumerate(apart(texts)):
        said.setdefault(part, []).append(rank)
    told = "; ".join(f"{_reached(ranks)} {part:.120}" for part, ranks in said.items())
    return f"Ranks are out of step: {told}" + ("" if first in said else f" (in {first})")


def apart(texts: Iterable[str]) -> tuple[str, ...]:
    """What each text says in the first line that is not the same in all.

    >>> apart(["push\\nkey 0", "push"])
    ('key 0', 'the end of its list')
    """
    lines = zip_longest(*[text.split("\n") for text in texts], fillvalue="the end of its list")
    return next(parts for parts in lines if len(set(parts)) > 1)


def _reached(ranks: Sequence[int]) -> str:
    numbers = ", ".join(map(str, ranks))
    return f"ranks {numbers} have reached" if len(ranks) > 1 else f"rank {numbers} has reached"
