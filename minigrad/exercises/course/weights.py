"""Initial weights: random numbers from one generator, with a given distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Arguments, Probe

SEED = 7


def sizes() -> Iterator[Probe]:
    """Wide, narrow and tiny layers; each call gets a new generator."""

    def made(n_out: int, n_in: int) -> Callable[[], Arguments]:
        return lambda: ((numpy.random.default_rng(SEED), n_out, n_in), {})

    for n_out, n_in in ((60, 100), (200, 20), (2, 4000), (100, 100), (3, 2)):
        yield Probe(f"n_out = {n_out}, n_in = {n_in}", made(n_out, n_in))


def drawn(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """The array, and whether the generator was used, or has spawned others."""
    bits = args[0].bit_generator
    used = bits.state != numpy.random.default_rng(SEED).bit_generator.state or bits.seed_seq.n_children_spawned > 0
    return [returned, float(used)]


def dependence(weight: Any) -> Any:
    """The correlation of a weight with the next in its row and in its column, and with that half of all weights on."""
    rows, columns, half = weight.ravel(), weight.T.ravel(), weight.size // 2
    pairs = [(x[shift:], x[: weight.size - shift]) for x in (rows, columns) for shift in (1, half)]
    return np.nan_to_num([np.corrcoef(*pair)[0, 1] for pair in pairs])


def evenly(weight: Any) -> bool:
    """Whether the distances between neighbouring values are alike. Random ones vary as much as their mean."""
    gaps = np.diff(np.unique(weight))
    return bool(np.std(gaps) < 0.5 * np.mean(gaps))


def by_chance(size: int) -> float:
    """A correlation that independent numbers hardly ever have."""
    return float(8 / np.sqrt(size))


def same_law(expected: Any, found: Any, probe: Probe) -> bool:
    """Whether two arrays look like samples of one law: in range, shape, dependence, gaps, without repeated values."""
    x, y = np.asarray(expected[0]), np.asarray(found[0])
    if x.shape != y.shape or y.dtype.kind != "f" or expected[1] != found[1]:
        return False
    if not np.isfinite(x).all() or not np.isfinite(y).all():
        return False
    bound = np.sqrt(6 / sum(probe.make()[0][1:]))
    size, other_size = np.abs(x).max(), np.abs(y).max()
    if (size <= bound) != (other_size <= bound):
        return False
    if x.size < 1000:  # too few to tell a distribution
        return True
    if (np.abs(dependence(x) - dependence(y)) > by_chance(x.size)).any() or evenly(x) != evenly(y):
        return False
    bounded = size <= 1.01 * bound
    if abs(other_size - size) > 0.01 * size if bounded else other_size <= 1.01 * bound:
        return False
    a, b = np.sort(x.ravel()), np.sort(y.ravel())
    both = np.sort(np.concatenate([a, b]))
    gap = np.abs(np.searchsorted(a, both, "right") - np.searchsorted(b, both, "right")).max() / len(a)
    fresh, other = (len(np.unique(v)) / v.size for v in (a, b))
    ends = [abs(np.abs(b).max() - size) < 12 / len(a) * size, *(abs(b[i] - a[i]) < 0.01 * size for i in (0, -1))]
    if size > 1.01 * bound and other > 0.99:  # no bound: the largest values say nothing
        ends = [np.abs(b).max() > 1.01 * bound]
    return bool(all(ends) and gap < 2.7 * np.sqrt(2 / len(a)) and abs(fresh - other) < 0.01)


def fails_in_law(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What is wrong with weights that no known mistake explains, judged by the largest array of them."""
    arrays = [np.asarray(x.results[0]) for x in found if x.results]
    several = any(len(x.results or [0, 0]) != 2 for x in found)
    if all(x.kind == "returned" for x in found) or several or any(x.ndim != 2 for x in arrays):
        return [Symptom("shape-wrong", "return one array, of shape (n_out, n_in).")]
    if not arrays:
        return []
    y = max(arrays, key=np.size)
    values = np.unique(y)
    if not y[-1].any() or not y[0].any():
        return [Symptom("off-by-one-boundary", "a row stays 0: a loop misses it.")]
    if values[0] >= 0 or values[-1] <= 0:
        return [Symptom("missing-term", "it should be uniform from -bound to bound; here all weights have one sign.")]
    peaked = np.mean((y - y.mean()) ** 4) > 2.1 * np.var(y) ** 2  # 1.8 for uniform numbers, 3 for normal ones
    if y.size > 1000 and len(values) > 10 and peaked:
        return [Symptom("wrong-operation", "it should be uniform; here small weights are more frequent.")]
    if len(values) < 10:
        return [Symptom("wrong-operation", "the weights take only a few values; uniform ones may take any.")]
    if y.size > 1000 and (np.abs(dependence(y)) > by_chance(y.size)).any():
        return [Symptom("wrong-operation", "the weights depend on each other; draw each of them, in any order.")]
    if y.size > 1000 and evenly(y):
        return [Symptom("wrong-operation", "the weights lie at equal distances: they are shuffled, not drawn.")]
    return []


@exercise(
    sizes, results="weight", lesson="11-around-the-optimizer",
    edits=[terms], observe=drawn, agree=same_law, symptoms=fails_in_law,
)  # fmt: skip
def xavier_uniform(rng: Any, n_out: int, n_in: int) -> Any:
    """Initial weights of a Dense layer, after Glorot and Bengio (2010), equation 16.

    The weights are independent and uniform between -bound and bound:

        bound = √(6 / (n_in + n_out))

    Then their variance is 2 / (n_in + n_out), and on average signals keep their size in both the
    forward and the backward pass.

    Args:
        rng: a numpy.random.Generator, the only source of randomness.
        n_out, n_in: how many units the layer has, and how many inputs.

    Returns:
        A float64 array of shape (n_out, n_in). How many numbers you draw, and in what order, is up to
        you.

    >>> weight = xavier_uniform(np.random.default_rng(0), 3, 2)
    >>> weight.shape, bool(np.abs(weight).max() < np.sqrt(6 / 5))
    ((3, 2), True)

    Hints:
        1. `rng.uniform(low, high, size)` draws from low up to high.
        2. The bound is a square root, and both sizes are in the denominator under it.
        3. `rng.uniform(-bound, bound, (n_out, n_in))`: one row for each unit.
    """
    bound = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-bound, bound, (n_out, n_in))
