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
