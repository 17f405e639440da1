"""The older array names of MXNet, on top of `np` and `npx`. New arrays are NDArrays: see `ndarray.py`.

Where MXNet differs from NumPy, `nd` does too: a reduction over everything has shape (1,); positions are float32, and
comparisons give 1 and 0; `array` and the other constructors take the device before the dtype; `reshape` has codes of
its own; the arguments are called `data`, or `lhs` and `rhs`; and `out=` takes the result.
"""

from minigrad import np, npx, ops
from minigrad.absent import explain_absent
from minigrad.nd import arrays, random
from minigrad.nd.arrays import *
from minigrad.nd.create import arange, array, empty, eye, full, linspace, ones, zeros
from minigrad.nd.files import load, save
from minigrad.nd.ndarray import NDArray
from minigrad.nd.random import multinomial, normal, shuffle, uniform

__all__ = [
    "NDArray", "arange", "array", "empty", "eye", "full", "linear", "linspace", "load", "multinomial", "normal",
    "ones", "random", "random_exponential", "random_gamma", "random_normal", "random_poisson",
    "random_randint", "random_uniform", "sample_multinomial", "save", "shuffle", "uniform", "zeros",
]  # fmt: skip
__all__ += arrays.__all__

explain_absent(__name__)

random_uniform, random_normal, random_gamma = random.uniform, random.normal, random.gamma
random_exponential, random_poisson, random_randint = random.exponential, random.poisson, random.randint
sample_multinomial = multinomial

linear = ops.linear
"""x W^T + b. MXNet has no such name, but every `Dense` calls it; a wrapper would cost time."""
