"""Random arrays with `nd`'s arguments."""

from typing import Any

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

uniform, normal, gamma = makes_ndarrays(draws.uniform), makes_ndarrays(draws.normal), makes_ndarrays(draws.gamma)
exponential, poisson = makes_ndarrays(draws.exponential), makes_ndarrays(draws.poisson)
randn = makes_ndarrays(draws.randn)


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
