"""Parameters that a law cannot have are refused, as numbers, in lists and in arrays, with the value."""

import math
import re

import numpy
import pytest

from minigrad import cpu, nd, np, random
from minigrad.errors import ArgumentError, KindError, ShapeError

NAN, INF = math.nan, math.inf
SCALES = [-1.0, -1e-30, NAN, INF, -INF]
POSITIVE = [*SCALES, 0.0]
PROBABILITIES = [-0.1, 1.1, NAN, INF]

REFUSED = [  # law, argument, values
    (np.random.normal, "scale", SCALES), (np.random.normal, "loc", [NAN, INF]),
    (np.random.lognormal, "sigma", SCALES), (np.random.lognormal, "mean", [NAN]),
    (np.random.uniform, "low", [2.0, NAN, -INF]), (np.random.uniform, "high", [-1.0, NAN, INF]),
    (np.random.exponential, "scale", SCALES), (np.random.poisson, "lam", [*SCALES, 1e19]),
    (np.random.gamma, "alpha", SCALES), (np.random.gamma, "beta", SCALES),
    (np.random.bernoulli, "prob", PROBABILITIES), (np.random.gumbel, "scale", SCALES),
    (np.random.logistic, "scale", SCALES), (np.random.laplace, "scale", SCALES), (np.random.laplace, "loc", [NAN]),
    (np.random.rayleigh, "scale", SCALES), (np.random.pareto, "a", POSITIVE), (np.random.power, "a", POSITIVE),
    (np.random.weibull, "a", POSITIVE), (np.random.chisquare, "df", POSITIVE),
    (lambda a: np.random.beta(a, 1.0), "a", POSITIVE), (lambda b: np.random.beta(1.0, b), "b", POSITIVE),
    (nd.random.normal, "scale", SCALES), (nd.random_normal, "scale", SCALES), (nd.random.gamma, "alpha", SCALES),
    (nd.random_exponential, "scale", SCALES), (nd.random_poisson, "lam", SCALES),
    (random.bernoulli, "prob", PROBABILITIES),
    (lambda cov: np.random.multivariate_normal([0.0], [[cov]]), "cov", [NAN, INF]),
    (lambda p: random.choice(2, p=[p, 1 - p]), "p", [-0.5, 1.5, NAN]),
    (lambda p: random.multinomial(5, [p, 1 - p]), "p", [-0.5, 1.5, NAN]),
]  # fmt: skip
CALLS = [(law, name, value) for law, name, values in REFUSED for value in values]


@pytest.mark.parametrize(("law", "name", "value"), CALLS, ids=lambda v: getattr(v, "__name__", str(v)))
def test_a_parameter_that_cannot_be_meant_is_refused(law, name, value):
    with pytest.raises(ArgumentError, match=rf"{name}\w*=.*{re.escape(str(value))}"):
        law(**{name: value})


