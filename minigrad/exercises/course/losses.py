"""Losses from raw scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.edits.arrays import rescaled, results
from minigrad.exercises.edits.ends import ends
from minigrad.exercises.edits.products import constants, products
from minigrad.exercises.edits.reductions import everywhere, reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Probe, probe, spread

EDITS = [terms, reductions, everywhere, products, constants, ends, results, rescaled]
LESSON = "11-around-the-optimizer"


def scores() -> Iterator[tuple[str, Any]]:
    """Arrays of scores: ordinary ones, equal ones, very large and very small ones, rows that are far apart."""
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(4, 3))
    yield "ordinary scores", x
    yield "ordinary scores, float32", x.astype("float32")
    yield "memory out of order", spread(x)
    yield "equal scores", numpy.full((2, 3), 1.5)
    yield "scores of ±2000", numpy.array([[-2000.0, 2000.0, 0.0], [1.0, 2.0, 3.0], [-2000.0, -2000.0, -1999.0]])
    yield "rows far apart", numpy.array([[1000.0, 1001.0, 999.0], [-1000.0, -1002.0, -1001.0]])
    yield "rows far apart, float32", numpy.array([[500.0, 501.0, 499.0], [-500.0, -502.0, -501.0]], "float32")
    yield "one row", rng.normal(size=(1, 5))
    yield "as many rows as classes", rng.normal(size=(3, 3))


EXTREME = ("±2000", "far apart", "of 2000", "of -2000", "certain")
OVERFLOWS = "each row's own maximum should be subtracted first; else exp overflows or underflows."
LOST = "a number is rounded or clipped before its logarithm is taken; use the stable form."


def only_where_extreme(words: Sequence[str]) -> bool:
    return all(any(x in text for x in EXTREME) for text in words)


def fails_in_softmax(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if a result is wrong only for extreme scores, or only for three dimensions."""
    if only_where_extreme(words):
        results = [np.asarray(y, float) for x in found if x.results is not None for y in x.results]
        overflow = any(np.isnan(y).any() or (y == np.inf).any() or np.isneginf(y).all(-1).any() for y in results)
        return [Symptom("unstable-softmax", OVERFLOWS) if overflow else Symptom("unstable-log", LOST)]
    if all("three dimensions" in text for text in words):
        return [Symptom("axis-wrong", "it is right for two dimensions only: the axis should be the last one.")]
    return []


