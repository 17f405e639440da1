"""The older array names of MXNet, on top of `np` and `npx`: one array type serves them all.

What differs from NumPy is kept: a reduction over everything has shape (1,); positions and comparisons are float32;
`array` and its like take the device before the dtype; `reshape` has codes of its own; the arguments are called
`data`, or `lhs` and `rhs`; and `out=` takes the result.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from minigrad import ops
from minigrad.nd import random
from minigrad.nd.arrays import *
from minigrad.nd.create import arange, array, empty, eye, full, linspace, ones, ones_like, zeros, zeros_like
from minigrad.nd.random import multinomial, normal, shuffle, uniform

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


for _word, _meaning in list(globals().items()):
    if callable(_meaning) and not isinstance(_meaning, type) and not _word.startswith("_"):
        globals()[_word] = _with_mxnet_options(_meaning)
del _word, _meaning

linear = ops.linear
"""x W^T + b: not a name of MXNet's, but the first operation of every `Dense`, and so as it is."""
