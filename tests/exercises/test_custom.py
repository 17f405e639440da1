"""The exercises on what the guide leads on to: answers as students write them."""

import numpy as np
import pytest

from minigrad import gluon
from minigrad import np as mnp
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.course import custom

NAMES = ["huber_loss", "bilinear_init", "cyclic_rate", "clipping_updater", "top_k_accuracy"]


@pytest.mark.parametrize("name", NAMES)
def test_every_known_mistake_is_named_by_its_id(name):
    exercise = EXERCISES[name]
    assert len(exercise.catalogue) >= 7
    for neighbour in [x for make in exercise.catalogue for x in make(exercise)]:
        feedback = check(name, neighbour.function)
        assert not feedback and feedback.mistake in (neighbour.mistake, *neighbour.also), (neighbour.theirs, feedback)


def test_references_agree_with_the_library():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 5, 3)) * 3
    loss = gluon.loss.HuberLoss(rho=0.8)(mnp.array(x, dtype="float64"), mnp.array(y, dtype="float64")).asnumpy()
    np.testing.assert_allclose(custom.huber_loss.reference(x, y, 0.8), loss)


def loss_in_loops(pred, label, rho):
    rows = []
    for p, t in zip(pred.reshape(len(pred), -1), label.reshape(len(label), -1)):
        d = [abs(float(a) - float(b)) for a, b in zip(p, t)]
        rows.append(sum(x * x / 2 / rho if x <= rho else x - rho / 2 for x in d) / len(d))
    return np.array(rows, pred.dtype)


def loss_clipped(pred, label, rho):
    d = np.abs(pred - label)
    near = np.minimum(d, rho)
    return ((near * near / rho / 2) + (d - near)).reshape(len(d), -1).mean(1)


def kernel_in_loops(size):
    f = (size + 1) // 2
    c = (2 * f - 1 - f % 2) / (2.0 * f)
    return np.array([[(1 - abs(i / f - c)) * (1 - abs(j / f - c)) for i in range(size)] for j in range(size)])


def rate_with_if(t, *, low, high, half):
    way, p = divmod(t, half)
    share = p / half if way % 2 == 0 else (half - p) / half
    return low * (1 - share) + high * share


def updater_with_dots(key, grad, weights, *, lr, limit):
    w = weights[key]
    w[...] = w - lr * np.maximum(np.minimum(grad, limit), -limit)


def accuracy_in_loops(scores, labels, k):
    right = [sum(x > row[y] for x in row) < k for row, y in zip(scores.tolist(), labels)]
    return sum(right) / len(right)


@pytest.mark.parametrize(
    "answer",
    [loss_in_loops, loss_clipped, kernel_in_loops, rate_with_if, updater_with_dots, accuracy_in_loops],
)
def test_right_answers_written_differently_are_right(answer):
    starts = {"loss": "huber_loss", "kernel": "bilinear_init", "rate": "cyclic_rate", "updater": "clipping_updater"}
    name = starts.get(answer.__name__.split("_")[0], "top_k_accuracy")
    assert check(name, answer)
