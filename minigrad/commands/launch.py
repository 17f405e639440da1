"""`minigrad launch`: run a program on several ranks of MPI."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from minigrad.errors import ArgumentError, UsageError


def run_launch(arguments: argparse.Namespace) -> int:
    """Start the ranks, wait for them, and return the exit status: not 0 if any of them failed."""
    words = ["-m", *arguments.module] if arguments.module else arguments.program
    if not words:
        raise ArgumentError("There is no program to run; write: minigrad launch -n 4 script.py")
    if words[0] != "-m" and not Path(words[0]).is_file():
        raise ArgumentError(f"There is no file {words[0]!r}; write: minigrad launch -n 4 script.py")
    ranks = [launcher(), "-n", str(arguments.n), sys.executable, "-m", "mpi4py", *words]
    return subprocess.run(ranks, check=False).returncode


def launcher() -> str:
    """The mpiexec next to Python, where the extra `dist` puts it; otherwise the first on the path."""
    found = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or shutil.which("mpiexec")
    if found is None:
        raise UsageError(
            "There is no mpiexec to start the ranks; pip install -e '.[dist]' in the checkout of minigrad installs "
            "one, and a cluster has its own."
        )
    return found
