"""The gamma function, in operations that have derivatives: so digamma and its derivatives come free."""

from __future__ import annotations

import math
from typing import Any

from minigrad.ops.elementwise import absolute, astype, exp, floor, log, mod, sin, where
from minigrad.tensor import Tensor

# Lanczos, "A precision approximation of the gamma function", 1964, with g = 7 and 9 terms: 15 digits.
G = 7.0
TERMS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip


def gammaln(x: Any) -> Tensor:
    """The logarithm of the size of gamma(x); infinite at 0, -1, -2, ..."""
    if x.dtype == "float16":
        return astype(gammaln(astype(x, "float32")), "float16")
    left = x < 0.5
    z = where(left, 1 - x, x) - 1  # for x < 1/2 by reflection: gamma(x) gamma(1 - x) = pi / sin(pi x)
    total = TERMS[0] + 0 * z
    for k, term in enumerate(TERMS[1:], 1):
        total = total + term / (z + k)
    t = z + G + 0.5
    right = 0.5 * math.log(2 * math.pi) + (z + 0.5) * log(t) - t + log(total)
    return where(left, math.log(math.pi) - log(absolute(sin(math.pi * where(left, x, 0.5)))) - right, right)


def gamma(x: Any) -> Tensor:
    """The gamma function: (x - 1)! at whole numbers."""
    if x.dtype == "float16":
        return astype(gamma(astype(x, "float32")), "float16")
    negative = (x < 0) & (mod(floor(x), 2) == 1)
    return where(negative, -1.0, 1.0) * exp(gammaln(x))
