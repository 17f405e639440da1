"""What comes after the guide: your own loss, initial weights, schedule, updater of a store, and metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy
import numpy as np

from minigrad.exercises.edits.reductions import everywhere, reductions
from minigrad.exercises.edits.terms import terms
from minigrad.exercises.exercise import exercise
from minigrad.exercises.probes import Arguments, Probe, probe, spread

EDITS = [terms, reductions, everywhere]


def huber_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 4)) * 2
    yield probe("ordinary numbers", x, y, 0.7)
    yield probe("float32", x.astype("float32"), y.astype("float32"), 1.5)
    yield probe("memory out of order", spread(x), spread(y), 2.0)
    yield probe("three dimensions", rng.normal(size=(2, 1, 4)), rng.normal(size=(2, 1, 4)), 0.5)
    yield probe("one number for each sample", rng.normal(size=(4, 1)) * 3, rng.normal(size=(4, 1)), 1.2)
    for x in 0.5, -3.0:
        yield probe(f"one difference, {x}", numpy.array([[x]]), numpy.zeros((1, 1)), 1.2)
    yield probe(
        "some predictions are exact", numpy.array([[1.0, -2.0], [0.5, 0.5]]), numpy.array([[1.0, 1.0], [0.5, 0.5]]), 2.0
    )
    yield probe("differences of exactly rho", numpy.array([[1.0, -2.0], [0.5, 4.0]]), numpy.zeros((2, 2)), 2.0)


@exercise(huber_probes, results="loss", lesson="11-around-the-optimizer", edits=EDITS)
def huber_loss(pred: Any, label: Any, rho: float) -> Any:
    """Huber's loss, one number for each sample.

    Squared errors give a single large error too much weight, and absolute errors have a corner at 0.
    Huber's loss is a parabola near 0 that continues as a straight line. With d = |pred - label|:

        each = d² / (2 rho)        where d ≤ rho
               d - rho / 2         elsewhere

    Args:
        pred, label: arrays of one shape, with samples along the first axis and at least one more axis.
        rho: where the parabola ends, above 0.

    Returns:
        The mean over the elements of each sample, of shape (n,), as in Gluon's losses.

    You may also answer with a subclass of `gluon.loss.Loss`, made with `rho=`, called with pred and
    label.

    >>> huber_loss(np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]]), 2.0)
    array([1.125])

    By hand: d is 1 and 3; 1² / 4 = 0.25 and 3 - 1 = 2; their mean is 1.125.

    Hints:
        1. Each element takes one of two values: `np.where(condition, a, b)`.
        2. The two meet at d = rho: there both are rho / 2.
        3. Average over all axes but the first: `axis=tuple(range(1, d.ndim))`.
    """
    d = np.abs(pred - label)
    each = np.where(d <= rho, d**2 / (2 * rho), d - rho / 2)
    return np.mean(each, axis=tuple(range(1, d.ndim)))


def kernel_probes() -> Iterator[Probe]:
    for size in (4, 3, 1, 2, 5, 8):
        yield probe(f"size {size}", size)


@exercise(kernel_probes, results="kernel", lesson="11-around-the-optimizer", edits=[terms])
def bilinear_init(size: int) -> Any:
    """Initial weights of a layer that enlarges images: a tent.

    A transposed convolution whose kernel is a tent interpolates between pixels, which is a good start
    for learning to enlarge. With f = ⌈size / 2⌉ and c = (2 f - 1 - f mod 2) / (2 f), the tent along one
    axis is

        a_i = 1 - |i / f - c|        for i = 0, ..., size - 1

    and the kernel is the product of two tents, kernel_ij = a_i a_j.

    Args:
        size: the length of a side, at least 1.

    Returns:
        A float64 array of shape (size, size).

    You may also answer with a subclass of `Initializer`, made without arguments and given an array of
    this shape.

    >>> bilinear_init(4)[0]
    array([0.0625, 0.1875, 0.1875, 0.0625])

    By hand: f = 2, c = 3 / 4; a = 1 - |0 - ¾|, 1 - |½ - ¾|, ... = ¼, ¾, ¾, ¼, and ¼ a is the first row.

    Hints:
        1. Make the tent of one axis first; `np.arange(size)` is every i at once.
        2. `np.ceil` rounds up, and `%` is the remainder: f % 2.
        3. `np.outer(a, a)` is the table of all products.
    """
    f = np.ceil(size / 2)
    c = (2 * f - 1 - f % 2) / (2 * f)
    a = 1 - np.abs(np.arange(size) / f - c)
    return np.outer(a, a)


def rate_probes() -> Iterator[Probe]:
    settings = {"low": 0.1, "high": 0.7, "half": 4}
    for t in (1, 0, 3, 4, 5, 7, 8, 9, 12, 14, 16, 43):
        yield probe(f"t = {t}", t, **settings)
    for t in (0, 1, 2, 3):
        yield probe(f"t = {t}, a half of one step", t, low=0.2, high=0.5, half=1)
    yield probe("t = 10, another range", 10, low=0.5, high=2.0, half=7)


@exercise(rate_probes, results="rate", lesson="06-schedules", edits=[terms])
def cyclic_rate(t: int, *, low: float, high: float, half: int) -> Any:
    """A learning rate that goes up and down in straight lines, after Smith (2017).

    It starts at `low`, reaches `high` after `half` steps, is back at `low` after as many again, and so
    on. With the position in the cycle p = t mod (2 half):

        up = 1 - |p / half - 1|
        rate = low + (high - low) up

    Args:
        t: the step, from 0. low, high: the two ends. half: the steps from one to the other, at least 1.

    Returns:
        A number.

    You may also answer with a subclass of `LRScheduler`, made with `low=`, `high=` and `half=`, called
    with t.

    >>> [cyclic_rate(t, low=0.0, high=1.0, half=2) for t in range(6)]
    [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]

    Hints:
        1. `t % (2 * half)` is the position of t in its cycle.
        2. p / half goes from 0 to 2; its distance from 1 is 1 at both ends and 0 in the middle.
        3. `up = 1 - abs(p / half - 1)` goes from 0 to 1 and back; low + (high - low) * up follows it.
    """
    p = t % (2 * half)
    up = 1 - abs(p / half - 1)
    return low + (high - low) * up


class Store(dict[str, Any]):
    """The weights of a store, which remembers its original arrays."""

    def __init__(self, **weights: Any) -> None:
        super().__init__(weights)
        self.first = dict(weights)


def store_probes() -> Iterator[Probe]:
    def one(
        key: str, dtype: str, scale: float, limit: float, shape: tuple[int, ...] = (2, 3)
    ) -> Callable[[], Arguments]:
        def made() -> Arguments:
            rng = numpy.random.default_rng(5)
            weights = {x: rng.normal(size=shape).astype(dtype) for x in ("a", "b", "c")}
            grad = (rng.normal(size=shape) * scale).astype(dtype)
            return (key, grad, Store(**weights)), {"lr": 0.3, "limit": limit}

        return made

    yield Probe("the second of three", one("b", "float64", 6.0, 0.8))
    yield Probe("the first of three", one("a", "float64", 2.0, 1.5))
    yield Probe("float32", one("c", "float32", 6.0, 0.8))
    yield Probe("small gradients", one("b", "float64", 0.1, 0.8))
    yield Probe("one axis", one("c", "float64", 2.0, 1.1, (5,)))
    yield Probe("three axes", one("a", "float64", 2.0, 1.1, (2, 1, 3)))


def stored(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """All weights of the store, and whether they are still its original arrays."""
    store = args[2]
    same = all(store[key] is x for key, x in store.first.items())
    return [*(store[key] for key in store.first), int(same)]


@exercise(store_probes, results="a b c in_place", lesson="11-around-the-optimizer", observe=stored)
def clipping_updater(key: Any, grad: Any, weights: Any, *, lr: float, limit: float) -> None:
    """An updater for a parameter store that clips each element of a gradient.

    Workers push gradients to a store, and the store's updater changes the weights. This one clips every
    element of the gradient to [-limit, limit] and takes a step of gradient descent with rate lr:

        w ← w - lr clip(grad, -limit, limit)

    Args:
        key: which parameter the gradient belongs to.
        grad: its gradient, an array; it stays as it is.
        weights: a dict of arrays by key.

    Return nothing. Change the array `weights[key]` itself, in place, since others hold it, too. Leave
    the other arrays alone.

    You may also answer with a subclass of `Optimizer`, made with `learning_rate=` and `limit=`.

    >>> weights = {"a": np.array([1.0, 2.0]), "b": np.array([0.0])}
    >>> clipping_updater("a", np.array([9.0, 0.5]), weights, lr=0.5, limit=1.0)
    >>> weights["a"]
    array([0.5 , 1.75])

    Hints:
        1. `np.clip(grad, -limit, limit)` limits each element separately.
        2. `weights[key] = ...` stores a new array; others would still hold the old one.
        3. `w = weights[key]` and then `w -= ...` or `w[...] = ...` changes the array itself.
    """
    weights[key] -= lr * np.clip(grad, -limit, limit)


def metric_probes() -> Iterator[Probe]:
    rng = numpy.random.default_rng(6)
    for words, n, classes, k in ("2", 6, 4, 2), ("1", 7, 3, 1), ("all classes", 4, 3, 3), ("3", 9, 6, 3):
        yield probe(f"k = {words}", rng.normal(size=(n, classes)), rng.integers(0, classes, size=n), k)
    yield probe(
        "equal scores",
        numpy.array([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0], [0.0, 1.0, 1.0], [3.0, 3.0, 1.0], [4.0, 4.0, 4.0]]),
        numpy.array([1, 2, 0, 0, 1]), 1,
    )  # fmt: skip
    yield probe("float32", rng.normal(size=(5, 4)).astype("float32"), rng.integers(0, 4, size=5), 2)
    higher = numpy.array([[2.0, 2.0, 1.0, 0.0], [3.0, 1.0, 2.0, 2.0], [1.0, 0.0, 1.0, 1.0]])
    yield probe("equal scores above the label", higher, numpy.array([2, 1, 1]), 2)


@exercise(metric_probes, results="accuracy", lesson="11-around-the-optimizer", edits=[reductions])
def top_k_accuracy(scores: Any, labels: Any, k: int) -> Any:
    """How often the right class is among the k that score highest.

    An image may show two things, and with a thousand classes it is hard to be right at the first guess.
    A sample counts as right if fewer than k classes score above its label; so equal scores count in its
    favour.

        own = the score of the sample's label
        above = how many scores in its row are larger
        accuracy = mean(above < k)

    Args:
        scores: (n, classes). labels: integers, (n,). k: at least 1.

    Returns:
        The share of right samples, a number from 0 to 1.

    You may also answer with a subclass of `EvalMetric`, made with `k=` and given the samples in two
    batches.

    >>> scores = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    >>> float(top_k_accuracy(scores, np.array([1, 0]), 2))
    0.5

    By hand: one class scores above label 1 in the first row, fewer than 2; two score above label 0 in
    the second.

    Hints:
        1. `scores[np.arange(n), labels]` is the score of each label.
        2. Compare each row with its own: `own[:, None]` broadcasts along the row.
        3. Count along the rows, compare with k, and take the mean of True and False.
    """
    own = scores[np.arange(scores.shape[0]), labels]
    above = np.sum(scores > own[:, None], axis=1)
    return np.mean(above < k)


@clipping_updater.mistaken("extra-term", "all weights are changed; only the one of the key should be.")
def every_weight(key: Any, grad: Any, weights: Any, *, lr: float, limit: float) -> None:
    for weight in weights.values():
        weight -= lr * np.clip(grad, -limit, limit)


@top_k_accuracy.mistaken("missing-term", "only the highest score counts, whatever k is.", "condition-missing")
def highest_only(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.argmax(scores, axis=1) == labels)


@top_k_accuracy.mistaken(
    "mean-for-sum", "every sample counts as right; compare k with a count, since a mean is below every k.",
    "condition-missing",
)  # fmt: skip
def every_sample(scores: Any, labels: Any, k: int) -> Any:
    return 1.0


CHANCE = "among equal scores the sorting order decides; they should count in favour of the sample."


@top_k_accuracy.mistaken("ties-wrong", CHANCE)
def last_when_sorted(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(scores, axis=1)[:, -k:] == labels[:, None], axis=1))


@top_k_accuracy.mistaken("ties-wrong", CHANCE)
def first_when_turned(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(-scores, axis=1)[:, :k] == labels[:, None], axis=1))


@top_k_accuracy.mistaken("ties-wrong", "equal scores above the label count as one; each class should count.")
def different_scores(scores: Any, labels: Any, k: int) -> Any:
    return np.mean([len({*row[row > row[label]].tolist()}) < k for row, label in zip(scores, labels)])


@top_k_accuracy.mistaken("wrong-operation", "the k lowest scores are taken, not the highest.", "operands-swapped")
def lowest(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(scores, axis=1)[:, :k] == labels[:, None], axis=1))
