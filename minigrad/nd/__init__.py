"""The older array names of MXNet, on top of `np` and `npx`: one array type serves them all.

Where MXNet differs from NumPy, `nd` does too: a reduction over everything has shape (1,); positions and comparisons are
float32; `array` and the other constructors take the device before the dtype; `reshape` has codes of its own; the
arguments are called `data`, or `lhs` and `rhs`; and `out=` takes the result.
"""

import functools
from collections.abc import Callable
from typing import Any

from minigrad import np, npx, ops
from minigrad.absent import explain_absent
from minigrad.nd import arrays, random
from minigrad.nd.arrays import *
from minigrad.nd.create import arange, array, empty, eye, full, linspace, ones, ones_like, zeros, zeros_like
from minigrad.nd.random import multinomial, normal, shuffle, uniform

__all__ = [
    "arange", "array", "empty", "eye", "full", "linear", "linspace", "multinomial", "normal", "ones", "ones_like",
    "random", "random_exponential", "random_gamma", "random_normal", "random_poisson", "random_randint",
    "random_uniform", "shuffle", "uniform", "zeros", "zeros_like",
]  # fmt: skip
__all__ += arrays.__all__

explain_absent(__name__)

random_uniform, random_normal, random_gamma = random.uniform, random.normal, random.gamma
random_exponential, random_poisson, random_randint = random.exponential, random.poisson, random.randint


def _with_mxnet_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which also accepts the options `name` and `cudnn_off`. They are for MXNet's graphs and for a GPU
    library, and change nothing here.
    """

    @functools.wraps(function, updated=())
    def accepting(*args: Any, name: Any = None, cudnn_off: Any = None, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return accepting


for _word in {*__all__} - {"NDArray", "linear", "random"}:
    globals()[_word] = _with_mxnet_options(globals()[_word])
del _word

linear = ops.linear
"""x W^T + b. MXNet has no such name, but every `Dense` calls it, so it has no wrapper that would cost time."""
