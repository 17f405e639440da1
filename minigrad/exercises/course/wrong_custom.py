"""Mistakes in what the guide leads on to."""

from typing import Any

import numpy as np

from minigrad.exercises.course.custom import (
    bilinear_init,
    clipping_updater,
    cyclic_rate,
    huber_loss,
    top_k_accuracy,
)

for _old, _new, _mistake, _what, *_also in [
    ("np.abs(pred - label)", "pred - label", "absolute-missing", "the sign of the difference is kept."),
    ("d ** 2 / (2 * rho)", "d / (2 * rho)", "power-missing", "the difference is not squared."),
    ("d ** 2 / (2 * rho)", "d ** 2 / 2", "scale-missing", "the parabola is not divided by rho."),
    ("d ** 2 / (2 * rho)", "d ** 2 / rho", "wrong-factor", "the half of the parabola is missing."),
    ("d - rho / 2", "d", "missing-term", "half of rho is not subtracted, so that the two parts do not meet."),
    ("d - rho / 2", "d - rho", "wrong-factor", "all of rho is subtracted instead of its half."),
    ("d <= rho", "d >= rho", "operands-swapped", "the parabola and the line have changed places.", "mask-wrong"),
    (
        "np.where(d <= rho, d ** 2 / (2 * rho), d - rho / 2)",
        "d ** 2 / (2 * rho)",
        "condition-missing",
        "large differences are squared, too.",
        "missing-term",
    ),
    ("d <= rho", "np.all(d <= rho)", "max-not-elementwise", "one decision is taken for all elements."),
    (
        "np.mean(each, axis=tuple(range(1, d.ndim)))",
        "np.mean(each)",
        "axis-wrong",
        "the mean goes over the samples, too; a loss of Gluon has a number for each.",
        "shape-wrong",
    ),
    ("np.mean", "np.sum", "sum-for-mean", "the elements of a sample are added, not averaged."),
]:
    huber_loss.wrong(_old, _new, _mistake, _what, *_also)

for _old, _new, _mistake, _what, *_also in [
    ("np.ceil(size / 2)", "size // 2 or 1", "wrong-operation", "half of the size is rounded down, not up."),
    ("np.ceil(size / 2)", "size / 2", "wrong-operation", "half of the size is not rounded."),
    ("1 - f % 2", "1", "missing-term", "the remainder of f is left out."),
    (
        "1 - np.abs(np.arange(size) / f - c)",
        "1 - (np.arange(size) / f - c)",
        "absolute-missing",
        "without the absolute value it is a ramp and not a tent.",
    ),
    ("1 - np.abs", "np.abs", "missing-term", "the tent is turned round: it is 1 less the distance."),
    ("np.arange(size) / f", "np.arange(size)", "scale-missing", "i is not divided by f."),
    ("np.outer(a, a)", "a", "shape-wrong", "one axis is there; the kernel has two.", "missing-term"),
    ("np.arange(size)", "np.arange(1, size + 1)", "off-by-one-boundary", "i counts from 1, not from 0."),
    ("np.outer(a, a)", "a[:, None] + a", "wrong-operation", "the two tents are added, not multiplied."),
]:
    bilinear_init.wrong(_old, _new, _mistake, _what, *_also)

for _old, _new, _mistake, _what, *_also in [
    ("2 * half", "half", "wrong-factor", "the cycle has half of its length, so the rate jumps."),
    (
        "t % (2 * half)",
        "t",
        "condition-missing",
        "only the first cycle is right: take t modulo its length.",
        "missing-term",
    ),
    (
        "up = 1 - abs(p / half - 1)",
        "up = 1 - (p / half - 1)",
        "absolute-missing",
        "without the absolute value it only falls.",
    ),
    (
        "1 - abs(p / half - 1)",
        "min(1, p / half)",
        "missing-term",
        "the way back is left out: after `half` steps the rate stays high.",
        "condition-missing",
    ),
    ("(high - low) * up", "high * up", "missing-term", "low is added to all of high."),
    ("low + (high - low) * up", "(high - low) * up", "missing-term", "low is not added."),
    (
        "low + (high - low) * up",
        "high + (low - high) * up",
        "hyperparameters-swapped",
        "low and high have changed places.",
    ),
    ("t % (2 * half)", "(t + 1) % (2 * half)", "count-off-by-one", "the count is one too high; t is 0 first."),
    ("t % (2 * half)", "(t - 1) % (2 * half)", "count-off-by-one", "the count is one too low; t is 0 first."),
    ("p / half", "p // half", "wrong-operation", "whole-number division makes steps of the slope."),
]:
    cyclic_rate.wrong(_old, _new, _mistake, _what, *_also)

