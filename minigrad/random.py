"""Random arrays from one seeded generator per device: NumPy's on a CPU, CuPy's on a GPU. See also `sampling.py`.

Most functions take `shape` or `size` (default: that of the parameters), `dtype` (default: float32), and `ctx` or
`device`.
"""

import math
from typing import Any

import numpy

from minigrad.arguments import lengths, numbers, one_of, whole
from minigrad.composed import composed
from minigrad.device import Context, Where, current_context
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.generators import generator
from minigrad.sampling import draw, normal, seed, uniform

__all__ = [
    "bernoulli", "choice", "exponential", "gamma", "multinomial", "normal", "permutation", "poisson", "rand",
    "randint", "randn", "seed", "shuffle", "uniform",
]  # fmt: skip


def _probabilities(name: str, p: Any) -> None:
    """Refuse probabilities that do not lie in [0, 1] or do not sum to 1, if they lie on the host."""
    numbers(name, p, 0, 1, "[]")
    raw = p.data if isinstance(p, Tensor) else p
    if isinstance(raw, (list, tuple, numpy.ndarray)):
        exact = getattr(raw, "dtype", numpy.dtype("float64"))
        total = float(numpy.sum(raw, dtype="float64"))
        if abs(total - 1) > math.sqrt(numpy.finfo(exact if exact.kind == "f" else "float64").eps):  # as NumPy allows
            raise ArgumentError(f"{name} sums to {total:g}, but probabilities sum to 1; divide by the sum.")


@composed()
def randn(*shape: int, dtype: Any = None, ctx: Where = None) -> Tensor:
    """Values from the standard normal distribution, with the axis lengths as arguments.

    >>> from minigrad import random
    >>> random.randn(2, 3).shape
    (2, 3)
    """
    return normal(0.0, 1.0, shape, dtype, ctx)


@composed()
def rand(*shape: int, dtype: Any = None, ctx: Where = None) -> Tensor:
    """Values from the uniform distribution over [0, 1), with the axis lengths as arguments.

    >>> from minigrad import random
    >>> random.rand(2, 3).shape
    (2, 3)
    """
    return uniform(0.0, 1.0, shape, dtype, ctx)


