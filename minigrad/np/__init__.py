"""The differentiable NumPy namespace: NumPy's names and arguments, on Tensors.

Numbers in lists become float32, as in Gluon; NumPy arrays keep their dtype.

>>> from minigrad import np
>>> np.array([1, 2, 3]) * 2
array([2., 4., 6.])
"""

import numpy

from minigrad.absent import explain_absent

# isort: off
# fmt: off
from minigrad.create import (
    arange, empty, empty_like, eye, full, full_like, identity, linspace, logspace, ones, ones_like, zeros, zeros_like,
)
from minigrad.np import linalg, random
from minigrad.np.curves import diff, interp, polyval, trapezoid, vander
from minigrad.np.grid import diag, diagflat, diagonal, indices, meshgrid, trace, tri, tril, triu
from minigrad.np.joining import (
    append, array_split, atleast_1d, atleast_2d, atleast_3d, broadcast_arrays, column_stack, delete, dsplit, dstack,
    fliplr, flipud, hsplit, hstack, insert, ravel, resize, rollaxis, rot90, split, vsplit, vstack,
)
from minigrad.np.products import cross, inner, kron, vdot
from minigrad.np.search import (
    allclose, argwhere, array_equal, array_equiv, bincount, count_nonzero, digitize, flatnonzero, histogram,
    intersect1d, isclose, isin, lexsort, may_share_memory, ndim, nonzero, searchsorted, setdiff1d, shape,
    shares_memory, size, union1d, unique, unravel_index, where,
)
from minigrad.np.statistics import (
    average, corrcoef, cov, median, nan_to_num, nanmax, nanmean, nanmin, nansum, percentile, ptp, quantile,
)
from minigrad.np.text import genfromtxt, loadtxt, savetxt
from minigrad.ops import (
    absolute, add, all, any, arccos, arccosh, arcsin, arcsinh, arctan, arctan2, arctanh, argmax, argmin, argsort,
    bitwise_and, bitwise_or, bitwise_xor, broadcast_to, cbrt, ceil, clip, concatenate, conj, copy, cos, cosh, cumsum,
    degrees, divide, dot, einsum, equal, exp, exp2, expand_dims, expm1, flip, floor, floor_divide, fmod, greater,
    greater_equal, hypot, imag, invert, isfinite, isinf, isnan, less, less_equal, log, log1p, log2, log10, logaddexp,
    logical_and, logical_not, logical_or, logical_xor, matmul, max, maximum, mean, min, minimum, mod, moveaxis,
    multiply, negative, norm, not_equal, outer, pad, positive, power, prod, radians, real, reciprocal, repeat,
    reshape, rint, roll, round, sign, sin, sinh, sort, sqrt, square, squeeze, stack, std, subtract, sum, swapaxes,
    take, take_along_axis, tan, tanh, tensordot, tile, transpose, trunc, var,
)
# fmt: on
# isort: on
from minigrad.engine.tensor import Tensor
from minigrad.values import array, asarray, from_dlpack

ndarray = Tensor
pi, e, inf, nan, newaxis = numpy.pi, numpy.e, numpy.inf, numpy.nan, None
float16, float32, float64 = numpy.float16, numpy.float32, numpy.float64
int8, int32, int64, uint8, bool_, bool = numpy.int8, numpy.int32, numpy.int64, numpy.uint8, numpy.bool_, numpy.bool_
dtype, finfo, iinfo = numpy.dtype, numpy.finfo, numpy.iinfo
result_type, promote_types, set_printoptions = numpy.result_type, numpy.promote_types, numpy.set_printoptions

abs, true_divide, amax, amin, remainder, fix = absolute, divide, max, min, mod, trunc
deg2rad, rad2deg, around, round_, fabs, bitwise_not = radians, degrees, round, round, absolute, invert
row_stack = vstack

__all__ = [
    "abs", "absolute", "add", "all", "allclose", "amax", "amin", "any", "append", "arange", "arccos", "arccosh",
    "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere", "around",
    "array", "array_equal", "array_equiv", "array_split", "asarray", "atleast_1d", "atleast_2d", "atleast_3d",
    "average", "bincount", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "bool", "bool_",
    "broadcast_arrays", "broadcast_to", "cbrt", "ceil", "clip", "column_stack", "concatenate", "conj", "copy",
    "corrcoef", "cos", "cosh", "count_nonzero", "cov", "cross", "cumsum", "deg2rad", "degrees", "delete", "diag",
    "diagflat", "diagonal", "diff", "digitize", "divide", "dot", "dsplit", "dstack", "dtype", "e", "einsum",
    "empty", "empty_like", "equal", "exp", "exp2", "expand_dims", "expm1", "eye", "fabs", "finfo", "fix",
    "flatnonzero", "flip", "fliplr", "flipud", "float16", "float32", "float64", "floor", "floor_divide", "fmod",
    "from_dlpack", "full", "full_like", "genfromtxt", "greater", "greater_equal", "histogram", "hsplit", "hstack",
    "hypot", "identity", "iinfo", "imag", "indices", "inf", "inner", "insert", "int32", "int64", "int8", "interp",
    "intersect1d", "invert", "isclose", "isfinite", "isin", "isinf", "isnan", "kron", "less", "less_equal",
    "lexsort", "linalg", "linspace", "loadtxt", "log", "log10", "log1p", "log2", "logaddexp", "logical_and",
    "logical_not", "logical_or", "logical_xor", "logspace", "matmul", "max", "maximum", "may_share_memory", "mean",
    "median", "meshgrid", "min", "minimum", "mod", "moveaxis", "multiply", "nan", "nan_to_num", "nanmax", "nanmean",
    "nanmin", "nansum", "ndarray", "ndim", "negative", "newaxis", "nonzero", "norm", "not_equal", "ones",
    "ones_like", "outer", "pad", "percentile", "pi", "polyval", "positive", "power", "prod", "promote_types", "ptp",
    "quantile", "rad2deg", "radians", "random", "ravel", "real", "reciprocal", "remainder", "repeat", "reshape",
    "resize", "result_type", "rint", "roll", "rollaxis", "rot90", "round", "round_", "row_stack", "savetxt",
    "searchsorted", "set_printoptions", "setdiff1d", "shape", "shares_memory", "sign", "sin", "sinh", "size",
    "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "subtract", "sum", "swapaxes", "take",
    "take_along_axis", "tan", "tanh", "tensordot", "tile", "trace", "transpose", "trapezoid", "tri", "tril", "triu",
    "true_divide", "trunc", "uint8", "union1d", "unique", "unravel_index", "vander", "var", "vdot", "vsplit",
    "vstack", "where", "zeros", "zeros_like",
]  # fmt: skip

explain_absent(__name__)