for _old, _new, _mistake, _what, *_also in [
    (
        "weights[key] -= lr * np.clip(grad, -limit, limit)",
        "weights[key] -= lr * grad",
        "clip-missing",
        "the gradient is not limited.",
    ),
    ("weights[key] -=", "weights[key] +=", "wrong-sign", "the step goes uphill."),
    ("lr * np.clip", "np.clip", "scale-missing", "the learning rate is left out."),
    (
        "weights[key] -= lr * np.clip(grad, -limit, limit)",
        "weights[key] -= np.clip(lr * grad, -limit, limit)",
        "order-wrong",
        "the step is limited, not the gradient.",
        "wrong-operation",
    ),
    (
        "weights[key] -= lr * np.clip(grad, -limit, limit)",
        "weights[key] -= lr * np.minimum(grad, limit)",
        "clip-missing",
        "only large positive elements are limited.",
        "missing-term",
    ),
    (
        "weights[key] -= lr",
        "weights[key] = weights[key] - lr",
        "order-wrong",
        "another array takes the place of the old one; change the old one in place.",
        "wrong-operation",
        "wrong-state-stored",
    ),
    (
        "weights[key] -= lr",
        "w = weights[key] - lr",
        "weight-not-updated",
        "only a name of the function changes, not the store.",
    ),
    (
        "weights[key] -= lr * np.clip(grad, -limit, limit)",
        "weights[key] -= lr * grad * min(1, limit / np.sqrt(np.sum(grad ** 2)))",
        "wrong-operation",
        "the whole gradient is shortened by its norm; each element is to be limited by itself.",
    ),
]:
    clipping_updater.wrong(_old, _new, _mistake, _what, *_also)

for _old, _new, _mistake, _what, *_also in [
    ("above < k", "above <= k", "off-by-one-boundary", "k + 1 classes may score as high."),
    ("above < k", "above < 1", "condition-missing", "k is not used: only the highest score counts.", "wrong-factor"),
    ("scores > own", "scores >= own", "off-by-one-boundary", "the label itself is counted among those above it."),
    (
        "scores > own",
        "scores < own",
        "operands-swapped",
        "the classes below the label are counted.",
        "wrong-sign",
        "wrong-operation",
    ),
    (
        "scores > own[:, None] ... above < k",
        "scores >= own[:, None] ... above <= k",
        "ties-wrong",
        "equal scores count against the sample; they should count in its favour.",
    ),
    ("np.mean(above < k)", "np.sum(above < k)", "sum-for-mean", "right samples are counted, not their share."),
    ("np.mean(above < k)", "1 - np.mean(above < k)", "wrong-operation", "it is the share of wrong samples."),
    ("np.mean(above < k)", "np.mean(above < k) * 100", "wrong-factor", "it is in per cent.", "extra-term"),
]:
    top_k_accuracy.wrong(_old, _new, _mistake, _what, *_also)


@clipping_updater.mistaken("extra-term", "all weights are changed; only that of the key should be.")
def every_weight(key: Any, grad: Any, weights: Any, *, lr: float, limit: float) -> None:
    for weight in weights.values():
        weight -= lr * np.clip(grad, -limit, limit)


@top_k_accuracy.mistaken("missing-term", "only the highest score counts, whatever k is.", "condition-missing")
def highest_only(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.argmax(scores, axis=1) == labels)


CHANCE = "among equal scores the order in which they are sorted decides; they should count in favour of the sample."


@top_k_accuracy.mistaken("ties-wrong", CHANCE)
def last_when_sorted(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(scores, axis=1)[:, -k:] == labels[:, None], axis=1))


@top_k_accuracy.mistaken("ties-wrong", CHANCE)
def first_when_turned(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(-scores, axis=1)[:, :k] == labels[:, None], axis=1))


@top_k_accuracy.mistaken("wrong-operation", "the k lowest scores are taken, not the highest.", "operands-swapped")
def lowest(scores: Any, labels: Any, k: int) -> Any:
    return np.mean(np.any(np.argsort(scores, axis=1)[:, :k] == labels[:, None], axis=1))
