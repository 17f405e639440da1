"""`minigrad compare`: one network with many optimizers over several seeds; a table with ties, and a picture."""

from __future__ import annotations

import argparse
import math
import statistics
import textwrap
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from minigrad import compare, datasets
from minigrad.commands.output import PICTURES, WIDTH, progress, save, writable
from minigrad.commands.settings import preset
from minigrad.compare import Run
from minigrad.errors import ArgumentError, suggestion
from minigrad.ties import Verdict, finding, verdict


def run_compare(arguments: argparse.Namespace) -> int:
    """Train, print the table, draw the picture."""
    writable(arguments.plot, *PICTURES)
    names = chosen(arguments.only, "--only") if arguments.only is not None else compare.optimizers()
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    start = time.perf_counter()
    with progress(len(names) * len(seeds) * arguments.epochs) as bar:

        def count(run: Run) -> None:
            bar.set_description(f"{type(run.optimizer).__name__.lower():12s}", refresh=False)
            bar.update()

        runs = compare.measure(names, datasets.digits(), arguments.epochs, seeds, count)
    seconds = time.perf_counter() - start
    print("\n".join(table(runs)))
    draw(runs, arguments.plot)
    several = f"seeds {seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else f"seed {seeds[0]}"
    print(f"\nepochs: {arguments.epochs}, {several}, seconds: {seconds:.0f}, picture: {arguments.plot}")
    return 0


def chosen(text: str, option: str) -> list[str]:
    """The optimizers in a comma-separated list.

    >>> chosen("SGD, adam", "--only")
    ['sgd', 'adam']
    """
    known = compare.optimizers()
    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise ArgumentError(f"{option}: no optimizer is called {name!r}{suggestion(name, known)}.")
    if not names:
        raise ArgumentError(f"{option} {text!r} names no optimizer; expected names such as adam,sgd.")
    return names


def draw(runs: Mapping[str, Sequence[Run]], path: Path) -> None:
    from minigrad.plot import comparison

    save(comparison({name: [run.curves for run in several] for name, several in runs.items()}), path)


def table(runs: Mapping[str, Sequence[Run]]) -> Iterator[str]:
    """A line for each optimizer, by mean test accuracy, best first; no line is wider than 80 columns."""
    found = verdict({name: [run.curves for run in several] for name, several in runs.items()})
    yield f"{'optimizer':<13}{'rate':>7}{'train loss':>18}{'place':>7}{'test accuracy':>16}{'place':>7}{'ms/step':>9}"
    yield "-" * 77
    for name in [*found.accuracy.places, *found.diverged]:
        several = runs[name]
        rule = several[0].optimizer
        rate = f"{rule.lr:g}" if compare.has_rate(rule) else "none"
        if name in found.diverged:
            scores = ["diverged", "-", "-", "-"]
        else:
            loss, accuracy = [run.loss[-1] for run in several], [100 * run.accuracy[-1] for run in several]
            scores = [spread(loss, ".4f"), found.loss.span(name)]
            scores += [f"{spread(accuracy, '.1f')} %", found.accuracy.span(name)]
        milliseconds = statistics.median([run.step_ms for run in several])
        cells = "".join(f"{score:>{width}}" for score, width in zip(scores, (18, 7, 16, 7)))
        yield f"{name:<13}{rate:>7}{cells}{milliseconds:>9.3f}"
    for paragraph in notes(runs, found):
        yield ""
        yield from textwrap.wrap(paragraph, WIDTH)


def spread(values: Sequence[float], form: str) -> str:
    """Mean and standard deviation."""
    mean = format(statistics.fmean(values), form)
    return f"{mean} ± {statistics.stdev(values):{form}}" if len(values) > 1 else mean


def notes(runs: Mapping[str, Sequence[Run]], found: Verdict) -> Iterator[str]:
    """What the table shows, how that was decided, and the settings of the optimizers."""
    seeds = len(next(iter(runs.values())))
    yield f"{finding(found)}."
    if seeds > 1 and len(found.accuracy.places) > 1:
        apart = found.accuracy.apart
        points = "100 points of accuracy, which is impossible"
        if apart < 1:
            points = f"{100 * apart:.1f} points of accuracy"
        yield (
            f"±: standard deviation over {seeds} seeds. place: the places that cannot be ruled out; two optimizers are "
            f"told apart if their means differ by more than {points}, or by a factor of "
            f"{math.exp(found.loss.apart):.2g} in loss, which chance alone exceeds in one comparison in twenty "
            "(Tukey's test, paired by seed). Where places overlap, the order is chance."
        )
        if apart >= 1:
            yield (
                f"{seeds} seeds can hardly tell {len(found.accuracy.places)} optimizers apart: too few runs to show "
                f"how much is due to chance. Use more: --seeds {max(5, seeds + 2)}."
            )
    elif seeds == 1:
        yield "A mean and its spread need several seeds: --seeds 3."
    settings = "Rates were chosen with seeds 100 to 102, on training images held out for that."
    rest = ", ".join(f"{name} ({arguments})" for name in runs if (arguments := preset(name)))
    if rest:
        settings += f" Not at their defaults: {rest}."
    if "groupadagrad" in runs:
        settings += " groupadagrad takes only matrices, so adagrad updates the biases."
    yield settings
