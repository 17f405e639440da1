"""First weights: chance that comes from one generator and follows a law."""

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
    bound = np.sqrt(6 / sum(probe.make()[0][1:]))
    size, other_size = np.abs(x).max(), np.abs(y).max()
    if x.size < 1000:  # too few for a law
        return bool((size <= bound) == (other_size <= bound))
    bounded = size <= 1.01 * bound
    if abs(other_size - size) > 0.01 * size if bounded else other_size <= 1.01 * bound:
        return False
    a, b = np.sort(x.ravel()), np.sort(y.ravel())
    both = np.sort(np.concatenate([a, b]))
    gap = np.abs(np.searchsorted(a, both, "right") - np.searchsorted(b, both, "right")).max() / len(a)
    fresh, other = (len(np.unique(v)) / v.size for v in (a, b))
    ends = [abs(np.abs(b).max() - size) < 0.004 * size, *(abs(b[i] - a[i]) < 0.01 * size for i in (0, -1))]
    if size > 1.01 * bound and other > 0.99:  # no bound: the largest ones tell nothing
        ends = [np.abs(b).max() > 1.01 * bound]
    return bool(all(ends) and gap < 2.7 * np.sqrt(2 / len(a)) and abs(fresh - other) < 0.01)


def fails_in_law(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What is wrong with weights that follow none of the expected laws, from the largest array of them."""
    if all(x.kind == "returned" for x in found) or any(len(x.results or [0, 0]) != 2 for x in found):
        return [Symptom("shape-wrong", "one array is asked for, of shape (n_out, n_in).")]
    arrays = [np.asarray(x.results[0]) for x in found if x.results]
    if not arrays or any(x.ndim != 2 for x in arrays):
        return []
    y = max(arrays, key=np.size)
    values = np.unique(y)
    if not y[-1].any() or not y[0].any():
        return [Symptom("off-by-one-boundary", "a row stays 0: a loop misses it.")]
    if values[0] >= 0 or values[-1] <= 0:
        return [Symptom("missing-term", "it is uniform from -b to b: here all weights have one sign.")]
    peaked = np.mean((y - y.mean()) ** 4) > 2.1 * np.var(y) ** 2  # 1.8 for a uniform law, 3 for a normal one
    if y.size > 1000 and len(values) > 10 and peaked:
        return [Symptom("wrong-operation", "it is uniform: here small weights are more frequent than large ones.")]
    if len(values) < 10:
        return [Symptom("wrong-operation", "the weights have a few values only; uniform ones may have any.")]
    return []


@exercise(
    sizes,
    results="weight",
    lesson="11-around-the-optimizer",
    edits=[terms],
    observe=drawn,
    agree=same_law,
    symptoms=fails_in_law,
)
def xavier_uniform(rng: Any, n_out: int, n_in: int) -> Any:
    """First weights of a Dense layer, after Glorot and Bengio (2010), equation 16.

    The weights are independent and uniform between -b and b, with b = √(6 / (n_in + n_out)). Then their
    variance is 2 / (n_in + n_out), and signals keep their size on the way forward and on the way back,
    on average.

    Args:
        rng: a numpy.random.Generator, the only source of chance.
        n_out, n_in: how many units the layer has, and how many inputs.

    Returns:
        A float64 array of shape (n_out, n_in). How many numbers are drawn, and in what order, is up to
        you.

    >>> weight = xavier_uniform(np.random.default_rng(0), 3, 2)
    >>> weight.shape, bool(np.abs(weight).max() < np.sqrt(6 / 5))
    ((3, 2), True)

    Hints:
        1. `rng.uniform(low, high, size)` draws from low up to high.
        2. b is a square root, and the fraction under it has both sizes below.
        3. `rng.uniform(-b, b, (n_out, n_in))`: one row for each unit.
    """
    bound = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-bound, bound, (n_out, n_in))


UNIFORM = "return rng.uniform(-bound, bound, (n_out, n_in))"
for _new, _mistake, _what, *_also in [
    ("return rng.normal(0, bound / np.sqrt(3), (n_out, n_in))", "wrong-operation", "it is uniform, not normal."),
    ("return rng.normal(0, bound, (n_out, n_in))", "wrong-operation", "it is uniform, not normal.", "wrong-factor"),
    ("return rng.uniform(0, bound, (n_out, n_in))", "missing-term", "it is uniform from -b to b, not from 0.",
     "wrong-operation", "wrong-sign"),
    ("return rng.random((n_out, n_in)) * bound - 0.5 * 0", "missing-term", "it is uniform from -b to b, not from 0.",
     "wrong-factor", "wrong-operation"),
    ("return (2 * rng.random((n_out, n_in)) + 1) * bound", "wrong-sign", "1 is subtracted, not added."),
    ("return rng.random((n_out, n_in)) * 2 * bound", "missing-term", "it is uniform from -b to b, not from 0.",
     "wrong-operation"),
    ("return (rng.random((n_out, n_in)) - 0.5) * bound", "wrong-factor", "it reaches from -b/2 to b/2 only."),
    ("return (2 * rng.random((n_out, n_in)) - 1) * 2 * bound", "wrong-factor", "it reaches from -2b to 2b."),
    ("return rng.uniform(-1, 1, (n_out, n_in))", "scale-missing", "b is missing."),
    ("return rng.random((n_out, n_in)) - 0.5", "scale-missing", "b is missing.", "wrong-factor"),
    ("return rng.uniform(-bound, bound, (n_in, n_out))", "shape-wrong", "the shape is (n_out, n_in).",
     "operands-swapped", "transpose-missing"),
    ("return rng.uniform(-bound, bound, n_out * n_in)", "shape-wrong", "the shape is (n_out, n_in)."),
    ("return rng.uniform(-bound, bound)", "shape-wrong", "the shape is (n_out, n_in)."),
    ("return np.full((n_out, n_in), rng.uniform(-bound, bound))", "max-not-elementwise",
     "each weight is drawn by itself.", "shape-wrong"),
    ("return np.tile(rng.uniform(-bound, bound, n_in), (n_out, 1))", "axis-wrong", "each weight is drawn by itself.",
     "max-not-elementwise"),
    ("return np.tile(rng.uniform(-bound, bound, (n_out, 1)), (1, n_in))", "axis-wrong",
     "each weight is drawn by itself.", "max-not-elementwise"),
    ("return (rng.random((n_out, n_in)) + rng.random((n_out, n_in)) - 1) * bound", "wrong-operation",
     "a sum of two uniform numbers is not uniform.", "missing-term"),
    ("return np.random.default_rng().uniform(-bound, bound, (n_out, n_in))", "wrong-operation",
     "chance should come from rng alone."),
]:  # fmt: skip
    xavier_uniform.wrong(UNIFORM, _new, _mistake, _what, *_also)
for _new, _mistake, _what, *_also in [
    ("6 / (n_in + n_out)", "root-missing", "b is a square root."),
    ("np.sqrt(6) / (n_in + n_out)", "root-missing", "the root is of the whole fraction."),
    ("6 / np.sqrt(n_in + n_out)", "root-missing", "the root is of the whole fraction."),
    ("np.sqrt(6 / n_in)", "missing-term", "n_out is missing."),
    ("np.sqrt(3 / n_in)", "missing-term", "n_out is missing.", "wrong-factor"),
    ("np.sqrt(6 / n_out)", "missing-term", "n_in is missing."),
    ("np.sqrt(3 / n_out)", "missing-term", "n_in is missing.", "wrong-factor"),
    ("np.sqrt(1 / n_in)", "missing-term", "n_out is missing.", "wrong-factor", "scale-missing"),
    ("1 / n_in", "missing-term", "n_out and the root are missing.", "root-missing", "power-missing", "wrong-operation"),
    ("np.sqrt(3 / (n_in + n_out))", "wrong-factor", "it is 6, not 3."),
    ("np.sqrt(2 / (n_in + n_out))", "wrong-factor", "this is the deviation; the bound has 6."),
    ("np.sqrt(1 / (n_in + n_out))", "scale-missing", "the 6 is missing."),
    ("np.sqrt(12 / (n_in + n_out))", "wrong-factor", "it is 6, not 12."),
    ("np.sqrt(24 / (n_in + n_out))", "wrong-factor", "it is 6."),
    ("2 * np.sqrt(6 / (n_in + n_out))", "wrong-factor", "b is twice as large as it should be."),
    ("np.sqrt(6 / (n_in + n_out)) / 2", "wrong-factor", "b is half of what it should be."),
    ("np.sqrt(6 / (n_in * n_out))", "wrong-operation", "the sizes are added, not multiplied."),
    ("np.sqrt(6 * (n_in + n_out))", "wrong-operation", "6 is divided by the sum of the sizes."),
    ("np.sqrt(6 / n_in + n_out)", "wrong-operation", "the sum needs parentheses."),
    ("np.sqrt(6 / abs(n_in - n_out))", "wrong-sign", "the sizes are added.", "wrong-operation"),
    ("np.sqrt((n_in + n_out) / 6)", "operands-swapped", "the fraction is turned round."),
    ("np.sqrt(6 / (n_in + n_out + 1))", "extra-term", "there is no + 1.", "off-by-one-boundary"),
    ("np.sqrt(6 / (n_in + n_out + 2))", "extra-term", "there is no + 2."),
    ("np.sqrt(6 / (n_in + n_out - 1))", "extra-term", "there is no - 1.", "off-by-one-boundary"),
]:  # fmt: skip
    xavier_uniform.line("bound", _new, _mistake, _what, *_also)
