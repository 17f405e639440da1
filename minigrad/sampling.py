"""Random arrays from one seeded generator per device; draws from a law with parameters pass gradients on to these."""

from collections.abc import Callable
from typing import Any

import numpy

from minigrad import generators
from minigrad.arguments import lengths, numbers, one_of, whole
from minigrad.composed import composed
from minigrad.device import Context, Where, place, xp_of
from minigrad.dtypes import as_dtype
from minigrad.engine.accepts import shape_of, write
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError


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
    generators.seed(whole("seed_state", seed_state, 0), ctx if isinstance(ctx, Context) else None)


def draw(
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
        g = generators.generator(where)
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
    drawn = draw(
        lambda g, n: g.random(n), (low, high), (shape, size), dtype, (ctx, device),
        lambda u, a, b: a + (1.0 * b - a) * u, out,  # 1.0: the difference of two int8 may not be one
    )  # fmt: skip
    return _below(drawn, low, high) if drawn.dtype.kind == "f" else drawn


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
    return draw(
        lambda g, n: g.standard_normal(n), (loc, scale), (shape, size), dtype, (ctx, device),
        lambda z, m, s: m + s * z, out,
    )  # fmt: skip
