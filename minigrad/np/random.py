"""Random arrays under NumPy's names: those of `minigrad.random`, and others made from uniform or normal draws.

Where a distribution has parameters, the values are functions of them, recorded like any other: gradients reach them.
"""

from typing import Any

import numpy

from minigrad import ops
from minigrad import random as draws
from minigrad.absent import explain_absent
from minigrad.arguments import lengths, numbers, shown
from minigrad.composed import composed
from minigrad.device import Where, on_host
from minigrad.engine.accepts import shape_of
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.values import asarray

__all__ = [
    "bernoulli", "beta", "chisquare", "choice", "exponential", "gamma", "gumbel", "laplace", "logistic", "lognormal",
    "multinomial", "multivariate_normal", "normal", "pareto", "permutation", "poisson", "power", "rand", "randint",
    "randn", "random", "random_sample", "rayleigh", "seed", "shuffle", "standard_normal", "uniform", "weibull",
]  # fmt: skip

explain_absent(__name__)

bernoulli, choice, exponential, gamma = draws.bernoulli, draws.choice, draws.exponential, draws.gamma
multinomial, normal, permutation, poisson = draws.multinomial, draws.normal, draws.permutation, draws.poisson
rand, randint, randn, seed, uniform = draws.rand, draws.randint, draws.randn, draws.seed, draws.uniform


@composed()
def shuffle(x: Tensor) -> None:
    """Put the rows of `x` in random order, in place.

    >>> from minigrad import np
    >>> x = np.arange(4)
    >>> np.random.shuffle(x)
    >>> sorted(x.tolist())
    [0.0, 1.0, 2.0, 3.0]
    """
    draws.shuffle(x)


@composed()
def random(size: Any = None) -> Tensor:
    """Values from the uniform distribution over [0, 1).

    >>> from minigrad import np
    >>> np.random.random(size=(2, 3)).shape
    (2, 3)
    """
    return uniform(size=size)


random_sample = random


@composed()
def standard_normal(size: Any = None) -> Tensor:
    """Values from the normal distribution with mean 0 and standard deviation 1.

    >>> from minigrad import np
    >>> np.random.standard_normal(size=(2, 3)).shape
    (2, 3)
    """
    return normal(size=size)


def _evenly(size: Any, *parameters: Any) -> Tensor:
    """Values spread evenly over the open interval (0, 1), in the shape `size` or else that of the parameters."""
    return uniform(2**-24, 1 - 2**-24, size=_shape(size, *parameters), ctx=_place(*parameters))


def _place(*parameters: Any) -> Where:
    """The device of the first array among the parameters; None if there is none."""
    return next((p.ctx for p in parameters if isinstance(p, Tensor)), None)


def _shape(size: Any, *parameters: Any) -> tuple[int, ...]:
    """The shape `size`, or else that of the parameters. ShapeError if a value would be drawn for several of them."""
    own = numpy.broadcast_shapes(*map(shape_of, parameters))
    shape = own if size is None else lengths("size", size)
    if len(own) > len(shape) or numpy.broadcast_shapes(own, shape) != shape:
        raise ShapeError(f"Values of shape {shape} cannot be drawn with parameters of shape {own}; leave out the size.")
    return shape


