"""The command `minigrad`: compare all optimizers, train with one, print their equations."""

from __future__ import annotations

import argparse
import difflib
import io
import math
import os
import re
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy

import minigrad
from minigrad import interrupts
from minigrad.commands.bench import PARTS, run_bench
from minigrad.commands.check import run_check
from minigrad.commands.classroom import run_forms, run_report
from minigrad.commands.compare import run_compare
from minigrad.commands.equations import run_equations
from minigrad.commands.exercises import run_assemble, run_list, run_progress, run_show, run_start
from minigrad.commands.explore import run_explore
from minigrad.commands.figures import run_figures
from minigrad.commands.launch import run_launch
from minigrad.commands.output import DIGITS
from minigrad.commands.surface import KINDS, run_surface
from minigrad.commands.train import run_train
from minigrad.commands.tutorials import run_tutorials
from minigrad.disk import OF_THE_DISK, ask, checked
from minigrad.errors import MinigradError
from minigrad.exercises.forms import KINDS as FORMS
from minigrad.plot.surfaces import SURFACES

MOST = 10**9
"""The largest count that an option accepts."""


class Parser(argparse.ArgumentParser):
    """A parser that says which command or option was meant. What it parses says whose it is: `arguments.of`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_defaults(of=self)

    def options(self) -> list[str]:
        """The options of this command, in their long form."""
        return [x for action in self._actions for x in action.option_strings if x.startswith("--")]

    def error(self, message: str) -> NoReturn:
        word = re.search(r"(?:choice: '|arguments: )([\w-]+)", message)
        choices = message.partition("choose from")[2]
        known = re.findall(r"[\w-]+", choices) if choices else self.options()
        close = difflib.get_close_matches(word[1], known, n=1, cutoff=0.7) if word else []
        super().error(f"{message}; did you mean {close[0]!r}?" if close else message)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0; 1 if training diverged; 2 for input that cannot be used."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    of_one = arguments.run is run_train or (arguments.run is run_equations and arguments.name)
    if rest and not of_one:  # with one optimizer, its arguments are options too
        arguments.of.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.rest = rest
    try:
        try:
            interrupts.raise_errors()
            return obey(arguments)
        finally:
            interrupts.end_at_once()
    except KeyboardInterrupt:  # even one that came on the way out
        tell("stopped")
        interrupts.leave()
        return 130


def obey(arguments: argparse.Namespace) -> int:
    """Run the function of a command; if it cannot be done, say why in a sentence."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the terminal may lack Greek letters
    try:
        with numpy.errstate(all="ignore"), warnings.catch_warnings():  # a rate that is too high is reported in words
            warnings.showwarning = lambda message, *_: tell(str(message))
            status: int = arguments.run(arguments)
            if sys.stdout:
                sys.stdout.flush()
        return status
    except MinigradError as error:
        tell(str(error))
        return 2
    except OSError as error:
        enough = isinstance(error, BrokenPipeError)  # for whoever reads the output: minigrad equations | head
        if not enough and error.errno not in OF_THE_DISK:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it flushes at exit
        if not enough:  # minigrad equations > file
            tell(f"the output cannot be written: {(error.strerror or str(error)).lower()}")
        return 0 if enough else 2


