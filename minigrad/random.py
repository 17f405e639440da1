"""Random arrays from one seeded generator per device: NumPy's on a CPU, CuPy's on a GPU.

Most functions take `shape` or `size` (default: that of the parameters), `dtype` (default: float32), and `ctx` or
`device`.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy

from minigrad.arguments import lengths, numbers, one_of, whole
from minigrad.composed import composed
from minigrad.device import Context, Where, current_context, place, xp_of
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import as_raw, shape_of, write
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.generators import generator
from minigrad.generators import seed as _seed

__all__ = [
    "bernoulli", "choice", "exponential", "gamma", "multinomial", "normal", "permutation", "poisson", "rand",
    "randint", "randn", "seed", "shuffle", "uniform",
]  # fmt: skip


@composed()
def seed(seed_state: int, ctx: Context | str = "all") -> None:
    """Restart the generator of one device, or those of all, from a whole number.

    >>> from minigrad import random
    >>> random.seed(7)
    >>> a = random.uniform(shape=(3,))
    >>> random.seed(7)
    >>> bool((a == random.uniform(shape=(3,))).all())
    True
    """
    if not isinstance(ctx, Context):
        one_of("ctx", ctx, "all")
    _seed(whole("seed_state", seed_state, 0), ctx if isinstance(ctx, Context) else None)


def _draw(
    law: Callable[..., Any], parameters: tuple[Any, ...], shapes: tuple[Any, ...], dtype: Any,
    places: tuple[Where, ...] = (), combine: Callable[..., Any] | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Values of `law(generator, shape, *parameters)` as a Tensor.

    Of `shapes` and `places`, the first that is not None counts. The default shape is that of `out`, or of the
    parameters, and the default place is where the parameters are, or `out`, or the current device.
    With `combine`, the law is `combine(law(generator, shape), *parameters)`: then gradients reach the parameters.
    """
    tensors = [p for p in parameters if isinstance(p, Tensor)]
    where = place(*places, tensors[0].ctx if tensors else getattr(out, "ctx", None))
    raw = [p.data if isinstance(p, Tensor) else p for p in parameters]
    own = numpy.broadcast_shapes(*map(shape_of, raw))
    shape = next((lengths("shape", shape) for shape in shapes if shape is not None), getattr(out, "shape", own))
    if len(own) > len(shape) or any(n not in (1, m) for n, m in zip(own[::-1], shape[::-1])):
        raise ShapeError(f"Values of shape {shape} cannot be drawn with parameters of shape {own}; give no shape.")
    dtype = as_dtype(dtype or (out.dtype if out is not None else "float32"))
    with where:
        raw = [p.item() if isinstance(p, numpy.generic) else p for p in raw]
        raw = [where.put(numpy.asarray(p)) if isinstance(p, (list, tuple, numpy.ndarray)) else p for p in raw]
        g = generator(where)
        if combine and tensors:  # recorded operations; whole numbers only at the end
            noise = Tensor(where.xp.asarray(law(g, shape), dtype if dtype.kind == "f" else "float64"), where)
            mixed = [p if isinstance(p, Tensor) else r for p, r in zip(parameters, raw)]
            drawn: Tensor = combine(noise, *mixed).astype(dtype)
        else:
            values = combine(law(g, shape), *raw) if combine else law(g, shape, *raw)
            drawn = Tensor(where.xp.asarray(values, dtype=dtype), where)
    return drawn if out is None else write(out, drawn, "A random draw")


