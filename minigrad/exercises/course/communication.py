"""Votes and codes sent by workers, and a check of gradients."""

from __future__ import annotations

import functools  # noqa: F401  # wrong answers in the tables use it
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.edits.arrays import results
from minigrad.exercises.edits.ends import ends
from minigrad.exercises.edits.reductions import reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Arguments, Probe, probe, spread

EDITS = [terms, reductions, results, ends]
LESSON = "07-many-workers"


def votes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(4)
    for kind in ("int8", "float32", "float64"):
        for workers in (3, 4, 5):
            signs = list(rng.integers(-1, 2, size=(workers, 2, 4)).astype(kind))
            yield probe(f"{workers} workers, {kind}", signs)
    yield probe("one worker", [numpy.array([1, 0, -1], "int8")])
    yield probe("a tie", [numpy.array([1.0, -1.0, 0.0]), numpy.array([-1.0, 1.0, 0.0])])
    yield probe("zeros abstain", [numpy.array([0.0, 0.0, -1.0])] * 3 + [numpy.array([1.0, -1.0, 0.0])])
    for sign in 1.0, -1.0, 0.0:
        yield probe(f"one element, votes {sign:g}, 1, {sign:g}", [numpy.array([x]) for x in (sign, 1.0, sign)])
    yield probe("100 workers who agree, int8", [numpy.array([1, -1, 0], "int8")] * 100)
    yield probe("memory out of order", [spread(rng.integers(-1, 2, size=(2, 4)).astype("int8")) for _ in range(3)])


@exercise(votes, results="vote", lesson=LESSON, edits=EDITS, free=("vote",))
def sign_majority(signs: list[Any]) -> Any:
    """The workers' vote on the sign of each element.

    In signSGD with majority vote (Bernstein et al. 2018, algorithm 3) each worker sends only the signs
    of its gradient. Each weight moves by the majority's sign: the sign of the sum of the votes.

    Args:
        signs: one array for each worker, of -1, 0 and 1 (int8, float32 or float64), all of the same
            shape; at most 100.

    Returns:
        An array of that shape, of any dtype: 1, -1, or 0 for a tie. A worker that sends 0 abstains.

    >>> sign_majority([np.array([1, 1, 0]), np.array([1, -1, -1]), np.array([-1, 0, 0])])
    array([ 1,  0, -1])

    Hints:
        1. Add up the workers' votes, element by element.
        2. The sign of the sum is the result, and `np.sign(0)` is 0.
        3. `np.sign(sum(signs))`: a sum of up to a hundred votes fits into int8.
    """
    return np.sign(np.sum(signs, axis=0))


def gradients() -> Iterator[Probe]:
    rng = numpy.random.default_rng(5)
    for kind in "float64", "float32":
        g, r = (rng.normal(size=(2, 12, 1)) * 0.7).astype(kind)
        yield probe(kind, g, r * np.asarray(0.4, kind), 0.5)
        yield probe(f"{kind}, another threshold", g, r, 1.25)
    yield probe("just at the threshold", numpy.array([0.25, -0.25, 0.5, -0.5, 0.75]), numpy.full(5, 0.25), 0.5)
    yield probe("no residual", numpy.array([0.5, -0.5, 0.1, 3.0, -3.0]), numpy.zeros(5), 0.5)
    yield probe("all below the threshold", numpy.array([0.3, -0.4, 0.2]), numpy.array([0.1, 0.05, -0.1]), 0.5)
    yield probe("far below the threshold", numpy.array([0.1, -0.05, 0.02]), numpy.array([0.1, -0.1, 0.0]), 0.5)
    yield probe("far beyond the threshold", numpy.array([5.0, -7.0, -0.4]), numpy.array([0.3, -0.3, 2.5]), 0.5)
    yield probe("memory out of order", spread(rng.normal(size=6)), spread(rng.normal(size=6)), 0.5)
    for x in 0.8, -0.9, 0.1:
        yield probe(f"one element, {x}", numpy.array([x]), numpy.array([0.05]), 0.5)


