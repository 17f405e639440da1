"""The command `minigrad`: compare all optimizers, train with one, print their equations."""

from __future__ import annotations

import argparse
import math
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

import minigrad
from minigrad import compare, datasets
from minigrad.disk import check_writable, replacing
from minigrad.equations import run_equations
from minigrad.errors import ArgumentError, MinigradError

if TYPE_CHECKING:
    from tqdm import tqdm

    from minigrad.compare import Run

DIGITS = "1,797 handwritten digits of 8x8 pixels (UCI), four fifths to train on and one to test"
WIDTH = 80
PICTURES = (".png", ".pdf", ".svg")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0; 1 if training diverged; 2 for input that cannot be used."""
    arguments = parser().parse_args(argv)
    try:
        with numpy.errstate(all="ignore"):  # a rate that is too high overflows; it is reported in words
            status: int = arguments.run(arguments)
        return status
    except MinigradError as error:
        sentence = str(error)
        print(f"minigrad: {sentence}{'' if sentence.endswith('.') else '.'}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("minigrad: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """All subcommands and their options."""
    top = argparse.ArgumentParser(
        prog="minigrad",
        description="A small deep-learning framework to read. Every optimizer is written once, as its equations.",
        epilog="'minigrad COMMAND --help' tells more about a command.",
    )
    top.add_argument("--version", action="version", version=f"minigrad {minigrad.__version__}")
    commands = top.add_subparsers(title="commands", required=True)
    positive, natural = partial(at_least, 1), partial(at_least, 0)

    one = commands.add_parser(
        "compare",
        help="train the same network with every optimizer; a table and a picture",
        description=f"Train a 64-64-32-10 network on {DIGITS}, once with every optimizer, each at the learning rate "
        "that is best for it. Prints a table and draws the loss and accuracy curves.",
    )
    one.add_argument("--epochs", type=positive, default=20, metavar="N", help="passes over the data (default 20)")
    one.add_argument("--seed", type=natural, default=0, metavar="N", help="for weights, order and noise (default 0)")
    one.add_argument(
        "--plot", type=Path, default=Path("compare.png"), metavar="FILE", help="the picture (default compare.png)"
    )
    one.set_defaults(run=run_compare)

    one = commands.add_parser(
        "train",
        help="train the network with one optimizer",
        description=f"Train a Dense network on {DIGITS}, or on your own data, with one optimizer.",
        epilog="example: minigrad train --optimizer adam --lr 0.01 --epochs 20 --save m.npz --plot p.png",
    )
    one.add_argument("--optimizer", default="adam", metavar="NAME", help="default adam; 'minigrad equations' lists all")
    one.add_argument("--lr", type=float, metavar="RATE", help="learning rate (default: the best for the digits)")
    one.add_argument("--epochs", type=positive, default=20, metavar="N", help="passes over the data (default 20)")
    one.add_argument("--seed", type=natural, default=0, metavar="N", help="for weights, order and noise (default 0)")
    one.add_argument("--data", type=Path, metavar="FILE", help=".npz with x (n, features) and y (n,), classes from 0")
    one.add_argument("--save", type=Path, metavar="FILE", help="write the trained parameters (.npz)")
    one.add_argument("--plot", type=Path, metavar="FILE", help="draw the loss and accuracy curves (.png, .pdf, .svg)")
    one.set_defaults(run=run_train)

    one = commands.add_parser(
        "equations",
        help="print the update rules as text",
        description="Print the update rule of one optimizer, with its symbols and its source, or the rules of all.",
    )
    one.add_argument("name", nargs="?", help="an optimizer, such as adam (default: all of them)")
    one.add_argument("--worked", action="store_true", help="fill in the numbers of two steps, as one would by hand")
    one.set_defaults(run=run_equations)
    return top


def at_least(low: int, text: str) -> int:
    """A whole number from `low` up, for argparse."""
    if not text.isdecimal() or int(text) < low:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low}")
    return int(text)


def run_compare(arguments: argparse.Namespace) -> int:
    writable(arguments.plot, *PICTURES)
    names = compare.optimizers()
    parts = datasets.digits()
    start = time.perf_counter()
    runs: dict[str, Run] = {}
    with progress(len(names) * arguments.epochs) as bar:
        for name in names:
            bar.set_description(f"{name:12s}")
            for run in compare.train(compare.build(name), *parts, arguments.epochs, arguments.seed):
                runs[name] = run
                bar.update()
    seconds = time.perf_counter() - start
    print("\n".join(table(runs)))
    draw(runs, arguments.plot, f"Handwritten digits: one network, {len(runs)} optimizers, each at its best rate")
    print(f"\n{len(runs)} optimizers, epochs: {arguments.epochs}, seconds: {seconds:.0f}, curves: {arguments.plot}")
    return 0


def table(runs: dict[str, Run]) -> Iterator[str]:
    """A table of all runs, the best first; no line is wider than 80 columns."""
    yield f"{'optimizer':<14}{'rate':>10}{'train loss':>14}{'test accuracy':>17}{'ms per step':>15}"
    yield "-" * 70
    for name in sorted(runs, key=lambda name: (-runs[name].accuracy[-1], runs[name].loss[-1])):
        run = runs[name]
        rate = f"{run.optimizer.lr:g}" if compare.has_rate(run.optimizer) else "none"
        yield f"{name:<14}{rate:>10}{run.loss[-1]:>14.4f}{run.accuracy[-1]:>17.1%}{run.step_ms:>15.3f}"
    yield ""
    yield from textwrap.wrap(
        f"Not at their defaults: {', '.join(unusual(runs))}. "
        "groupadagrad takes only matrices, so adagrad does the biases.",
        WIDTH,
    )


def unusual(names: Iterable[str]) -> Iterator[str]:
    """The optimizers that are run with arguments besides the rate, and these arguments."""
    for name in names:
        rest = [f"{key}={value:g}" for key, value in compare.best_arguments().get(name, {}).items()][1:]
        if rest:
            yield f"{name} ({', '.join(rest)})"


def run_train(arguments: argparse.Namespace) -> int:
    if arguments.save:
        writable(arguments.save)
    if arguments.plot:
        writable(arguments.plot, *PICTURES)
    if arguments.save and arguments.plot and arguments.save.resolve() == arguments.plot.resolve():
        raise ArgumentError(f"--save and --plot are both {str(arguments.plot)!r}; the picture needs another file.")
    rule = compare.build(arguments.optimizer, arguments.lr)
    name = type(rule).__name__.lower()
    parts = datasets.from_npz(arguments.data) if arguments.data else datasets.digits()
    with progress(arguments.epochs) as bar:
        bar.set_description(name)
        for run in compare.train(rule, *parts, arguments.epochs, arguments.seed):
            bar.update()
            scores = f"train loss {run.loss[-1]:.4f}, test accuracy {run.accuracy[-1]:.1%}"
            bar.set_postfix_str(scores)
            if not math.isfinite(run.loss[-1]):
                break
    if not math.isfinite(run.loss[-1]):
        print(
            f"minigrad: the loss became {run.loss[-1]} in epoch {len(run.loss)}; a learning rate of {rule.lr:g} is too "
            f"high for {name}, try a lower --lr. Nothing was saved.",
            file=sys.stderr,
        )
        return 1
    rate = f", rate {rule.lr:g}" if compare.has_rate(rule) else ""
    print(f"{name}{rate}: {scores}, {run.step_ms:.3f} ms per step")
    if arguments.save:
        run.net.save_parameters(arguments.save)
        print(f"parameters: {arguments.save}")
    if arguments.plot:
        draw({name: run}, arguments.plot, f"{name}{rate}")
        print(f"curves: {arguments.plot}")
    return 0


def progress(total: int) -> tqdm[None]:
    """A bar that counts epochs and vanishes when it is done."""
    from tqdm import tqdm

    return tqdm(total=total, unit="epoch", leave=False, dynamic_ncols=True)


def writable(path: Path, *suffixes: str) -> None:
    """Refuse a file that cannot be written before the work is done, not after."""
    if suffixes and path.suffix not in suffixes:
        raise ArgumentError(f"{str(path)!r} does not end in {' or '.join(suffixes)}, the formats that can be drawn.")
    check_writable(path)


def draw(runs: dict[str, Run], path: Path, title: str) -> None:
    """Write the curves to a file, whole or not at all."""
    from minigrad.plot import curves

    figure = curves({name: (run.loss, run.accuracy) for name, run in runs.items()}, title)
    with replacing(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=110)
