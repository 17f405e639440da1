"""Four steps of every rule equal those worked in plain floats, with rescaling, clipping and decay switched on."""

import by_hand
import numpy
import pytest
from drive import drive
from table import TABLE

from minigrad import np, random

pytestmark = pytest.mark.usefixtures("numpy_reading")

START = [1.0, -0.5]
GRADIENTS = [[0.75, -0.25], [0.5, 1.5], [-0.125, 0.5], [-0.25, 0.375]]  # one element is clipped


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_steps_equal_those_worked_by_hand(row, monkeypatch):
    noise = [numpy.array(z) for z in by_hand.NOISE]
    monkeypatch.setattr(random, "normal", lambda *_, **__: np.array(noise.pop(0)))
    start, gradients = (numpy.atleast_2d(START), numpy.array(GRADIENTS)[:, None]) if row.matrix else (START, GRADIENTS)
    decay = 0.0 if row.matrix else by_hand.WD
    opt = row.make(rescale_grad=by_hand.RHO, clip_gradient=by_hand.CLIP, wd=decay)
    got = drive(opt, start, gradients).reshape(-1, 2)
    want = list(row.by_hand(START, GRADIENTS, **row.arguments))
    assert numpy.abs(numpy.array(want) - START).max() > 1e-3
    numpy.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-12)
