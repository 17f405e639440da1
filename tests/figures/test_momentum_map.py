"""The map of rate and momentum agrees with the theory of quadratics, which needs no walk."""

import numpy
import pytest

from minigrad.commands import figures

CURVES, START = numpy.array([0.2, 4.0]), numpy.array([-5.0, -2.0])


@pytest.fixture(scope="module")
def script():
    return figures.script("momentum_map")


@pytest.fixture(scope="module")
def figure(script):
    return script.draw(script.load())


RATES = [float(f"{10 ** (k / 10):.3g}") for k in range(-20, 2)]
MOMENTA = [round(0.05 * k, 2) for k in range(20)]


def matrices(rate, momentum):
    """For each curvature, how (weight, velocity) changes in a step: a linear map."""
    return [numpy.array([[1 - rate * c, momentum], [-rate * c, momentum]]) for c in CURVES]


def radius(rate, momentum):
    """By what a walk shrinks in the long run with each step."""
    return max(abs(numpy.linalg.eigvals(m)).max() for m in matrices(rate, momentum))


@pytest.mark.parametrize(("row", "column"), [(0, 5), (9, 18), (8, 18), (18, 12), (14, 3), (19, 0)])
def test_a_cell_without_noise_is_a_power_of_a_matrix(script, row, column):
    starts = START + 0.3 * numpy.random.default_rng(0).normal(size=(200, 2))
    ends = []
    for step in (28, 29, 30):
        powers = [numpy.linalg.matrix_power(m, step) for m in matrices(RATES[column], MOMENTA[row])]
        weights = numpy.array([m[0, 0] * w for m, w in zip(powers, starts.T)])
        ends.append(CURVES @ weights**2 / 2)
    expected = numpy.median(numpy.median(ends, axis=0))
    assert script.load()["0.0"]["heights"][row][column] == pytest.approx(expected, rel=6e-3)


def test_the_star_shrinks_walks_faster_than_any_cell(figure):
    (star,) = (line for line in figure.axes[0].lines if line.get_marker() == "*")
    ((x, y),) = star.get_xydata()
    rate, momentum = 10 ** ((x - 20.5) / 10), 0.05 * (y - 0.5)
    best = radius(rate, momentum)
    assert best == pytest.approx(numpy.sqrt(momentum), rel=1e-6)
    nearby = [radius(a * rate, momentum + b) for a in (0.98, 1, 1.02) for b in (-0.02, 0, 0.02) if (a, b) != (1, 0)]
    assert best < min(nearby) and best < min(radius(rate, momentum) for rate in RATES for momentum in MOMENTA)


def test_cells_are_crossed_where_walks_grow_and_lie_right_of_the_limit(script, figure):
    table = numpy.array(script.load()["0.0"]["heights"], "float64")
    axes = figure.axes[0]
    crosses = {tuple(line.get_xydata()[0] - 0.5) for line in axes.lines if line.get_marker() == "x"}
    for row, momentum in enumerate(MOMENTA):
        for column, rate in enumerate(RATES):
            grows = radius(rate, momentum)
            assert (grows > 1) == (rate > (1 + momentum) / 2)  # the limit that is dashed
            if not 1 < grows < 1.05:  # so slowly that 30 steps do not show it
                assert ((column, row) in crosses) == (grows > 1) == (not table[row][column] < 10.5)


def test_the_axes_show_the_data_and_the_title_the_gains(script, figure):
    data = script.load()
    for axes, part in zip(figure.axes, data.values()):
        table = numpy.array(part["heights"], "float64")
        (mesh,) = axes.collections
        shown = mesh.get_array()
        assert numpy.array_equal(shown.filled(numpy.nan), numpy.where(table < 10.5, table, numpy.nan), equal_nan=True)
    exact, noisy = (sorted(part["gains"]) for part in data.values())
    title = figure.get_suptitle().replace("\n", " ")
    assert f"{exact[2] / 1e6:.2g} million times" in title
    assert f"a factor of {noisy[2]:.1f} ({noisy[0]:.1f} to {noisy[-1]:.1f})" in title
