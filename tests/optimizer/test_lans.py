"""LANS normalizes the gradient after rescaling, so the size of the batch does not matter."""

import numpy
import pytest
from drive import drive

from minigrad import autograd, np, optimizer
from minigrad.gluon import Parameter, Trainer

pytestmark = pytest.mark.usefixtures("numpy_reading")
GRADIENT = numpy.array([3.0, -0.5])


@pytest.mark.parametrize("more", [{}, {"clip_gradient": 0.7, "wd": 0.1}])
def test_the_factor_on_the_gradient_makes_no_difference(more):
    paths = [
        drive(optimizer.LANS(rescale_grad=rho, **more), [1.0, 2.0], [GRADIENT, -GRADIENT]) for rho in (1.0, 1 / 3, 1e-9)
    ]
    assert (paths[0] == paths[1]).all() and (paths[0] == paths[2]).all()


def test_its_sign_does_and_0_is_no_gradient():
    down, up, still = (drive(optimizer.LANS(rescale_grad=rho), [1.0, 2.0], [GRADIENT]) for rho in (1.0, -1.0, 0.0))
    numpy.testing.assert_allclose(down + up, [[2.0, 4.0]])
    numpy.testing.assert_array_equal(still, [[1.0, 2.0]])


def test_a_trainer_steps_alike_whatever_the_batch_size():
    after = []
    for batch_size in 1, 256:
        w = Parameter("w", shape=(2,))
        w.initialize("ones")
        trainer = Trainer([w], "lans", {"learning_rate": 0.1, "wd": 0.1})
        with autograd.record():
            loss = (w.data() * np.array(GRADIENT, dtype="float32")).sum()
        loss.backward()
        trainer.step(batch_size)
        after.append(w.data().asnumpy())
    assert (after[0] == after[1]).all() and (after[0] != 1).all()


def test_the_size_of_a_float32_gradient_does_not_matter_within_what_the_docstring_says():
    paths = []
    for size in 1.0, 1e-18, 1e18:
        w = np.array([1.0, 2.0], dtype="float32")
        lans = optimizer.LANS(learning_rate=0.1)
        lans.update(0, w, np.array(GRADIENT, dtype="float32") * size, lans.create_state(0, w))
        paths.append(w.asnumpy())
    numpy.testing.assert_allclose(paths[1:], [paths[0]] * 2, rtol=1e-6)
    assert (paths[0] != [1.0, 2.0]).all()