@exercise(gradients, results="codes residual", lesson=LESSON, edits=EDITS, free=("codes",))
def two_bit_compress(g: Any, residual: Any, threshold: float) -> Any:
    """A gradient in two bits for each element, and what is left over for the next time.

    First add what could not be sent before: r = residual + g. Where r is at least the threshold, the
    code is 1; where it is at most -threshold, -1; elsewhere 0. The receiver reads a code as
    code * threshold, so the rest to keep is

        residual = r - threshold * code

    Args:
        g: a gradient. residual: what was left over, an array like g. threshold: a positive number.

    Returns:
        (codes, residual). The codes may have any dtype, the residual has that of g.

    >>> two_bit_compress(np.array([0.3, -0.7, 0.1]), np.array([0.3, 0.0, 0.0]), 0.5)
    (array([ 1., -1.,  0.]), array([ 0.1, -0.2,  0.1]))

    Hints:
        1. Add the residual first; the codes are those of the sum.
        2. `r >= threshold` and `r <= -threshold`: a value exactly at the threshold is sent.
        3. `residual = r - threshold * codes` subtracts only the threshold, however large r is.
    """
    r = residual + g
    codes = (r >= threshold).astype(r.dtype) - (r <= -threshold)
    return codes, r - threshold * codes


# A check of gradients


def smooth() -> list[tuple[str, Callable[[Any], float], Callable[[Any], Any], Any]]:
    """Functions with their gradients, and points at which to check them."""
    rng = numpy.random.default_rng(6)
    x = rng.normal(size=(2, 3))
    return [
        ("a sum of cubes", lambda x: float(np.sum(x**3)), lambda x: 3 * x**2, x),
        ("a sum of exp", lambda x: float(np.sum(np.exp(x))), np.exp, x[0]),
        ("sines, mixed", lambda x: float(np.sin(x[0]) * x[1]), lambda x: np.array([np.cos(x[0]) * x[1], np.sin(x[0])]),
         x[1, :2].copy()),
        ("a sum of squares", lambda x: float(np.sum(x**2)), lambda x: 2 * x, x[1]),
        ("a sum of squares near its minimum", lambda x: float(np.sum(x**2)), lambda x: 2 * x, 3e-3 * x[0]),
        ("a straight line", lambda x: float(np.sum(3 * x) + 1), lambda x: np.full(x.shape, 3.0), x[0]),
        ("one number", lambda x: float(x[0] ** 4), lambda x: 4 * x**3, np.array([1.3])),
    ]  # fmt: skip


def functions() -> Iterator[Probe]:
    """Right gradients, multiples of them, gradients with one wrong element, and zeros."""

    def made(f: Any, x: Any, gradient: Any) -> Callable[[], Arguments]:
        return lambda: ((f, x.copy(), gradient.copy(), numpy.random.default_rng(11)), {})

    for words, f, slope, x in smooth():
        yield Probe(f"{words}, right", made(f, x, slope(x)))
        for k in (2.0, 0.5, -1.0, 0.0):
            yield Probe(f"{words}, times {k:g}", made(f, x, k * slope(x)))
        for place, other in {"": 1, " of a column": x.shape[-1]}.items():
            if x.size > other:
                wrong = slope(x)
                wrong.flat[0] += 0.5
                wrong.flat[other] -= 0.5
                yield Probe(f"{words}, two elements{place} wrong in opposite ways", made(f, x, wrong))
        for i in range(x.size if x.size > 1 else 0):
            wrong = slope(x)
            wrong.flat[i] += 0.5
            yield Probe(f"{words}, element {i} wrong", made(f, x, wrong))
    yield Probe(DRAWN, made_with_draws)
    yield Probe("a constant, gradient 0", made(lambda x: 1.0, numpy.ones(3), numpy.zeros(3)))


DRAWN = "a sum of squares that sees whether the direction is drawn from rng, right"


def made_with_draws() -> Arguments:
    """A function that has another slope as long as nothing has been drawn from the generator."""
    rng, center = numpy.random.default_rng(11), numpy.array([0.5, -1.5, 1.0])
    state = rng.bit_generator.state

    def f(x: Any) -> float:
        return float(np.sum(x**2) + (rng.bit_generator.state == state) * np.sum(x - center))

    return (f, center.copy(), 2 * center, rng), {}


ONE_SIDED = Symptom("missing-term", "a difference to one side is not accurate enough: use x + h d and x - h d.")


