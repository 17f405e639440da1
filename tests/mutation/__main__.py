"""Make small mistakes in the code, one at a time, and say which of them no test finds: python -m tests.mutation 60.

`survivors.md` says why some may live. It prints those that do without a reason, and ends with 1 if fewer than 90 % die.
"""

import argparse
import collections
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

from tests.mutation import trial
from tests.mutation.mutants import sample
from tests.mutation.survivors import PAGE, known

WANTED = 0.9


def start(folder):
    """A copy of the checkout for each process."""
    global checkout
    checkout = trial.copy_checkout(Path(folder) / str(os.getpid()) / "checkout")


def attempt(mutant):
    return mutant, *trial.attempt(checkout, mutant)


def fails(tests):
    """Whether one of the tests that killed mutants fails without them."""
    return bool(tests) and trial.run(checkout, tests)[0]


def main(count, seed, jobs):
    """Print the survivors that nobody has explained; whether survivors are few, explained or not."""
    explained, drawn = known(), sample(count, seed)
    lives = [mutant for mutant in drawn if (mutant.path, mutant.diff) in explained]
    tried = [mutant for mutant in drawn if mutant not in lives]
    killers, unknown = collections.defaultdict(list), []
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("fork").Pool(jobs, start, [folder]) as pool,
    ):
        for mutant, died, test, seconds in pool.imap_unordered(attempt, tried):
            if died:
                killers[test].append(mutant)
            else:
                unknown.append(mutant)
                print(f"{mutant}\n  lives, after {seconds:.0f} s of tests", flush=True)
        while pool.apply(fails, [sorted(killers)]):
            innocent = [test for test in killers if pool.apply(fails, [[test]])]
            if not innocent:
                sys.exit("tests that killed fail together without a mistake, but not alone")
            for test in innocent:
                print(f"{test} fails without a mistake too, so these live:", *killers[test], sep="\n  ")
                unknown += killers.pop(test)
    rooms = collections.Counter(mutant.path.split("/")[1] for mutant in drawn)
    alive = collections.Counter(mutant.path.split("/")[1] for mutant in lives + unknown)
    for room, there in sorted(rooms.items()):
        print(f"{room}: {there - alive[room]} of {there} died")
    share = 1 - len(lives + unknown) / count
    print(f"{share:.1%} of {count} died; {len(lives)} survivors are explained in {PAGE.name}, {len(unknown)} are not")
    return share >= WANTED


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("count", type=int, help="how many mistakes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    sys.exit(not main(**vars(parser.parse_args())))