def fails_in_logarithm(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """What it means if a result is wrong only for extreme scores."""
    lost = "for extreme scores, rounding or overflow spoils the logarithm; use the stable form."
    return [Symptom("unstable-log", lost)] if only_where_extreme(words) else []


def log_softmax_probes() -> Iterator[Probe]:
    for words, x in scores():
        yield probe(words, x)
    rng = numpy.random.default_rng(1)
    yield probe("one dimension", rng.normal(size=4))
    yield probe("three dimensions", rng.normal(size=(2, 1, 4)))


def softmax(x: Any) -> Any:
    """exp(x) / sum(exp(x)) along the last axis, from shifted scores: right, but it may round to 0 or 1."""
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def last_places(probe: Probe) -> float:
    """4 units in the last place of the largest score."""
    x = probe.make()[0][0]
    return 4 * float(np.spacing(np.abs(x).max(initial=0), dtype=x.dtype))


@exercise(log_softmax_probes, results="y", lesson=LESSON, edits=EDITS, absolute=last_places, symptoms=fails_in_softmax)
def log_softmax(x: Any) -> Any:
    """The logarithm of the softmax along the last axis.

    softmax(x) = exp(x) / sum(exp(x)), so its logarithm is x - log(sum(exp(x))). Computed like this,
    exp(2000) overflows. But the softmax does not change if the same number is subtracted from every
    score of a row, so first subtract the row's maximum m.

        shifted = x - m
        y = shifted - log(sum(exp(shifted)))

    Args:
        x: scores, an array with at least one axis.

    Returns:
        An array of the same shape and dtype. It must be right for scores of ±2000, and for rows far
        apart.

    >>> log_softmax(np.array([[0.0, 0.0], [2000.0, 0.0]])).round(4)
    array([[-6.931e-01, -6.931e-01],
           [ 0.000e+00, -2.000e+03]])

    Hints:
        1. Each row has its own maximum: `x.max(axis=-1, keepdims=True)`.
        2. Subtract it before exp. Then the largest exp is 1, and the sum is between 1 and the number of
           classes.
        3. Subtract the logarithm of `np.exp(shifted).sum(axis=-1, keepdims=True)` from `shifted`. Do
           not take the logarithm of the softmax itself, which may round to 0.
    """
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def entropy_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(2)
    for words, x in scores():
        yield probe(words, x, rng.integers(0, x.shape[1], size=len(x)))
    yield probe("the same label everywhere", rng.normal(size=(3, 4)), numpy.zeros(3, int))
    yield probe("a certain answer that is wrong", numpy.array([[0.0, 800.0], [800.0, 0.0]]), numpy.array([0, 0]))


@exercise(
    entropy_probes, results="loss gradient", lesson=LESSON, edits=EDITS, absolute=last_places, symptoms=fails_in_softmax
)
def softmax_cross_entropy(logits: Any, labels: Any) -> Any:
    """The mean cross-entropy of softmax(logits) with the labels, and its gradient.

    The loss of one sample is -log of the probability that the softmax gives to its label. The gradient
    with respect to the logits is simple: the softmax, less 1 at the label, divided by the number of
    samples n (because the loss is a mean).

        shifted = logits - the maximum of each row
        log_p = shifted - log(sum(exp(shifted))),  as in `log_softmax`
        one_hot = 1 at the label of each row, else 0
        loss = -sum(one_hot log_p) / n

    You may import your own `log_softmax` from the file next to this one:
    `from log_softmax import log_softmax`.

    Args:
        logits: scores, (n, classes). labels: integers, (n,).

    Returns:
        (loss, gradient): a number, and an array of the shape and dtype of logits. Both must be right
        for scores of ±2000.

    >>> loss, gradient = softmax_cross_entropy(np.array([[1.0, 1.0], [0.0, 5.0]]), np.array([0, 1]))
    >>> round(float(loss), 4), gradient.round(4)
    (0.3499, array([[-0.25  ,  0.25  ],
           [ 0.0033, -0.0033]]))

    Hints:
        1. Compute log_softmax first; the softmax is its exp.
        2. `array[np.arange(n), labels]` picks one element of each row.
        3. The gradient of -log p[label] with respect to the scores is p, less 1 at the label. Do not
           forget 1 / n.
    """
    n = logits.shape[0]
    classes = logits.shape[1]
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    one_hot = (labels[:, None] == np.arange(classes)).astype(logits.dtype)
    loss = -np.sum(one_hot * log_p) / n
    gradient = (np.exp(log_p) - one_hot) / n
    return loss, gradient


def bce_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(3)
    x, y = rng.normal(size=(2, 3)) * 2, rng.uniform(size=(2, 3))
    yield probe("ordinary scores", x, y)
    yield probe("ordinary scores, float32", x.astype("float32"), y.astype("float32"))
    yield probe("memory out of order", spread(x), spread(y))
    yield probe("labels 0 and 1", x, (y > 0.5).astype(float))
    yield probe("one dimension", rng.normal(size=5), rng.uniform(size=5))
    yield probe("three dimensions", rng.normal(size=(2, 2, 3)), rng.uniform(size=(2, 2, 3)))
    yield probe("scores of 2000", numpy.array([2000.0, 1.0]), numpy.array([0.0, 1.0]))
    yield probe("scores of -2000", numpy.array([-2000.0, 1.0]), numpy.array([1.0, 0.0]))
    yield probe("certain and right", numpy.array([2000.0, -2000.0, 30.0]), numpy.array([1.0, 0.0, 1.0]))
    yield probe("certain and right, float32", numpy.array([90.0, -90.0, 20.0], "float32"), numpy.array([1, 0, 1], "f"))
    yield probe("scores of 0", numpy.zeros(3), numpy.array([0.0, 0.5, 1.0]))
    for score in 1.5, -0.5:
        yield probe(f"one score, {score}", numpy.array([score]), numpy.array([0.3]))


@exercise(bce_probes, results="loss", lesson=LESSON, edits=EDITS, absolute=last_places, symptoms=fails_in_logarithm)
def bce_with_logits(x: Any, y: Any) -> Any:
    """The mean binary cross-entropy of sigmoid(x) with y, from the scores x themselves.

    With p = 1 / (1 + exp(-x)) the loss of one element is -(y log p + (1 - y) log(1 - p)). Where p
    rounds to 0 or 1, the logarithm fails. The same loss in a form that loses nothing:

        each = max(x, 0) - x y + log(1 + exp(-|x|))

    Args:
        x: scores, of any shape. y: from 0 to 1, of the same shape.

    Returns:
        The mean over all elements, a number. It must be right for scores of ±2000.

    >>> round(float(bce_with_logits(np.array([0.0, 2000.0]), np.array([1.0, 0.0]))), 4)
    1000.3466

    Hints:
        1. Use the form above: -|x| is never positive, so its exp cannot overflow.
        2. `np.log1p(z)` is log(1 + z), accurate even where z is small.
        3. `np.log1p(np.exp(-np.abs(x)))` is the last term; then take one mean over all elements.
    """
    each = np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))
    return np.mean(each)
