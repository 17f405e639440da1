"""The laws of `np.random`: their moments against the textbook's, their shapes, and that a seed repeats them."""

import math

import numpy
import pytest

from minigrad import autograd, cpu, np
from minigrad.errors import ArgumentError, ShapeError

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
    with pytest.raises(ArgumentError, match="3 different values from 2"):
        np.random.choice(np.arange(4, ctx=cpu()), 3, replace=False, p=[0, 0.5, 0, 0.5])
    assert sorted(np.random.choice(4, 2, replace=False, p=[0, 0.5, 0, 0.5]).tolist()) == [1, 3]


def test_weighted_draws_come_up_in_proportion():
    np.random.seed(2)
    drawn = np.random.choice(np.array([5.0, 7.0]), size=4000, p=np.array([0.25, 0.75]))
    assert abs((drawn == 7).mean().item() - 0.75) < 0.03
    counts = np.random.multinomial(4000, [0.25, 0.75])
    assert counts.sum().item() == 4000
    assert abs(counts[1].item() / 4000 - 0.75) < 0.03


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.01), (0.001, 5), (2000, 1000)])
def test_beta_has_its_mean_and_variance_where_gamma_is_too_small_or_large(a, b):
    np.random.seed(5)
    x = np.random.beta(a, b, size=40_000).asnumpy().astype("float64")
    mean, variance = a / (a + b), a * b / (a + b) ** 2 / (a + b + 1)
    assert abs(x.mean() - mean) < 5 * math.sqrt(variance / x.size)
    assert abs(x.var() - variance) < 0.2 * variance


def test_values_are_drawn_one_by_one_also_where_a_parameter_is_one_number_for_all():
    np.random.seed(5)
    x = np.random.beta(np.full(20_000, 2.0), 2.0).asnumpy()  # with a shared draw the variance would be another
    assert abs(x.var() - 0.05) < 0.002
    assert np.random.beta(np.ones((2, 1)), [1, 2, 3]).shape == (2, 3)
    for law in (np.random.gumbel, np.random.logistic, np.random.laplace):
        with pytest.raises(ShapeError, match=r"shape \(1,\).* of shape \(4,\)"):
            law(np.zeros(4), 1.0, size=1)
    with pytest.raises(ShapeError, match=r"shape \(3,\).* of shape \(2, 1\)"):
        np.random.weibull(np.ones((2, 1)), size=(3,))


def test_pareto_of_a_large_power_keeps_its_digits():
    np.random.seed(5)
    x = np.random.pareto(1e8, size=40_000).asnumpy().astype("float64") * 1e8  # almost exponential, with mean 1
    assert abs(x.mean() - 1) < 5 / math.sqrt(x.size)


def test_a_covariance_matrix_is_symmetric():
    with pytest.raises(ArgumentError, match="symmetric"):
        np.random.multivariate_normal(np.zeros(2, ctx=cpu()), np.array([[1, 0.9], [0, 1]], ctx=cpu()))
    cov = numpy.array([[1e6, 0.01], [0.02, 1e6]], "float32")  # as a product of float32 matrices may be
    assert np.random.multivariate_normal([0, 0], cov).shape == (2,)