def tell(sentence: str) -> None:
    """Print what went wrong, or may, on a line of its own."""
    print(f"minigrad: {sentence}{'' if sentence.endswith(('.', '?')) else '.'}", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """All subcommands and their options."""
    top = Parser(
        prog="minigrad",
        formatter_class=partial(argparse.HelpFormatter, indent_increment=1),  # each command and its help on a line
        description="A small deep-learning framework, made to be read. Every optimizer is written once: its equations.",
        epilog="'minigrad COMMAND --help' says more about a command.",
    )
    top.add_argument("--version", action="version", version=f"minigrad {minigrad.__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    exact = partial(commands.add_parser, allow_abbrev=False)
    positive, natural = partial(at_least, 1), partial(at_least, 0)

    one = exact(
        "compare",
        help="train the same network with every optimizer; a table and a picture",
        description=f"Train a 64-64-32-10 network on {DIGITS}, with every optimizer that minigrad has, each at its "
        "best learning rate and over several seeds. Prints a table with means, spreads and ties, and draws the curves. "
        "Three seeds take about half a minute.",
        epilog="example: minigrad compare --only adam,sgd,nag --seeds 5",
    )
    one.add_argument("--only", metavar="NAMES", help="these optimizers, separated by commas (default: all)")
    one.add_argument("--epochs", type=positive, default=20, metavar="N", help="passes over the data (default 20)")
    one.add_argument("--seeds", type=positive, default=3, metavar="N", help="runs of each optimizer (default 3)")
    one.add_argument(
        "--seed", type=natural, default=0, metavar="N", help="the first seed: weights, order, noise (default 0)"
    )
    one.add_argument(
        "--plot", type=path, default=Path("compare.png"), metavar="FILE", help="the picture (default compare.png)"
    )
    one.set_defaults(run=run_compare)

    one = exact(
        "train",
        help="train the network with one optimizer",
        usage="minigrad train [options] [--ARGUMENT VALUE ...]",
        description=f"Train a 64-32 network of Dense layers on {DIGITS}, or on your own data, with one optimizer. "
        "Every argument of the optimizer's constructor is an option too: --momentum 0.9, --beta1 0.8, --wd 1e-4, "
        "--centered. A wrong name is answered with a list of the right ones.",
        epilog="example: minigrad train --optimizer nag --lr 0.05 --momentum 0.8 --plot p.png",
    )
    one.add_argument("--optimizer", default="adam", metavar="NAME", help="default adam; 'minigrad equations' lists all")
    one.add_argument(
        "--lr", "--learning_rate", "--learning-rate", action="append", metavar="RATE",
        help="default: the best for the digits",
    )  # fmt: skip
    one.add_argument("--epochs", type=positive, default=20, metavar="N", help="passes over the data (default 20)")
    one.add_argument("--seed", type=natural, default=0, metavar="N", help="for weights, order and noise (default 0)")
    one.add_argument("--data", type=path, metavar="FILE", help=".npz with x (n, features) and y (n,), classes from 0")
    one.add_argument("--save", type=path, metavar="FILE", help="write the trained parameters (.npz)")
    one.add_argument("--plot", type=path, metavar="FILE", help="draw the loss and accuracy curves (.png, .pdf, .svg)")
    one.add_argument(
        "--dist", action="store_true", help="share each batch among the ranks of 'minigrad launch -n N -m minigrad ...'"
    )
    one.set_defaults(run=run_train)

    one = exact(
        "equations",
        help="print the update rules as text",
        usage="minigrad equations [NAME [--ARGUMENT VALUE ...]] [--worked]",
        description="Print the update rule of one optimizer, with its symbols and its source, or the rules of all. "
        "Arguments of the optimizer's constructor, such as --momentum 0.9, are applied first.",
        epilog="example: minigrad equations nag --momentum 0.9 --worked",
    )
    one.add_argument("name", nargs="?", help="an optimizer, such as adam (default: all of them)")
    one.add_argument("--worked", action="store_true", help="fill in the numbers of two steps, as you would by hand")
    one.set_defaults(run=run_equations)

    one = exact(
        "surface",
        help="draw optimizers on their way down a surface; also as an animation",
        description="Let optimizers walk down a surface of two weights, each at its best rate there. Draws their paths "
        "(trajectory), their heights (race), or the states of one of them (states); a .gif is animated. The surfaces: "
        f"{', '.join(SURFACES)}.",
        epilog="example: minigrad surface --optimizer adam,nag --surface beale --out a.gif",
    )
    one.add_argument("--optimizer", default="adam,nag,sgd", metavar="NAMES", help="default adam,nag,sgd")
    one.add_argument("--surface", default="rosenbrock", metavar="NAME", help="default rosenbrock")
    one.add_argument("--picture", default=KINDS[0], metavar="KIND", help=f"{', '.join(KINDS)} (default {KINDS[0]})")
    one.add_argument("--steps", type=positive, default=100, metavar="N", help="default 100")
    one.add_argument("--start", type=coordinate, nargs=2, metavar=("X", "Y"), help="default: the surface's own")
    one.add_argument("--noise", type=coordinate, metavar="S", help="standard deviation of noise on each gradient")
    one.add_argument("--seed", type=natural, default=0, metavar="N", help="for noise and nearby starts (default 0)")
    one.add_argument(
        "--out", type=path, default=Path("surface.gif"), metavar="FILE", help=".gif, .png, .pdf or .svg (surface.gif)"
    )
    one.set_defaults(run=run_surface)

    one = commands.add_parser(
        "explore",
        help="write a web page in which every rule runs, with a slider for every number",
        description="Write one HTML file, which needs no network: pick rules and a surface, move the starting point "
        "and every hyper-parameter, step, and see the equations with their numbers.",
    )
    one.add_argument("--out", type=path, default=Path("explorer.html"), metavar="FILE", help="default explorer.html")
    one.add_argument("--open", action="store_true", help="also open it in a browser")
    one.set_defaults(run=run_explore)

    one = commands.add_parser(
        "tutorials",
        help="copy the notebooks into a folder, and say how to open them",
        description="Copy the notebooks, with the pages and tables that they use, into a folder of your own. Existing "
        "files stay as they are. JupyterLab and VS Code open the notebooks.",
        epilog="example: minigrad tutorials course --open",
    )
    one.add_argument(
        "folder", nargs="?", type=path, default=Path("tutorials"), metavar="FOLDER", help="default tutorials"
    )
    one.add_argument("--open", action="store_true", help="open the first in JupyterLab, if it is installed")
    one.set_defaults(run=run_tutorials)

    add_exercises(exact(
        "exercises",
        help="list the exercises, start one, see your progress",
        description="Exercises: functions to write, from the backward pass of an addition to optimizers. Together they "
        "make a framework. Without a command: list all of them by part, and mark those solved in this folder.",
        epilog="example: minigrad exercises start adam_step; minigrad check adam_step.py",
    ))  # fmt: skip

    one = exact(
        "check",
        help="mark the answers to exercises in a file, and name their mistakes",
        description="Check the functions of a file that are named after exercises. Each runs in a process of its own, "
        "with limits on time and memory, and may import files next to it. The status is 0 if all are right, 1 if not, "
        "2 if the file cannot be used. An answer can still read and write your files, use the network, and look up the "
        "solution if it sets out to: mark strangers' answers on a machine with nothing to lose.",
        epilog="example: minigrad check adam_step.py --hint 3",
    )
    one.add_argument("file", type=path, metavar="FILE", help="a Python file")
    one.add_argument("exercise", nargs="?", metavar="EXERCISE", help="only this one (default: every one in the file)")
    one.add_argument(
        "--hint", type=int, choices=(1, 2, 3), default=2, help="1 says where a mistake is, 2 what (default), 3 numbers"
    )
    one.add_argument(
        "--without", action="append", default=[], metavar="MODULE", help="refuse answers that use this module"
    )
    one.add_argument("--seconds", type=positive, default=20, metavar="N", help="time limit for an answer (default 20)")
    one.add_argument("--megabytes", type=positive, default=2048, metavar="N", help="its memory limit (default 2048)")
    one.set_defaults(run=run_check)

    one = exact(
        "bench",
        help="time minigrad against PyTorch, JAX, autograd and MyGrad, whichever are installed",
        description="Run optimizer steps, and training steps of Dense networks, convolutions, recurrences and "
        "attention, in turns with those of the other libraries that are installed. Prints times and ratios with their "
        "spread. Takes about a minute; the fewer other programs are running, the smaller the spread.",
        epilog="example: OMP_NUM_THREADS=1 minigrad bench layers training --plot bench.png",
    )
    one.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    one.add_argument("--rounds", type=positive, default=10, metavar="N", help="turns of each (default 10)")
    one.add_argument("--all", action="store_true", help="more rules and networks, which takes several minutes")
    one.add_argument(
        "--cpu-time", action="store_true", help="measure processor time, for a machine that is busy with other work"
    )
    one.add_argument("--json", type=path, metavar="FILE", help="write every time, ratio and version")
    one.add_argument("--plot", type=path, metavar="FILE", help="draw the ratios (.png, .pdf, .svg)")
    one.set_defaults(run=run_bench)

    one = exact(
        "launch",
        help="run a program on several ranks, for the stores 'dist_sync' and 'dist_async'",
        usage="minigrad launch -n N (script.py | -m MODULE) [arguments]",
        description="Run a program on N ranks of MPI on this machine: mpiexec -n N python -m mpi4py script.py. If one "
        "of them fails, all are stopped and the exit status is not 0.",
        epilog="example: minigrad launch -n 4 -m minigrad train --dist",
    )
    one.add_argument("-n", type=positive, required=True, metavar="N", help="how many ranks")
    one.add_argument("-m", dest="module", nargs=argparse.REMAINDER, help="a module, and its arguments")
    one.add_argument("program", nargs=argparse.REMAINDER, help="a script, and its arguments")
    one.set_defaults(run=run_launch)

    one = exact(
        "figures",
        help="redraw the figures of the documentation (in a checkout)",
        description="Redraw the pictures in the folder figures/ of a checkout from the data next to them, and say what "
        "each shows. The same versions of Matplotlib and Pillow draw the same bytes.",
        epilog="example: minigrad figures rates --measure --check",
    )
    one.add_argument("names", nargs="*", metavar="NAME", help="such as compare (default: all)")
    one.add_argument("--measure", action="store_true", help="first measure the data again, and say whether they agree")
    one.add_argument("--check", action="store_true", help="write nothing; status 1 if something has changed")
    one.set_defaults(run=run_figures)
    return top


def add_exercises(top: argparse.ArgumentParser) -> None:
    """The commands and options of `minigrad exercises`."""
    top.set_defaults(run=run_list)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")

    commands.add_parser("list", help="list all of them, as without a command")

    one = commands.add_parser("show", help="print what to write, and hints")
    one.add_argument("exercise", metavar="EXERCISE")
    one.add_argument("--hint", type=int, choices=(1, 2, 3), default=0, help="how many hints (default none)")
    one.set_defaults(run=run_show)

    one = commands.add_parser(
        "start",
        help="write a file to start from",
        description="Write EXERCISE.py: the signature, the statement and an example. An existing file is kept.",
    )
    one.add_argument("exercises", nargs="+", metavar="EXERCISE")
    one.add_argument("--folder", type=path, default=Path(), metavar="FOLDER", help="where (default: here)")
    one.set_defaults(run=run_start)

    one = commands.add_parser("progress", help="check all answers in a folder; a table, and what to do next")
    one.add_argument("folder", nargs="?", type=path, default=Path(), metavar="FOLDER", help="default: this one")
    one.add_argument(
        "--hint", type=int, choices=(1, 2, 3), default=2, help="for the next: 1 where, 2 what (default), 3 with numbers"
    )
    one.set_defaults(run=run_progress)

    one = commands.add_parser(
        "assemble",
        help="put your right answers together into a framework of your own",
        description="Write a small framework in one file: your right answers, the library's where there is none "
        "(comments say which), and what joins them. It needs NumPy and digits.npz next to it; it trains on the digits.",
    )
    one.add_argument("folder", nargs="?", type=path, default=Path(), metavar="FOLDER", help="default: this one")
    one.add_argument("--out", type=file, metavar="FILE", help="default my_framework.py in FOLDER")
    one.set_defaults(run=run_assemble)

    one = commands.add_parser(
        "forms",
        help="write exercises as notebooks, for nbgrader, or with tests for pytest",
        description="Write each exercise to a folder: 'student', a notebook with the statement and a cell that checks "
        "the answer; 'nbgrader', the same with the solution between nbgrader's marks, for its folder source/; "
        "'pytest', a file to start from and one that tests it. Existing files are kept.",
    )
    one.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all")
    one.add_argument("--out", type=path, required=True, metavar="FOLDER", help="where; an existing folder")
    one.add_argument("--kind", choices=FORMS, default=FORMS[0], help=f"default {FORMS[0]}")
    one.set_defaults(run=run_forms)

    one = commands.add_parser(
        "report",
        help="check the answers of a whole class; a table and a picture",
        description="Check the answers in a folder that has a folder, or a Python file, for each student. Writes a "
        "line for each answer: student, exercise, right, mistake, also. The picture shows how often each mistake is "
        "made. Each answer runs as in 'minigrad check', whose help says what that does not protect against.",
    )
    one.add_argument("folder", type=path, metavar="FOLDER")
    one.add_argument("--out", type=path, default=Path("report.csv"), metavar="FILE", help="default report.csv")
    one.add_argument("--plot", type=path, metavar="FILE", help="the picture (.png, .pdf, .svg)")
    one.set_defaults(run=run_report)


def at_least(low: int, text: str) -> int:
    """A whole number from `low` up to a billion, for argparse."""
    if not text.isdecimal() or len(text) > len(str(MOST)) or not low <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r:.60} is not a whole number from {low} to {MOST}")
    return int(text)


def path(text: str) -> Path:
    """A path that the system can take, for argparse."""
    try:
        found = Path(checked(text))
        ask(found)
    except (MinigradError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text!r:.60} cannot be a path: {error!s:.200}") from None
    return found


def file(text: str) -> Path:
    """The path of a file, for argparse."""
    found = path(text)
    if not found.name:
        raise argparse.ArgumentTypeError(f"{text!r} is a folder; give the name of a file")
    return found


def coordinate(text: str) -> float:
    """A finite number, for argparse."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return found
