"""Random arrays with `nd`'s arguments."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy

from minigrad import ops
from minigrad import random as draws
from minigrad.absent import explain_absent
from minigrad.arguments import lengths
from minigrad.composed import composed
from minigrad.device import Where
from minigrad.engine.tensor import Tensor
from minigrad.nd.ndarray import makes_ndarrays
from minigrad.random import seed

__all__ = [
    "exponential", "gamma", "multinomial", "normal", "poisson", "randint", "randn", "seed", "shuffle", "uniform",
]  # fmt: skip

explain_absent(__name__)


def _for_each(law: Callable[..., Tensor]) -> Callable[..., Any]:
    """`law`, but drawing values in `shape` for each value of its parameters, where these are arrays."""
    signature = inspect.signature(law)

    def drawn(*args: Any, **kwargs: Any) -> Tensor:
        try:
            given = signature.bind(*args, **kwargs).arguments
            own = [value.shape for name, value in given.items() if isinstance(value, Tensor) and name != "out"]
            each = numpy.broadcast_shapes(*own)
        except (TypeError, ValueError):
            return law(*args, **kwargs)  # which says what is wrong
        if own and given.get("shape") is not None:
            more = lengths("shape", given["shape"])
            for name, value in given.items():
                if isinstance(value, Tensor) and name != "out":
                    given[name] = ops.reshape(value, (*value.shape, *(1 for _ in more)))
            given["shape"] = (*each, *more)
        return law(**given)

    return makes_ndarrays(functools.wraps(law)(drawn))


uniform, normal, gamma = _for_each(draws.uniform), _for_each(draws.normal), _for_each(draws.gamma)
exponential, poisson, randn = _for_each(draws.exponential), _for_each(draws.poisson), makes_ndarrays(draws.randn)


@makes_ndarrays
@composed()
def randint(low: Any, high: Any, shape: Any = None, dtype: Any = "int32", ctx: Where = None, **kw: Any) -> Tensor:
    """Whole numbers from `low` to `high` - 1, int32 by default."""
    return draws.randint(low, high, shape, dtype, ctx, **kw)


@composed("data")
def shuffle(data: Tensor) -> Tensor:
    """A copy with the rows in random order."""
    return draws.permutation(data)


@makes_ndarrays
@composed("data")
def multinomial(data: Any, shape: Any = (), get_prob: bool = False, dtype: Any = "int32") -> Any:
    """Outcomes drawn with the probabilities in the last axis of `data`; with `get_prob` their logarithms too."""
    rows = ops.reshape(data, (-1, data.shape[-1]))
    size = lengths("shape", shape)
    drawn = ops.stack([draws.choice(data.shape[-1], size, p=row) for row in rows])
    drawn = ops.reshape(drawn, (*data.shape[:-1], *size))
    if not get_prob:
        return drawn.astype(dtype)
    chosen = ops.take_along_axis(rows, ops.reshape(drawn, (len(rows), -1)), -1)
    return [drawn.astype(dtype), ops.reshape(ops.log(chosen), drawn.shape)]
