"""Functions in a rule compute what they do elsewhere, however their arguments are given."""

import math

import numpy
import pytest
from drive import drive

from minigrad import npx
from minigrad.optimizer import Optimizer


class Clips(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * numpy.clip(g, a_min=-1, a_max=2)


class Squashes(Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * npx.sigmoid(g)


@pytest.mark.parametrize("g", [-3.0, 0.5, 1.5, 3.0])
def test_limits_by_keyword_and_a_sigmoid_on_both_sides_of_zero(g):
    assert drive(Clips(learning_rate=1.0), [0.0], [[g]]) == pytest.approx(-min(max(g, -1), 2))
    assert drive(Squashes(learning_rate=1.0), [0.0], [[g]]) == pytest.approx(-1 / (1 + math.exp(-g)), rel=1e-12)
