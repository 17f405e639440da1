"""Make the calls, and print each that goes wrong: python -m tests.fuzz CALLS SEED.

It is a process of its own, as calls change what all share: seeds, registries, modes, files.
"""

import collections
import contextlib
import os
import random
import signal
import sys
import tempfile
import warnings

import matplotlib
import numpy

from tests.fuzz.calling import alarm, told, tried
from tests.fuzz.calls import harvest
from tests.fuzz.commands import lines

MEMORY = 8 << 30
"""Bytes: what asks for more is refused by the system, not granted until the machine is full."""


def main(count, seed):
    """Print what went wrong; the number of calls made."""
    rng = random.Random(seed)
    signal.signal(signal.SIGPROF, alarm)
    with contextlib.suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    calls, argv = harvest(), list(lines())
    rng.shuffle(argv)
    found = [told(line) for line in argv[: count // 40]]
    while len(found) < count:
        found += [tried(call, rng) for call in calls[: count - len(found)]]
    wrong = collections.defaultdict(list)
    for what, why in found:
        if why:
            wrong[what.split("(")[0], why[:60]].append(f"{what}: {why}")
    for several in wrong.values():
        print(f"{len(several)} times, such as {several[0]}")
    return len(found)


if __name__ == "__main__":
    matplotlib.use("agg")
    numpy.seterr(all="ignore")
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        print(main(*map(int, sys.argv[1:])), "calls")