def fails_in_check(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What the wrong probes have in common: directions that do not reach everywhere, or a step of the wrong size."""
    if all(x.results and np.asarray(x.results[0]).dtype.kind == "b" for x in found):
        return [Symptom("shape-wrong", "return a number, the relative error, not True or False.")]
    if [text for text in words if text.endswith("right")] == [DRAWN]:
        return [Symptom("wrong-operation", "draw the direction from rng, the generator that is passed in.")]
    if all("element" in text for text in words):
        return [Symptom("wrong-operation", "the direction does not reach everywhere: draw each of its elements.")]
    values = {text: float(np.ravel(x.results[0])[0]) for x, text in zip(found, words) if x.results and x.single}
    complete = len(values) == len(words)
    if complete and all("minimum" in text for text in values) and any(text.endswith("right") for text in values):
        return [ONE_SIDED]  # a difference to both sides is exact for squares
    values = {text: y for text, y in values.items() if "minimum" not in text}
    right = [y for text, y in values.items() if text.endswith("right")]
    if complete and right and all(0 < y < 0.5 for y in right):
        straight = {text for text in values if "straight" in text}
        if all(abs(y) < 0.6 for text, y in values.items() if "times 0.5" in text):
            if straight or not any("squares" in text for text in values):
                return [Symptom("wrong-factor", "the step h has the wrong size: differences are not accurate enough.")]
            return [ONE_SIDED]
    return []


def ratio_agrees(expected: Any, found: Any, probe: Probe) -> bool:
    """Whether both errors are below 1e-6 or both above; for multiples of a gradient, whether they are equal."""
    x, y = (float(np.asarray(a[0])) if np.ndim(a[0]) == 0 else np.nan for a in (expected, found))
    if np.isnan(x) or np.isnan(y):
        return bool(np.isnan(x) and np.isnan(y))
    if "times" in probe.words or "one number" in probe.words or "constant" in probe.words:
        return abs(x - y) < 1e-5 * max(1.0, abs(x))
    return (abs(x) < 1e-6) == (abs(y) < 1e-6) and (abs(x) < 1e-6 or (x > 0) == (y > 0))


@exercise(
    functions, results="error", lesson="02-autograd-from-nothing",
    edits=[terms], agree=ratio_agrees, symptoms=fails_in_check,
)  # fmt: skip
def gradcheck_directional(f: Callable[[Any], float], x: Any, grad: Any, rng: Any) -> float:
    """How far a gradient is from finite differences, along one random direction.

    Along a direction d the slope of f is the sum of grad * d. It can also be measured: with a small
    step h,

        n = (f(x + h d) - f(x - h d)) / (2 h),        p = sum(grad * d)

    and the relative error is |n - p| / scale, with scale = max(|n|, |p|). A wrong gradient shows along
    almost every direction, so two calls of f are enough, however many elements x has.

    Args:
        f: a function of an array that returns a number.
        x: the point to check at, float64, of any shape.
        grad: the gradient to check, of the same shape.
        rng: a numpy.random.Generator for the direction.

    Returns:
        The relative error, a number; 0 if n and p are both 0. Leave x unchanged. Choose h so that the
        error of right gradients of smooth functions is below 1e-6.

    >>> x = np.array([1.0, 2.0])
    >>> gradcheck_directional(lambda x: (x**3).sum(), x, 3 * x**2, np.random.default_rng(0)) < 1e-6
    True
    >>> round(gradcheck_directional(lambda x: (x**3).sum(), x, 6 * x**2, np.random.default_rng(0)), 6)
    0.5

    Hints:
        1. `rng.normal(size=x.shape)` is a direction that reaches everywhere.
        2. Compute f at x + h d and at x - h d, with h about 1e-5; make new arrays, and leave x alone.
        3. `abs(n - p) / max(abs(n), abs(p))`, but 0 if both are 0.
    """
    d = rng.normal(size=x.shape)
    h = 1e-5
    n = (f(x + h * d) - f(x - h * d)) / (2 * h)
    p = np.sum(grad * d)
    scale = max(abs(n), abs(p))
    return float(abs(n - p) / scale if scale > 0 else 0.0)