@composed()
def uniform(
    low: Any = 0.0, high: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None,
    *, size: Any = None, device: Where = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Values from the uniform distribution over [low, high). Gradients reach `low` and `high` if they are arrays.

    >>> from minigrad import random
    >>> random.seed(7)
    >>> x = random.uniform(2, 3, shape=(1000,))
    >>> bool(((x >= 2) & (x < 3)).all())
    True
    """
    numbers("low", low)
    numbers("high", high)
    _in_order(low, high)
    drawn = _draw(
        lambda g, n: g.random(n), (low, high), (shape, size), dtype, (ctx, device),
        lambda u, a, b: a + (1.0 * b - a) * u, out,  # 1.0: the difference of two int8 may not be one
    )  # fmt: skip
    return _below(drawn, low, high) if drawn.dtype.kind == "f" else drawn


def _below(y: Tensor, *limits: Any) -> Tensor:
    """Move the values that were rounded up to the limit (in float16, one of 4,000) one step below it."""
    with y.ctx:
        xp = xp_of(y.data)
        low, high = (xp.asarray(p.data if isinstance(p, Tensor) else p, y.dtype) for p in limits)
        y.data[...] = xp.where(y.data < high, y.data, xp.nextafter(high, low))
    return y


@composed()
def normal(
    loc: Any = 0.0, scale: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None,
    *, size: Any = None, device: Where = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Values from the normal distribution with mean `loc` and standard deviation `scale`.

    Gradients reach these if they are arrays, as the values are loc + scale * (standard normal values): Kingma and
    Welling, "Auto-encoding variational Bayes", 2014.

    >>> from minigrad import random
    >>> random.seed(7)
    >>> bool(abs(random.normal(5.0, 0.1, shape=(1000,)).mean() - 5) < 0.05)
    True
    """
    numbers("loc", loc)
    numbers("scale", scale, 0)
    return _draw(
        lambda g, n: g.standard_normal(n), (loc, scale), (shape, size), dtype, (ctx, device),
        lambda z, m, s: m + s * z, out,
    )  # fmt: skip


def _in_order(low: Any, high: Any) -> None:
    """Refuse limits that are crossed, or whose difference overflows, if they lie on the host."""
    raw = [p.data if isinstance(p, Tensor) else p for p in (low, high)]
    if all(isinstance(p, (int, float, list, tuple, numpy.ndarray, numpy.generic)) for p in raw):
        lows, highs = numpy.broadcast_arrays(*raw)
        with numpy.errstate(over="ignore"):
            wrong = (lows > highs) | numpy.isinf(1.0 * highs - lows)
        for a, b in zip(lows[wrong], highs[wrong]):
            why, what = ("above", "the smaller limit first") if a > b else ("infinitely far below", "closer limits")
            raise ArgumentError(f"uniform() got low={a} {why} high={b}; give {what}.")


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
    return _draw(lambda g, n: g.integers(low, high, n), (), (shape, size), kind, (ctx, device), out=out)


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
    return _draw(lambda g, n: g.standard_exponential(n), (scale,), (shape, size), dtype, (ctx,), lambda e, s: s * e)


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
    return _draw(lambda g, n, a, b: b * g.standard_gamma(a, n), (alpha, beta), (shape, size), dtype, (ctx,))


@composed()
def poisson(lam: Any = 1.0, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None) -> Tensor:
    """Counts from the Poisson distribution with mean `lam`, at most 9.2e18. No gradient reaches `lam`.

    >>> from minigrad import random
    >>> random.poisson(0.0, shape=(3,))
    array([0., 0., 0.])
    """
    numbers("lam", lam, 0, 9.2e18)
    return _draw(lambda g, n, m: g.poisson(m, n), (lam,), (shape, size), dtype, (ctx,))


@composed()
def bernoulli(prob: Any = 0.5, shape: Any = None, dtype: Any = None, ctx: Where = None, *, size: Any = None) -> Tensor:
    """1 with probability `prob`, else 0. No gradient reaches `prob`.

    >>> from minigrad import random
    >>> random.bernoulli(1.0, shape=(3,))
    array([1., 1., 1.])
    """
    numbers("prob", prob, 0, 1, "[]")
    return _draw(lambda g, n, p: g.random(n) < p, (prob,), (shape, size), dtype, (ctx,))


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

    return _draw(counts, (), (size,), "int64")
