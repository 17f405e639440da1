"""Which of several optimizers can be told apart by runs over a few seeds, and which places the others share.

Two runs that differ only in their seed do not end alike, so the order of single runs is partly chance. For the same
seed, all optimizers start from the same weights and see the same batches. What is left after subtracting the mean of
each optimizer and of each seed is noise, assumed to be alike for all. Two means must be farther apart than noise alone
would bring them: farther than the largest difference among as many equal optimizers is in 19 comparisons of 20
(J. Tukey, The Problem of Multiple Comparisons, 1953; seeds are the blocks).
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy

from minigrad.errors import ArgumentError

Curves = tuple[Sequence[float], Sequence[float]]
"""Training loss and test accuracy of one run after each epoch."""

CONFIDENCE = 0.95
DRAWS = 100_000
SMALLEST_LOSS = 1e-12


class Ties(NamedTuple):
    """The places that several optimizers may have, and what decided it."""

    places: dict[str, tuple[int, int]]
    """Name -> the first and the last place that cannot be ruled out, the best mean first."""
    means: dict[str, float]
    """Name -> the mean of its scores."""
    apart: float
    """How far apart two means must be to be told apart; infinite for a single seed."""

    def span(self, name: str) -> str:
        """The places of one as text: "3", or "1-19" for a tie."""
        first, last = self.places[name]
        return f"{first}" if first == last else f"{first}-{last}"

    @property
    def first(self) -> list[str]:
        """Those that cannot be told apart from the best."""
        return [name for name, (place, _) in self.places.items() if place == 1]


class Verdict(NamedTuple):
    """What the last epoch of all runs shows."""

    accuracy: Ties
    """By test accuracy."""
    loss: Ties
    """By minus the logarithm of the training loss, since losses differ by factors: `apart` is the log of a factor."""
    diverged: list[str]
    """The optimizers with a loss or an accuracy that is not finite at the end of a run; they have no place."""


def verdict(runs: Mapping[str, Sequence[Curves]]) -> Verdict:
    """Compare optimizers, each with one run for each seed, in the same order of seeds.

    >>> good, bad = [([0.10], [0.97]), ([0.11], [0.96])], [([0.90], [0.71]), ([0.93], [0.70])]
    >>> found = verdict({"bad": bad, "good": good})
    >>> found.accuracy.places
    {'good': (1, 1), 'bad': (2, 2)}
    """
    counts = {name: len(several) for name, several in runs.items()}
    if len({*counts.values()}) > 1:
        (most, more), (least, fewer) = (by(counts.items(), key=lambda pair: pair[1]) for by in (max, min))
        raise ArgumentError(
            f"{most} has {more} runs and {least} has {fewer}, but optimizers are compared seed by seed; expected "
            "equally many runs of each, in the same order of seeds"
        )
    diverged = [name for name, several in runs.items() if not all(map(finite, several))]
    left = {name: several for name, several in runs.items() if name not in diverged}
    accuracy = ties({name: [right[-1] for _, right in several] for name, several in left.items()})
    loss = ties(
        {name: [-math.log(max(loss[-1], SMALLEST_LOSS)) for loss, _ in several] for name, several in left.items()}
    )
    return Verdict(accuracy, loss, diverged)


def finite(run: Curves) -> bool:
    """Whether the loss and the accuracy at the end of a run are numbers that can be compared."""
    return all(math.isfinite(values[-1]) for values in run)


def ties(scores: Mapping[str, Sequence[float]]) -> Ties:
    """The places by score, where more is better; each name has one score for each seed.

    >>> ties({"a": [3.0, 3.2, 3.1], "b": [3.1, 3.1, 3.0], "c": [1.0, 1.1, 1.1]}).places
    {'a': (1, 2), 'b': (1, 2), 'c': (3, 3)}
    """
    if not scores:
        return Ties({}, {}, math.inf)
    table = numpy.array(list(scores.values()), "float64")
    means = dict(zip(scores, table.mean(1).tolist()))
    apart = _apart(table)
    ranked = sorted(means, key=lambda name: -means[name])
    places = {
        name: (
            1 + sum(means[other] - means[name] > apart for other in ranked),
            len(ranked) - sum(means[name] - means[other] > apart for other in ranked),
        )
        for name in ranked
    }
    return Ties(places, means, apart)


def _apart(table: numpy.ndarray) -> float:
    """The difference of two means, rows of the table, that noise alone rarely brings about."""
    rows, seeds = table.shape
    freedom = (rows - 1) * (seeds - 1)
    if freedom == 0:
        return math.inf
    noise = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    return studentized_range(rows, freedom) * math.sqrt((noise**2).sum() / freedom / seeds)


@cache
def studentized_range(means: int, freedom: int) -> float:
    """The largest difference of this many equal means, in standard errors, that chance exceeds only once in twenty.

    The standard error is estimated with `freedom` degrees of freedom. Found by simulation; good to 1 or 2 %.
    """
    generator = numpy.random.default_rng(0)
    largest = numpy.ptp(generator.standard_normal((DRAWS, means)), axis=1)
    error = numpy.sqrt(generator.chisquare(freedom, DRAWS) / freedom)
    return float(numpy.quantile(largest / error, CONFIDENCE))


def finding(found: Verdict) -> str:
    """In a sentence, what can be told apart and what cannot."""
    by_accuracy, by_loss = found.accuracy.first, found.loss.first
    count = len(found.accuracy.places)
    if count < 2:
        return "One optimizer: nothing to compare" if count else "No optimizer converged: nothing to compare"
    if math.isinf(found.accuracy.apart):
        return f"One seed cannot tell {count} optimizers apart"
    if len(by_accuracy) == len(by_loss) == count:
        return f"These runs cannot tell {count} optimizers apart"
    if by_accuracy == by_loss and len(by_loss) == 1:
        return f"{by_loss[0]} leads alone, by test accuracy and by training loss"
    ahead = f"{by_loss[0]} leads alone" if len(by_loss) == 1 else f"{len(by_loss)} tie"
    if len(by_accuracy) == 1:
        return f"By test accuracy, {by_accuracy[0]} leads alone; by training loss, {ahead}"
    return f"By test accuracy, {len(by_accuracy)} of {count} optimizers tie for first; by training loss, {ahead}"
