"""What ran a benchmark: the processor, the versions of the contestants, and how many threads they may use."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import time
from typing import Any

import minigrad
from minigrad.device import gpu, num_gpus
from minigrad.disk import reading
from minigrad.errors import FileError
from minigrad.optimizer.threads import cores

PEERS = {"torch": "PyTorch", "autograd": "HIPS autograd", "mygrad": "MyGrad", "jax": "JAX"}
"""Package -> its name in a table."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def here(package: str) -> bool:
    """Whether a package is installed.

    >>> here("numpy"), here("no_such_package")
    (True, False)
    """
    return importlib.util.find_spec(package) is not None


def machine(clock: str) -> dict[str, Any]:
    """Plain data for the head of a table and for a file; `clock` is the function of `time` that is used."""
    with_gpu = num_gpus() > 0
    packages = [package for package in ("numpy", "numba", *PEERS) if here(package)]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor(),
        "cores": cores(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "gpu": gpu().xp.cuda.runtime.getDeviceProperties(0)["name"].decode() if with_gpu else None,
        "versions": {
            "minigrad": minigrad.__version__,
            **{name: importlib.metadata.version(name) for name in packages},
            **({"cupy": gpu().xp.__version__} if with_gpu else {}),
        },
        "clock": clock,
        "threads": {name: os.environ[name] for name in THREADS if name in os.environ},
    }


def described(found: dict[str, Any]) -> list[str]:
    """The same in sentences."""
    threads = ", ".join(f"{name}={value}" for name, value in found["threads"].items())
    parts = f"{found['processor']}, {found['cores']} core{'s' * (found['cores'] != 1)}"
    lines = [
        f"{', '.join(filter(None, (parts, found['gpu'], found['system'], found['date'])))}.",
        f"{', '.join(f'{name} {version}' for name, version in found['versions'].items())}.",
        f"Threads: {threads or 'as many as each library chooses'}.",
    ]
    if (found["load"] or 0) > found["cores"] / 2 and found["clock"] != "process_time":
        lines.append(
            f"Other programs are running (load {found['load']}), which slows several threads more than one: "
            "OMP_NUM_THREADS=1 minigrad bench --cpu-time is fairer here."
        )
    return lines


def processor() -> str:
    """The name of the processor, as far as the system knows it."""
    with contextlib.suppress(FileError), reading("/proc/cpuinfo") as file:
        for line in file.read().decode(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
