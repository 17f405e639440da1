"""`minigrad surface`: optimizers on their way down a surface, as a picture or an animation."""

from __future__ import annotations

import argparse
import textwrap

from minigrad import plot
from minigrad.arguments import number, one_of
from minigrad.commands.compare import chosen
from minigrad.commands.output import PICTURES, WIDTH, progress, save, writable
from minigrad.errors import ArgumentError
from minigrad.plot.runs import Run, finding, height, note, rate

KINDS = ("trajectory", "race", "states")


def run_surface(arguments: argparse.Namespace) -> int:
    """Let the optimizers walk, draw the picture, print the finding."""
    writable(arguments.out, ".gif", *PICTURES)
    one_of("--picture", arguments.picture, *KINDS)
    hill, names = plot.surface(arguments.surface), chosen(arguments.optimizer, "--optimizer")
    if arguments.noise is not None:
        number("--noise", arguments.noise, 0)
    if arguments.picture == "states" and len(names) > 1:
        raise ArgumentError("--picture states shows one optimizer; name one, such as --optimizer adam.")
    how = (hill, arguments.start, arguments.steps, arguments.noise, arguments.seed)
    runs: list[Run] = []
    with progress(len(names), "rule") as bar:
        for name in names:
            bar.set_description(f"{name:12s}")
            runs += plot.compared(name, *how)
            bar.update()
    figure = getattr(plot, arguments.picture)(runs)
    if arguments.out.suffix == ".gif":
        moving = plot.animate(figure)
        with progress(len(moving.steps), "picture") as bar:
            moving.save(arguments.out, bar.update)
    else:
        save(figure, arguments.out)
    print("\n".join(report(plot.compared(runs))))
    print(f"picture: {arguments.out}")
    return 0


def report(runs: list[Run]) -> list[str]:
    """The finding, a line for each rule, and how it was found; no line is wider than 80 columns."""
    lines = textwrap.wrap(f"{runs[0].history.surface.name}: {finding(runs)}.", WIDTH)
    for run in runs:
        lines.append(f"  {run.label:<22}{rate(run.history.optimizer):<14}ends {height(run, run.ends[0])}"[:WIDTH])
    return [*lines, *textwrap.wrap(note(runs), WIDTH)]