@pytest.mark.parametrize(
    "make", [list, numpy.array, lambda v: np.array(v, dtype="float64", ctx=cpu())], ids=["list", "numpy", "array"]
)
@pytest.mark.parametrize(
    ("law", "name", "bad"),
    [
        (np.random.normal, "scale", -0.5), (np.random.exponential, "scale", NAN), (np.random.poisson, "lam", -2.0),
        (np.random.gamma, "alpha", -0.5), (np.random.bernoulli, "prob", 1.5), (np.random.laplace, "scale", -0.5),
        (np.random.weibull, "a", 0.0), (np.random.uniform, "low", 3.0), (np.random.chisquare, "df", -0.5),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)  # fmt: skip
def test_one_wrong_value_in_an_array_is_enough(law, name, bad, make):
    with pytest.raises(ArgumentError, match=f"{name}=.*{bad}"):
        law(**{name: make([0.25, bad])})


def test_what_is_not_a_number_is_refused():
    for wrong in ("1", None, True):
        with pytest.raises(KindError, match="scale="):
            np.random.normal(0.0, wrong)


@pytest.mark.parametrize("shape", [-1, (2, -3), 2.5, (2.5,), "3", True], ids=str)
@pytest.mark.parametrize(
    "law",
    [
        np.random.normal, np.random.uniform, np.random.exponential, np.random.gumbel, nd.random.poisson,
        np.random.rayleigh,
        lambda size: random.randint(5, size=size), lambda size: random.choice(5, size),
        lambda size: np.random.beta(1, 1, size),
        lambda size: np.random.multivariate_normal([0.0], [[1.0]], size),
        lambda size: random.multinomial(3, [1.0], size),
    ],
)  # fmt: skip
def test_a_shape_is_whole_numbers(law, shape):
    with pytest.raises(ArgumentError, match=r"(shape|size)(\[\d\])?="):
        law(size=shape)


@pytest.mark.parametrize(
    ("f", "error", "said"),
    [
        (lambda: random.uniform(2.0, 1.0), ArgumentError, "low=2.0 above high=1.0"),
        (lambda: random.uniform([0.0, 3.0], 1.0), ArgumentError, "low=3.0 above high=1.0"),
        (lambda: random.randint(5, 5), ArgumentError, "low=5 and high=5"),
        (lambda: random.randint(0), ArgumentError, "low=0 and high=0"),
        (lambda: random.randint(0.5, 3), KindError, "low=0.5"),
        (lambda: random.choice(0, 2), ArgumentError, "2 values from an empty array"),
        (lambda: random.choice(2.5), KindError, "a=2.5"),
        (lambda: random.choice(3, p=[0.5, 0.5, 0.5]), ArgumentError, "p sums to 1.5"),
        (lambda: random.choice(2, p=np.array([0.5, 0.4], ctx=cpu())), ArgumentError, "p sums to 0.9"),
        (lambda: random.multinomial(5, [0.5, 0.2]), ArgumentError, "pvals sums to 0.7"),
        (lambda: random.multinomial(-1, [1.0]), ArgumentError, "n=-1"),
        (lambda: nd.random.multinomial(nd.array([[0.5, 0.5], [2.0, 2.0]], cpu())), ArgumentError, "p=2.0"),
        (lambda: random.permutation(-3), ArgumentError, "x=-3"),
        (lambda: np.random.multivariate_normal([0.0, 0.0], [[1.0]]), ShapeError, r"\(2,\) .* \(1, 1\)"),
        (lambda: random.seed(1.5), KindError, "seed_state=1.5"),
        (lambda: random.seed("7"), KindError, "seed_state='7'"),
        (lambda: random.seed(7, "junk"), ArgumentError, "ctx is 'junk'; it must be 'all'"),
    ],
)
def test_what_no_law_can_draw_is_refused(f, error, said):
    with pytest.raises(error, match=said):
        f()


def test_limits_that_numpy_takes_are_taken():
    assert random.normal(1.0, 0.0, shape=3).tolist() == [1.0] * 3
    assert random.uniform(2.0, 2.0, shape=2).tolist() == [2.0] * 2
    assert random.exponential(0.0, shape=2).tolist() == [0.0] * 2
    assert random.gamma(0.0, 1.0, shape=2).tolist() == random.poisson(0.0, shape=2).tolist() == [0.0] * 2
    assert random.bernoulli(1, shape=2).tolist() == [1.0] * 2
    assert random.bernoulli(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert random.choice(3, 4, p=[0, 0, 1]).tolist() == [2] * 4
    third = numpy.full(3, 1 / 3, "float32")  # sums to 1 up to rounding
    assert random.choice(3, 5, p=third).shape == (5,)
    assert random.multinomial(6, third).sum().item() == 6
    assert random.normal(numpy.float32(0), numpy.float64(1), shape=()).shape == ()


def test_a_list_is_permuted_like_an_array():
    for x in ([5, 7, 9], numpy.array([5, 7, 9])):
        assert sorted(random.permutation(x).tolist()) == [5, 7, 9]


def test_parameters_in_lists_work_in_every_law():
    for law in (np.random.pareto, np.random.power, np.random.weibull, np.random.rayleigh):
        assert law([1.0, 2.0]).shape == (2,)
    for law in (np.random.gumbel, np.random.logistic, np.random.laplace):
        assert law([1.0, 2.0], 0.5).shape == (2,)


@pytest.mark.parametrize(
    "law",
    [
        *(getattr(np.random, name) for name in ("exponential", "poisson", "chisquare", "pareto", "power", "weibull")),
        *(getattr(np.random, name) for name in ("rayleigh", "gumbel", "laplace", "logistic", "normal", "lognormal")),
        lambda a: np.random.beta(a, 2.0),
        lambda a: np.random.beta(2.0, a),
    ],
)
def test_values_are_drawn_where_the_parameters_are(law):
    """Some laws drew on the current device, and then refused to combine the two, or moved the result there."""
    random.seed(3)
    y = law(np.array([1.0, 2.0], ctx=cpu(1)))
    assert y.ctx is cpu(1)
    random.seed(3)
    with cpu(1):
        assert y.tolist() == law(np.array([1.0, 2.0])).tolist()
