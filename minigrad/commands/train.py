"""`minigrad train`: the network with one optimizer, on the digits or on a user's data."""

from __future__ import annotations

import argparse
import math
import sys
import textwrap
from collections.abc import Iterator, Mapping

from minigrad import compare, datasets, kvstore, optimizer
from minigrad.arguments import arguments_of
from minigrad.commands.output import PICTURES, WIDTH, progress, save, writable
from minigrad.commands.settings import Value, preset, settings
from minigrad.compare import Run
from minigrad.datasets.split import Split
from minigrad.errors import ArgumentError

LARGE = 1000.0
"""Data beyond this are mentioned when the loss diverges: networks are made for values of about 1."""


def run_train(arguments: argparse.Namespace) -> int:
    """Train, print the scores, save what was requested; of several ranks, only the first prints and saves."""
    store = kvstore.create("dist_sync") if arguments.dist else None
    others = store is not None and store.rank > 0
    if arguments.save and not others:
        writable(arguments.save)
    if arguments.plot and not others:
        writable(arguments.plot, *PICTURES)
    if arguments.save and arguments.plot and arguments.save.resolve() == arguments.plot.resolve():
        raise ArgumentError(f"--save and --plot are both {str(arguments.plot)!r}; the picture needs another file.")
    cls = type(compare.build(arguments.optimizer))
    name, given = cls.__name__.lower(), settings(cls, arguments.rest, arguments.of.options())
    if arguments.lr is not None:
        if len(arguments.lr) > 1:
            raise ArgumentError("--lr and --learning_rate are one option; give it once.")
        given["learning_rate"] = rate(name, *arguments.lr)
    rule = compare.build(name, **given)
    parts = datasets.from_npz(arguments.data) if arguments.data else datasets.digits()
    with progress(arguments.epochs, hidden=others) as bar:
        bar.set_description(name)
        for run in compare.train(rule, *parts, arguments.epochs, arguments.seed, store):
            bar.update()
            scores = f"train loss {run.loss[-1]:.4f}, test accuracy {run.accuracy[-1]:.1%}"
            bar.set_postfix_str(scores)
            if not math.isfinite(run.loss[-1]):
                break
    if others:
        return 0 if math.isfinite(run.loss[-1]) else 1
    if not math.isfinite(run.loss[-1]):
        print(f"minigrad: {diverged(run, given, parts)}", file=sys.stderr)
        return 1
    title = f"{name}, rate {rule.lr:g}" if compare.has_rate(rule) else name
    print(f"{title}: {scores}, {run.step_ms:.3f} ms per step")
    for note in notes(name, given, arguments.data is not None):
        print(textwrap.fill(note, WIDTH))
    if arguments.save:
        run.net.save_parameters(arguments.save)
        print(f"parameters: {arguments.save}")
    if arguments.plot:
        from minigrad.plot import curves

        save(curves({name: [run.curves]}, title), arguments.plot)
        print(f"curves: {arguments.plot}")
    return 0


def notes(name: str, given: Mapping[str, Value], other_data: bool) -> Iterator[str]:
    """What was set without being given, and whether it was chosen for something else."""
    if rest := preset(name, given):
        yield f"Not at the defaults of {name}: {rest}."
    best = compare.best_arguments().get(name, {})
    usual = {**arguments_of(type(compare.build(name))), **best}
    own = [f"{key}={str(usual[key]).removesuffix('.0')}" for key, value in given.items() if value != usual[key]]
    if "learning_rate" in best and "learning_rate" not in given and (own or other_data):
        here = f" with {', '.join(own)}" if own else ""
        other = "other data" if other_data else "other arguments"
        yield f"The rate {best['learning_rate']:g} was chosen for the digits{here}; with {other}, try others: --lr."


def rate(name: str, text: str) -> float:
    """The learning rate given for an optimizer, a positive number."""
    best = compare.best_arguments().get(name, {}).get("learning_rate")
    if best is None and not compare.has_rate(optimizer.create(name)):
        raise ArgumentError(f"{name} has no learning rate: it finds the length of its steps itself. Leave out --lr.")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    advice = f"such as {best:g}, the best for the digits" if best else "such as 0.01"
    if value == 0:
        raise ArgumentError(f"At --lr {text} no weight would ever change; give a positive number, {advice}.")
    if not 0 < value < math.inf:
        raise ArgumentError(f"--lr {text} is not a learning rate; expected a positive number, {advice}.")
    return value


def diverged(run: Run, given: Mapping[str, Value], parts: tuple[Split, Split]) -> str:
    """How a training diverged, and what to try."""
    name, loss = type(run.optimizer).__name__.lower(), run.loss[-1]
    sentence = f"the loss became {loss} in epoch {len(run.loss)}"
    largest = max(float(abs(x.asnumpy()).max()) for x, _ in parts)
    others = ", ".join(f"{key}={value}" for key, value in given.items() if key != "learning_rate")
    if largest > LARGE:
        sentence += f"; the values in x reach {largest:.2g}, scale them to about 1"
    elif compare.has_rate(run.optimizer):
        sentence += f"; a learning rate of {run.optimizer.lr:g} is too high for {name}"
        sentence += f" with {others}; try a lower --lr or other values" if others else ", try a lower --lr"
    elif others:
        sentence += f"; try other values than {others}"
    return f"{sentence}. Nothing was saved."