@composed()
def gumbel(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Tensor:
    """Values from Gumbel's distribution, that of the largest of many: P(x <= t) = exp(-exp(-(t - loc) / scale)).

    >>> from minigrad import np
    >>> np.random.gumbel(size=(2, 3)).shape
    (2, 3)
    """
    numbers("loc", loc)
    numbers("scale", scale, 0)
    return ops.subtract(loc, scale * ops.log(-ops.log(_evenly(size, loc, scale))))


@composed()
def logistic(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Tensor:
    """Values from the logistic distribution: P(x <= t) is the sigmoid of (t - loc) / scale.

    >>> from minigrad import np
    >>> np.random.logistic(size=(2, 3)).shape
    (2, 3)
    """
    numbers("loc", loc)
    numbers("scale", scale, 0)
    u = _evenly(size, loc, scale)
    return ops.add(loc, scale * ops.log(u / (1 - u)))


@composed()
def laplace(loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Tensor:
    """Values from Laplace's distribution, with density exp(-|x - loc| / scale) / (2 scale).

    >>> from minigrad import np
    >>> np.random.laplace(size=(2, 3)).shape
    (2, 3)
    """
    numbers("loc", loc)
    numbers("scale", scale, 0)
    u = _evenly(size, loc, scale) - 0.5
    return ops.subtract(loc, scale * ops.sign(u) * ops.log(1 - 2 * ops.absolute(u)))


@composed()
def lognormal(mean: Any = 0.0, sigma: Any = 1.0, size: Any = None) -> Tensor:
    """Values whose logarithm is normal, with mean `mean` and standard deviation `sigma`.

    >>> from minigrad import np
    >>> bool((np.random.lognormal(size=(10,)) > 0).all())
    True
    """
    numbers("mean", mean)
    numbers("sigma", sigma, 0)
    return ops.exp(normal(mean, sigma, size=size))


@composed()
def pareto(a: Any, size: Any = None) -> Tensor:
    """Values from the Pareto II (Lomax) distribution: P(x > t) = (1 + t)**-a.

    >>> from minigrad import np
    >>> bool((np.random.pareto(3.0, size=(10,)) >= 0).all())
    True
    """
    numbers("a", a, 0, ends="()")
    return ops.expm1(ops.divide(-ops.log(_evenly(size, a)), a))  # a large a gives small numbers: 1 + x has few digits


@composed()
def power(a: Any, size: Any = None) -> Tensor:
    """Values in [0, 1] with density a x**(a - 1).

    >>> from minigrad import np
    >>> bool((np.random.power(3.0, size=(10,)) <= 1).all())
    True
    """
    numbers("a", a, 0, ends="()")
    return ops.power(_evenly(size, a), ops.divide(1, a))


@composed()
def rayleigh(scale: Any = 1.0, size: Any = None) -> Tensor:
    """Values from Rayleigh's distribution: lengths of vectors of two normal values with standard deviation `scale`.

    >>> from minigrad import np
    >>> bool((np.random.rayleigh(size=(10,)) >= 0).all())
    True
    """
    numbers("scale", scale, 0)
    return ops.multiply(scale, ops.sqrt(-2 * ops.log(_evenly(size, scale))))


@composed()
def weibull(a: Any, size: Any = None) -> Tensor:
    """Values from Weibull's distribution: P(x > t) = exp(-t**a).

    >>> from minigrad import np
    >>> bool((np.random.weibull(2.0, size=(10,)) >= 0).all())
    True
    """
    numbers("a", a, 0, ends="()")
    return ops.power(-ops.log(_evenly(size, a)), ops.divide(1, a))


@composed()
def chisquare(df: Any, size: Any = None, dtype: Any = None, ctx: Where = None) -> Tensor:
    """Values from the chi-square distribution: sums of `df` squared standard normal values. No gradient reaches `df`.

    >>> from minigrad import np
    >>> bool((np.random.chisquare(2.0, size=(10,)) >= 0).all())
    True
    """
    numbers("df", df, 0, ends="()")
    return gamma(asarray(df) / 2, 1.0, size, dtype, ctx) * 2


@composed()
def beta(a: Any, b: Any, size: Any = None, dtype: Any = None, ctx: Where = None) -> Tensor:
    """Values in [0, 1] with density proportional to x**(a - 1) (1 - x)**(b - 1). No gradient reaches `a` and `b`.

    >>> from minigrad import np
    >>> bool((np.random.beta(2.0, 2.0, size=(10,)) <= 1).all())
    True
    """
    numbers("a", a, 0, ends="()")
    numbers("b", b, 0, ends="()")
    size, ctx = _shape(size, a, b), ctx or _place(a, b)  # so a parameter that is one number for all has draws for each
    return ops.sigmoid(_log_of_gamma(a, size, ctx) - _log_of_gamma(b, size, ctx)).astype(dtype or "float32")


def _log_of_gamma(a: Any, size: Any, ctx: Where) -> Tensor:
    """The logarithm of values from gamma(a), which for small a are mostly too small for a float.

    Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", 2000: x(a) = x(a + 1) u**(1/a).
    """
    a = asarray(a, "float64", ctx).detach()
    step: Tensor = exponential(1.0, size, "float64", a.ctx) / a
    return ops.log(gamma(a + 1, 1.0, size, "float64", ctx)) - step


@composed()
def multivariate_normal(mean: Any, cov: Any, size: Any = None) -> Tensor:
    """Vectors from the normal distribution with a mean (n,) and a covariance matrix (n, n): shape (*size, n).

    The gradient reaches the mean, not the covariance matrix. ShapeError if the two do not fit together.

    >>> from minigrad import np
    >>> np.random.multivariate_normal([0, 0], [[1, 0], [0, 1]], size=5).shape
    (5, 2)
    """
    numbers("mean", mean)
    numbers("cov", cov)
    mean, cov = asarray(mean), asarray(cov)
    if cov.shape != mean.shape * 2 or mean.ndim != 1:
        raise ShapeError(f"A mean of shape {mean.shape} and a covariance of {cov.shape} must be (n,) and (n, n).")
    shape = () if size is None else lengths("size", size)
    with mean.ctx:
        xp = mean.ctx.xp
        if on_host(xp) and not xp.allclose(cov.data, cov.data.T, 1e-5, 1e-6 * xp.abs(cov.data).max(initial=0)):
            raise ArgumentError(f"multivariate_normal() got cov={shown(cov)}; a covariance matrix is symmetric.")
        root = mean.ctx.xp.linalg.cholesky(cov.data)
    return ops.add(mean, ops.matmul(normal(size=(*shape, *mean.shape), ctx=mean.ctx), Tensor(root.T, mean.ctx)))
