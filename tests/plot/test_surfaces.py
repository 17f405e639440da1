"""Surfaces have the heights, slopes and minima that they say, on numbers, arrays, Tensors and symbols."""

import math

import numpy
import pytest

from minigrad import autograd, np, optimizer, plot
from minigrad.errors import ArgumentError, KindError
from minigrad.optimizer.rule import Trace, evaluate
from minigrad.plot.surfaces import SAMPLES, SURFACES, Surface, surface

ALL = [pytest.param(one, id=name) for name, one in SURFACES.items()]

HEIGHTS = {
    "valley": ((3.0, -1.0), 2.9),
    "rosenbrock": ((-1.2, 1.0), 24.2),  # Moré, Garbow, Hillstrom 1981, problem 1
    "beale": ((1.0, 1.0), 14.203125),  # problem 5
    "himmelblau": ((0.0, 0.0), 170.0),
    "saddle": ((2.0, 2.0), 4.0),
    "rastrigin": ((0.5, 1.0), 21.25),
    "logistic": ((0.0, 0.0), math.log(2)),
    "noisy": ((3.0, -1.0), 2.9),
}
LOWEST = {"saddle": -0.25, "logistic": 0.470046312706885215}  # the latter by Newton's method in mpmath with 30 digits


def places(one, count=20, seed=0):
    rng = numpy.random.default_rng(seed)
    return numpy.transpose([rng.uniform(low, high, count) for low, high in one.view])


def slope(one, place):
    x, y = np.array(place[0], dtype="float64"), np.array(place[1], dtype="float64")
    for w in (x, y):
        w.attach_grad()
    with autograd.record():
        height = one(x, y)
    height.backward()
    return numpy.array([x.grad.item(), y.grad.item()])


@pytest.mark.parametrize("one", ALL)
def test_heights_are_those_of_the_literature(one):
    place, height = HEIGHTS[one.name]
    assert one(*place) == pytest.approx(height, rel=1e-12)


@pytest.mark.parametrize("one", ALL)
def test_minima_are_minima(one):
    assert one.lowest == pytest.approx(LOWEST.get(one.name, 0.0), abs=1e-12)
    for place in one.minima:
        assert one(*place) == pytest.approx(one.lowest, abs=1e-12)
        assert numpy.abs(slope(one, place)).max() < 1e-10
        assert all(low < z < high for z, (low, high) in zip(place, one.view))
    assert one(*one.start) > one.lowest
    assert one(*numpy.meshgrid(*[numpy.linspace(*ends, 301) for ends in one.view])).min() >= one.lowest - 1e-12


@pytest.mark.parametrize("one", ALL)
def test_the_gradient_by_autograd_is_that_of_differences(one):
    h = 1e-5
    for x, y in places(one):
        differences = [
            (one(x + h, y) - one(x - h, y)) / (2 * h),
            (one(x, y + h) - one(x, y - h)) / (2 * h),
        ]
        numpy.testing.assert_allclose(slope(one, (x, y)), differences, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("one", ALL)
def test_numbers_arrays_and_symbols_give_the_same_heights(one):
    table = places(one)
    heights = one(*table.T)
    assert heights.shape == (20,)
    for (x, y), height in zip(table, heights):
        trace = Trace()
        symbol = one(trace.leaf("hyper", "x", float(x)), trace.leaf("hyper", "y", float(y)))
        assert one(float(x), float(y)) == pytest.approx(height, rel=1e-12, abs=1e-12)
        assert evaluate(symbol) == pytest.approx(height, rel=1e-12, abs=1e-12)


def test_no_threshold_tells_the_classes_of_the_logistic_surface_apart():
    by_number = [label for _, label in sorted(SAMPLES)]
    assert by_number != sorted(by_number)


def test_a_surface_is_found_by_its_name_or_made_of_a_function():
    assert surface("Rosenbrock") is SURFACES["rosenbrock"]
    assert surface(SURFACES["beale"]) is SURFACES["beale"]

    def bowl(x, y):
        return x**2 + y**2

    made = surface(bowl)
    assert isinstance(made, Surface) and made.name == "bowl" and made.lowest == -math.inf
    assert surface(lambda x, y: x).name == "your surface"


def test_what_is_no_surface_is_refused_with_what_to_do():
    with pytest.raises(ArgumentError, match="no surface is called 'rosenbrok'; did you mean 'rosenbrock'"):
        surface("rosenbrok")
    with pytest.raises(KindError, match="3 is not a surface; expected a name such as 'rosenbrock', or a function"):
        surface(3)


@pytest.mark.parametrize(
    "of", [lambda x, y: math.sin(x) + y * y, lambda x, y: x * x if x > 0 else y * y], ids=["math", "if"]
)
@pytest.mark.parametrize("draw", [plot.trajectory, plot.race, plot.vectors])
def test_a_surface_that_takes_only_numbers_is_refused_with_what_to_write(of, draw):
    """A step by autograd may do: the slope of math.sin(x) would be 0."""
    rule = optimizer.SGD(learning_rate=0.1)
    with pytest.raises(KindError, match=r"your surface fails for many x and y at once.* np\.where\(x > 0, a, b\)"):
        draw(rule, of, start=(1.0, 2.0))