@composed()
def randint(
    low: int, high: int | None = None, shape: Any = None, dtype: Any = None, ctx: Where = None,
    *, size: Any = None, device: Where = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Whole numbers from `low` (or 0) to `high` - 1, which `dtype` must hold, all equally likely; int64 by default.

    >>> from minigrad import random
    >>> random.seed(7)
    >>> sorted({int(i) for i in random.randint(1, 4, shape=(100,))})
    [1, 2, 3]
    """
    low, high = (0, whole("low", low)) if high is None else (whole("low", low), whole("high", high))
    if low >= high:
        raise ArgumentError(f"randint() got low={low} and high={high}; no whole number lies from {low} to {high - 1}.")
    kind = as_dtype(dtype or (out.dtype if out is not None else "int64"))
    with numpy.errstate(all="ignore"):
        if numpy.array(ends := [low, high - 1]).astype(kind).tolist() != ends:
            raise ArgumentError(f"randint({low}, {high}) draws from {low} to {ends[1]}; {kind} does not have both.")
    return draw(lambda g, n: g.integers(low, high, n), (), (shape, size), kind, (ctx, device), out=out)


@composed()
def exponential(
    scale: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None
) -> Tensor:
    """Values from the exponential distribution with mean `scale`, which a gradient reaches if it is an array.

    >>> from minigrad import random
    >>> bool((random.exponential(2.0, shape=(10,)) >= 0).all())
    True
    """
    numbers("scale", scale, 0)
    return draw(lambda g, n: g.standard_exponential(n), (scale,), (shape, size), dtype, (ctx,), lambda e, s: s * e)


@composed()
def gamma(
    alpha: Any = 1.0, beta: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None
) -> Tensor:
    """Values from the gamma distribution with shape `alpha` and scale `beta`, mean alpha beta. Neither gets a gradient.

    >>> from minigrad import random
    >>> bool((random.gamma(2.0, 1.0, shape=(10,)) >= 0).all())
    True
    """
    numbers("alpha", alpha, 0)
    numbers("beta", beta, 0)
    return draw(lambda g, n, a, b: b * g.standard_gamma(a, n), (alpha, beta), (shape, size), dtype, (ctx,))


@composed()
def poisson(lam: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None) -> Tensor:
    """Counts from the Poisson distribution with mean `lam`, at most 9.2e18. No gradient reaches `lam`.

    >>> from minigrad import random
    >>> random.poisson(0.0, shape=(3,))
    array([0., 0., 0.])
    """
    numbers("lam", lam, 0, 9.2e18)
    return draw(lambda g, n, m: g.poisson(m, n), (lam,), (shape, size), dtype, (ctx,))


@composed()
def bernoulli(prob: Any = 0.5, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None) -> Tensor:
    """1 with probability `prob`, else 0. No gradient reaches `prob`.

    >>> from minigrad import random
    >>> random.bernoulli(1.0, shape=(3,))
    array([1., 1., 1.])
    """
    numbers("prob", prob, 0, 1, "[]")
    return draw(lambda g, n, p: g.random(n) < p, (prob,), (shape, size), dtype, (ctx,))


@composed()
def permutation(x: Any) -> Tensor:
    """The numbers from 0 to x - 1 in random order, or the rows of an array (or a list) in random order.

    Gradients go back to the rows in their original places.

    >>> from minigrad import random
    >>> random.seed(7)
    >>> sorted(int(i) for i in random.permutation(4))
    [0, 1, 2, 3]
    """
    x, n, ctx = _rows("x", x)
    with ctx:
        order = ctx.xp.argsort(generator(ctx).random(n))
    return x[Tensor(order, ctx)] if isinstance(x, Tensor) else Tensor(order, ctx)


def _rows(name: str, a: Any) -> tuple[Any, int, Context]:
    """A Tensor of rows, or the number n for the rows 0 .. n - 1; how many rows there are; and their device."""
    if isinstance(a, (list, tuple, numpy.ndarray)):
        a = Tensor(current_context().put(as_raw(a, "A random draw")), current_context())
    return (a, len(a), a.ctx) if isinstance(a, Tensor) else (a, whole(name, a, 0), current_context())


@composed()
def shuffle(x: Tensor) -> Tensor:
    """Put the rows of `x` in random order, in place, and return it (NumPy returns nothing, older Gluon a copy).

    >>> from minigrad import np, random
    >>> x = np.arange(4)
    >>> sorted(random.shuffle(x).tolist())
    [0.0, 1.0, 2.0, 3.0]
    """
    x[...] = permutation(x)
    return x


@composed()
def choice(a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Tensor:
    """Values of `a` (or of 0 .. a - 1) drawn at random, with probabilities `p` if given; with replacement by default.

    The gradient goes back to the values that were drawn. ArgumentError without replacement for more draws than values
    with a probability above 0.

    >>> from minigrad import random
    >>> sorted(random.choice(3, 3, replace=False).tolist())
    [0, 1, 2]
    """
    a, n, ctx = _rows("a", a)
    shape = () if size is None else lengths("size", size)
    count = math.prod(shape)
    if count and not n:
        raise ArgumentError(f"choice() cannot draw {count} values from an empty array; give at least one value.")
    with ctx:
        if p is not None:
            _probabilities("p", p)
        xp, draw = ctx.xp, generator(ctx)
        weights = xp.ones(n) if p is None else xp.asarray(p.data if isinstance(p, Tensor) else p, dtype="float64")
        if weights.shape != (n,):
            raise ShapeError(f"choice() got {n} values but weights of shape {weights.shape}; give one weight for each.")
        most = n if p is None or replace else int((weights > 0).sum())
        if not one_of("replace", replace, True, False) and count > most:
            raise ArgumentError(f"choice() cannot draw {count} different values from {most}; use replace=True.")
        if replace:
            picked = xp.searchsorted(xp.cumsum(weights) / weights.sum(), draw.random(count), side="right")
        else:  # the first in a race of exponential times, Efraimidis and Spirakis, 2006; a weight of 0 never arrives
            times = draw.standard_exponential(n)
            picked = xp.argsort(xp.where(weights > 0, times / xp.where(weights > 0, weights, 1), xp.inf))[:count]
        index = Tensor(picked.reshape(shape), ctx)
    return a[index] if isinstance(a, Tensor) else index


@composed()
def multinomial(n: int, pvals: Any, size: Any = None) -> Tensor:
    """How often each of the outcomes with probabilities `pvals` comes up in `n` draws: shape (*size, outcomes).

    Drawn one outcome after the other: how often it comes up is binomial in the draws that are left.

    >>> from minigrad import random
    >>> int(random.multinomial(10, [0.2, 0.3, 0.5]).sum())
    10
    """
    whole("n", n, 0)
    _probabilities("pvals", pvals)
    weights = [float(p) for p in (pvals.tolist() if isinstance(pvals, Tensor) else pvals)]

    def counts(g: Any, shape: tuple[int, ...]) -> Any:
        xp = current_context().xp
        left, rest, found = xp.full(shape, n), math.fsum(weights), []
        for p in weights[:-1]:
            found.append(g.binomial(left, min(1.0, p / rest) if rest > 0 else 0.0, shape))
            left, rest = left - found[-1], rest - p
        return xp.stack([*found, left], -1)

    return draw(counts, (), (size,), "int64")
