"""The laws of `np.random`: their moments against the textbook's, their shapes, and that a seed repeats them."""

import math

import numpy
import pytest

from minigrad import autograd, np
from minigrad.errors import ArgumentError

EULER = 0.5772156649
LAWS = {  # name: (parameters, mean, variance)
    "uniform": ((-1, 3), 1, 16 / 12),
    "normal": ((1, 2), 1, 4),
    "standard_normal": ((), 0, 1),
    "random": ((), 1 / 2, 1 / 12),
    "random_sample": ((), 1 / 2, 1 / 12),
    "exponential": ((2,), 2, 4),
    "gamma": ((2, 3), 6, 18),
    "beta": ((2, 3), 0.4, 0.04),
    "chisquare": ((3,), 3, 6),
    "poisson": ((3,), 3, 3),
    "bernoulli": ((0.3,), 0.3, 0.21),
    "gumbel": ((1, 2), 1 + 2 * EULER, 4 * math.pi**2 / 6),
    "laplace": ((1, 2), 1, 8),
    "logistic": ((1, 2), 1, 4 * math.pi**2 / 3),
    "lognormal": ((0, 0.5), math.exp(0.125), (math.exp(0.25) - 1) * math.exp(0.25)),
    "pareto": ((6,), 1 / 5, 6 / 25 / 4),
    "power": ((3,), 3 / 4, 3 / 80),
    "rayleigh": ((2,), 2 * math.sqrt(math.pi / 2), (4 - math.pi) * 2),
    "weibull": ((2,), math.gamma(1.5), 1 - math.gamma(1.5) ** 2),
}


@pytest.mark.parametrize("law", LAWS)
def test_mean_and_variance_are_the_textbooks(law):
    parameters, mean, variance = LAWS[law]
    n = 40_000
    np.random.seed(11)
    x = getattr(np.random, law)(*parameters, size=n)
    assert x.dtype == "float32"
    found = x.asnumpy().astype("float64")
    assert abs(found.mean() - mean) < 5 * math.sqrt(variance / n)
    assert abs(found.var() - variance) < 0.08 * variance
    np.random.seed(11)
    assert (getattr(np.random, law)(*parameters, size=n) == x).all()
    assert getattr(np.random, law)(*parameters, size=(2, 0, 3)).shape == (2, 0, 3)
    assert getattr(np.random, law)(*parameters).shape == ()


def test_parameters_may_be_arrays_and_give_the_shape_and_receive_gradients():
    loc, scale = np.zeros((3, 1)), np.ones(4)
    loc.attach_grad()
    scale.attach_grad()
    for law in ("gumbel", "laplace", "logistic"):
        with autograd.record():
            x = getattr(np.random, law)(loc, scale)
        x.backward()
        assert x.shape == (3, 4)
        assert (loc.grad == 4).all()
        numpy.testing.assert_allclose(scale.grad.asnumpy(), x.asnumpy().sum(0), rtol=1e-5)


def test_a_normal_vector_has_the_mean_and_covariance_asked_for():
    np.random.seed(3)
    cov = numpy.array([[2.0, 0.6], [0.6, 1.0]])
    x = np.random.multivariate_normal(np.array([1.0, -1.0]), np.array(cov), size=(200, 100))
    assert x.shape == (200, 100, 2)
    flat = x.asnumpy().reshape(-1, 2)
    numpy.testing.assert_allclose(flat.mean(0), [1, -1], atol=0.05)
    numpy.testing.assert_allclose(numpy.cov(flat.T), cov, atol=0.06)


def test_shuffle_is_in_place_and_returns_nothing_and_keeps_every_row():
    x = np.arange(20).reshape(10, 2)
    before = x.asnumpy()
    np.random.seed(0)
    assert np.random.shuffle(x) is None
    after = x.asnumpy()
    assert (after != before).any()
    assert (after[after[:, 0].argsort()] == before).all()


def test_drawing_without_replacement_gives_different_values_and_refuses_too_many():
    drawn = np.random.choice(10, size=10, replace=False)
    assert sorted(drawn.tolist()) == list(range(10))
    with pytest.raises(ArgumentError, match="11 different values from 10"):
        np.random.choice(10, size=11, replace=False)


def test_weighted_draws_come_up_in_proportion():
    np.random.seed(2)
    drawn = np.random.choice(np.array([5.0, 7.0]), size=4000, p=np.array([0.25, 0.75]))
    assert abs((drawn == 7).mean().item() - 0.75) < 0.03
    counts = np.random.multinomial(4000, [0.25, 0.75])
    assert counts.sum().item() == 4000
    assert abs(counts[1].item() / 4000 - 0.75) < 0.03
