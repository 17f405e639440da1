"""First weights: chance that comes from one generator and follows a law."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import exercise
from minigrad.exercises.probes import Arguments, Probe

SEED = 7


def sizes() -> Iterator[Probe]:
    """Layers that are wide, narrow and tiny; each call gets a new generator."""

    def made(n_out: int, n_in: int) -> Callable[[], Arguments]:
        return lambda: ((numpy.random.default_rng(SEED), n_out, n_in), {})

    for n_out, n_in in ((60, 100), (200, 20), (2, 4000), (100, 100), (3, 2)):
        yield Probe(f"n_out = {n_out}, n_in = {n_in}", made(n_out, n_in))


def drawn(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """The array, and whether the generator was used."""
    used = args[0].bit_generator.state != numpy.random.default_rng(SEED).bit_generator.state
    return [returned, float(used)]


def same_law(expected: Any, found: Any, probe: Probe) -> bool:
    """Whether two arrays look like samples of one law: range, mean, variance, distribution, no repetition."""
    x, y = np.asarray(expected[0]), np.asarray(found[0])
    if x.shape != y.shape or y.dtype.kind != "f" or expected[1] != found[1] or not np.isfinite(x).all():
        return False
    if not np.isfinite(y).all():
        return False
    a, b = np.sort(x.ravel()), np.sort(y.ravel())
    if len(a) < 1000:  # too few for a law
        return bool(np.abs(b).max() <= np.sqrt(6 / sum(probe.make()[0][1:])))
    size = np.abs(a).max()
    both = np.sort(np.concatenate([a, b]))
    gap = np.abs(np.searchsorted(a, both, "right") - np.searchsorted(b, both, "right")).max() / len(a)
    fresh = [len(np.unique(v)) / v.size for v in (a, b)]
    rows = [np.abs(np.corrcoef(v.ravel()[:-1], v.ravel()[1:])[0, 1]) for v in (x, y)]
    return bool(
        abs(np.abs(b).max() - size) < 0.004 * size and abs(b.min() - a.min()) < 0.01 * size
        and abs(b.max() - a.max()) < 0.01 * size and gap < 2.7 * np.sqrt(2 / len(a))
        and abs(fresh[0] - fresh[1]) < 0.01 and abs(rows[0] - rows[1]) < 0.12
    )  # fmt: skip


@exercise(sizes, results="weight", lesson="11-losses", edits=[terms], observe=drawn, agree=same_law)
def xavier_uniform(rng: Any, n_out: int, n_in: int) -> Any:
    """First weights of a Dense layer, after Glorot and Bengio (2010), equation 16.

    The weights are independent and uniform between -b and b, with b = √(6 / (n_in + n_out)). Then their variance is
    2 / (n_in + n_out), and signals keep their size on the way forward and on the way back, on average.

    Args:
        rng: a numpy.random.Generator, the only source of chance.
        n_out, n_in: how many units the layer has, and how many inputs.

    Returns:
        A float64 array of shape (n_out, n_in). How many numbers are drawn, and in what order, is up to you.

    >>> weight = xavier_uniform.reference(np.random.default_rng(0), 3, 2)
    >>> weight.shape, bool(np.abs(weight).max() < np.sqrt(6 / 5))
    ((3, 2), True)

    Hints:
        1. `rng.uniform(low, high, size)` draws from low up to high.
        2. b is a square root, and the fraction under it has both sizes below.
        3. The shape is (n_out, n_in): one row for each unit.
    """
    bound = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-bound, bound, (n_out, n_in))
