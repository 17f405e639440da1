"""The posterior is the one that Bayes's rule gives on a grid, and the chains sample what a linear recursion says."""

from math import sqrt

import numpy
import pytest

from minigrad.commands import figures


@pytest.fixture(scope="module")
def script():
    return figures.script("sgld_posterior")


@pytest.fixture(scope="module")
def parts(script):
    """What the file defines."""
    return script.measure.__globals__


def bayes(x, y, share):
    """Mean and covariance of (a, b), from prior times likelihood on a grid."""
    a, b = numpy.meshgrid(numpy.linspace(-4, 5, 901), numpy.linspace(-4, 5, 901))
    log = -(a**2 + b**2) / 2
    for one, other in zip(x, y):
        log -= share * (other - a * one - b) ** 2 / 2
    weight = numpy.exp(log - log.max()).ravel()
    places = numpy.array([a.ravel(), b.ravel()])
    return numpy.average(places, axis=1, weights=weight), numpy.cov(places, aweights=weight)


@pytest.mark.parametrize("share", [1, 0.01])
def test_the_closed_form_is_the_posterior_of_bayes_rule(script, parts, share):
    data = script.load()
    mean, covariance = parts["exact"](numpy.array(data["x"]), numpy.array(data["y"]), share)
    wanted = bayes(data["x"], data["y"], share)
    assert mean == pytest.approx(wanted[0], abs=1e-4)
    assert covariance == pytest.approx(wanted[1], rel=1e-3)


def sampled(x, y, share, rate):
    """Mean and covariance of a chain that moves by -η/2 (Λ w - r) and noise of variance η: steps until they stay."""
    columns = numpy.array([[one, 1.0] for one in x])
    precision, pull = numpy.eye(2) + share * columns.T @ columns, share * columns.T @ numpy.array(y)
    keep = numpy.eye(2) - rate / 2 * precision
    mean, covariance = numpy.zeros(2), numpy.zeros((2, 2))
    for _ in range(2000):
        mean = keep @ mean + rate / 2 * pull
        covariance = keep @ covariance @ keep.T + rate * numpy.eye(2)
    return mean, covariance


@pytest.mark.parametrize("way, share", [("sum", 1), ("mean", 0.01)])
def test_the_chains_have_the_means_and_covariances_of_theory(script, parts, way, share):
    data = script.load()
    wanted = sampled(data["x"], data["y"], share, parts["WAYS"][way]["learning_rate"])
    for several, want in zip((data[way]["means"], data[way]["covariances"]), wanted):
        several = numpy.array(several)
        doubt = several.std(0, ddof=1) / sqrt(len(several))
        assert (abs(several.mean(0) - want) <= 4 * doubt).all()
    posterior = bayes(data["x"], data["y"], share)[1]
    rate = parts["WAYS"][way]["learning_rate"]
    precision = numpy.linalg.inv(posterior)
    assert wanted[1] == pytest.approx(numpy.linalg.inv(precision @ (numpy.eye(2) - rate * precision / 4)), rel=1e-3)
    assert 1 < numpy.sqrt(numpy.diag(wanted[1]) / numpy.diag(posterior)).max() < 1.018  # as the words say


def test_the_mean_samples_something_else(script, parts):
    data = script.load()
    exact = numpy.sqrt(numpy.diag(bayes(data["x"], data["y"], 1)[1]))
    (_, narrow), (_, wide) = (parts["law"](data[way])[0] for way in ("sum", "mean"))
    assert narrow == pytest.approx(exact, rel=0.05)
    assert (wide > 6 * exact).all()


def test_the_curves_hold_half_and_95_per_cent(parts):
    rng = numpy.random.default_rng(0)
    mean, covariance = numpy.array([1.0, -2.0]), numpy.array([[2.0, -0.7], [-0.7, 0.5]])
    samples = rng.multivariate_normal(mean, covariance, 20_000)
    whiten = numpy.linalg.inv(covariance)
    for share in (0.5, 0.95):
        curve = parts["ellipse"](mean, covariance, share).T - mean
        level = numpy.einsum("ni,ij,nj->n", curve, whiten, curve)
        assert numpy.ptp(level) < 1e-9
        inside = numpy.einsum("ni,ij,nj->n", samples - mean, whiten, samples - mean) < level[0]
        assert inside.mean() == pytest.approx(share, abs=0.01)


def test_the_axes_show_the_data(script):
    data = script.load()
    figure = script.draw(data)
    for axes, under, way in zip(figure.axes[:2], figure.axes[2:], ("sum", "mean")):
        numpy.testing.assert_array_equal(axes.lines[0].get_xydata(), numpy.concatenate(data[way]["samples"]))
        dots = next(line for line in under.lines if line.get_marker() == "o")
        numpy.testing.assert_array_equal(dots.get_xydata(), list(zip(data["x"], data["y"])))
        low, high = (line.get_ydata() for line in under.lines[40:42])
        columns = numpy.array([[under.lines[40].get_xdata()[7], 1.0]])
        mean, covariance = bayes(data["x"], data["y"], 1)
        assert (low + high)[7] / 2 == pytest.approx((columns @ mean)[0], abs=1e-3)
        assert (high - low)[7] / 2 == pytest.approx(1.96 * sqrt((columns @ covariance @ columns.T)[0, 0]), rel=1e-3)
    assert "exact 0.116" in " ".join(figure.get_suptitle().split())


@pytest.mark.filterwarnings("ignore:SGLD")
@pytest.mark.parametrize("way", ["sum", "mean"])
def test_measuring_again_agrees(script, parts, way):
    """One chain: what rounding differs a chain forgets, and so the samples are the same."""
    from minigrad import cpu

    with cpu():
        path = parts["chain"](parts["WAYS"][way], 3)
    assert path[parts["FORGOTTEN"] :: parts["EVERY"]] == pytest.approx(
        numpy.array(script.load()[way]["samples"][3]), rel=1e-3, abs=1e-3
    )
