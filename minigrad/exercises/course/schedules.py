"""Norms and schedules: what goes around an update rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import pi
from typing import Any

import numpy

from minigrad.exercises.edits.conditions import conditions
from minigrad.exercises.edits.epsilon import epsilon
from minigrad.exercises.edits.factors import factors
from minigrad.exercises.edits.hypers import hypers, lengths
from minigrad.exercises.edits.names import arguments, numbers
from minigrad.exercises.edits.norms import norms
from minigrad.exercises.edits.powers import powers
from minigrad.exercises.edits.rates import spread
from minigrad.exercises.edits.terms import parentheses, terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome, Unsuitable
from minigrad.exercises.probes import Probe, probe
from minigrad.exercises.probes import spread as with_gaps
from minigrad.exercises.words import cos, sqrt, total

SCALAR = [norms, epsilon, terms, conditions, hypers, powers, lengths, factors, spread, parentheses, arguments, numbers]


def lars_probes() -> Iterator[Probe]:
    """Arrays of one to three dimensions, and every case of a norm that is 0."""
    rng = numpy.random.default_rng(1)
    usual = {"eta": 0.3, "wd": 0.2, "eps": 0.5}
    other = {"eta": 1.7, "wd": 0.6, "eps": 0.15}
    w, g = rng.normal(size=(2, 4))
    yield probe("one row", w, g, **usual)
    yield probe("w is 0", 0 * w, g, **usual)
    yield probe("g is 0", w, 0 * g, **usual)
    yield probe("both are 0", 0 * w, 0 * g, **other)
    yield probe("some elements are 0", numpy.array([0.0, 0.6, 0.0]), numpy.array([0.0, -0.4, 0.9]), **other)
    w, g = 0.2 * rng.normal(size=(2, 2, 3))
    yield probe("two rows, small", w, g, **other)
    w, g = 5 * rng.normal(size=(2, 2, 1, 3))
    yield probe("three axes, gaps in memory", with_gaps(w), with_gaps(g), **usual)
    w, g = rng.normal(size=(2, 3, 2)).astype("float32")
    yield probe("float32", w, g, **other)
    yield probe("one element", numpy.array([0.01]), numpy.array([-0.02]), eta=0.001, wd=1e-4, eps=1e-9)
    yield probe("a large ratio", numpy.array([9.0, 1.0]), numpy.array([-0.02, 0.1]), **other)


@exercise(lars_probes, results="ratio", lesson="07-many-workers", edits=SCALAR)
def lars_ratio(w: Any, g: Any, *, eta: float, wd: float, eps: float) -> Any:
    """The trust ratio of LARS.

    LARS gives every layer its own rate: large where the weights are large compared with the gradient.
    The norms are over all elements of an array, whatever its shape.

        w_norm = |w|,  g_norm = |g|
        ratio = eta w_norm / (g_norm + wd w_norm + eps)        if neither norm is 0
                1                                              otherwise

    Return a number.

    >>> import numpy
    >>> float(lars_ratio(numpy.array([3.0, 4.0]), numpy.array([0.0, 2.0]), eta=0.7, wd=0.2, eps=0.5))
    1.0
    >>> lars_ratio(numpy.array([0.0, 0.0]), numpy.array([0.0, 2.0]), eta=0.7, wd=0.2, eps=0.5)
    1.0

    By hand: |w| = √(9 + 16) = 5 and |g| = 2, so the ratio is 0.7 · 5 / (2 + 0.2 · 5 + 0.5) = 1.

    Hints:
        1. Find the two norms first; each is one number.
        2. A new layer's weights may all be 0: check both norms before you divide.
        3. `numpy.linalg.norm(w.ravel())` is the norm over all elements, whatever the shape.
    """
    w_norm = sqrt(total(w**2))
    g_norm = sqrt(total(g**2))
    return 1.0 if w_norm == 0 or g_norm == 0 else eta * w_norm / (g_norm + wd * w_norm + eps)


def clip_probes() -> Iterator[Probe]:
    """Lists of one to three arrays, above the limit, below it, at it, and all zeros."""
    rng = numpy.random.default_rng(2)

    def drawn(*shapes: tuple[int, ...], dtype: str = "float64") -> list[Any]:
        return [(2 * rng.normal(size=shape)).astype(dtype) for shape in shapes]

    yield probe("two arrays above the limit", drawn((3,), (2, 2)), 1.5)
    yield probe("two arrays below the limit", drawn((3,), (2, 2)), 3.5)
    yield probe("at the limit", [numpy.array([3.0]), numpy.array([[0.0, 4.0]])], 5.0)
    yield probe("just above the limit", [numpy.array([1.5]), numpy.array([[0.0, 2.0]])], 2.25)
    yield probe("all zeros", [numpy.zeros(3), numpy.zeros((1, 2))], 1.5)
    yield probe("one array of zeros, together above", [numpy.zeros(2), numpy.array([3.0, 0.0, -4.0])], 2.5)
    yield probe("one array", drawn((4,)), 2.5)
    yield probe("three arrays, one of one element", drawn((1,), (2, 1, 2), (3,)), 0.7)
    yield probe(
        "each below the limit, together above", [numpy.full(2, 0.8), numpy.full(2, -0.9), numpy.full(1, 1.1)], 1.3
    )
    yield probe("float32", drawn((3,), (2, 2), dtype="float32"), 1.5)


def listed(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """The arrays and the norm in one list."""
    parts = returned if isinstance(returned, (tuple, list)) else [returned]
    lists = [isinstance(part, (tuple, list)) for part in parts]
    if len(parts) > 1 and all(lists):
        raise Unsuitable("it returns lists only")
    if len(parts) == len(args[0]) + 1 and not any(lists) and not numpy.ndim(parts[-1]):
        raise Unsuitable("it returns the arrays and the norm side by side")
    return [x for part in parts for x in (part if isinstance(part, (tuple, list)) else [part])]


def put_together(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """Whether it takes max_norm to be the list, or returns something other than a list and a number."""
    if all(y.kind == "TypeError" and "float' object is not iterable" in y.error for y in found):
        return [Symptom("operands-swapped", "the list of arrays is the first argument, max_norm the second.")]
    if all(y.kind == "returned" for y in found) and "None" not in found[0].error:
        return [Symptom("shape-wrong", f"{found[0].error}. Return two results: the list of the arrays, and the norm.")]
    return []


@exercise(
    clip_probes, results="arrays norm", lesson="11-around-the-optimizer", float64=1e-6, absolute=1e-11,
    observe=listed, symptoms=put_together,
)  # fmt: skip
def clip_global_norm(arrays: Any, max_norm: float) -> Any:
    """Gradients clipped by their common norm.

    One gradient that is far too large can ruin a network. If all arrays taken together are longer than
    `max_norm`, they are shortened to that length, by one factor, so that their direction stays.

        norm = √(sum of the squares of all elements of all arrays)
        factor = max_norm / norm if norm > max_norm, else 1
        a ← factor a        for every array a

    `arrays` is a list of arrays of any shapes. Return `(list, norm)`: new arrays, and the norm before
    clipping, a number. Do not change the arrays that you are given. All zeros stay zeros. (Adding 1e-8
    or 1e-6 to the norm in the quotient is right, too.)

    >>> import numpy
    >>> arrays, norm = clip_global_norm([numpy.array([3.0]), numpy.array([[0.0, 4.0]])], 2.5)
    >>> print(arrays[0], arrays[1], norm)
    [1.5] [[0. 2.]] 5.0

    By hand: norm = √(9 + 16) = 5, which is more than 2.5, so everything is multiplied by 2.5 / 5.

    Hints:
        1. First one number from all arrays, then one factor for all arrays.
        2. Add up the squares of all arrays, then take the root once.
        3. A NumPy scalar as a factor makes float32 arrays float64: take `float(...)` of it.
    """
    norm = sqrt(sum([total(a**2) for a in arrays]))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [factor * a for a in arrays], norm


def schedule_probes() -> Iterator[Probe]:
    """Every step of three schedules, one of them without warm-up, and steps beyond the end."""
    for words, steps, base, final, warm, end in [
        ("a warm-up of 4 steps", (6, 0, 1, 2, 3, 4, 5, 8, 10, 11, 12, 15, 19, 30), 0.8, 0.1, 4, 11),
        ("no warm-up", (2, 0, 1, 4, 6, 7, 8, 9, 15), 1.3, 0.35, 0, 7),
        ("a warm-up of one step, a final rate of 0", (3, 0, 1, 2, 9, 10, 11, 18), 0.05, 0.0, 1, 10),
        ("many steps, a final rate above the first", (40, 7, 20, 21, 99, 100, 101), 0.2, 0.6, 20, 100),
    ]:
        for t in steps:
            yield probe(
                f"{words}, t = {t}", t, base_lr=base, final_lr=final, warmup_steps=warm, total_steps=end
            )  # fmt: skip


def divides_by_zero(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """Whether it fails where there is no warm-up, and only there."""
    failed = all((y.results is None and y.kind == "ZeroDivisionError") or is_nan(y.results) for y in found)
    if failed and all(x.startswith("no warm-up") for x in words):
        return [Symptom("condition-missing", "without warm-up it divides by warmup_steps = 0.")]
    return []


def is_nan(results: list[Any] | None) -> bool:
    """Whether a result is NaN or infinite."""
    return results is not None and not numpy.isfinite(results[0])


@exercise(
    schedule_probes, results="rate", lesson="06-schedules", edits=SCALAR, absolute=1e-12, symptoms=divides_by_zero
)
def warmup_cosine(t: int, *, base_lr: float, final_lr: float, warmup_steps: int, total_steps: int) -> Any:
    """A learning rate that warms up and then falls along a cosine.

    At first the gradients are erratic, so the rate starts at 0 and grows in a straight line. Then it
    falls, slowly at both ends and faster in between, to a final rate at which it stays.

        base_lr t / warmup_steps        for t < warmup_steps
        falling                         up to total_steps
        final_lr                        beyond

        x = (t - warmup_steps) / (total_steps - warmup_steps)
        falling = final_lr + (base_lr - final_lr) (1 + cos(π x)) / 2

    t counts from 0. warmup_steps may be 0; total_steps is larger. Return a number.

    >>> settings = dict(base_lr=0.8, final_lr=0.2, warmup_steps=4, total_steps=8)
    >>> [round(warmup_cosine(t, **settings), 3) for t in range(0, 11, 2)]
    [0.0, 0.4, 0.8, 0.5, 0.2, 0.2]

    At t = 6, halfway down: 0.2 + 0.6 · (1 + cos(π / 2)) / 2 = 0.5.

    Hints:
        1. Three cases, in order of time.
        2. x goes from 0 at the end of the warm-up to 1 at total_steps; without a limit the cosine would
           rise again.
        3. Without warm-up, t < 0 is never true, so nothing is divided by warmup_steps = 0.
    """
    x = (t - warmup_steps) / (total_steps - warmup_steps)
    falling = final_lr + (base_lr - final_lr) * (1 + cos(pi * x)) / 2
    return base_lr * t / warmup_steps if t < warmup_steps else falling if t <= total_steps else final_lr
