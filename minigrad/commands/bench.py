"""`minigrad bench`: minigrad and other installed libraries take turns; tables of times and ratios, a picture, data."""

from __future__ import annotations

import argparse
import statistics
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from minigrad.bench import gpu, layers, optimizers, training
from minigrad.bench.machine import PEERS, described, here, machine
from minigrad.bench.race import Quartiles, Race, Times
from minigrad.commands.classroom import many
from minigrad.commands.data import rounded, written
from minigrad.commands.output import PICTURES, WIDTH, progress, save, writable, write
from minigrad.device import num_gpus
from minigrad.errors import ArgumentError, DeviceError, suggestion

PARTS: dict[str, Callable[[bool], Iterator[Race]]] = {
    "optimizers": optimizers.races,
    "training": training.races,
    "layers": layers.races,
    "gpu": gpu.races,
}
NO_GPU = "There is no GPU here that CuPy can use"
NAME, TIME, RATIO = 28, 11, 20
"""Widths of columns."""


def run_bench(arguments: argparse.Namespace) -> int:
    """Run the races and print each table as soon as it is done; 1 if a contestant failed."""
    files = [file for file in (arguments.json, arguments.plot) if file]
    if len(files) == 2 and arguments.json.resolve() == arguments.plot.resolve():
        raise ArgumentError(f"--json and --plot are both {str(arguments.plot)!r}; the picture needs another file.")
    for file in files:
        writable(file, *(PICTURES if file is arguments.plot else ()))
    parts = chosen(arguments.parts)
    remarks = [*left_out(arguments.parts)]
    if "gpu" in parts and arguments.cpu_time:
        raise ArgumentError("--cpu-time does not measure a GPU; name parts other than gpu, or leave it out.")
    if arguments.cpu_time:
        remarks.append("Times are processor times, summed over all threads.")
    clock = time.process_time if arguments.cpu_time else time.perf_counter
    races = [race for part in parts for race in PARTS[part](arguments.all)]
    about = {**machine(clock.__name__), "rounds": arguments.rounds, "remarks": remarks}
    for paragraph in (*described(about), *remarks, legend(arguments.rounds)):
        print(textwrap.fill(paragraph, WIDTH))
    found: list[Times] = []
    with progress(len(races) * arguments.rounds, "round") as bar:
        for race in sorted(races, key=lambda race: race.last):
            bar.set_description(race.part)
            found.append(race.run(arguments.rounds, bar.update, clock))
            bar.write("\n".join(table(found[-1])))
            if arguments.json:
                keep(arguments.json, about, found)
    print("\n".join(means(found)))
    if arguments.plot:
        from minigrad.plot.ratios import ratios

        note = f"A marker is the median of {many(arguments.rounds, 'round')}, a line spans the quartiles."
        save(ratios(rows(found), " ".join([note, *described(about)])), arguments.plot)
    for file in files:
        print(f"written: {file}")
    return 1 if any(times.failed for times in found) else 0


def chosen(names: Sequence[str]) -> list[str]:
    """The requested parts, or all that can run here.

    >>> chosen(["layers", "training", "layers"])
    ['layers', 'training']
    """
    for name in names:
        if name not in PARTS:
            raise ArgumentError(f"no part is called {name!r:.60}{suggestion(name, PARTS)}")
    if "gpu" in names and num_gpus() == 0:
        raise DeviceError(f"{NO_GPU}, so the part gpu cannot run; name other parts.")
    return list(dict.fromkeys(names)) or [part for part in PARTS if part != "gpu" or num_gpus() > 0]


def left_out(names: Sequence[str]) -> Iterator[str]:
    """A sentence about what is not installed, and one if all parts were requested and there is no GPU."""
    missing = [f"{title} (pip install {package})" for package, title in PEERS.items() if not here(package)]
    if missing:
        yield f"Not installed, and left out: {', '.join(missing)}."
    if not names and num_gpus() == 0:
        yield f"{NO_GPU}: the part gpu is left out."


def legend(rounds: int) -> str:
    """How to read the tables."""
    return (
        "A ratio is the time of the other divided by ours: above 1, minigrad is faster. It is the median of "
        f"{many(rounds, 'round')}, with the quartiles in brackets."
    )


def table(times: Times) -> Iterator[str]:
    """A line for each contestant: the median time of a step, and its ratio to each of ours. At most 80 columns."""
    ratios = times.ratios()
    yield f"\n{times.race.task:<{NAME + TIME}}{''.join(f'{mine:>{RATIO}}' for mine in ratios)}".rstrip()
    for name, seconds in times.seconds.items():
        cells = [spread(ratios[mine][name]) if name in ratios[mine] else "" for mine in ratios]
        took = duration(statistics.median(seconds))
        yield f"  {name:<{NAME - 2}}{took:>{TIME}}{''.join(f'{cell:>{RATIO}}' for cell in cells)}".rstrip()
    for name, reason in times.failed.items():
        yield textwrap.fill(f"  {name}: not measured: {reason}", WIDTH, subsequent_indent="    ")


def means(found: Sequence[Times]) -> Iterator[str]:
    """For each part, the geometric means of every other library's ratios."""
    every: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(dict)
    for times in found:
        for mine, ratios in times.ratios().items():
            for other, (_, middle, _) in ratios.items():
                every[times.race.part].setdefault(other, {}).setdefault(mine, []).append(middle)
    for part, others in every.items():
        ours = list(dict.fromkeys(mine for each in others.values() for mine in each))
        yield f"\n{f'{part}, geometric means':<{NAME + TIME}}{''.join(f'{mine:>{RATIO}}' for mine in ours)}"
        for other, each in others.items():
            tasks = len(max(each.values(), key=len))
            cells = [short(statistics.geometric_mean(each[mine])) if mine in each else "" for mine in ours]
            yield f"  {other:<{NAME - 2}}{many(tasks, 'task'):>{TIME}}{''.join(f'{cell:>{RATIO}}' for cell in cells)}"


def rows(found: Sequence[Times]) -> dict[str, dict[str, dict[str, Quartiles]]]:
    """Part -> task -> other -> ratio, for the picture; a second program of ours has its own row below the first."""
    drawn: dict[str, dict[str, dict[str, Quartiles]]] = {}
    for times in found:
        for mine, ratios in times.ratios().items():
            task = times.race.task if mine == next(iter(times.race.ours)) else f"{times.race.task}, {mine}"
            if ratios:
                drawn.setdefault(times.race.part, {}).setdefault(task, {}).update(ratios)
    return drawn


def keep(path: Path, about: dict[str, Any], found: Sequence[Times]) -> None:
    """Write everything measured so far."""
    races = [
        {"part": t.race.part, "task": t.race.task, "seconds": t.seconds, "ratios": t.ratios(), "failed": t.failed}
        for t in found
    ]
    write(path, f"{written(rounded({**about, 'races': races}))}\n".encode())


def spread(ratio: Quartiles) -> str:
    """The median, and the quartiles.

    >>> spread((2.25, 2.5, 12.34))
    '2.50 (2.25-12.3)'
    """
    low, middle, high = map(short, ratio)
    return f"{middle} ({low}-{high})"


def short(ratio: float) -> str:
    """A ratio with three digits."""
    return f"{ratio:.{0 if ratio >= 99.95 else 1 if ratio >= 9.995 else 2}f}"


def duration(seconds: float) -> str:
    """A time in readable units.

    >>> duration(2.34e-5), duration(0.1), duration(3)
    ('23.4 µs', '100.0 ms', '3.0 s')
    """
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"
