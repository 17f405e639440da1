"""Softmax cross-entropy on a GPU: the loss and its gradient from one kernel, where NumPy needs a dozen calls.

`cross_entropy.py` says what it computes, and why. A row of scores belongs to the 32 threads of one warp, its lanes.
Each looks at every 32nd score, and then they exchange what they found: first the largest score, then the sum. The sum
is kept in float64, so that one lane may add up many terms. Scores are read three times, but only the first time from
global memory. Labels outside the classes are clipped, because nothing checks them.
"""

from functools import cache
from typing import Any

import numpy

from minigrad.ops.accumulate import nonempty

BLOCK, LANES = 256, 32
"""The threads of a block and of a warp."""
TYPES = {"float32": "float", "float64": "double", "int32": "int", "int64": "long long"}
WHOLE = numpy.dtype("int32"), numpy.dtype("int64")  # compared as they are: NumPy takes microseconds to find a name

KERNEL = """
#ifndef LANES
#define LANES 32
#endif

template <typename T> __device__ T joined_max(T x) {
    for (int apart = LANES / 2; apart > 0; apart /= 2) {
        T other = __shfl_xor_sync(0xffffffff, x, apart);
        x = other > x || other != other ? other : x;
    }
    return x;
}

template <typename T> __device__ T joined_sum(T x) {
    for (int apart = LANES / 2; apart > 0; apart /= 2) x += __shfl_xor_sync(0xffffffff, x, apart);
    return x;
}

extern "C" __global__ void __launch_bounds__(256)
cross_entropy(const long long rows, const long long classes, const REAL *__restrict__ scores, \
const LABEL *__restrict__ labels, REAL *__restrict__ loss, REAL *__restrict__ slope) {
    const long long thread = blockIdx.x * (long long)256 + threadIdx.x, row = thread / LANES;
    const int lane = thread % LANES;
    if (row >= rows) return;
    scores += row * classes;
    slope += row * classes;
    long long label = labels[row];
    label = label < 0 ? 0 : label >= classes ? classes - 1 : label;

    REAL top = scores[0];
    for (long long k = lane; k < classes; k += LANES) top = scores[k] > top ? scores[k] : top;
    top = joined_max(top);
    double sum = 0;
    for (long long k = lane; k < classes; k += LANES) sum += exp(scores[k] - top);
    const REAL whole = joined_sum(sum);
    const REAL logp = scores[label] - top - log(whole);
    for (long long k = lane; k < classes; k += LANES)
        slope[k] = k == label ? expm1(logp) : exp(scores[k] - top) / whole;
    if (lane == 0) loss[row] = -logp;
}
"""


def cross_entropy(xp: Any, scores: Any, labels: Any) -> tuple[Any, Any]:
    """The losses (n,) of scores (n, k), float32 or float64, with whole labels (n,); and the gradient (n, k) of their
    sum. ValueError if there are no classes.
    """
    rows, classes = nonempty(scores, 1).shape
    labels = labels if labels.dtype in WHOLE else labels.astype("int64")
    scores, labels = xp.ascontiguousarray(scores), xp.ascontiguousarray(labels)
    loss, slope = xp.empty(rows, scores.dtype), xp.empty(scores.shape, scores.dtype)
    if rows:
        kernel = compiled(xp, scores.dtype, labels.dtype)
        sizes = numpy.int64(rows), numpy.int64(classes)
        kernel((-(-rows * LANES // BLOCK),), (BLOCK,), (*sizes, scores, labels, loss, slope))
    return loss, slope


@cache
def compiled(xp: Any, real: Any, label: Any) -> Any:
    """The kernel for scores and labels of these dtypes."""
    return xp.RawKernel(KERNEL.replace("REAL", TYPES[real.name]).replace("LABEL", TYPES[label.name]), "cross_entropy")
